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

use crate::factor::FactorKind;
use crate::id::PersonId;

/// What the directory says about a person at this very step. Read anew for every step, never carried along.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AccountStatus {
    /// Suspended: by the owner, or because it is under attack.
    pub suspended: bool,
    /// Whether any factor (not counting backup codes) is enrolled and works.
    pub has_factor: bool,
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
    pub fn with_factor(self, shown: FactorKind, status: AccountStatus) -> Result<Assurance, FlowError> {
        open(status)?;
        if !shown.completes_sign_in() {
            return Err(FlowError::OutOfOrder);
        }
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
        Ok(Self {
            aal: 2,
            phishing_resistant: true,
            amr: words(&[FactorKind::Webauthn.amr(), "user", "mfa"]),
        })
    }

    fn with(shown: FactorKind) -> Self {
        let amr = words(&[FactorKind::Password.amr(), shown.amr(), "mfa"]);
        Self { aal: 2, phishing_resistant: shown.is_phishing_resistant(), amr }
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
            assert_eq!(flow.clone().with_factor(FactorKind::Totp, WITH).is_ok(), second, "{flow:?}");
            assert_eq!(flow.clone().with_pass(WITHOUT).is_ok(), pass, "{flow:?}");
            assert_eq!(flow.enrolling(WITHOUT).is_ok(), enrolling, "{flow:?}");
            assert_eq!(flow.clone().with_factor(FactorKind::Totp, WITHOUT), Err(FlowError::OutOfOrder));
            assert_eq!(flow.clone().with_pass(WITH), Err(FlowError::OutOfOrder));
            assert_eq!(flow.clone().with_factor(FactorKind::Totp, SUSPENDED), Err(FlowError::Closed));
            assert_eq!(flow.enrolling(SUSPENDED), Err(FlowError::Closed));
            assert_eq!(flow.enrolling(WITH), Err(FlowError::OutOfOrder));
            // The password twice is one factor, and a pass leads to enrolment alone.
            for kind in [FactorKind::Password, FactorKind::EnrolmentPass] {
                assert_eq!(flow.clone().with_factor(kind, WITH), Err(FlowError::OutOfOrder));
            }
        }
    }

    #[test]
    fn only_a_passkey_resists_phishing() {
        let assurance = |shown| Flow::SecondStep { person: ana() }.with_factor(shown, WITH).unwrap();
        assert!(assurance(FactorKind::Webauthn).phishing_resistant);
        assert!(!assurance(FactorKind::Totp).phishing_resistant);
        assert!(!assurance(FactorKind::BackupCode).phishing_resistant);
    }
}
