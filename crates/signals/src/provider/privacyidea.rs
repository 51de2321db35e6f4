//! privacyIDEA: its audit log, as the API and the download give it and as its logger writes it.

mod download;
mod outcome;

use std::borrow::Cow;

use memchr::memmem;
use serde::de::IgnoredAny;

use crate::{
    provider::head::without_carrier,
    read::{Parsed, RecordDefect},
    record::{AttemptResult, Position, Provider, SignIn},
    time::parse_time,
    wire::{Field, Scalar, wire},
};
use outcome::PrivacyIdeaOutcome;

wire! {
    struct PrivacyIdeaEntry<'a> {
        "number" => number: Scalar<'a>,
        "action" => action: Scalar<'a>,
        "success" => success: Scalar<'a>,
        "authentication" => authentication: Scalar<'a>,
        "date" | "timestamp" => at: Scalar<'a>,
        "startdate" => started: Scalar<'a>,
        "serial" => serial: Scalar<'a>,
        "token_type" | "tokentype" => token: Scalar<'a>,
        "user" => user: Scalar<'a>,
        "administrator" => administrator: Scalar<'a>,
        "action_detail" => action_detail: Scalar<'a>,
        "info" => info: Scalar<'a>,
        "policies" => policies: Scalar<'a>,
        "client" => client: Scalar<'a>,
        "user_agent" | "client_user_agent" => user_agent: Scalar<'a>,
        // Only to know whose record it is.
        "privacyidea_server" => server: Scalar<'a>,
        "sig_check" => signature: Scalar<'a>,
    }
}

/// Column names that no other log has.
const OWN_COLUMNS: [&[u8]; 2] = [b"privacyidea_server", b"sig_check"];

fn has_own_column(text: &str) -> bool {
    OWN_COLUMNS.iter().any(|column| memmem::find(text.as_bytes(), column).is_some())
}

/// `None`: valid JSON, but no record of this provider.
pub(crate) fn parse(line: &str, position: Position) -> Result<Option<Parsed<'_>>, serde_json::Error> {
    if !has_own_column(line) {
        return serde_json::from_str::<IgnoredAny>(line).map(|_| None);
    }
    Ok(read(&serde_json::from_str(line)?, position))
}

/// `None`: no line of this provider. Its logger writes the entry as JSON behind whatever it was told to write first.
pub(crate) fn parse_text(line: &str, position: Position) -> Option<Parsed<'_>> {
    if line.starts_with('\'') {
        return read(&download::entry(line)?, position);
    }
    if !has_own_column(line) {
        return None;
    }
    let line = without_carrier(line);
    let (head, entry) = line.split_at_checked(memchr::memchr(b'{', line.as_bytes())?)?;
    // A time or a bracket, and nothing that somebody typed.
    if !head.is_empty() && (!head.starts_with(is_first_of_a_head) || head.contains(['"', '\'', '=', '}'])) {
        return None;
    }
    read(&serde_json::from_str(entry).ok()?, position)
}

fn is_first_of_a_head(first: char) -> bool {
    first == '[' || first.is_ascii_digit()
}

fn read<'a>(entry: &PrivacyIdeaEntry<'a>, position: Position) -> Option<Parsed<'a>> {
    if entry.server.is_absent() && entry.signature.is_absent() {
        return None;
    }
    // "POST /validate/check"
    let action = text(&entry.action)?;
    let (verb, path) = action.split_once(' ').filter(|(_, path)| path.starts_with('/'))?;
    Some(match outcome::outcome(entry, verb, path) {
        Some(outcome) => normalise(entry, outcome, position),
        None => Parsed::Unrecognised(format!("privacyidea {action}").into()),
    })
}

/// A value of the log. The download puts each into single quotes, also below a header that somebody gave it, and
/// writes `None` where there is none.
fn text<'a>(field: &Scalar<'a>) -> Option<Cow<'a, str>> {
    fn bare(text: &str) -> &str {
        let quoted = text.strip_prefix('\'').and_then(|text| text.strip_suffix('\''));
        quoted.unwrap_or(text).trim()
    }
    let text = match field.cow()? {
        Cow::Borrowed(text) => Cow::Borrowed(bare(text)),
        Cow::Owned(text) => Cow::Owned(bare(&text).to_owned()),
    };
    Some(text).filter(|text| !text.is_empty() && text != "None")
}

/// A name, which may itself stand in quotes: those go only where the download put them around every value.
fn name<'a>(entry: &PrivacyIdeaEntry<'a>, field: &Scalar<'a>) -> Option<Cow<'a, str>> {
    let is_quoted = entry.action.text().is_some_and(|action| action.starts_with('\''));
    let name = if is_quoted { text(field)? } else { field.cow()? };
    (name.trim() != "None").then_some(name)
}

fn normalise<'a>(
    entry: &PrivacyIdeaEntry<'a>,
    outcome: PrivacyIdeaOutcome<'a>,
    position: Position,
) -> Parsed<'a> {
    let mut sign_in = SignIn::new(Provider::PrivacyIdea, outcome.result);
    let time = text(&entry.at).or_else(|| text(&entry.started));
    match time.as_deref().map(parse_time) {
        Some(None) => return Parsed::Malformed(RecordDefect::BadTime),
        at => sign_in.at = at.flatten(),
    }
    let administrator = name(entry, &entry.administrator);
    if matches!(outcome.result, AttemptResult::Lifecycle(_)) {
        sign_in.set_person(name(entry, &entry.user));
        sign_in.actor = administrator;
    } else {
        // An administrator's own sign-in has no user; a challenge that a program asks for has both.
        sign_in.set_person(name(entry, &entry.user).or(administrator.filter(|_| outcome.is_own_page)));
    }
    sign_in.position = position;
    sign_in.method = outcome.method;
    sign_in.code = outcome.code;
    sign_in.policy = outcome.policy;
    sign_in.record_id = text(&entry.number);
    sign_in.phone = text(&entry.serial);
    sign_in.set_ip(text(&entry.client).as_deref());
    sign_in.user_agent = text(&entry.user_agent);
    sign_in.detail = text(&entry.info);
    Parsed::Attempt(sign_in)
}

#[cfg(test)]
mod tests;
