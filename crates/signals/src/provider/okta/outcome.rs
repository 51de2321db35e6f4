//! What an Okta event means for the person's sign-in.

use std::borrow::Cow;

use super::log_event::OktaRecord;
use crate::{
    cause::Cause,
    read::RecordDefect,
    record::{AttemptResult, Flag, Lifecycle, Method},
};

/// What an event did, to whom.
pub(super) struct OktaOutcome<'a> {
    pub(super) result: AttemptResult,
    pub(super) method: Method,
    pub(super) flag: Option<Flag>,
    pub(super) detail: Option<Cow<'a, str>>,
    /// The event is about its target, not its actor.
    pub(super) on_target: bool,
}

/// `None`: not about a sign-in.
/// Err: a sign-in event without a result.
pub(super) fn outcome<'a>(
    event: &str,
    record: &OktaRecord<'a>,
) -> Result<Option<OktaOutcome<'a>>, RecordDefect> {
    if let Some(change) = change_of(event) {
        // A change that was refused changed nothing; but Okta logs a lockout itself as a FAILURE, and a threat as a DENY.
        let is_verdict =
            matches!(change, Lifecycle::Lockout | Lifecycle::SuspiciousReported | Lifecycle::RiskDetected);
        return Ok((is_verdict || succeeded(record)).then(|| lifecycle(change)));
    }
    if let Some(method) = sent_by(event) {
        return Ok(Some(sent(method, record)));
    }
    match event {
        "user.mfa.okta_verify.deny_push" => Ok(Some(answered(Cause::MfaDenied))),
        // Declined by an app too old for the prompt: no sign of an attack.
        "user.mfa.okta_verify.deny_push_upgrade_needed" => Ok(Some(answered(Cause::MfaDeliveryFailed))),
        "user.account.use_token" => Ok(Some(recovery_token(record))),
        // Signed in, and without a right to that application.
        "app.generic.unauth_app_access_attempt" => Ok(Some(no_right(record))),
        _ if is_attempt(event) => attempt(event, record).map(Some),
        _ => Ok(None),
    }
}

fn is_attempt(event: &str) -> bool {
    const ENDINGS: [&str; 2] = ["user.authentication.slo", "user.authentication.universal_logout"];
    event == "user.session.start"
        || event == "policy.evaluate_sign_on"
        || (event.starts_with("user.authentication.") && !ENDINGS.contains(&event))
}

fn change_of(event: &str) -> Option<Lifecycle> {
    Some(match event {
        "user.account.lock" | "user.account.lock.limit" => Lifecycle::Lockout,
        "user.account.unlock" | "user.account.unlock_by_admin" | "user.account.unlock_token" => {
            Lifecycle::Unlock
        }
        "user.account.reset_password" | "user.account.expire_password" => Lifecycle::PasswordReset,
        "user.account.update_password" => Lifecycle::PasswordChanged,
        "user.account.report_suspicious_activity_by_enduser" => Lifecycle::SuspiciousReported,
        // An update puts a new number or device in the place of the old.
        "user.mfa.factor.activate"
        | "user.mfa.factor.update"
        | "user.mfa.factor.unsuspend"
        | "system.mfa.factor.activate" => Lifecycle::FactorEnrolled,
        "user.mfa.factor.deactivate" | "user.mfa.factor.suspend" => Lifecycle::FactorRemoved,
        "user.mfa.factor.reset_all" => Lifecycle::FactorReset,
        "user.lifecycle.activate" | "user.lifecycle.reactivate" | "user.lifecycle.unsuspend" => {
            Lifecycle::Enabled
        }
        "user.lifecycle.suspend" | "user.lifecycle.deactivate" | "user.lifecycle.delete.initiated" => {
            Lifecycle::Disabled
        }
        "user.risk.detect" | "security.threat.detected" | "user.mfa.attempt_bypass" => {
            Lifecycle::RiskDetected
        }
        _ if is_policy_change(event) => Lifecycle::PolicyChanged,
        _ => return None,
    })
}

/// Policies, their rules, and the network zones that they name. `policy.evaluate_sign_on` applies one.
fn is_policy_change(event: &str) -> bool {
    ["policy.lifecycle.", "policy.rule.", "application.policy.sign_on.", "zone."]
        .iter()
        .any(|kind| event.starts_with(kind))
}

/// Absent counts as success: trimmed exports drop it, and Okta logs these events when they have happened.
fn succeeded(record: &OktaRecord<'_>) -> bool {
    !record.ending.result.text().is_some_and(|word| matches!(word, "FAILURE" | "DENY" | "SKIPPED"))
}

fn lifecycle(change: Lifecycle) -> OktaOutcome<'static> {
    let flag = (change == Lifecycle::RiskDetected).then_some(Flag::Risk);
    OktaOutcome {
        result: AttemptResult::Lifecycle(change),
        method: Method::Unknown,
        flag,
        detail: None,
        on_target: true,
    }
}

fn answered(cause: Cause) -> OktaOutcome<'static> {
    let result = AttemptResult::Failure(cause);
    OktaOutcome { result, method: Method::Push, flag: None, detail: None, on_target: false }
}

fn no_right<'a>(record: &OktaRecord<'a>) -> OktaOutcome<'a> {
    let result = AttemptResult::Failure(Cause::PolicyBlock);
    let detail = record.ending.reason.cow();
    OktaOutcome { result, method: Method::Unknown, flag: None, detail, on_target: false }
}

/// A link of self-service recovery: opened while it was good, or too late.
fn recovery_token<'a>(record: &OktaRecord<'a>) -> OktaOutcome<'a> {
    let result = if succeeded(record) {
        AttemptResult::Interrupt(None)
    } else {
        AttemptResult::Failure(Cause::SessionExpired)
    };
    let detail = record.ending.reason.cow();
    OktaOutcome { result, method: Method::Unknown, flag: None, detail, on_target: true }
}

fn sent_by(event: &str) -> Option<Method> {
    Some(match event {
        "system.push.send_factor_verify_push" => Method::Push,
        "system.sms.send_factor_verify_message" => Method::Sms,
        "system.voice.send_factor_verify_message" | "system.voice.send_mfa_challenge_call" => Method::Voice,
        "system.email.send_factor_verify_message" => Method::Email,
        _ => return None,
    })
}

fn sent<'a>(method: Method, record: &OktaRecord<'a>) -> OktaOutcome<'a> {
    let result = match record.ending.result.text() {
        // Okta itself stopped the message (toll fraud).
        Some("DENY") => AttemptResult::Failure(Cause::MfaRateLimited),
        Some("FAILURE") => AttemptResult::Failure(Cause::MfaDeliveryFailed),
        _ => AttemptResult::PushSent,
    };
    let detail = record.ending.reason.cow();
    OktaOutcome { result, method, flag: None, detail, on_target: false }
}

fn attempt<'a>(event: &str, record: &OktaRecord<'a>) -> Result<OktaOutcome<'a>, RecordDefect> {
    let reason = record.ending.reason.text().unwrap_or("");
    let method = method_of(event, record, reason);
    let result = match record.ending.result.text() {
        Some("SUCCESS" | "ALLOW") => passed(event, method),
        Some("CHALLENGE") => {
            AttemptResult::Interrupt(reason.contains("ENROLL").then_some(Cause::MfaNotEnrolled))
        }
        Some("UNANSWERED" | "ABANDONED") => AttemptResult::Failure(Cause::MfaNoResponse),
        Some("DENY") => AttemptResult::Failure(Cause::PolicyBlock),
        Some("FAILURE") => AttemptResult::Failure(cause_of(event, record, method, reason)),
        Some(_) => AttemptResult::Interrupt(None),
        None => return Err(RecordDefect::NoResult),
    };
    let failed = matches!(result, AttemptResult::Failure(_));
    let detail = (!reason.is_empty() && !matches!(result, AttemptResult::Success))
        .then(|| record.ending.reason.cow())
        .flatten();
    Ok(OktaOutcome {
        result,
        method,
        flag: flag_of(record, reason).filter(|_| failed),
        detail,
        on_target: false,
    })
}

/// A step that is not yet the sign-in: the policy allowing it, or the password where the Identity Engine logs both
/// factors as "MFA".
fn passed(event: &str, method: Method) -> AttemptResult {
    let is_step = event == "policy.evaluate_sign_on"
        || (event == "user.authentication.auth_via_mfa" && method == Method::Password)
        || event == "user.authentication.verify";
    if is_step { AttemptResult::Interrupt(None) } else { AttemptResult::Success }
}

fn flag_of(record: &OktaRecord<'_>, reason: &str) -> Option<Flag> {
    if is_phishing(reason) {
        return Some(Flag::Phishing);
    }
    let number = record.debug.data.number_response.text();
    number.is_some_and(|word| word.ends_with("_INVALID")).then_some(Flag::NumberChallengeFailed)
}

fn is_phishing(reason: &str) -> bool {
    reason.to_ascii_lowercase().contains("phishing")
}

fn cause_of(event: &str, record: &OktaRecord<'_>, method: Method, reason: &str) -> Cause {
    if is_phishing(reason) {
        return Cause::MfaFraudReported;
    }
    let data = &record.debug.data;
    if data.number_response.text().is_some_and(|word| word.ends_with("_INVALID"))
        || data.push_response.text().is_some_and(|word| word.ends_with("_DENY"))
    {
        return Cause::MfaDenied;
    }
    let policy =
        event == "policy.evaluate_sign_on" || reason.contains("DENY") || reason.contains("NETWORK_ZONE");
    match reason {
        "LOCKED_OUT" => Cause::AccountLocked,
        "USER_DISABLED" | "SUSPENDED" | "DEPROVISIONED" | "INACTIVE" | "DEACTIVATED" => {
            Cause::AccountDisabled
        }
        "PASSWORD_EXPIRED" => Cause::BadPassword,
        "UNANSWERED" | "TIMEOUT" => Cause::MfaNoResponse,
        _ if policy => Cause::PolicyBlock,
        "INVALID_CREDENTIALS" | "VERIFICATION_ERROR" => refused(event, method),
        _ if event.contains("_via_IDP") || event.contains("_SAML") => Cause::ExternalIdp,
        _ => Cause::Unknown,
    }
}

/// "Invalid credentials" of a push is a declined push on the Identity Engine; of the first step, the password.
fn refused(event: &str, method: Method) -> Cause {
    let via_mfa = event == "user.authentication.auth_via_mfa";
    match method {
        Method::Password => Cause::BadPassword,
        Method::Push => Cause::MfaDenied,
        Method::Federated => Cause::ExternalIdp,
        Method::Unknown if via_mfa => Cause::Unknown,
        _ if via_mfa => Cause::MfaWrongCode,
        _ => Cause::BadPassword,
    }
}

fn method_of(event: &str, record: &OktaRecord<'_>, reason: &str) -> Method {
    if reason.contains("FastPass") {
        return Method::DeviceKey;
    }
    let enrolment = record.target("AuthenticatorEnrollment");
    let named = [
        record.debug.data.factor.text(),
        record.context.credential.text(),
        // One authenticator has several methods: "Okta Verify" is a push, a code or a device's key.
        enrolment.and_then(|used| used.detail.method.text()),
        enrolment.and_then(|used| used.name.text()),
    ];
    if let Some(method) =
        named.into_iter().flatten().map(method_by_name).find(|method| *method != Method::Unknown)
    {
        return method;
    }
    match event {
        // To an application that asks for the password itself.
        "user.authentication.sso" if reason == "INVALID_CREDENTIALS" => Method::Password,
        "user.authentication.sso" => Method::Session,
        "user.authentication.auth_via_IDP"
        | "user.authentication.auth_via_social"
        | "user.authentication.auth_via_inbound_SAML" => Method::Federated,
        "user.authentication.auth_via_AD_agent"
        | "user.authentication.auth_via_LDAP_agent"
        | "user.authentication.auth_via_richclient" => Method::Password,
        _ if event == "user.session.start" && reason == "INVALID_CREDENTIALS" => Method::Password,
        _ => Method::Unknown,
    }
}

fn method_by_name(name: &str) -> Method {
    let name = name.to_ascii_lowercase();
    let has = |word: &str| name.contains(word);
    match () {
        () if has("password") => Method::Password,
        () if has("push") => Method::Push,
        () if has("signed_nonce") || has("fastpass") => Method::DeviceKey,
        () if has("webauthn") || has("fido") || has("u2f") || has("security key") => Method::Webauthn,
        () if has("totp") || has("token") || has("google") || has("otp") => Method::Totp,
        () if has("sms") => Method::Sms,
        () if has("call") || has("voice") => Method::Voice,
        () if has("email") => Method::Email,
        () if has("cert") || has("smart_card") => Method::Certificate,
        () if has("idp") => Method::Federated,
        () => Method::Unknown,
    }
}
