//! The detectors that are no Sigma rules: their names, and what one of them found.

use crate::{
    finding::{Confidence, Severity},
    record::Position,
};

/// A detector of one person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Detector {
    ImpossibleTravel,
    PhoneFarAway,
    StalePassword,
    LockoutByStranger,
    ClockDrift,
}

impl Detector {
    /// The stable name.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::ImpossibleTravel => "impossible_travel",
            Self::PhoneFarAway => "phone_far_away",
            Self::StalePassword => "stale_password_on_device",
            Self::LockoutByStranger => "lockout_by_stranger",
            Self::ClockDrift => "clock_drift",
        }
    }

    pub(crate) const fn title(self) -> &'static str {
        match self {
            Self::ImpossibleTravel => "Impossible travel",
            Self::PhoneFarAway => "Prompt approved far from the sign-in",
            Self::StalePassword => "Old password on a device",
            Self::LockoutByStranger => "Locked out by a stranger",
            Self::ClockDrift => "Clock of the code app is wrong",
        }
    }

    pub(crate) const fn severity(self) -> Severity {
        match self {
            Self::ImpossibleTravel | Self::PhoneFarAway | Self::LockoutByStranger => Severity::Warning,
            Self::StalePassword | Self::ClockDrift => Severity::Notice,
        }
    }

    pub(crate) const fn remediation(self) -> &'static str {
        match self {
            Self::ImpossibleTravel => {
                "Ask the person, on a number on file, whether both sign-ins were theirs. If not: revoke sessions, change the password, open an incident."
            }
            Self::PhoneFarAway => {
                "Ask the person, on a number on file, whether they started that sign-in. If not: change the password and revoke sessions."
            }
            Self::StalePassword => {
                "Find the device or program that still has the old password and give it the new one. Leave MFA alone; unlocking alone will not last."
            }
            Self::LockoutByStranger => {
                "Unlock, or wait for it to run out. The person did nothing wrong and MFA held: do not reset anything. Block the address."
            }
            Self::ClockDrift => "Set the phone's time to automatic, then try again. Do not reset MFA.",
        }
    }

    pub(crate) const fn runbook(self) -> &'static str {
        match self {
            Self::ImpossibleTravel | Self::PhoneFarAway => "agent-runbook.md#impossible-travel",
            Self::StalePassword => "agent-runbook.md#old-password-on-a-device",
            Self::LockoutByStranger => "agent-runbook.md#locked-out-by-a-stranger",
            Self::ClockDrift => "agent-runbook.md#wrong-clock",
        }
    }
}

/// What a detector found, once.
#[derive(Debug, Clone)]
pub(crate) struct Detected {
    pub(crate) detector: Detector,
    pub(crate) severity: Severity,
    pub(crate) confidence: Confidence,
    pub(crate) since: i64,
    pub(crate) until: i64,
    pub(crate) count: u64,
    pub(crate) evidence: Vec<Position>,
    pub(crate) description: String,
}

impl Detected {
    pub(crate) fn new(
        detector: Detector,
        times: &[i64],
        evidence: impl IntoIterator<Item = Position>,
        description: String,
    ) -> Self {
        let evidence: Vec<_> = evidence.into_iter().collect();
        Self {
            detector,
            severity: detector.severity(),
            confidence: Confidence::Medium,
            since: times.iter().copied().min().unwrap_or_default(),
            until: times.iter().copied().max().unwrap_or_default(),
            count: evidence.len() as u64,
            evidence,
            description,
        }
    }
}
