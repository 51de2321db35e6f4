//! Authelia: its log lines, as JSON or as `key=value` text.

mod logfmt;
mod sentence;

use std::borrow::Cow;

use jiff::Timestamp;
use memchr::memmem;
use serde::de::IgnoredAny;

use crate::{
    read::{Parsed, RecordDefect},
    record::{Position, Provider, SignIn},
    time::parse_time,
    wire::{Field, Scalar, wire},
};
use sentence::Sentence;

wire! {
    struct AutheliaLine<'a> {
        "time" => time: Scalar<'a>,
        "level" => level: Scalar<'a>,
        "msg" => message: Scalar<'a>,
        "error" => error: Scalar<'a>,
        "method" => method: Scalar<'a>,
        "path" => path: Scalar<'a>,
        "remote_ip" => ip: Scalar<'a>,
    }
}

/// `None`: valid JSON, but no record of this provider.
pub(crate) fn parse(text: &str, position: Position) -> Result<Option<Parsed<'_>>, serde_json::Error> {
    if memmem::find(text.as_bytes(), b"\"msg\"").is_none() {
        return serde_json::from_str::<IgnoredAny>(text).map(|_| None);
    }
    Ok(read(serde_json::from_str(text)?, position))
}

/// `None`: no line of this provider.
pub(crate) fn parse_text(text: &str, position: Position) -> Option<Parsed<'_>> {
    // Other programs write such lines too, but none whose log anybody here would read.
    let text = without_carried_time(text);
    let line = if text.starts_with("time=\"") { logfmt::read(text)? } else { return None };
    let is_whole = !line.level.is_absent() && !line.message.is_absent();
    is_whole.then(|| read(line, position).unwrap_or(Parsed::Unrecognised(Cow::Borrowed("a logfmt line"))))
}

/// Docker may put the time before a line, and nothing else may stand there: what somebody typed must never look like
/// the start of a line.
fn without_carried_time(text: &str) -> &str {
    let is_of_time = |byte: u8| byte.is_ascii_digit() || b"-:.+TZ".contains(&byte);
    let is_time =
        |word: &str| word.bytes().all(is_of_time) && word.contains('T') && word.parse::<Timestamp>().is_ok();
    text.split_once(' ').filter(|(word, _)| is_time(word)).map_or(text, |(_, rest)| rest)
}

fn read(line: AutheliaLine<'_>, position: Position) -> Option<Parsed<'_>> {
    let Scalar::Text(message) = &line.message else { return None };
    if line.level.is_absent() || line.time.is_absent() {
        return None;
    }
    let Some(sentence) = Sentence::read(message, line.error.text().unwrap_or("")) else {
        return is_authelia(&line, message).then(|| unrecognised(&line));
    };
    let mut sign_in = SignIn::new(Provider::Authelia, sentence.result);
    match line.time.text().map(parse_time) {
        Some(None) => return Some(Parsed::Malformed(RecordDefect::BadTime)),
        at => sign_in.at = at.flatten(),
    }
    sign_in.position = position;
    sign_in.method = sentence.method;
    sign_in.code = sentence.code.and_then(|word| keep(&line.error, message, word).cow());
    sign_in.detail = sentence.detail.and_then(|words| keep(&line.error, message, words).cow());
    sign_in.set_ip(line.ip.text());
    // A ban of an address is written as if the address were a person. Elsewhere somebody typed it as their name.
    let is_address = sentence.code == Some("banned") && crate::record::address(sentence.name).is_some();
    if !is_address {
        sign_in.set_person(keep(&line.error, message, sentence.name).cow());
    }
    Some(Parsed::Attempt(sign_in))
}

/// What every line about a request has, and the words of the start.
fn is_authelia(line: &AutheliaLine<'_>, message: &str) -> bool {
    let is_about_a_request = !line.ip.is_absent() && !line.path.is_absent() && !line.method.is_absent();
    is_about_a_request || message.contains("Authelia") || message.contains("authentication attempt")
}

fn unrecognised(line: &AutheliaLine<'_>) -> Parsed<'static> {
    Parsed::Unrecognised(format!("authelia {}", line.level.text().unwrap_or("line")).into())
}

/// The part as it stands in the error or the message, borrowed if they are.
fn keep<'a>(error: &Scalar<'a>, message: &Cow<'a, str>, part: &str) -> Scalar<'a> {
    let within = |whole: &Cow<'a, str>| match whole {
        Cow::Borrowed(whole) => whole.find(part).and_then(|at| whole.get(at..at + part.len())),
        Cow::Owned(_) => None,
    };
    let in_error = || if let Scalar::Text(error) = error { within(error) } else { None };
    let kept = within(message).or_else(in_error).map_or_else(|| Cow::Owned(part.to_owned()), Cow::Borrowed);
    Scalar::of(kept)
}

#[cfg(test)]
mod tests;
