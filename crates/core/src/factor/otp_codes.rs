//! The codes that a seed makes, one for each number: a count (RFC 4226) or a time step (RFC 6238), which is the same arithmetic.

use serde::{Deserialize, Serialize};
use totp_rs::{Algorithm, Builder, Totp};

/// The longest code there is.
const MOST_DIGITS: usize = 8;

/// The hash under the codes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OtpAlgorithm {
    /// SHA-1: what nearly every device has.
    Sha1,
    /// SHA-256.
    Sha256,
    /// SHA-512.
    Sha512,
}

impl OtpAlgorithm {
    /// Every one.
    pub const ALL: [Self; 3] = [Self::Sha1, Self::Sha256, Self::Sha512];

    /// The word in files and in the API.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Sha1 => "SHA1",
            Self::Sha256 => "SHA256",
            Self::Sha512 => "SHA512",
        }
    }

    /// Reads it, with or without a hyphen, in any case, and with `HMAC` before it.
    pub fn parse(word: &str) -> Option<Self> {
        let word = word.to_uppercase().replace(['-', '_'], "");
        let word = word.strip_prefix("HMAC").unwrap_or(&word);
        Self::ALL.into_iter().find(|algorithm| algorithm.as_str() == word)
    }
}

/// What the codes of a device are like.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OtpCodes {
    /// The hash.
    pub algorithm: OtpAlgorithm,
    /// Six or eight.
    pub digits: u8,
}

impl OtpCodes {
    /// Those of a code app.
    pub const APP: Self = Self { algorithm: OtpAlgorithm::Sha1, digits: 6 };

    /// The codes of a seed. `None` where it is too short to keep anything.
    pub(super) fn sequence(self, seed: &[u8], unit: i64) -> Option<CodeSequence> {
        let totp = self.builder(seed, unit)?.with_account_name("person").build_noncompliant();
        Some(CodeSequence { totp, unit })
    }

    pub(super) fn builder(self, seed: &[u8], unit: i64) -> Option<Builder> {
        let algorithm = match self.algorithm {
            OtpAlgorithm::Sha1 => Algorithm::SHA1,
            OtpAlgorithm::Sha256 => Algorithm::SHA256,
            OtpAlgorithm::Sha512 => Algorithm::SHA512,
        };
        // RFC 4226 asks for 128 bits at least; a shorter seed is a broken row, and proves nothing. More digits than eight
        // do not fit the arithmetic of the standard.
        let is_sound = seed.len() >= 16 && matches!(self.digits, 6..=8);
        let unit = u64::try_from(unit).ok().filter(|unit| is_sound && *unit > 0)?;
        let builder = Builder::new().with_secret(seed.to_vec().into_boxed_slice()).with_skew(0);
        Some(builder.with_algorithm(algorithm).with_digits(self.digits).with_step_duration(unit))
    }
}

/// What was typed, read once and not for each number: spaces are fine, and what is too long is cut to what is no code.
pub(super) struct TypedCode(String);

impl TypedCode {
    pub(super) fn new(typed: &str) -> Self {
        Self(typed.chars().filter(|c| !c.is_whitespace()).take(MOST_DIGITS + 1).collect())
    }
}

/// The codes of one seed, by number.
pub(super) struct CodeSequence {
    totp: Totp,
    /// Seconds of a time step; 1 where the number is a count.
    unit: i64,
}

impl CodeSequence {
    /// Whether it is the code of this number.
    pub(super) fn has(&self, code: &TypedCode, number: i64) -> bool {
        self.at(number).is_some_and(|at| self.totp.check(&code.0, at).is_some())
    }

    /// The code of this number.
    pub(super) fn code(&self, number: i64) -> Option<String> {
        Some(self.totp.generate(self.at(number)?).to_string())
    }

    fn at(&self, number: i64) -> Option<u64> {
        u64::try_from(number.checked_mul(self.unit)?).ok()
    }
}
