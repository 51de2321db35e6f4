//! The `login`, `user_accounts`, `saml` and `context_aware_access` logs.

use super::{GoogleOutcome, parameters::Parameters};
use crate::{
    cause::Cause,
    record::{AttemptResult, Lifecycle, Method},
    wire::Scalar,
};
use AttemptResult::{Failure, Interrupt, Success};

/// `None`: not about a sign-in.
pub(super) fn outcome<'a>(name: &str, parameters: &Parameters<'a>) -> Option<GoogleOutcome<'a>> {
    let method = method(parameters);
    Some(match name {
        "login_success" if parameters.is_true("is_suspicious") => GoogleOutcome::of(Success, method).risky(),
        "login_success" => GoogleOutcome::of(Success, method),
        "login_failure" => {
            let failed = GoogleOutcome::of(Failure(why_failed(parameters, method)), method);
            match parameters.text("login_failure_type") {
                Some(kind) => failed.with(kind),
                None => failed,
            }
        }
        // Steps: the sign-in has an event of its own.
        "login_challenge" | "login_verification" => GoogleOutcome::of(challenged(parameters, method), method),
        "suspicious_login_less_secure_app" | "suspicious_programmatic_login" => {
            GoogleOutcome { legacy: true, ..warning(name) }
        }
        "suspicious_login"
        | "gov_attack_warning"
        | "user_signed_out_due_to_suspicious_session_cookie"
        | "risky_sensitive_action_allowed"
        | "risky_sensitive_action_blocked" => warning(name),
        "account_disabled_generic" => GoogleOutcome::change(Lifecycle::Disabled).with("disabled by Google"),
        _ => return name.strip_prefix("account_disabled_").map(disabled).or_else(|| change(name)),
    })
}

fn warning<'a>(name: &str) -> GoogleOutcome<'a> {
    GoogleOutcome::change(Lifecycle::RiskDetected).with(name.replace('_', " ")).risky()
}

/// `password_leak`, `hijacked`, `spamming`: Google itself took the account out of strange hands, and no administrator.
fn disabled<'a>(why: &str) -> GoogleOutcome<'a> {
    let words = format!("disabled by Google: {}", why.replace('_', " "));
    GoogleOutcome::change(Lifecycle::Disabled).with(words.trim_end().to_owned()).risky()
}

fn change<'a>(name: &str) -> Option<GoogleOutcome<'a>> {
    Some(match name {
        "2sv_enroll" | "passkey_enrolled" => GoogleOutcome::change(Lifecycle::FactorEnrolled),
        // Every second step goes, not one of them.
        "2sv_disable" => GoogleOutcome::change(Lifecycle::FactorReset),
        "passkey_removed" => GoogleOutcome::change(Lifecycle::FactorRemoved),
        "password_edit" => GoogleOutcome::change(Lifecycle::PasswordChanged),
        // Google takes a recovery phone or address for proof (`idv_preregistered_phone`), so a new one is a factor.
        "recovery_phone_edit" => GoogleOutcome::change(Lifecycle::FactorEnrolled).with("recovery phone"),
        "recovery_email_edit" => {
            GoogleOutcome::change(Lifecycle::FactorEnrolled).with("recovery e-mail address")
        }
        "recovery_secret_qa_edit" => {
            GoogleOutcome::change(Lifecycle::FactorEnrolled).with("recovery question")
        }
        _ => return None,
    })
}

/// A sign-in to another service, for which Google vouches.
pub(super) fn saml<'a>(name: &str, parameters: &Parameters<'a>) -> Option<GoogleOutcome<'a>> {
    match name {
        "login_success" => Some(GoogleOutcome::of(Success, Method::Session)),
        "login_failure" => {
            let kind = parameters.text("failure_type");
            let cause = match kind.as_deref().map(|kind| kind.trim_start_matches("failure_")) {
                Some("app_not_enabled_for_user" | "app_not_configured_for_user" | "request_denied") => {
                    Cause::PolicyBlock
                }
                // The service asked for a silent sign-in, and there was no session.
                Some("no_passive") => Cause::SessionExpired,
                Some(
                    "malformed_request"
                    | "invalid_sp_id"
                    | "invalid_user_id_mapping"
                    | "user_id_mapping_unavailable",
                ) => Cause::ExternalIdp,
                _ => Cause::Unknown,
            };
            let failed = GoogleOutcome::of(Failure(cause), Method::Session);
            Some(match kind {
                Some(kind) => failed.with(kind),
                None => failed,
            })
        }
        _ => None,
    }
}

pub(super) fn denied_access<'a>(name: &str) -> Option<GoogleOutcome<'a>> {
    (name == "ACCESS_DENY_EVENT").then(|| GoogleOutcome::of(Failure(Cause::PolicyBlock), Method::Session))
}

/// Google fills `login_failure_type` no longer; what was asked for last, and not passed, tells the rest.
fn why_failed(parameters: &Parameters<'_>, method: Method) -> Cause {
    let kind = parameters.text("login_failure_type");
    match kind.as_deref().map(|kind| kind.trim_start_matches("login_failure_")) {
        Some("invalid_password") => Cause::BadPassword,
        Some("account_disabled") => Cause::AccountDisabled,
        // No right to use the service.
        Some("access_code_disallowed") => Cause::PolicyBlock,
        Some("invalid_second_factor") => Cause::MfaWrongCode,
        Some("missing_second_factor") => Cause::MfaNoResponse,
        Some(kind) if !kind.is_empty() && kind != "unknown" => Cause::Unknown,
        _ => refused(method),
    }
}

/// A factor that did not pass. A prompt that was declined and one that ran out look the same here; both must be asked
/// about like a declined one.
fn refused(method: Method) -> Cause {
    match method {
        Method::Password => Cause::BadPassword,
        Method::Push => Cause::MfaDenied,
        Method::Totp | Method::Sms | Method::Voice | Method::Email | Method::BackupCode => {
            Cause::MfaWrongCode
        }
        Method::Federated => Cause::ExternalIdp,
        Method::Session => Cause::SessionExpired,
        _ => Cause::Unknown,
    }
}

/// `Challenge Passed.`, `passed`, `Challenge Failed.`, `incorrect_answer_entered` …
fn challenged(parameters: &Parameters<'_>, method: Method) -> AttemptResult {
    let status = parameters.text("login_challenge_status").unwrap_or_default().to_ascii_lowercase();
    let contains_any = |words: &[&str]| words.iter().any(|word| status.contains(word));
    if contains_any(&["abandon", "timed out", "timeout", "expired", "no_response", "not_answered"]) {
        Failure(Cause::MfaNoResponse)
    } else if contains_any(&["fail", "incorrect", "invalid", "wrong", "denied", "rejected"]) {
        Failure(refused(method))
    } else {
        Interrupt(None)
    }
}

/// What was asked for last; failing that, how the sign-in was made.
fn method(parameters: &Parameters<'_>) -> Method {
    let asked =
        parameters.all("login_challenge_method").iter().rev().filter_map(Scalar::text).map(by_challenge);
    asked
        .into_iter()
        .find(|method| *method != Method::Unknown)
        .or_else(|| parameters.text("login_type").map(|kind| by_type(&kind)))
        .unwrap_or_default()
}

fn by_type(kind: &str) -> Method {
    match kind {
        "google_password" => Method::Password,
        "saml" => Method::Federated,
        // A token for a token.
        "exchange" => Method::Session,
        _ => Method::Unknown,
    }
}

fn by_challenge(name: &str) -> Method {
    match name {
        "password" => Method::Password,
        "google_authenticator" | "totp" | "idv_totp" | "offline_otp" | "security_key_otp" => Method::Totp,
        "google_prompt" | "device_prompt" | "device_preregistered_prompt" => Method::Push,
        "security_key" | "passkey" | "cross_device" => Method::Webauthn,
        "backup_code" | "rescue_code" => Method::BackupCode,
        "saml" => Method::Federated,
        // A code by text message or, rarely, by call.
        _ if name.starts_with("idv_") && name.ends_with("_phone") => Method::Sms,
        _ if name.starts_with("idv_") && name.ends_with("_email") => Method::Email,
        _ => Method::Unknown,
    }
}
