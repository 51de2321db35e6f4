//! A line of Keycloak's server log: `2026-03-02 08:14:11,204 WARN  [org.keycloak.events] (executor-thread-3)
//! type="LOGIN_ERROR", realmId="r-1", …`. Values are quoted since Keycloak 24, unless that is switched off.
//!
//! The name that somebody typed stands in such a line, so every field is read as if it could lie: Keycloak writes its
//! own fields first and in one row, and whatever claims to be one of them later is part of a value.

use std::borrow::Cow;

use jiff::{Timestamp, civil::DateTime, tz::TimeZone};

use super::{admin::KeycloakAdminOperation, errors, event::KeycloakEvent};
use crate::{
    provider::head::without_carrier, read::Parsed, record::Position, time::parse_time, wire::Scalar,
};

pub(super) struct KeycloakLine<'a> {
    pub(super) at: Option<Timestamp>,
    pub(super) logger: &'a str,
    pub(super) message: &'a str,
}

/// `None`: not of this shape.
pub(super) fn parse(text: &str) -> Option<KeycloakLine<'_>> {
    let line = without_carrier(text);
    let (carrier, _) = text.split_at_checked(text.len() - line.len())?;
    let (head, rest) = line.split_once('[')?;
    // Date, time and level: with more, somebody's words stand before it.
    if head.split_ascii_whitespace().count() > 3 || head.contains(['"', '\'', '=']) {
        return None;
    }
    let (logger, rest) = rest.split_once(']')?;
    let rest = rest.trim_start();
    let message = match rest.strip_prefix('(') {
        Some(thread) => thread.split_once(") ")?.1,
        None => rest,
    };
    Some(KeycloakLine { at: time_of(head, carrier), logger: logger.trim(), message })
}

/// Before the logger stand date, time and level. The server writes its own zone's time without saying which. It is read
/// as UTC, the default in containers, unless syslog's own time tells.
fn time_of(head: &str, carrier: &str) -> Option<Timestamp> {
    let (written, _level) = head.trim_end().rsplit_once(' ')?;
    let at = parse_time(written.trim())?;
    Some(carrier.split(' ').find_map(|word| same_clock(word, at)).unwrap_or(at))
}

/// The moment in a text with an offset, if the clock in it shows what the server's showed.
fn same_clock(text: &str, shown: Timestamp) -> Option<Timestamp> {
    if !text.contains('T') {
        return None;
    }
    let exact = text.parse::<Timestamp>().ok()?;
    let clock = text.parse::<DateTime>().ok()?;
    (shown.to_zoned_datetime(TimeZone::UTC).datetime() == clock).then_some(exact)
}

/// `org.key.events` is what a renamed build writes.
pub(super) fn is_keycloaks(logger: &str) -> bool {
    logger.starts_with("org.keycloak.") || logger == "org.key.events"
}

/// A line of Keycloak that tells no event.
pub(super) fn other(logger: &str) -> Parsed<'static> {
    Parsed::Unrecognised(format!("keycloak log of {logger}").into())
}

/// `None`: the message tells no event.
pub(super) fn message(message: &str, at: Option<Timestamp>, position: Position) -> Option<Parsed<'_>> {
    if let Some(first) = message.strip_prefix("type=") {
        return Some(event_of(Fields::new(message, first))?.read(at, position));
    }
    let first = message.strip_prefix("operationType=")?;
    Some(operation_of(Fields::new(message, first))?.read(at, position))
}

/// The keys that Keycloak writes first, before any detail.
const OWN_KEYS: [&str; 12] = [
    "type",
    "operationType",
    "realmId",
    "realmName",
    "realm",
    "clientId",
    "userId",
    "sessionId",
    "ipAddress",
    "resourceType",
    "resourcePath",
    "error",
];

/// The keys of a log at its finest level. From here on stands what the browser sent.
const REQUEST_KEYS: [&str; 3] = ["requestUri", "cookies", "stackTrace"];

/// `None`: no event, or one that its client id may have made up. That is the one value which somebody else chose and
/// which stands before Keycloak's own. It shows by an own key twice in the first row, or by how the line really ends:
/// that there is no such client.
fn event_of(fields: Fields<'_>) -> Option<KeycloakEvent<'_>> {
    let mut event = KeycloakEvent::default();
    let mut own_found = [false; OWN_KEYS.len()];
    let mut in_details = false;
    let mut may_lie = false;
    let is_exact = fields.quote.is_some();
    for (key, value) in fields.take_while(|(key, _)| !REQUEST_KEYS.contains(key)) {
        let own = OWN_KEYS.iter().position(|own| *own == key);
        in_details |= own.is_none();
        // Nobody can tell where a name without quotes ends. Keycloak happens to write it last.
        let after_name = may_lie;
        may_lie |= key == "username" && !is_exact;
        if let Some(seen) = own.and_then(|own| own_found.get_mut(own))
            && std::mem::replace(seen, true)
            && !in_details
        {
            return None;
        }
        let Some(value) = value else { continue };
        if own.is_some() && in_details {
            if key == "error" && errors::is_about_the_client(&value) {
                return None;
            }
            continue;
        }
        if after_name {
            continue;
        }
        if key == "type" {
            event.kind = if event.kind.is_empty() { value } else { event.kind };
        } else if let Some(field) = field_of(&mut event, key) {
            field.get_or_insert(value);
        }
    }
    (!event.kind.is_empty()).then_some(event)
}

fn field_of<'e, 'a>(event: &'e mut KeycloakEvent<'a>, key: &str) -> Option<&'e mut Option<Cow<'a, str>>> {
    Some(match key {
        "clientId" => &mut event.client,
        "userId" => &mut event.user,
        "sessionId" => &mut event.session,
        "ipAddress" => &mut event.ip,
        "error" => &mut event.error,
        "username" => &mut event.username,
        "code_id" => &mut event.code_id,
        "credential_type" => &mut event.credential_type,
        "selected_credential_id" => &mut event.selected_credential,
        "grant_type" => &mut event.grant_type,
        "identity_provider" => &mut event.identity_provider,
        "reason" => &mut event.reason,
        _ => return None,
    })
}

fn operation_of(fields: Fields<'_>) -> Option<KeycloakAdminOperation<'_>> {
    let mut operation = KeycloakAdminOperation::default();
    for (key, value) in fields.take_while(|(key, _)| OWN_KEYS.contains(key)) {
        let Some(value) = value else { continue };
        let field = match key {
            "operationType" if operation.verb.is_empty() => {
                operation.verb = value;
                continue;
            }
            // Here it is the administrator's.
            "userId" => &mut operation.by,
            "ipAddress" => &mut operation.ip,
            "resourceType" => &mut operation.resource,
            "resourcePath" => &mut operation.path,
            "error" => &mut operation.error,
            _ => continue,
        };
        field.get_or_insert(value);
    }
    (!operation.verb.is_empty()).then_some(operation)
}

/// The `key=value` pairs of a message, in their order. The text `null` and the empty text are `None`.
struct Fields<'a> {
    remaining: &'a str,
    /// What every value stands in, and what is escaped inside. `None`: an older version, or quotes are switched off.
    quote: Option<char>,
}

impl<'a> Fields<'a> {
    /// The first value is Keycloak's own, so it tells the form of the others.
    fn new(message: &'a str, first: &str) -> Self {
        Self { remaining: message, quote: first.chars().next().filter(|first| matches!(first, '"' | '\'')) }
    }
}

impl<'a> Iterator for Fields<'a> {
    type Item = (&'a str, Option<Cow<'a, str>>);

    fn next(&mut self) -> Option<Self::Item> {
        let (key, rest) = self.remaining.split_once('=')?;
        if key.is_empty() || !key.bytes().all(is_key_byte) {
            return None;
        }
        // Without quotes of their own, values with a space stood in single ones.
        let quote = self.quote.unwrap_or('\'');
        let (value, rest) = match rest.strip_prefix(quote).map(|open| quoted(open, quote)) {
            Some(Some(found)) => found,
            // The line was cut off, and half a name is another name.
            Some(None) if self.quote.is_some() => (Cow::Borrowed(""), ""),
            _ => bare(rest),
        };
        self.remaining = rest;
        Some((key, Scalar::of(value).cow()))
    }
}

fn is_key_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"_-.".contains(&byte)
}

/// Does the next field begin here? What follows its `=` is handed back. Looks no further than its key, so that a line
/// of nothing but commas takes no longer than another.
fn next_field(text: &str) -> Option<&str> {
    let text = text.strip_prefix(", ")?;
    let key = text.bytes().take_while(|byte| is_key_byte(*byte)).count();
    text.get(key..)?.strip_prefix('=').filter(|_| key > 0)
}

/// Up to the next field.
fn bare(text: &str) -> (Cow<'_, str>, &str) {
    let end =
        text.match_indices(", ").map(|(at, _)| at).find(|at| text.get(*at..).and_then(next_field).is_some());
    let end = end.unwrap_or(text.len());
    (Cow::Borrowed(text.get(..end).unwrap_or("")), after_comma(text, end))
}

/// Keycloak puts a backslash before a quote in a value, but leaves backslashes as they are. So a quote ends the value
/// unless a backslash stands before it; and even then, if the next field follows and opens with a quote that nobody
/// escaped: inside a value there is no such quote, and at its end none that opens something.
/// `None`: it does not end.
fn quoted(text: &str, quote: char) -> Option<(Cow<'_, str>, &str)> {
    let opens = |value: &str| {
        value.strip_prefix(quote).is_some_and(|value| !value.is_empty() && next_field(value).is_none())
    };
    let ends_at = |at: usize| {
        let Some(after) = text.get(at + 1..) else { return false };
        let escaped = text.get(..at).is_some_and(|before| before.ends_with('\\'));
        match next_field(after) {
            Some(value) => !escaped || opens(value),
            None => after.is_empty(),
        }
    };
    let end = text.match_indices(quote).map(|(at, _)| at).find(|at| ends_at(*at))?;
    let value = text.get(..end).unwrap_or("");
    let value = if value.contains('\\') {
        Cow::Owned(value.replace(&format!("\\{quote}"), &quote.to_string()))
    } else {
        Cow::Borrowed(value)
    };
    Some((value, after_comma(text, end + 1)))
}

fn after_comma(text: &str, end: usize) -> &str {
    let rest = text.get(end..).unwrap_or("");
    rest.strip_prefix(", ").unwrap_or(rest)
}

#[cfg(test)]
mod tests;
