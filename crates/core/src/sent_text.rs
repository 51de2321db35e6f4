//! Text as it enters, in forms, queries and JSON. NUL and other control characters belong in no field: one database refuses them,
//! logs and terminals obey them. Tabs and line breaks are left to whoever takes the text.

use std::borrow::Cow;

use serde_json::Value;

/// Whether no field takes this character.
pub fn is_refused(c: char) -> bool {
    c.is_control() && !matches!(c, '\t' | '\n' | '\r')
}

/// Whether a text holds a character that no field takes.
pub fn has_refused(text: &str) -> bool {
    text.chars().any(is_refused)
}

/// The name of the first field with such a character, in its name or its value.
pub fn refused_field<'a>(
    mut pairs: impl Iterator<Item = (Cow<'a, str>, Cow<'a, str>)>,
) -> Option<Cow<'a, str>> {
    pairs.find(|(name, value)| has_refused(name) || has_refused(value)).map(|(name, _)| name)
}

/// The same of JSON, however deep; `name` is what the whole is called.
pub fn refused_member<'a>(name: &'a str, value: &'a Value) -> Option<&'a str> {
    match value {
        Value::String(text) if has_refused(text) => Some(name),
        Value::Array(values) => values.iter().find_map(|value| refused_member(name, value)),
        Value::Object(members) => members.iter().find_map(|(name, value)| {
            if has_refused(name) { Some(name.as_str()) } else { refused_member(name, value) }
        }),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_field_with_a_control_character_is_named() {
        let pairs = |pairs: [(&'static str, &'static str); 2]| {
            refused_field(pairs.into_iter().map(|(name, value)| (name.into(), value.into())))
        };
        assert_eq!(pairs([("a", "two\nlines\r\n"), ("b", "\ttab")]), None);
        assert_eq!(pairs([("a", "x"), ("b", "\0")]).as_deref(), Some("b"));
        assert_eq!(pairs([("a\u{1b}", "x"), ("b", "\0")]).as_deref(), Some("a\u{1b}"));
        assert_eq!(refused_member("body", &json!({ "a": [1, { "b": "\u{9b}" }] })), Some("b"));
        assert_eq!(refused_member("body", &json!(["\u{7f}"])), Some("body"));
        assert_eq!(refused_member("body", &json!({ "a\0": 1 })), Some("a\0"));
        assert_eq!(refused_member("body", &json!({ "a": ["b\n", null, 1.5, true] })), None);
    }
}
