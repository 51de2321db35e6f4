//! The sign-in flow: what has been shown so far, and what may be shown next.
//!
//! ```text
//!  password ──▶ SecondStep ── totp, passkey, backup code ──▶ SignedIn
//!     │   (a factor exists)
//!     └───────▶ EnrolmentPassStep ── enrolment pass ──▶ Enrolling ── factor enrolled, codes kept ──▶ Done (sign in again)
//!         (no factor)
//!  passkey with user verification ───────────────────────────▶ SignedIn
//! ```
//!
//! There is no arrow from the password alone to enrolment or to a session (P1), and none from `Enrolling` to a session.

use serde::{Deserialize, Serialize};

use crate::id::PersonId;

/// What the directory says about a person at this very step. Read anew for every step, never carried along.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AccountStatus {
    /// Suspended: by the owner, or because it is under attack.
    pub suspended: bool,
    /// Whether any factor (not counting backup codes) is enrolled and works.
    pub has_factor: bool,
}

/// What was shown as second step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SecondFactor {
    /// A code from an app.
    Totp,
    /// A passkey, after the password.
    Webauthn,
    /// A saved code.
    BackupCode,
}

/// How sure we are.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Assurance {
    /// NIST authenticator assurance level.
    pub aal: i64,
    /// Whether the session was opened with a passkey.
    pub phishing_resistant: bool,
    /// Methods used, RFC 8176 words where they exist.
    pub amr: Vec<String>,
}

/// A sign-in under way. Kept in the database, named by a cookie.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "step", rename_all = "snake_case")]
pub enum Flow {
    /// The password was right; a factor is wanted.
    SecondStep {
        /// Who.
        person: PersonId,
    },
    /// The password was right; there is no factor, so a pass is wanted.
    EnrolmentPassStep {
        /// Who.
        person: PersonId,
    },
    /// Password and pass were right: enrolment, and nothing else.
    Enrolling {
        /// Who.
        person: PersonId,
    },
}

/// Why a step was not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FlowError {
    /// Suspended: by the owner, or because it is under attack.
    #[error("This account is suspended. Call the help desk, at the number on your organisation's own pages.")]
    Closed,
    /// The step does not fit what came before.
    #[error("This step does not fit what came before. Start again.")]
    OutOfOrder,
}

impl Flow {
    /// The password was right.
    pub fn after_password(person: PersonId, status: AccountStatus) -> Result<Self, FlowError> {
        open(status)?;
        Ok(if status.has_factor { Self::SecondStep { person } } else { Self::EnrolmentPassStep { person } })
    }

    /// The second step was right.
    pub fn with_factor(self, shown: SecondFactor, status: AccountStatus) -> Result<Assurance, FlowError> {
        open(status)?;
        // A backup code without a factor left is a leftover of what a reset removed: it opens nothing.
        let Self::SecondStep { .. } = self else {
            return Err(FlowError::OutOfOrder);
        };
        if !status.has_factor {
            return Err(FlowError::OutOfOrder);
        }
        Ok(Assurance::with(shown))
    }

    /// The pass was right.
    pub fn with_pass(self, status: AccountStatus) -> Result<Self, FlowError> {
        open(status)?;
        match self {
            Self::EnrolmentPassStep { person } if !status.has_factor => Ok(Self::Enrolling { person }),
            _ => Err(FlowError::OutOfOrder),
        }
    }

    /// Whether a factor may be enrolled now, and for whom.
    pub fn enrolling(&self, status: AccountStatus) -> Result<&PersonId, FlowError> {
        open(status)?;
        match self {
            Self::Enrolling { person } if !status.has_factor => Ok(person),
            _ => Err(FlowError::OutOfOrder),
        }
    }

    /// Who.
    pub fn person(&self) -> &PersonId {
        match self {
            Self::SecondStep { person } | Self::EnrolmentPassStep { person } | Self::Enrolling { person } => {
                person
            }
        }
    }
}

impl Assurance {
    /// A passkey with user verification, alone: two factors in one gesture, and nothing to phish.
    pub fn passkey_alone(status: AccountStatus) -> Result<Self, FlowError> {
        open(status)?;
        Ok(Self { aal: 2, phishing_resistant: true, amr: words(&["swk", "user", "mfa"]) })
    }

    fn with(shown: SecondFactor) -> Self {
        let (phishing_resistant, second) = match shown {
            SecondFactor::Totp => (false, "otp"),
            SecondFactor::Webauthn => (true, "swk"),
            SecondFactor::BackupCode => (false, "backup_code"),
        };
        Self { aal: 2, phishing_resistant, amr: words(&["pwd", second, "mfa"]) }
    }
}

fn words(list: &[&str]) -> Vec<String> {
    list.iter().map(|word| (*word).to_owned()).collect()
}

fn open(status: AccountStatus) -> Result<(), FlowError> {
    if status.suspended { Err(FlowError::Closed) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WITH: AccountStatus = AccountStatus { suspended: false, has_factor: true };
    const WITHOUT: AccountStatus = AccountStatus { suspended: false, has_factor: false };
    const SUSPENDED: AccountStatus = AccountStatus { suspended: true, has_factor: true };

    fn ana() -> PersonId {
        PersonId::new("ana")
    }

    #[test]
    fn every_step_from_every_state() {
        let states = [
            Flow::SecondStep { person: ana() },
            Flow::EnrolmentPassStep { person: ana() },
            Flow::Enrolling { person: ana() },
        ];
        for flow in states {
            let second = matches!(flow, Flow::SecondStep { .. });
            let pass = matches!(flow, Flow::EnrolmentPassStep { .. });
            let enrolling = matches!(flow, Flow::Enrolling { .. });
            assert_eq!(flow.clone().with_factor(SecondFactor::Totp, WITH).is_ok(), second, "{flow:?}");
            assert_eq!(flow.clone().with_pass(WITHOUT).is_ok(), pass, "{flow:?}");
            assert_eq!(flow.enrolling(WITHOUT).is_ok(), enrolling, "{flow:?}");
            assert_eq!(flow.clone().with_factor(SecondFactor::Totp, WITHOUT), Err(FlowError::OutOfOrder));
            assert_eq!(flow.clone().with_pass(WITH), Err(FlowError::OutOfOrder));
            assert_eq!(flow.clone().with_factor(SecondFactor::Totp, SUSPENDED), Err(FlowError::Closed));
            assert_eq!(flow.enrolling(SUSPENDED), Err(FlowError::Closed));
            assert_eq!(flow.enrolling(WITH), Err(FlowError::OutOfOrder));
        }
    }

    #[test]
    fn only_a_passkey_resists_phishing() {
        let assurance = |shown| Flow::SecondStep { person: ana() }.with_factor(shown, WITH).unwrap();
        assert!(assurance(SecondFactor::Webauthn).phishing_resistant);
        assert!(!assurance(SecondFactor::Totp).phishing_resistant);
        assert!(!assurance(SecondFactor::BackupCode).phishing_resistant);
    }
}
