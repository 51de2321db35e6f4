//! What an entry of the audit log means for somebody's sign-in.

use std::borrow::Cow;

use super::{PrivacyIdeaEntry, text};
use crate::{
    cause::Cause,
    record::{AttemptResult, Lifecycle, Method},
    wire::Scalar,
};

pub(super) struct PrivacyIdeaOutcome<'a> {
    pub(super) result: AttemptResult,
    pub(super) method: Method,
    pub(super) code: Option<Cow<'a, str>>,
    pub(super) policy: Option<Cow<'a, str>>,
    /// At privacyIDEA itself, and not at a page that asks it.
    pub(super) is_own_page: bool,
}

/// `None`: not about a sign-in.
pub(super) fn outcome<'a>(
    entry: &PrivacyIdeaEntry<'a>,
    verb: &str,
    path: &str,
) -> Option<PrivacyIdeaOutcome<'a>> {
    let mut parts = path.trim_matches('/').split('/');
    let what = (parts.next().unwrap_or(""), parts.next().unwrap_or(""));
    let is_own_page = what.0 == "auth";
    let result = match what {
        ("validate", "check" | "samlcheck" | "radiuscheck") => check(entry),
        ("auth", "") if verb == "POST" => check(entry),
        ("validate", "triggerchallenge") => trigger(entry),
        // The phone's own answer, and the page that asks for it: only a refusal says more than the check after it.
        ("validate", "polltransaction") | ("ttype", _) => {
            is_declined(entry).then_some(AttemptResult::Failure(Cause::MfaDenied))?
        }
        _ if !succeeded(entry) => return None,
        _ => AttemptResult::Lifecycle(change(entry, verb, what)?),
    };
    let failure = if let AttemptResult::Failure(cause) = result { Some(cause) } else { None };
    let policy = match result {
        AttemptResult::Lifecycle(Lifecycle::PolicyChanged) => text(&entry.action_detail),
        _ => text(&entry.policies).filter(|_| failure == Some(Cause::PolicyBlock)),
    };
    let code = text(&entry.authentication).filter(|_| failure.is_some());
    Some(PrivacyIdeaOutcome { result, method: method(entry, is_own_page), code, policy, is_own_page })
}

fn succeeded(entry: &PrivacyIdeaEntry<'_>) -> bool {
    entry.success.truth().unwrap_or_else(|| {
        let value = text(&entry.success);
        value.is_some_and(|value| value == "1" || value.eq_ignore_ascii_case("true"))
    })
}

fn equals_word(field: &Scalar<'_>, word: &str) -> bool {
    text(field).is_some_and(|value| value.eq_ignore_ascii_case(word))
}

fn is_declined(entry: &PrivacyIdeaEntry<'_>) -> bool {
    equals_word(&entry.authentication, "DECLINED") || cause_by_text(entry) == Some(Cause::MfaDenied)
}

fn check(entry: &PrivacyIdeaEntry<'_>) -> AttemptResult {
    if is_declined(entry) {
        return AttemptResult::Failure(Cause::MfaDenied);
    }
    // The column came with 3.6; before it, a challenge is a check without success whose words ask for more.
    if equals_word(&entry.authentication, "CHALLENGE") {
        return challenge(entry);
    }
    if equals_word(&entry.authentication, "ACCEPT") || succeeded(entry) {
        return AttemptResult::Success;
    }
    match cause_by_text(entry) {
        Some(cause) => AttemptResult::Failure(cause),
        None if !equals_word(&entry.authentication, "REJECT") && asks_for_more(entry) => challenge(entry),
        None => AttemptResult::Failure(Cause::Unknown),
    }
}

/// A program asks for a challenge. That it got none may be a matter of how the tokens work.
fn trigger(entry: &PrivacyIdeaEntry<'_>) -> AttemptResult {
    match cause_by_text(entry).filter(|_| !succeeded(entry)) {
        Some(cause) => AttemptResult::Failure(cause),
        None => challenge(entry),
    }
}

/// Only these reach the person by themselves; the others wait for what the person has.
fn challenge(entry: &PrivacyIdeaEntry<'_>) -> AttemptResult {
    match method_of_token(entry) {
        Method::Push | Method::Sms | Method::Email | Method::Voice => AttemptResult::PushSent,
        _ => AttemptResult::Interrupt(None),
    }
}

/// The prompts that come with privacyIDEA; an organisation may write its own.
fn asks_for_more(entry: &PrivacyIdeaEntry<'_>) -> bool {
    let info = text(&entry.info).unwrap_or_default().to_ascii_lowercase();
    ["please enter", "enter the otp", "enter your otp", "please confirm", "please scan", "transaction_id"]
        .iter()
        .any(|words| info.contains(words))
}

/// The rows are tried in order: a used code is also told as a wrong one.
const WORDS: [(&str, Cause); 27] = [
    ("previous otp used again", Cause::MfaCodeReused),
    ("declined", Cause::MfaDenied),
    // The token is locked by wrong tries, and opens when they are forgiven. Nothing is wrong with it: as a factor that
    // was switched off, it would be replaced, and whoever made the tries would have brought that about.
    ("failcounter exceeded", Cause::AccountLocked),
    ("wrong otp pin", Cause::MfaWrongCode),
    ("wrong otp value", Cause::MfaWrongCode),
    ("response did not match", Cause::MfaWrongCode),
    ("timed out", Cause::MfaNoResponse),
    ("timeout", Cause::MfaNoResponse),
    ("token is disabled", Cause::FactorDisabled),
    ("token is locked", Cause::FactorDisabled),
    ("revoked", Cause::FactorDisabled),
    ("outside validity period", Cause::FactorDisabled),
    ("authentication counter exceeded", Cause::FactorDisabled),
    ("no tokens assigned", Cause::MfaNotEnrolled),
    ("no token assigned", Cause::MfaNotEnrolled),
    ("no suitable token", Cause::MfaNotEnrolled),
    ("no active challenge response token", Cause::MfaNotEnrolled),
    ("wrong credentials", Cause::BadPassword),
    ("can not be found", Cause::BadPassword),
    ("could not be found", Cause::BadPassword),
    ("does not exist", Cause::BadPassword),
    ("user not found", Cause::BadPassword),
    ("not allowed", Cause::PolicyBlock),
    ("not authorized", Cause::PolicyBlock),
    ("failed to send", Cause::MfaDeliveryFailed),
    ("could not be sent", Cause::MfaDeliveryFailed),
    ("failed to deliver", Cause::MfaDeliveryFailed),
];

fn cause_by_text(entry: &PrivacyIdeaEntry<'_>) -> Option<Cause> {
    let info = text(&entry.info)?.to_ascii_lowercase();
    let user = text(&entry.user).unwrap_or_default().to_ascii_lowercase();
    let (words, cause) = WORDS.iter().find(|(words, _)| contains_beside_name(&info, words, &user))?;
    // A push is polled: until it is answered, nothing matches.
    let unanswered = *words == "response did not match" && method_of_token(entry) == Method::Push;
    Some(if unanswered { Cause::MfaNoResponse } else { *cause })
}

/// Are the words there, and not only as a part of the name? Errors may repeat what was typed, which must not choose
/// the cause.
fn contains_beside_name(info: &str, words: &str, name: &str) -> bool {
    let is_in_name = |at: usize| {
        let mut repeats = info.match_indices(name);
        repeats.any(|(from, _)| from <= at && at + words.len() <= from + name.len())
    };
    info.match_indices(words).any(|(at, _)| name.len() < words.len() || !is_in_name(at))
}

fn change(entry: &PrivacyIdeaEntry<'_>, verb: &str, what: (&str, &str)) -> Option<Lifecycle> {
    Some(match (verb, what.0, what.1) {
        ("POST", "token", "init") if is_way_around(entry) => Lifecycle::BypassCreated,
        ("POST", "token", "init" | "assign" | "enable") => Lifecycle::FactorEnrolled,
        ("POST", "token", "disable" | "revoke" | "unassign") | ("DELETE", "token", _) => {
            Lifecycle::FactorRemoved
        }
        // A password in the place of the lost token.
        ("POST", "token", "lost") => Lifecycle::BypassCreated,
        // The failcounter is forgiven.
        ("POST", "token", "reset") => Lifecycle::Unlock,
        ("POST", "recover", "reset") => Lifecycle::PasswordChanged,
        ("POST" | "PATCH" | "DELETE", "policy", _) => Lifecycle::PolicyChanged,
        _ => return None,
    })
}

/// A code for one sign-in, a token that asks for nothing, or a list of codes that somebody else has seen.
fn is_way_around(entry: &PrivacyIdeaEntry<'_>) -> bool {
    let token = text(&entry.token).unwrap_or_default().to_ascii_lowercase();
    let is_list = matches!(token.as_str(), "tan" | "paper");
    matches!(token.as_str(), "registration" | "spass") || (is_list && text(&entry.administrator).is_some())
}

fn method(entry: &PrivacyIdeaEntry<'_>, is_own_page: bool) -> Method {
    match method_of_token(entry) {
        Method::Unknown if is_own_page => Method::Password,
        method => method,
    }
}

fn method_of_token(entry: &PrivacyIdeaEntry<'_>) -> Method {
    match text(&entry.token).unwrap_or_default().to_ascii_lowercase().as_str() {
        "hotp" | "totp" | "daypassword" | "ocra" | "motp" | "vasco" | "yubikey" | "yubico" => Method::Totp,
        "push" | "tiqr" => Method::Push,
        "sms" => Method::Sms,
        "email" => Method::Email,
        "webauthn" | "passkey" | "u2f" => Method::Webauthn,
        "certificate" => Method::Certificate,
        "pw" | "spass" | "applspec" => Method::Password,
        "registration" => Method::Pass,
        "tan" | "paper" | "indexedsecret" => Method::BackupCode,
        "radius" | "remote" => Method::Federated,
        _ => Method::Unknown,
    }
}
