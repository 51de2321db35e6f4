//! Duo's administrator log (v1): changes, and the administrators' own sign-ins. What changed is JSON in a text.

use std::borrow::Cow;

use super::{change, reasons};
use crate::{
    cause::Cause,
    provider::text_search::first_in,
    read::{Parsed, RecordDefect},
    record::{
        AttemptResult::{self, Failure, Success},
        Lifecycle, Method, Position, Provider, SignIn,
    },
    time::time_in,
    wire::{Field, Scalar, wire},
};

wire! {
    struct DuoAdminEntry<'a> {
        "action" => action: Scalar<'a>,
        "object" => object: Scalar<'a>,
        "username" => username: Scalar<'a>,
        "isotimestamp" => written: Scalar<'a>,
        "timestamp" => timestamp: Scalar<'a>,
        "description" => description: Description<'a>,
    }
}
wire! {
    struct Description<'a> {
        "status" => status: Scalar<'a>,
        "error" => error: Scalar<'a>,
        "factor" => factor: Scalar<'a>,
        "email" => email: Scalar<'a>,
        "ip_address" => ip: Scalar<'a>,
        "primary_auth_method" => first_factor: Scalar<'a>,
        "user" | "uname" => user: Scalar<'a>,
    }
}

pub(super) fn read(line: &str, position: Position) -> Result<Parsed<'_>, serde_json::Error> {
    let entry: DuoAdminEntry<'_> = serde_json::from_str(line)?;
    let action = entry.action.text().unwrap_or("");
    let Some(mut sign_in) = sign_in_of(action, &entry).or_else(|| changed(action, &entry)) else {
        return Ok(Parsed::Unrecognised(format!("duo {action}").into()));
    };
    let Ok(at) = time_in(if entry.written.is_absent() { &entry.timestamp } else { &entry.written }) else {
        return Ok(Parsed::Malformed(RecordDefect::BadTime));
    };
    sign_in.at = at;
    sign_in.position = position;
    sign_in.code = entry.action.cow();
    sign_in.set_ip(entry.description.ip.text());
    Ok(Parsed::Attempt(sign_in))
}

/// An administrator signing in to Duo's own panel.
fn sign_in_of<'a>(action: &str, entry: &DuoAdminEntry<'a>) -> Option<SignIn<'a>> {
    let description = &entry.description;
    let result = match action {
        "admin_login" => Success,
        "admin_login_error" | "admin_2fa_error" => Failure(cause_of(description.error.text().unwrap_or(""))),
        _ => return None,
    };
    let mut sign_in = SignIn::new(Provider::Duo, result);
    sign_in.method = method_of(description, result);
    sign_in.detail = description.error.cow();
    sign_in.app = Some(Cow::Borrowed("Duo Admin Panel"));
    sign_in.display = entry.username.cow();
    sign_in.set_person(description.email.cow().or_else(|| entry.username.cow()));
    Some(sign_in)
}

fn cause_of(error: &str) -> Cause {
    const CAUSES: [(&str, Cause); 9] = [
        ("fraud", Cause::MfaFraudReported),
        ("locked", Cause::AccountLocked),
        // "SAML login is disabled": a setting, not an account.
        ("is disabled", Cause::PolicyBlock),
        ("password", Cause::BadPassword),
        ("passcode", Cause::MfaWrongCode),
        ("denied", Cause::MfaDenied),
        ("timed out", Cause::MfaNoResponse),
        ("no response", Cause::MfaNoResponse),
        ("saml", Cause::ExternalIdp),
    ];
    first_in(&CAUSES, error).unwrap_or(Cause::Unknown)
}

fn method_of(description: &Description<'_>, result: AttemptResult) -> Method {
    let factor = description.factor.text().map(reasons::method_of).unwrap_or_default();
    match description.first_factor.text() {
        _ if factor != Method::Unknown => factor,
        Some(first) if first.eq_ignore_ascii_case("Password") => Method::Password,
        Some(_) => Method::Federated,
        None if result == Failure(Cause::BadPassword) => Method::Password,
        None => Method::Unknown,
    }
}

fn changed<'a>(action: &str, entry: &DuoAdminEntry<'a>) -> Option<SignIn<'a>> {
    let change = change::change_of(action, entry.description.status.text())?;
    let mut sign_in = SignIn::new(Provider::Duo, AttemptResult::Lifecycle(change));
    if change::needs_person(change) {
        sign_in.set_person(person_of(action, entry));
        sign_in.person.as_ref()?;
    }
    let by_themselves = action.starts_with("o2fa_") || change == Lifecycle::Lockout;
    if !by_themselves && let Some(by) = entry.username.text() {
        sign_in.detail = Some(format!("by {by}").into());
        sign_in.actor = entry.username.cow();
    }
    if action.starts_with("phone_") {
        sign_in.phone = entry.object.cow();
    }
    Some(sign_in)
}

/// The object is the person only where the action is about a person; else it is a phone, a token or an application.
fn person_of<'a>(action: &str, entry: &DuoAdminEntry<'a>) -> Option<Cow<'a, str>> {
    let is_persons =
        action.starts_with("user_") || action.starts_with("bypass_") || action == "deregister_devices";
    if is_persons {
        return entry.object.cow();
    }
    if action.starts_with("o2fa_") || action == "admin_lockout" {
        return entry.username.cow();
    }
    if action.starts_with("admin_") {
        return entry.object.cow();
    }
    entry.description.user.cow()
}
