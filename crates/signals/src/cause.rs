//! Why a sign-in failed: one vocabulary for every provider.

use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::record::Method;

/// Why a sign-in did not complete, in Postern's words (`snake_case` on the wire).
///
/// Every code and text of a provider maps to exactly one of these. The order is no ranking.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cause {
    /// Unknown user name, or a wrong, expired or missing password.
    BadPassword,
    /// Locked after too many failures, or held by the provider until something is done.
    AccountLocked,
    /// Switched off by an administrator (a leaver, a containment).
    AccountDisabled,
    /// MFA is demanded and no second factor is enrolled.
    MfaNotEnrolled,
    /// A wrong one-time code or PIN.
    MfaWrongCode,
    /// A right code that had been used before.
    MfaCodeReused,
    /// The clock of the code generator is off.
    MfaClockDrift,
    /// Nobody answered the prompt, call or message.
    MfaNoResponse,
    /// The prompt was declined.
    MfaDenied,
    /// The prompt was reported as fraud or phishing, by the person or by the authenticator itself.
    MfaFraudReported,
    /// The prompt, message or call could not be delivered.
    MfaDeliveryFailed,
    /// Too many prompts, messages or calls.
    MfaRateLimited,
    /// The factor was suspended or removed.
    FactorDisabled,
    /// An access policy said no.
    PolicyBlock,
    /// The device is not known, not compliant or not registered.
    DeviceBlock,
    /// Another identity provider, or a claim that it should bring, is missing or failing.
    ExternalIdp,
    /// The session or token ran out; signing in again is enough.
    SessionExpired,
    /// The provider, or the infrastructure between it and the directory, is failing.
    ProviderOutage,
    /// The log does not say.
    Unknown,
}

/// Would resetting this person's MFA let them in again?
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ResetHelps {
    /// It would, after the person is verified.
    Yes,
    /// It would not; it would only weaken the account.
    No,
    /// Only when the person no longer has the factor; ask, then verify.
    OnlyIfFactorLost,
}

impl ResetHelps {
    /// For the table that people read.
    pub fn description(self) -> &'static str {
        match self {
            Self::Yes => "yes, once verified",
            Self::No => "no",
            Self::OnlyIfFactorLost => "only if the factor is lost",
        }
    }
}

/// A word that is none of Postern's causes.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not one of the {} cause words", Cause::ALL.len())]
pub struct UnknownCauseError;

impl Cause {
    /// Every cause, in the order of the format's list.
    pub const ALL: [Self; 19] = [
        Self::BadPassword,
        Self::AccountLocked,
        Self::AccountDisabled,
        Self::MfaNotEnrolled,
        Self::MfaWrongCode,
        Self::MfaCodeReused,
        Self::MfaClockDrift,
        Self::MfaNoResponse,
        Self::MfaDenied,
        Self::MfaFraudReported,
        Self::MfaDeliveryFailed,
        Self::MfaRateLimited,
        Self::FactorDisabled,
        Self::PolicyBlock,
        Self::DeviceBlock,
        Self::ExternalIdp,
        Self::SessionExpired,
        Self::ProviderOutage,
        Self::Unknown,
    ];

    /// The stable word, as in `"cause":"mfa_wrong_code"`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::BadPassword => "bad_password",
            Self::AccountLocked => "account_locked",
            Self::AccountDisabled => "account_disabled",
            Self::MfaNotEnrolled => "mfa_not_enrolled",
            Self::MfaWrongCode => "mfa_wrong_code",
            Self::MfaCodeReused => "mfa_code_reused",
            Self::MfaClockDrift => "mfa_clock_drift",
            Self::MfaNoResponse => "mfa_no_response",
            Self::MfaDenied => "mfa_denied",
            Self::MfaFraudReported => "mfa_fraud_reported",
            Self::MfaDeliveryFailed => "mfa_delivery_failed",
            Self::MfaRateLimited => "mfa_rate_limited",
            Self::FactorDisabled => "factor_disabled",
            Self::PolicyBlock => "policy_block",
            Self::DeviceBlock => "device_block",
            Self::ExternalIdp => "external_idp",
            Self::SessionExpired => "session_expired",
            Self::ProviderOutage => "provider_outage",
            Self::Unknown => "unknown",
        }
    }

    /// What happened, for a help-desk agent at 3 a.m.
    pub fn description(self) -> &'static str {
        match self {
            Self::BadPassword => "The user name or password was not accepted.",
            Self::AccountLocked => "The account is locked, usually after too many wrong passwords.",
            Self::AccountDisabled => "The account was switched off by an administrator.",
            Self::MfaNotEnrolled => "MFA is required and the person has no second factor enrolled.",
            Self::MfaWrongCode => "The one-time code was wrong.",
            Self::MfaCodeReused => "The one-time code was right but had already been used.",
            Self::MfaClockDrift => "The clock of the phone is wrong, so its codes are too.",
            Self::MfaNoResponse => "Nobody answered the MFA prompt or call.",
            Self::MfaDenied => "The MFA prompt was declined.",
            Self::MfaFraudReported => {
                "The sign-in was reported as fraud or phishing, by the person or their authenticator."
            }
            Self::MfaDeliveryFailed => "The MFA prompt, message or call could not be delivered.",
            Self::MfaRateLimited => {
                "Too many MFA messages or calls were asked for; the provider has paused them."
            }
            Self::FactorDisabled => "The person's second factor was suspended or removed.",
            Self::PolicyBlock => {
                "An access policy blocked the sign-in. Nothing is wrong with the account or its MFA."
            }
            Self::DeviceBlock => "The device is not registered or not compliant, so it was refused.",
            Self::ExternalIdp => {
                "Another identity provider that this sign-in depends on did not confirm the person."
            }
            Self::SessionExpired => {
                "The session ran out or was revoked. The person only has to sign in again."
            }
            Self::ProviderOutage => "The identity provider, or its link to the directory, failed.",
            Self::Unknown => "The log gives no cause that Postern knows.",
        }
    }

    /// The same, where it matters what was typed: a pass or a saved code comes from no phone.
    pub fn description_for(self, method: Method) -> &'static str {
        match (self, method) {
            (Self::MfaWrongCode, Method::Pass) => {
                "The one-time pass was wrong, was used already, or had run out."
            }
            (Self::MfaWrongCode, Method::BackupCode) => "The backup code was wrong.",
            _ => self.description(),
        }
    }

    /// What to do about it.
    pub fn remediation(self) -> &'static str {
        match self {
            Self::BadPassword => "Check the user name; help with the password. Leave MFA alone.",
            Self::AccountLocked => {
                "Find out who made the wrong tries (a stranger, or an old password on a device), then wait or unlock."
            }
            Self::AccountDisabled => "Do not enable it from the desk. Ask the account's owner or HR.",
            Self::MfaNotEnrolled => {
                "Verify the person, check that this was expected, then guide them through enrolment."
            }
            Self::MfaWrongCode => {
                "Check that the phone's time is set automatically and that the right entry in the app is used; else another factor."
            }
            Self::MfaCodeReused => "Wait for the next code and type it once.",
            Self::MfaClockDrift => "Set the phone's time to automatic, then try again.",
            Self::MfaNoResponse => {
                "Ask whether they have the device. If so try again or use a backup code; if not, verify first."
            }
            Self::MfaDenied => {
                "Ask, on a number on file, whether they declined it. If they did not start that sign-in, change the password first."
            }
            Self::MfaFraudReported => {
                "Do not reset. Reach the person through contacts on file and open an incident."
            }
            Self::MfaDeliveryFailed => {
                "Check the number or device on file and the provider's status; use another factor meanwhile."
            }
            Self::MfaRateLimited => {
                "Wait, or use another factor. Check whether somebody else is asking for the messages."
            }
            Self::FactorDisabled => {
                "Find out who suspended it and why; use another factor, or verify and enrol anew."
            }
            Self::PolicyBlock => {
                "Name the policy to its owner, or use an allowed place, app or network. Do not touch MFA."
            }
            Self::DeviceBlock => {
                "Send them to the device team, or use a registered device. Do not touch MFA."
            }
            Self::ExternalIdp => {
                "Check the other provider and the link to it; check that the right account is used."
            }
            Self::SessionExpired => "Sign in again.",
            Self::ProviderOutage => {
                "Check the provider's status page and wait. Change nothing on the account."
            }
            Self::Unknown => "Look at the provider's own entry before changing anything.",
        }
    }

    /// The same, where it matters what was typed.
    pub fn remediation_for(self, method: Method) -> &'static str {
        match (self, method) {
            (Self::MfaWrongCode, Method::Pass) => {
                "Have them show a new pass where they got this one, and type it at once. Their phone has no part in it."
            }
            (Self::MfaWrongCode, Method::BackupCode) => {
                "Check that the code is of the newest set and was not used before; else another factor."
            }
            _ => self.remediation(),
        }
    }

    /// Would an MFA reset help?
    pub fn reset_helps(self) -> ResetHelps {
        match self {
            Self::MfaNotEnrolled | Self::FactorDisabled => ResetHelps::Yes,
            Self::MfaWrongCode | Self::MfaNoResponse | Self::MfaDeliveryFailed => {
                ResetHelps::OnlyIfFactorLost
            }
            _ => ResetHelps::No,
        }
    }

    /// The first rung of the recovery ladder that applies, 1 (change nothing) to 7 (it is an attack).
    pub fn rung(self) -> u8 {
        match self {
            Self::MfaWrongCode | Self::MfaNoResponse => 2,
            Self::MfaNotEnrolled | Self::FactorDisabled => 4,
            Self::MfaDenied => 6,
            Self::MfaFraudReported => 7,
            _ => 1,
        }
    }

    /// Is a single such failure already a security incident?
    pub fn is_incident(self) -> bool {
        self == Self::MfaFraudReported
    }
}

impl FromStr for Cause {
    type Err = UnknownCauseError;

    fn from_str(word: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|cause| cause.as_str() == word).ok_or(UnknownCauseError)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_reads_back_and_is_what_serde_writes() {
        for cause in Cause::ALL {
            assert_eq!(cause.as_str().parse(), Ok(cause));
            assert_eq!(serde_json::to_string(&cause).unwrap(), format!("\"{}\"", cause.as_str()));
        }
        assert_eq!("mfa_sad".parse::<Cause>(), Err(UnknownCauseError));
    }

    #[test]
    fn what_comes_from_no_phone_is_not_blamed_on_its_clock() {
        for method in [Method::Pass, Method::BackupCode] {
            let said =
                [Cause::MfaWrongCode.description_for(method), Cause::MfaWrongCode.remediation_for(method)]
                    .concat();
            assert!(
                !said.contains("time is") && !said.contains("clock") && !said.contains("the app"),
                "{said}"
            );
        }
        assert!(Cause::MfaWrongCode.remediation_for(Method::Totp).contains("time is set automatically"));
        assert_eq!(Cause::BadPassword.remediation_for(Method::Pass), Cause::BadPassword.remediation());
    }

    #[test]
    fn a_reset_is_proposed_only_where_it_helps() {
        let yes: Vec<_> = Cause::ALL.into_iter().filter(|c| c.reset_helps() == ResetHelps::Yes).collect();
        assert_eq!(yes, [Cause::MfaNotEnrolled, Cause::FactorDisabled]);
        for cause in Cause::ALL {
            assert!((1..=7).contains(&cause.rung()));
            assert!(!cause.is_incident() || (cause.rung() == 7 && cause.reset_helps() == ResetHelps::No));
        }
    }
}
