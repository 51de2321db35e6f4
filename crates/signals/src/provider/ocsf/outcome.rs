//! What an OCSF event means for the person's sign-in.

use super::{OcsfLogEvent, factor};
use crate::{
    cause::Cause,
    read::RecordDefect,
    record::{AttemptResult, Flag, Lifecycle, Method},
    wire::Scalar,
};
use AttemptResult::{Failure, Interrupt, Success};

#[derive(Debug)]
pub(super) struct OcsfLogOutcome {
    pub(super) result: AttemptResult,
    pub(super) method: Method,
    pub(super) flag: Option<Flag>,
    /// In Postern's own words.
    pub(super) is_own: bool,
}

/// `None`: not about a sign-in.
/// Err: a sign-in without a result.
pub(super) fn outcome(class: i64, event: &OcsfLogEvent<'_>) -> Result<Option<OcsfLogOutcome>, RecordDefect> {
    let worked = succeeded(event);
    if let Some(own) = event.unmapped.postern.outcome(worked) {
        return Ok(Some(own));
    }
    let activity = event.activity();
    let change = match class {
        3001 => account_change(activity),
        3007 => user_management(activity),
        3002 => return authentication(event, activity, worked),
        _ => None,
    };
    // What was refused changed nothing.
    let change = change.filter(|_| worked != Some(false));
    Ok(change.map(|change| OcsfLogOutcome {
        result: AttemptResult::Lifecycle(change),
        method: Method::Unknown,
        flag: None,
        is_own: false,
    }))
}

fn succeeded(event: &OcsfLogEvent<'_>) -> Option<bool> {
    match event.status_id.int() {
        Some(1) => Some(true),
        Some(2) => Some(false),
        _ => match event.status.text() {
            Some(word) if word.eq_ignore_ascii_case("Success") => Some(true),
            Some(word) if word.eq_ignore_ascii_case("Failure") => Some(false),
            _ => None,
        },
    }
}

fn authentication(
    event: &OcsfLogEvent<'_>,
    activity: i64,
    worked: Option<bool>,
) -> Result<Option<OcsfLogOutcome>, RecordDefect> {
    // A logoff, and the tickets for services that follow a sign-in.
    if matches!(activity, 2 | 4 | 5) {
        return Ok(None);
    }
    let method = if activity == 7 { Method::Session } else { factor::method(event) };
    let result = match worked.ok_or(RecordDefect::NoResult)? {
        // The step before the sign-in.
        true if activity == 6 => Interrupt(None),
        true => Success,
        false => Failure(cause(event, method)),
    };
    let is_risky = |level: &Scalar<'_>| level.int().is_some_and(|level| matches!(level, 3 | 4));
    let flag = (is_risky(&event.risk) || is_risky(&event.user.risk)).then_some(Flag::Risk);
    Ok(Some(OcsfLogOutcome { result, method, flag, is_own: false }))
}

/// The hints that the schema gives for `status_detail`, and the words that mappings of other products leave there.
fn cause(event: &OcsfLogEvent<'_>, method: Method) -> Cause {
    let is_mfa = event.is_mfa.truth() == Some(true);
    let texts = [&event.status_detail, &event.status_code, &event.message];
    let mut texts = texts.iter().filter_map(|text| text.text());
    texts.find_map(|text| by_text(text, method, is_mfa)).unwrap_or(Cause::Unknown)
}

const WORDS: [(&str, Cause); 22] = [
    ("fraud", Cause::MfaFraudReported),
    ("lockedout", Cause::AccountLocked),
    ("accountlocked", Cause::AccountLocked),
    ("islocked", Cause::AccountLocked),
    ("accountdisabled", Cause::AccountDisabled),
    ("userdisabled", Cause::AccountDisabled),
    ("suspended", Cause::AccountDisabled),
    ("deactivated", Cause::AccountDisabled),
    ("doesnotexist", Cause::BadPassword),
    ("usernotfound", Cause::BadPassword),
    ("passwordexpired", Cause::BadPassword),
    ("wrongpassword", Cause::BadPassword),
    ("badpassword", Cause::BadPassword),
    ("invalidpassword", Cause::BadPassword),
    ("declined", Cause::MfaDenied),
    ("noresponse", Cause::MfaNoResponse),
    ("notenrolled", Cause::MfaNotEnrolled),
    ("ratelimit", Cause::MfaRateLimited),
    ("conditionalaccess", Cause::PolicyBlock),
    ("policy", Cause::PolicyBlock),
    ("sessionexpired", Cause::SessionExpired),
    ("tokenexpired", Cause::SessionExpired),
];

fn by_text(text: &str, method: Method, is_mfa: bool) -> Option<Cause> {
    let words: String =
        text.chars().filter(char::is_ascii_alphanumeric).map(|letter| letter.to_ascii_lowercase()).collect();
    if let Some((_, cause)) = WORDS.iter().find(|(known, _)| words.contains(known)) {
        return Some(*cause);
    }
    // Of a prompt; elsewhere a server may be what did not answer.
    if matches!(method, Method::Push | Method::Voice)
        && (words.contains("timeout") || words.contains("timedout"))
    {
        return Some(Cause::MfaNoResponse);
    }
    if words.contains("invalidcredential") || words.contains("failedauthentication") {
        return Some(refused(method, is_mfa));
    }
    None
}

/// One text for whatever was refused; the factor tells what it was.
fn refused(method: Method, is_mfa: bool) -> Cause {
    match method {
        Method::Push => Cause::MfaDenied,
        Method::Federated => Cause::ExternalIdp,
        Method::Totp | Method::Sms | Method::Voice | Method::Email | Method::BackupCode => {
            Cause::MfaWrongCode
        }
        Method::Webauthn | Method::Certificate => Cause::Unknown,
        // Two things were asked for, and neither is named.
        Method::Unknown if is_mfa => Cause::Unknown,
        _ => Cause::BadPassword,
    }
}

/// Class 3001.
fn account_change(activity: i64) -> Option<Lifecycle> {
    Some(match activity {
        2 => Lifecycle::Enabled,
        3 => Lifecycle::PasswordChanged,
        4 => Lifecycle::PasswordReset,
        5 | 6 => Lifecycle::Disabled,
        9 => Lifecycle::Lockout,
        10 => Lifecycle::FactorEnrolled,
        11 => Lifecycle::FactorRemoved,
        12 => Lifecycle::Unlock,
        _ => return None,
    })
}

/// Class 3007, with other numbers for the same.
fn user_management(activity: i64) -> Option<Lifecycle> {
    Some(match activity {
        3 | 5 => Lifecycle::Disabled,
        4 => Lifecycle::Enabled,
        6 => Lifecycle::Lockout,
        7 => Lifecycle::Unlock,
        8 => Lifecycle::PasswordChanged,
        9 => Lifecycle::PasswordReset,
        12 => Lifecycle::FactorEnrolled,
        13 => Lifecycle::FactorRemoved,
        _ => return None,
    })
}
