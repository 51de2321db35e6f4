//! Means of proof, and the one-time objects around them.

pub mod code;
pub mod phrase;
pub mod totp;

use serde::{Deserialize, Serialize};

/// A kind of factor that a person can enrol.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FactorKind {
    /// A code app, RFC 6238.
    Totp,
    /// A passkey or security key.
    Webauthn,
}

impl FactorKind {
    /// The word used in the database and the API.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Totp => "totp",
            Self::Webauthn => "webauthn",
        }
    }

    /// Reads the word back; `None` for anything else.
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Totp, Self::Webauthn].into_iter().find(|kind| kind.as_str() == word)
    }

    /// What a person calls it.
    pub fn title(self) -> &'static str {
        match self {
            Self::Totp => "Code app",
            Self::Webauthn => "Passkey",
        }
    }
}
