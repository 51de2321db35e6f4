//! OneLogin's event types. The list of the vendor is long and mostly about provisioning; a type that is not here is
//! no sign-in.

use super::OneLoginEvent;
use crate::{
    cause::Cause,
    provider::text_search::first_in,
    record::{
        AttemptResult::{self, Failure, Interrupt, Success},
        Lifecycle, Method,
    },
    wire::{Field, Scalar},
};

pub(super) struct OneLoginOutcome {
    pub(super) result: AttemptResult,
    pub(super) method: Method,
    pub(super) interactive: bool,
    pub(super) legacy: bool,
}

impl OneLoginOutcome {
    fn new(result: AttemptResult, method: Method) -> Self {
        Self { result, method, interactive: true, legacy: false }
    }

    /// Into an application, by being signed in to OneLogin.
    fn by_session() -> Self {
        Self { interactive: false, ..Self::new(Success, Method::Session) }
    }

    /// The directory's own protocol, which knows a password and nothing else.
    fn bind(result: AttemptResult) -> Self {
        Self { legacy: true, ..Self::new(result, Method::Password) }
    }
}

/// `None`: not about a sign-in.
pub(super) fn outcome(kind: i64, event: &OneLoginEvent<'_>) -> Option<OneLoginOutcome> {
    attempt(kind, event).or_else(|| change_of(kind, event).map(|change| changed(change, event)))
}

fn attempt(kind: i64, event: &OneLoginEvent<'_>) -> Option<OneLoginOutcome> {
    let device = device_method(event);
    let refused = |otherwise, method| failed(event, otherwise, method);
    Some(match kind {
        // OneLogin, its API, a Mac. A wrong code has a type of its own, so this is the first factor.
        6 | 123 | 154 => refused(Cause::BadPassword, Method::Password),
        8 | 78 => OneLoginOutcome::by_session(),
        // A failed sign-in to an application.
        9 | 77 | 85 => refused(Cause::Unknown, Method::Unknown),
        35 => OneLoginOutcome::new(Failure(Cause::AccountLocked), Method::Unknown),
        // "Lost OTP device": the person says that they cannot answer.
        36 => OneLoginOutcome::new(Interrupt(Some(Cause::MfaNoResponse)), device),
        68 | 122 => OneLoginOutcome::new(Success, Method::Unknown),
        69 => refused(Cause::BadPassword, Method::Unknown),
        // The company's own directory said no, or did not answer.
        86 => refused(Cause::Unknown, Method::Password),
        // No right to use that application.
        90 => OneLoginOutcome::new(Failure(Cause::PolicyBlock), Method::Unknown),
        105 => OneLoginOutcome::new(Failure(Cause::MfaDeliveryFailed), Method::Sms),
        129 => OneLoginOutcome::bind(refused(Cause::BadPassword, Method::Password).result),
        130 => OneLoginOutcome::bind(Success),
        140 => OneLoginOutcome::new(Success, Method::Federated),
        141 => refused(Cause::ExternalIdp, Method::Federated),
        153 => OneLoginOutcome::new(Success, Method::Password),
        // Signed in; a factor passed or failed, through the API or on OneLogin's own page.
        5 | 528 | 1400 => OneLoginOutcome::new(Success, device),
        527 | 1002 => refused(Cause::MfaWrongCode, device),
        _ => return None,
    })
}

fn changed(change: Lifecycle, event: &OneLoginEvent<'_>) -> OneLoginOutcome {
    let is_factors = matches!(change, Lifecycle::FactorEnrolled | Lifecycle::FactorRemoved);
    let method = if is_factors { device_method(event) } else { Method::Unknown };
    OneLoginOutcome::new(AttemptResult::Lifecycle(change), method)
}

fn change_of(kind: i64, event: &OneLoginEvent<'_>) -> Option<Lifecycle> {
    Some(match kind {
        11 if event.is_by_another() => Lifecycle::PasswordReset,
        11 => Lifecycle::PasswordChanged,
        // Asked for, granted, or set by somebody else.
        10 | 18 | 211 | 510 | 511 => Lifecycle::PasswordReset,
        12 | 40 | 120 => Lifecycle::Unlock,
        15 | 17 | 21 | 530 | 551 => Lifecycle::Disabled,
        16 | 32 => Lifecycle::Enabled,
        19 | 531 | 553 => Lifecycle::Lockout,
        22 => Lifecycle::FactorEnrolled,
        24 => Lifecycle::FactorRemoved,
        // "User removed an auth factor"; without a person, the account no longer offers it to anybody.
        172 if !event.user_name.is_absent() => Lifecycle::FactorRemoved,
        // Policies, and the factors that the account offers to everybody.
        156..=158 | 170..=172 => Lifecycle::PolicyChanged,
        _ => return None,
    })
}

const WORDS: [(&str, Cause); 18] = [
    ("locked", Cause::AccountLocked),
    ("suspended", Cause::AccountDisabled),
    ("deactivated", Cause::AccountDisabled),
    ("not active", Cause::AccountDisabled),
    ("disabled", Cause::AccountDisabled),
    ("rejected", Cause::MfaDenied),
    ("denied by user", Cause::MfaDenied),
    ("no response", Cause::MfaNoResponse),
    ("otp", Cause::MfaWrongCode),
    ("security code", Cause::MfaWrongCode),
    ("mfa", Cause::MfaWrongCode),
    ("certificate", Cause::DeviceBlock),
    ("ip address", Cause::PolicyBlock),
    ("policy", Cause::PolicyBlock),
    ("session", Cause::SessionExpired),
    ("timeout", Cause::ProviderOutage),
    ("timed out", Cause::ProviderOutage),
    ("connector", Cause::ProviderOutage),
];

fn failed(event: &OneLoginEvent<'_>, otherwise: Cause, method: Method) -> OneLoginOutcome {
    let cause = event.messages().filter_map(Scalar::text).find_map(|message| first_in(&WORDS, message));
    let cause = cause.unwrap_or(otherwise);
    let is_factors = matches!(cause, Cause::MfaWrongCode | Cause::MfaDenied | Cause::MfaNoResponse);
    let method = if is_factors { device_method(event) } else { method };
    OneLoginOutcome::new(Failure(cause), method)
}

const DEVICES: [(&str, Method); 12] = [
    ("protect", Method::Push),
    ("push", Method::Push),
    ("duo", Method::Push),
    ("sms", Method::Sms),
    ("voice", Method::Voice),
    ("email", Method::Email),
    ("webauthn", Method::Webauthn),
    ("security key", Method::Webauthn),
    ("fido", Method::Webauthn),
    ("biometric", Method::Webauthn),
    ("yubikey", Method::Totp),
    ("authenticator", Method::Totp),
];

/// The factor, by the name that OneLogin gives its device.
fn device_method(event: &OneLoginEvent<'_>) -> Method {
    let named = [&event.device_name, &event.factor];
    named.into_iter().filter_map(Scalar::text).find_map(|name| first_in(&DEVICES, name)).unwrap_or_default()
}
