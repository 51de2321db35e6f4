//! What an Auth0 log type means. Types that are not listed are no sign-ins.

use super::{Auth0Entry, factor_method, failure::by_description};
use crate::{
    cause::Cause,
    provider::text_search::{contains, first_in},
    record::{
        AttemptResult::{self, Failure, Interrupt, PushSent, Success},
        Flag, Lifecycle, Method,
    },
    wire::Scalar,
};

/// What a type did, and with what.
pub(super) struct Auth0Kind {
    pub(super) result: AttemptResult,
    pub(super) method: Method,
    pub(super) interactive: bool,
    pub(super) legacy: bool,
    pub(super) flag: Option<Flag>,
}

impl Auth0Kind {
    fn new(result: AttemptResult, method: Method) -> Self {
        Self { result, method, interactive: true, legacy: false, flag: None }
    }

    fn flagged(self, flag: Flag) -> Self {
        Self { flag: Some(flag), ..self }
    }

    /// A program changes one token for another.
    fn background(result: AttemptResult) -> Self {
        Self { interactive: false, ..Self::new(result, Method::Session) }
    }

    /// The password grant: the application itself took the password.
    fn password_grant(result: AttemptResult) -> Self {
        Self { legacy: true, ..Self::new(result, Method::Password) }
    }
}

/// `None`: not about a sign-in.
pub(super) fn kind_of(code: &str, entry: &Auth0Entry<'_>) -> Option<Auth0Kind> {
    changed(code, entry)
        .or_else(|| sent_by(code, entry))
        .or_else(|| first_factor(code, entry))
        .or_else(|| limit(code, entry))
        .or_else(|| second_factor(code, entry))
        .or_else(|| exchange(code, entry))
}

fn changed(code: &str, entry: &Auth0Entry<'_>) -> Option<Auth0Kind> {
    let (change, method) = match code {
        "ublkdu" => (Lifecycle::Unlock, Method::Unknown),
        "scp" => (Lifecycle::PasswordChanged, Method::Password),
        // The link went out; whoever follows it sets a new password.
        "scpr" => (Lifecycle::PasswordReset, Method::Email),
        "du" | "sdu" => (Lifecycle::Disabled, Method::Unknown),
        "gd_enrollment_complete" => (Lifecycle::FactorEnrolled, factor_method(entry)),
        "gd_unenroll" => (Lifecycle::FactorRemoved, factor_method(entry)),
        "gd_user_delete" => (Lifecycle::FactorReset, Method::Unknown),
        "gd_tenant_update" | "gd_module_switch" => (Lifecycle::PolicyChanged, Method::Unknown),
        _ => return None,
    };
    Some(Auth0Kind::new(AttemptResult::Lifecycle(change), method))
}

/// A message, call or prompt that went out, or failed to.
fn sent_by(code: &str, entry: &Auth0Entry<'_>) -> Option<Auth0Kind> {
    let (code, failed) = code.strip_suffix("_failure").map_or((code, false), |code| (code, true));
    let method = match code {
        "gd_send_pn" => Method::Push,
        "gd_send_sms" => Method::Sms,
        "gd_send_voice" => Method::Voice,
        "gd_send_email" | "gd_send_mail" | "gd_send_email_verification" => Method::Email,
        // Passwordless: the code or link is the first factor.
        "cls" | "cs" => connection_method(entry).filter(|method| *method != Method::Password)?,
        _ => return None,
    };
    let result = if failed { Failure(Cause::MfaDeliveryFailed) } else { PushSent };
    Some(Auth0Kind::new(result, method))
}

fn first_factor(code: &str, entry: &Auth0Entry<'_>) -> Option<Auth0Kind> {
    let by_connection = connection_method(entry).unwrap_or_default();
    Some(match code {
        "s" => Auth0Kind::new(Success, by_connection),
        // The password was right; the sign-in goes on.
        "scoa" => Auth0Kind::new(Interrupt(None), Method::Password),
        "ssa" => Auth0Kind::background(Success),
        // "Login required" is what a silent try is meant to find out.
        "fsa" => Auth0Kind::background(Interrupt(Some(Cause::SessionExpired))),
        // Wrong password; no such user.
        "fp" | "fu" => Auth0Kind::new(Failure(Cause::BadPassword), Method::Password),
        "f" => {
            let result = by_description(entry, Failure(Cause::Unknown));
            let by_password = result == Failure(Cause::BadPassword);
            Auth0Kind::new(result, if by_password { Method::Password } else { by_connection })
        }
        "fcoa" => Auth0Kind::new(by_description(entry, Failure(Cause::Unknown)), Method::Password),
        // The connector to the company's directory.
        "fc" => Auth0Kind::new(by_description(entry, Failure(Cause::ProviderOutage)), Method::Password),
        "fco" => Auth0Kind::new(Failure(Cause::PolicyBlock), Method::Unknown),
        "fdeac" | "fdeaz" => {
            Auth0Kind::new(by_description(entry, Failure(Cause::Unknown)), Method::DeviceCode)
        }
        "fdecc" => Auth0Kind::new(Failure(Cause::MfaDenied), Method::DeviceCode),
        "sens" => Auth0Kind::new(Success, Method::Federated),
        "fens" => Auth0Kind::new(by_description(entry, Failure(Cause::ExternalIdp)), Method::Federated),
        _ => return None,
    })
}

fn limit(code: &str, entry: &Auth0Entry<'_>) -> Option<Auth0Kind> {
    Some(match code {
        // Too many failures on one account; too many sign-ins of one account. Both from one address.
        "limit_wc" | "limit_sul" => Auth0Kind::new(Failure(Cause::AccountLocked), Method::Unknown),
        // Too many failures or sign-ups on many accounts: the address is shut out, not the account.
        "limit_mu" => {
            Auth0Kind::new(Failure(Cause::PolicyBlock), Method::Unknown).flagged(Flag::MaliciousAddress)
        }
        "limit_phone" => Auth0Kind::new(Failure(Cause::MfaRateLimited), factor_method(entry)),
        "pwd_leak" => Auth0Kind::new(Failure(Cause::BadPassword), Method::Password).flagged(Flag::Risk),
        // The new password is a known one and was refused.
        "signup_pwd_leak" | "reset_pwd_leak" => Auth0Kind::new(Failure(Cause::BadPassword), Method::Password),
        _ => return None,
    })
}

fn second_factor(code: &str, entry: &Auth0Entry<'_>) -> Option<Auth0Kind> {
    let method = factor_method(entry);
    Some(match code {
        "mfar" | "gd_start_auth" => Auth0Kind::new(Interrupt(None), method),
        "gd_auth_succeed" => Auth0Kind::new(Success, method),
        "gd_auth_failed" => Auth0Kind::new(by_description(entry, Failure(refused(method))), method),
        "gd_auth_rejected" => Auth0Kind::new(Failure(Cause::MfaDenied), Method::Push),
        "gd_auth_email_verification" => Auth0Kind::new(Interrupt(None), Method::Email),
        "gd_auth_fail_email_verification" => Auth0Kind::new(Failure(Cause::MfaWrongCode), Method::Email),
        // Auth0 takes no more codes for a while, because too many were wrong.
        "gd_otp_rate_limit_exceed" => Auth0Kind::new(Failure(Cause::MfaWrongCode), method),
        "gd_recovery_succeed" => Auth0Kind::new(Success, Method::BackupCode),
        "gd_recovery_failed" | "gd_recovery_rate_limit_exceed" => {
            Auth0Kind::new(Failure(Cause::MfaWrongCode), Method::BackupCode)
        }
        "gd_start_enroll" => Auth0Kind::new(Interrupt(Some(Cause::MfaNotEnrolled)), method),
        "gd_start_enroll_failed" => Auth0Kind::new(Failure(Cause::MfaNotEnrolled), method),
        "gd_webauthn_enrollment_failed" => Auth0Kind::new(Failure(Cause::MfaNotEnrolled), Method::Webauthn),
        "passkey_challenge_started" | "passkey_challenge_failed"
            if entry.details.purpose.text() == Some("register") =>
        {
            return None;
        }
        "passkey_challenge_started" => Auth0Kind::new(Interrupt(None), Method::Webauthn),
        "gd_webauthn_challenge_failed" | "passkey_challenge_failed" => {
            Auth0Kind::new(by_description(entry, Failure(Cause::MfaWrongCode)), Method::Webauthn)
        }
        // Backchannel sign-in: the person is asked on the phone.
        "ciba_start_succeeded" => Auth0Kind::new(PushSent, Method::Push),
        "ciba_start_failed" => Auth0Kind::new(Failure(Cause::MfaDeliveryFailed), Method::Push),
        "ciba_exchange_succeeded" => Auth0Kind::new(Success, Method::Push),
        "ciba_exchange_failed" => Auth0Kind::new(backchannel(entry), Method::Push),
        _ => return None,
    })
}

/// A push is not typed: its failure may have any reason.
fn refused(method: Method) -> Cause {
    if method == Method::Push { Cause::Unknown } else { Cause::MfaWrongCode }
}

/// Here it is the person who denies access, and the request that runs out.
fn backchannel(entry: &Auth0Entry<'_>) -> AttemptResult {
    match by_description(entry, Failure(Cause::Unknown)) {
        Failure(Cause::PolicyBlock) if entry.details.error.code.text() == Some("access_denied") => {
            Failure(Cause::MfaDenied)
        }
        Failure(Cause::SessionExpired) => Failure(Cause::MfaNoResponse),
        result => result,
    }
}

/// Something shown for a token at the token endpoint. What only programs exchange with each other is left out.
fn exchange(code: &str, entry: &Auth0Entry<'_>) -> Option<Auth0Kind> {
    Some(match code {
        "seacft" | "sertft" => Auth0Kind::background(Success),
        // The same token twice: one of the two who showed it has stolen it.
        "ferrt" if is_reuse(entry) => {
            Auth0Kind::background(Failure(Cause::SessionExpired)).flagged(Flag::Risk)
        }
        "feacft" | "fertft" | "ferrt" => {
            Auth0Kind::background(by_description(entry, Failure(Cause::SessionExpired)))
        }
        "sepft" => Auth0Kind::password_grant(Success),
        "fepft" => Auth0Kind::password_grant(by_description(entry, Failure(Cause::BadPassword))),
        "seoobft" => Auth0Kind::new(Success, factor_method(entry)),
        "feoobft" => {
            Auth0Kind::new(by_description(entry, Failure(Cause::MfaWrongCode)), factor_method(entry))
        }
        "seotpft" | "sepkotpft" => Auth0Kind::new(Success, Method::Totp),
        "feotpft" => Auth0Kind::new(by_description(entry, Failure(Cause::MfaWrongCode)), Method::Totp),
        "sercft" | "sepkrcft" => Auth0Kind::new(Success, Method::BackupCode),
        "fercft" => Auth0Kind::new(by_description(entry, Failure(Cause::MfaWrongCode)), Method::BackupCode),
        "sepkoobft" => Auth0Kind::new(Success, Method::Webauthn),
        "fepotpft" => {
            let method = connection_method(entry).filter(|method| *method != Method::Password);
            Auth0Kind::new(by_description(entry, Failure(Cause::MfaWrongCode)), method.unwrap_or_default())
        }
        "sede" => Auth0Kind::new(Success, Method::DeviceCode),
        "fede" => Auth0Kind::new(by_description(entry, Failure(Cause::Unknown)), Method::DeviceCode),
        _ => return None,
    })
}

fn is_reuse(entry: &Auth0Entry<'_>) -> bool {
    let texts = [&entry.description, &entry.details.error.message];
    texts.into_iter().filter_map(Scalar::text).any(|text| contains(text, "reuse"))
}

/// What a connection asks for, by its kind, or else by the prefix of the person's id.
fn connection_method(entry: &Auth0Entry<'_>) -> Option<Method> {
    let by_id = entry.user_id.text().and_then(|id| id.split_once('|')).map(|(prefix, _)| prefix);
    let named = [entry.strategy.text(), entry.connection.text(), by_id, entry.strategy_type.text()];
    named.into_iter().flatten().find_map(method_by_connection)
}

fn method_by_connection(name: &str) -> Option<Method> {
    Some(match name {
        // "ad": the connector to a company's directory, which checks a password.
        "auth0" | "database" | "ad" | "auth0-adldap" => Method::Password,
        "email" => Method::Email,
        "sms" => Method::Sms,
        "social" | "enterprise" | "samlp" | "waad" | "adfs" | "oidc" | "okta" | "oauth2"
        | "google-oauth2" | "google-apps" | "windowslive" | "github" | "facebook" | "apple" => {
            Method::Federated
        }
        _ => return None,
    })
}

const FACTORS: [(&str, Method); 12] = [
    ("push", Method::Push),
    ("guardian", Method::Push),
    ("recovery", Method::BackupCode),
    ("webauthn", Method::Webauthn),
    ("passkey", Method::Webauthn),
    ("sms", Method::Sms),
    ("voice", Method::Voice),
    ("email", Method::Email),
    ("phone", Method::Sms),
    ("otp", Method::Totp),
    ("authenticator", Method::Totp),
    ("duo", Method::Push),
];

pub(super) fn factor_by_name(name: &str) -> Method {
    first_in(&FACTORS, name).unwrap_or_default()
}
