//! Whom an event is announced to, and when. The condition is data, so that a reader of the log can look at it too: the
//! book, the audit page, and the test that asks after each run whether everybody was told.

use serde_json::Value;

/// Who is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Audience {
    /// The person whom it concerns, on every contact that was on file before.
    Owner,
    /// Admins other than that person, by mail.
    Admins,
    /// Admins and auditors, by mail.
    Overseers,
    /// Seniors and admins, by mail.
    Seniors,
}

impl Audience {
    /// The word in the API.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Owner => "owner",
            Self::Admins => "admins",
            Self::Overseers => "overseers",
            Self::Seniors => "seniors",
        }
    }

    /// The word for people.
    pub fn title(self) -> &'static str {
        match self {
            Self::Owner => "the owner",
            Self::Admins => "other admins",
            Self::Overseers => "admins and auditors",
            Self::Seniors => "seniors and admins",
        }
    }
}

/// One audience of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Announcement {
    /// Who is told.
    pub to: Audience,
    /// Of which records.
    pub when: AnnouncedWhen,
}

/// Of which records of an event its audience is told: by what stands in `detail`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AnnouncedWhen {
    /// Of each.
    Always,
    /// Where the field holds this text, or this truth value.
    DetailIs(&'static str, &'static str),
    /// Where it does not.
    DetailIsNot(&'static str, &'static str),
    /// Where the field is there, and not null.
    DetailHas(&'static str),
    /// By what the record does not say; in words.
    Circumstances(&'static str),
}

impl AnnouncedWhen {
    /// Whether it holds for a record with this detail. `None`: the record does not say.
    pub fn holds(self, detail: &Value) -> Option<bool> {
        match self {
            Self::Always => Some(true),
            Self::DetailIs(field, word) => Some(is(detail, field, word)),
            Self::DetailIsNot(field, word) => Some(!is(detail, field, word)),
            Self::DetailHas(field) => Some(detail.get(field).is_some_and(|value| !value.is_null())),
            Self::Circumstances(_) => None,
        }
    }
}

/// In Markdown; empty for [`AnnouncedWhen::Always`].
impl std::fmt::Display for AnnouncedWhen {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Always => Ok(()),
            Self::DetailIs(field, word) => write!(f, "if `{field}` is `{word}`"),
            Self::DetailIsNot(field, word) => write!(f, "unless `{field}` is `{word}`"),
            Self::DetailHas(field) => write!(f, "if `{field}` has a value"),
            Self::Circumstances(words) => f.write_str(words),
        }
    }
}

fn is(detail: &Value, field: &str, word: &str) -> bool {
    match detail.get(field) {
        Some(Value::String(text)) => text == word,
        Some(Value::Bool(flag)) => flag.to_string() == word,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_condition_is_read_from_the_detail() {
        let when = AnnouncedWhen::DetailIs("told", "at once");
        assert_eq!(when.holds(&json!({ "told": "at once" })), Some(true));
        assert_eq!(when.holds(&json!({ "told": "gathered" })), Some(false));
        let when = AnnouncedWhen::DetailIsNot("removed", "true");
        assert_eq!(when.holds(&json!({ "removed": true })), Some(false));
        assert_eq!(when.holds(&Value::Null), Some(true));
        let when = AnnouncedWhen::DetailHas("reset_at");
        assert_eq!(when.holds(&json!({ "reset_at": "2026-03-02T08:14:11Z" })), Some(true));
        assert_eq!(when.holds(&json!({ "reset_at": null })), Some(false));
        assert_eq!(when.holds(&Value::Null), Some(false));
        assert_eq!(AnnouncedWhen::Circumstances("once a day").holds(&Value::Null), None);
    }
}
