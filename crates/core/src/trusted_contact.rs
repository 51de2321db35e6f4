//! Trusted contacts: colleagues whom a person has chosen to confirm one day that it is them, and who have accepted. The recovery
//! contacts of NIST SP 800-63B-4 §4.2.1.3.
//!
//! ```text
//! Asked ── accept ──> Accepted ── remove (owner), resign (contact), the owner's access ends ──> Ended
//!   └── decline (contact), remove (owner), lapse (time), the owner's access ends ──> Ended
//! ```

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

/// Most that one person has chosen, asks that wait among them. The standard sets no number: ten are as many as somebody looks
/// through once a year.
pub const MOST_CHOSEN: i64 = 10;

/// Most whom one person serves, and most asks that wait for one person. The standard sets no number: whoever serves more does not
/// know each of them well enough to notice that it is somebody else who asks.
pub const MOST_SERVED: i64 = 25;

/// Most asks of one person within the life of one, those that have ended among them: each may write to another colleague. Twice as
/// many as can be chosen leave room for those who say no.
pub const MOST_ASKED: i64 = 20;

/// An ask that nobody answers lapses after so long.
pub const ASK_LIFE: SignedDuration = SignedDuration::from_hours(24 * 14);

/// Owners are reminded of whom they have chosen so often. SP 800-63B-4 §4.2.1.3 wants it once a year at least; a server that was off
/// for two weeks still keeps that.
pub const REMINDED_EVERY: SignedDuration = SignedDuration::from_hours(24 * 350);

/// How far it is between the two.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TrustStage {
    /// The contact was asked, and can answer before `until`.
    Asked {
        /// When the ask lapses.
        until: Timestamp,
    },
    /// The contact has said yes.
    Accepted,
    /// It is over.
    Ended(TrustEnd),
}

/// How it ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum TrustEnd {
    /// The contact said no.
    Declined,
    /// Nobody answered in time.
    Lapsed,
    /// The owner removed it.
    Removed,
    /// The contact, who had accepted, gave it up.
    Resigned,
    /// The owner's access ended: whoever had the account may have asked.
    AccessEnded,
}

impl TrustEnd {
    /// Every one.
    pub const ALL: [Self; 5] =
        [Self::Declined, Self::Lapsed, Self::Removed, Self::Resigned, Self::AccessEnded];

    /// The word in the database and the records.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Declined => "declined",
            Self::Lapsed => "lapsed",
            Self::Removed => "removed",
            Self::Resigned => "resigned",
            Self::AccessEnded => "access_ended",
        }
    }
}

/// It is over, or was answered already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TrustStageError;

impl TrustStage {
    /// As it stands at `now`: an ask whose time is over has lapsed, whether or not anybody has noted it.
    #[must_use]
    pub fn as_of(self, now: Timestamp) -> Self {
        match self {
            Self::Asked { until } if now >= until => Self::Ended(TrustEnd::Lapsed),
            other => other,
        }
    }

    /// The contact says yes.
    pub fn accept(self, now: Timestamp) -> Result<Self, TrustStageError> {
        match self.as_of(now) {
            Self::Asked { .. } => Ok(Self::Accepted),
            _ => Err(TrustStageError),
        }
    }

    /// It ends so. Only who was asked and has not answered declines, and only who has accepted resigns.
    pub fn end(self, how: TrustEnd, now: Timestamp) -> Result<Self, TrustStageError> {
        let fits = match (self.as_of(now), how) {
            (Self::Asked { .. }, TrustEnd::Declined | TrustEnd::Removed | TrustEnd::AccessEnded)
            | (Self::Accepted, TrustEnd::Removed | TrustEnd::Resigned | TrustEnd::AccessEnded) => true,
            (Self::Ended(TrustEnd::Lapsed), TrustEnd::Lapsed) => matches!(self, Self::Asked { .. }),
            _ => false,
        };
        if fits { Ok(Self::Ended(how)) } else { Err(TrustStageError) }
    }

    /// Whether the contact counts: they have accepted, and their own account is open.
    pub fn counts(self, is_suspended: bool) -> bool {
        self == Self::Accepted && !is_suspended
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    #[test]
    fn an_ask_lapses_at_its_second() {
        let asked = TrustStage::Asked { until: at(100) };
        assert_eq!((asked.as_of(at(99)), asked.accept(at(99))), (asked, Ok(TrustStage::Accepted)));
        for now in [100, 101] {
            assert_eq!(asked.as_of(at(now)), TrustStage::Ended(TrustEnd::Lapsed));
            assert_eq!(asked.accept(at(now)), Err(TrustStageError));
            assert_eq!(asked.end(TrustEnd::Declined, at(now)), Err(TrustStageError));
            assert!(asked.end(TrustEnd::Lapsed, at(now)).is_ok());
        }
        assert_eq!(asked.end(TrustEnd::Lapsed, at(99)), Err(TrustStageError));
        assert_eq!(TrustStage::Accepted.as_of(at(i64::from(i32::MAX))), TrustStage::Accepted);
    }

    #[test]
    fn every_stage_takes_only_what_fits_it() {
        let asked = TrustStage::Asked { until: at(100) };
        let fitting = |stage: TrustStage| {
            TrustEnd::ALL.into_iter().filter(|how| stage.end(*how, at(1)).is_ok()).collect::<Vec<_>>()
        };
        assert_eq!(fitting(asked), [TrustEnd::Declined, TrustEnd::Removed, TrustEnd::AccessEnded]);
        assert_eq!(
            fitting(TrustStage::Accepted),
            [TrustEnd::Removed, TrustEnd::Resigned, TrustEnd::AccessEnded]
        );
        assert_eq!(TrustStage::Accepted.accept(at(1)), Err(TrustStageError));
        for how in TrustEnd::ALL {
            let ended = TrustStage::Ended(how);
            assert!(fitting(ended).is_empty() && ended.accept(at(1)).is_err(), "{how:?} is not the end");
            assert_eq!(serde_json::to_value(how).unwrap(), how.as_str());
        }
    }

    #[test]
    fn only_who_accepted_and_is_not_suspended_counts() {
        let asked = TrustStage::Asked { until: at(100) };
        assert!(TrustStage::Accepted.counts(false) && !TrustStage::Accepted.counts(true));
        assert!(!asked.counts(false) && !TrustStage::Ended(TrustEnd::Resigned).counts(false));
    }
}
