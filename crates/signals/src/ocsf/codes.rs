//! Postern's words in OCSF's numbers. Captions are those of the published schema.

use crate::{
    cause::Cause,
    record::{AttemptResult, Flag, Lifecycle, Method, Provider, SignIn},
};

/// A number of an OCSF enumeration and its caption. 99 is "other"; its caption is ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Coded {
    pub(crate) id: i32,
    pub(crate) name: &'static str,
}

const fn coded(id: i32, name: &'static str) -> Coded {
    Coded { id, name }
}

/// Category 3.
pub(crate) const CATEGORY: Coded = coded(3, "Identity & Access Management");
const ACCOUNT_CHANGE: Coded = coded(3001, "Account Change");
const AUTHENTICATION: Coded = coded(3002, "Authentication");

/// `class_uid`.
pub(crate) fn class(record: &SignIn<'_>) -> Coded {
    if let AttemptResult::Lifecycle(_) = record.result { ACCOUNT_CHANGE } else { AUTHENTICATION }
}

/// `activity_id`.
pub(crate) fn activity(record: &SignIn<'_>) -> Coded {
    let AttemptResult::Lifecycle(change) = record.result else {
        return coded(1, "Logon");
    };
    match change {
        Lifecycle::Enabled => coded(2, "Enable"),
        Lifecycle::PasswordChanged => coded(3, "Password Change"),
        Lifecycle::PasswordReset => coded(4, "Password Reset"),
        Lifecycle::Disabled => coded(5, "Disable"),
        Lifecycle::Lockout => coded(9, "Lock"),
        Lifecycle::FactorEnrolled => coded(10, "MFA Factor Enable"),
        Lifecycle::FactorRemoved | Lifecycle::FactorReset => coded(11, "MFA Factor Disable"),
        Lifecycle::Unlock => coded(12, "Unlock"),
        Lifecycle::SuspiciousReported => coded(99, "Suspicious Activity Reported"),
        Lifecycle::RiskDetected => coded(99, "Risk Detected"),
        Lifecycle::BypassCreated => coded(99, "MFA Bypass Created"),
        Lifecycle::PolicyChanged => coded(99, "Policy Changed"),
    }
}

/// `type_uid`: of one activity of one class.
pub(crate) fn type_uid(record: &SignIn<'_>) -> i64 {
    i64::from(class(record).id) * 100 + i64::from(activity(record).id)
}

/// `status_id`. What is neither done nor failed is "other", under our own word.
pub(crate) fn status(record: &SignIn<'_>) -> Coded {
    match record.result {
        AttemptResult::Success | AttemptResult::Lifecycle(_) => coded(1, "Success"),
        AttemptResult::Failure(_) => coded(2, "Failure"),
        AttemptResult::Interrupt(_) | AttemptResult::PushSent => coded(99, result_word(record.result)),
    }
}

/// The word of `unmapped.postern.result`, as in Postern's own line.
pub(crate) fn result_word(result: AttemptResult) -> &'static str {
    match result {
        AttemptResult::Success => "success",
        AttemptResult::Failure(_) => "failure",
        AttemptResult::Interrupt(_) => "interrupt",
        AttemptResult::PushSent => "push_sent",
        AttemptResult::Lifecycle(change) => change.as_str(),
    }
}

/// `severity_id`: the graver of what happened and what the provider thinks of it.
pub(crate) fn severity(record: &SignIn<'_>) -> Coded {
    let id = match record.flag {
        Some(Flag::Phishing | Flag::NumberChallengeFailed) => 4,
        Some(Flag::MaliciousAddress | Flag::Risk) => 3,
        None => 1,
    };
    match id.max(severity_of(record.result)) {
        4 => coded(4, "High"),
        3 => coded(3, "Medium"),
        2 => coded(2, "Low"),
        _ => coded(1, "Informational"),
    }
}

fn severity_of(result: AttemptResult) -> i32 {
    match result {
        AttemptResult::Failure(cause) if cause.is_incident() => 4,
        AttemptResult::Lifecycle(Lifecycle::SuspiciousReported) => 4,
        AttemptResult::Failure(Cause::MfaDenied)
        | AttemptResult::Lifecycle(Lifecycle::Lockout | Lifecycle::RiskDetected) => 3,
        // These weaken an account or keep its owner out, and are wanted more often than not.
        AttemptResult::Failure(_)
        | AttemptResult::Lifecycle(
            Lifecycle::FactorRemoved
            | Lifecycle::FactorReset
            | Lifecycle::PasswordReset
            | Lifecycle::Disabled
            | Lifecycle::BypassCreated,
        ) => 2,
        _ => 1,
    }
}

/// `auth_factors[].factor_type_id`; `None` where nothing of the person's was shown.
pub(crate) fn factor(method: Method) -> Option<Coded> {
    Some(match method {
        Method::Sms => coded(1, "SMS"),
        Method::Voice => coded(3, "Phone Call"),
        Method::Push => coded(5, "Push Notification"),
        Method::Totp => coded(7, "OTP"),
        Method::Email => coded(8, "Email"),
        Method::Webauthn => coded(10, "WebAuthn"),
        Method::Password => coded(11, "Password"),
        Method::DeviceKey => coded(99, "Device Key"),
        Method::Certificate => coded(99, "Certificate"),
        Method::BackupCode => coded(99, "Backup Code"),
        Method::Pass => coded(99, "Temporary Pass"),
        Method::Federated | Method::DeviceCode | Method::Session | Method::Unknown => return None,
    })
}

/// `auth_protocol_id`. Only the OAuth device flow is told by the method alone.
pub(crate) fn protocol(method: Method) -> Option<Coded> {
    (method == Method::DeviceCode).then(|| coded(6, "OAUTH 2.0"))
}

/// `is_mfa`; `None` where the record does not tell.
pub(crate) fn is_mfa(record: &SignIn<'_>) -> Option<bool> {
    match record.cause() {
        Some(
            Cause::MfaWrongCode
            | Cause::MfaCodeReused
            | Cause::MfaClockDrift
            | Cause::MfaNoResponse
            | Cause::MfaDenied
            | Cause::MfaFraudReported
            | Cause::MfaDeliveryFailed
            | Cause::MfaRateLimited,
        ) => return Some(true),
        Some(Cause::BadPassword) => return Some(false),
        _ => {}
    }
    match record.method {
        Method::Totp
        | Method::Push
        | Method::Sms
        | Method::Voice
        | Method::Email
        | Method::Webauthn
        | Method::DeviceKey
        | Method::BackupCode => Some(true),
        Method::Password => Some(false),
        // A certificate or a pass may stand alone or be the second; a session says nothing of how it began.
        Method::Certificate
        | Method::Pass
        | Method::Federated
        | Method::DeviceCode
        | Method::Session
        | Method::Unknown => None,
    }
}

/// `status_detail`: OCSF's own word where it has one, else the provider's words, else ours.
pub(crate) fn status_detail<'r>(record: &'r SignIn<'_>) -> Option<&'r str> {
    let detail = record.detail.as_deref();
    let AttemptResult::Failure(cause) = record.result else {
        return detail;
    };
    Some(match cause {
        Cause::BadPassword => bad_password(record.code.as_deref()),
        Cause::AccountLocked => "ACCOUNT_LOCKED_OUT",
        Cause::AccountDisabled => "ACCOUNT_DISABLED",
        _ => detail.unwrap_or(cause.as_str()),
    })
}

/// Three of OCSF's words are one cause of ours; the provider's code tells them apart.
fn bad_password(code: Option<&str>) -> &'static str {
    match code {
        Some("50055" | "50144" | "PASSWORD_EXPIRED") => "PASSWORD_EXPIRED",
        Some("50034" | "user_not_found" | "fu") => "USER_DOES_NOT_EXIST",
        _ => "INVALID_CREDENTIALS",
    }
}

/// `message`: what happened, for people.
pub(crate) fn message(record: &SignIn<'_>) -> &'static str {
    match record.result {
        AttemptResult::Success if !record.interactive => {
            "An earlier sign-in was used again, in the background."
        }
        AttemptResult::Success => "The person signed in.",
        AttemptResult::Failure(cause) | AttemptResult::Interrupt(Some(cause)) => {
            cause.description_for(record.method)
        }
        AttemptResult::Interrupt(None) => "More was asked for before the sign-in could end.",
        AttemptResult::PushSent => "An MFA prompt, message or call went out.",
        AttemptResult::Lifecycle(change) => match change {
            Lifecycle::Lockout => "The account was locked.",
            Lifecycle::Unlock => "The account was unlocked.",
            Lifecycle::FactorEnrolled => "A second factor was enrolled.",
            Lifecycle::FactorRemoved => "A second factor was removed or suspended.",
            Lifecycle::FactorReset => "All second factors were removed.",
            Lifecycle::PasswordReset => "The password was reset.",
            Lifecycle::PasswordChanged => "The person changed the password.",
            Lifecycle::Enabled => "The account was activated or enabled.",
            Lifecycle::Disabled => "The account was suspended or disabled.",
            Lifecycle::SuspiciousReported => "The person reported suspicious activity.",
            Lifecycle::RiskDetected => "The provider raised a threat or risk.",
            Lifecycle::BypassCreated => "A way around MFA was made for the person.",
            Lifecycle::PolicyChanged => "An access policy was made or changed.",
        },
    }
}

/// `metadata.product`: its name and its vendor's.
pub(crate) fn product(provider: Provider) -> (&'static str, Option<&'static str>) {
    match provider {
        Provider::Postern => ("Postern", Some("Postern")),
        Provider::Okta => ("Okta", Some("Okta")),
        Provider::CloudTrail => ("AWS CloudTrail", Some("AWS")),
        Provider::Auth0 => ("Auth0", Some("Okta")),
        Provider::Keycloak => ("Keycloak", Some("Keycloak")),
        Provider::Duo => ("Duo", Some("Cisco")),
        Provider::Google => ("Google Workspace", Some("Google")),
        Provider::OneLogin => ("OneLogin", Some("One Identity")),
        Provider::M365 => ("Microsoft 365", Some("Microsoft")),
        Provider::Authentik => ("authentik", Some("Authentik Security")),
        Provider::Authelia => ("Authelia", Some("Authelia")),
        Provider::Vaultwarden => ("Vaultwarden", Some("Vaultwarden")),
        Provider::PrivacyIdea => ("privacyIDEA", Some("NetKnights")),
        // The product behind another's OCSF is not kept in the record.
        Provider::Ocsf => ("OCSF", None),
        Provider::Entra => ("Microsoft Entra ID", Some("Microsoft")),
    }
}
