//! How a sign-in ended, and with what.

use super::{CloudTrailRecord, identity::is_federated};
use crate::{
    cause::Cause,
    read::RecordDefect,
    record::{AttemptResult, Method},
};
use AttemptResult::{Failure, Interrupt, Success};

/// `None`: not about a sign-in.
/// Err: a sign-in without a result.
pub(super) fn outcome(
    service: &str,
    event: &str,
    record: &CloudTrailRecord<'_>,
) -> Result<Option<(AttemptResult, Method)>, RecordDefect> {
    let method = method(record);
    let worked = record.succeeded();
    Ok(Some(match (service, event) {
        // Sent to open the portal after the sign-in, which has its own event; it has no word for success.
        ("sso", "Authenticate") if record.has_failed() => (Failure(Cause::Unknown), Method::Session),
        // Being refused another role keeps nobody out.
        ("signin", "SwitchRole") if worked != Some(true) => return Ok(None),
        ("sso", "Authenticate") | ("signin", "SwitchRole") => (Success, Method::Session),
        ("signin", "PasswordRecoveryRequested") if worked != Some(false) => (Interrupt(None), Method::Email),
        ("signin", "CredentialChallenge") => (Interrupt(None), method),
        ("signin", "ConsoleLogin" | "UserAuthentication") => {
            let worked = worked.ok_or(RecordDefect::NoResult)?;
            (if worked { Success } else { Failure(cause(record, method)) }, method)
        }
        // Steps: the sign-in follows as an event of its own.
        ("signin", "CheckMfa" | "CredentialVerification") => {
            let worked = worked.ok_or(RecordDefect::NoResult)?;
            (if worked { Interrupt(None) } else { Failure(cause(record, method)) }, method)
        }
        _ => return Ok(None),
    }))
}

fn cause(record: &CloudTrailRecord<'_>, method: Method) -> Cause {
    let message = record.error_message.text().unwrap_or("").to_ascii_lowercase();
    let contains = |word: &str| message.contains(word);
    match method {
        _ if contains("no username found") => Cause::BadPassword,
        _ if contains("locked") => Cause::AccountLocked,
        _ if contains("suspended") || contains("disabled") || contains("deactivated") => {
            Cause::AccountDisabled
        }
        Method::Federated => Cause::ExternalIdp,
        Method::Totp | Method::Sms | Method::Email => Cause::MfaWrongCode,
        // Refused without a word, or with the one for all: the console asks for nothing else.
        Method::Password if message.is_empty() || contains("failed authentication") => Cause::BadPassword,
        _ => Cause::Unknown,
    }
}

fn method(record: &CloudTrailRecord<'_>) -> Method {
    let more = &record.additional;
    if let Some(credentials) = more.credential.text() {
        // All that were shown, in their order: `PASSWORD,TOTP`.
        return credentials.rsplit(',').map(by_credential).next().unwrap_or_default();
    }
    if let Some(kind) = more.mfa_type.text() {
        return by_mfa_type(kind);
    }
    match more.mfa_used.text() {
        Some(used) if used.eq_ignore_ascii_case("Yes") => by_device(more.mfa_identifier.text()),
        // "No" of a federated person says nothing: AWS does not see what the other provider asked for.
        _ if is_federated(record) => Method::Federated,
        Some(_) => Method::Password,
        None => Method::Unknown,
    }
}

fn by_credential(name: &str) -> Method {
    match name.trim() {
        "PASSWORD" => Method::Password,
        "TOTP" | "RESYNC_TOTP" => Method::Totp,
        "WEBAUTHN" => Method::Webauthn,
        "EMAIL_OTP" => Method::Email,
        "SMARTCARD" => Method::Certificate,
        "EXTERNAL_IDP" => Method::Federated,
        _ => Method::Unknown,
    }
}

/// `U2F MFA`, `Virtual MFA`, `Multiple MFA Devices`.
fn by_mfa_type(kind: &str) -> Method {
    match kind.split(' ').next() {
        Some("U2F" | "FIDO" | "FIDO2") => Method::Webauthn,
        Some("Virtual" | "Hardware") => Method::Totp,
        Some("SMS") => Method::Sms,
        _ => Method::Unknown,
    }
}

/// A failure names no device; all but security keys show a code.
fn by_device(arn: Option<&str>) -> Method {
    match arn {
        Some(arn) if arn.contains(":u2f/") => Method::Webauthn,
        Some(arn) if arn.contains(":sms-mfa/") => Method::Sms,
        _ => Method::Totp,
    }
}
