//! What is wrong with a settings file, by line and key. Never the line itself, nor a value: a password may stand there.

use toml::de::Error;

/// `line 7, smtp_url: expected a string`.
pub(super) fn message(text: &str, error: &Error) -> String {
    let message = without_values(error.message());
    let Some(start) = error.span().map(|span| span.start) else {
        return message;
    };
    let before = text.get(..start).unwrap_or(text);
    let number = before.matches('\n').count() + 1;
    let line = text.lines().nth(number - 1).unwrap_or_default();
    match key_of(line) {
        Some(key) => format!("line {number}, {key}: {message}"),
        None => format!("line {number}: {message}"),
    }
}

/// The key, if the line begins with what can be one.
fn key_of(line: &str) -> Option<&str> {
    let (key, _) = line.split_once('=')?;
    let key = key.trim();
    let is_bare = |c: char| c.is_ascii_alphanumeric() || "_-.".contains(c);
    (!key.is_empty() && key.len() <= 64 && key.chars().all(is_bare)).then_some(key)
}

/// serde says ``invalid type: integer `834512`, expected a string``, and ``unknown field `x`, expected one of …``: the
/// first part may quote what was typed, the rest is help.
fn without_values(message: &str) -> String {
    let first = message.lines().next().unwrap_or_default();
    match first.split_once(", expected ") {
        Some((said, expected)) if said.starts_with("unknown") => {
            format!("not a setting; there are {expected}")
        }
        Some((_, expected)) => format!("expected {expected}"),
        None if first.contains(['`', '"', '\'']) => "this can't be read".to_owned(),
        None => first.to_owned(),
    }
}
