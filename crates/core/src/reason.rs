//! Why a staff member did something: never empty, never able to forge a second log line.

use serde::{Deserialize, Serialize};

use crate::text::has_hidden;

/// A reason as it goes on the record: trimmed, one line, 3 to 500 characters.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Reason(String);

/// What was wrong with a reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReasonError {
    /// Nothing, or next to nothing, was typed.
    #[error("Give a reason: a few words that will still make sense in six months.")]
    Empty,
    /// More than the log keeps.
    #[error("Keep the reason under 500 characters; put the rest in the ticket it refers to.")]
    TooLong,
    /// Something that is not seen, or that makes the rest be read backwards.
    #[error(
        "Type the reason anew: it holds characters that can't be seen, or that turn the direction of writing, and would look \
         like another one on the record."
    )]
    Hidden,
}

impl Reason {
    /// Most characters a reason may have.
    pub const MAX_CHARS: usize = 500;

    /// Takes what was typed. Control characters, line breaks included, become spaces (ASVS 16.4.1).
    pub fn parse(typed: &str) -> Result<Self, ReasonError> {
        let one_line: String = typed.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
        let text = one_line.trim();
        if has_hidden(text) {
            return Err(ReasonError::Hidden);
        }
        if text.chars().filter(|c| c.is_alphanumeric()).count() < 3 {
            return Err(ReasonError::Empty);
        }
        if text.chars().count() > Self::MAX_CHARS {
            return Err(ReasonError::TooLong);
        }
        Ok(Self(text.to_owned()))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for Reason {
    type Error = ReasonError;

    fn try_from(typed: String) -> Result<Self, ReasonError> {
        Self::parse(&typed)
    }
}

impl From<Reason> for String {
    fn from(reason: Reason) -> Self {
        reason.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_reason_in_any_dress_is_refused() {
        for typed in ["", "   ", "\n\t", "..", "- -", "ok"] {
            assert_eq!(Reason::parse(typed), Err(ReasonError::Empty), "{typed:?}");
        }
    }

    #[test]
    fn a_line_break_cannot_start_a_second_record() {
        let reason = Reason::parse("lost phone\n{\"event\":\"user.enabled\"}").unwrap();
        assert!(!reason.as_str().contains('\n'));
    }

    #[test]
    fn a_reason_reads_as_it_was_typed() {
        for hidden in ['\u{202e}', '\u{2028}', '\u{2066}', '\u{200b}'] {
            assert_eq!(Reason::parse(&format!("refused{hidden}approved")), Err(ReasonError::Hidden));
        }
    }

    #[test]
    fn the_limit_is_500_characters() {
        assert!(Reason::parse(&"é".repeat(500)).is_ok());
        assert_eq!(Reason::parse(&"é".repeat(501)), Err(ReasonError::TooLong));
    }
}
