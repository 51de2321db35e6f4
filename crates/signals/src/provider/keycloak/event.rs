//! An event of Keycloak, from whatever shape it was read.

use std::borrow::Cow;

use jiff::Timestamp;

use super::errors;
use crate::{
    cause::Cause,
    read::Parsed,
    record::{
        AttemptResult::{self, Failure, Interrupt, Success},
        Lifecycle, Method, Position, Provider, SignIn,
    },
};

type KeycloakText<'a> = Option<Cow<'a, str>>;

#[derive(Debug, Default)]
pub(super) struct KeycloakEvent<'a> {
    pub(super) id: KeycloakText<'a>,
    pub(super) kind: Cow<'a, str>,
    pub(super) client: KeycloakText<'a>,
    pub(super) user: KeycloakText<'a>,
    pub(super) session: KeycloakText<'a>,
    pub(super) ip: KeycloakText<'a>,
    pub(super) error: KeycloakText<'a>,
    pub(super) username: KeycloakText<'a>,
    pub(super) code_id: KeycloakText<'a>,
    pub(super) credential_type: KeycloakText<'a>,
    pub(super) selected_credential: KeycloakText<'a>,
    pub(super) grant_type: KeycloakText<'a>,
    pub(super) identity_provider: KeycloakText<'a>,
    pub(super) reason: KeycloakText<'a>,
}

impl<'a> KeycloakEvent<'a> {
    pub(super) fn read(self, at: Option<Timestamp>, position: Position) -> Parsed<'a> {
        let Some(result) = self.result() else {
            return Parsed::Unrecognised(format!("keycloak {}", self.kind).into());
        };
        let mut sign_in = SignIn::new(Provider::Keycloak, result);
        sign_in.at = at;
        sign_in.position = position;
        sign_in.method = self.method(result);
        sign_in.interactive = !self.is_background();
        sign_in.legacy = self.is_password_grant();
        sign_in.set_ip(self.ip.as_deref());
        sign_in.set_person(self.username);
        sign_in.person_id = self.user;
        sign_in.record_id = self.id;
        sign_in.app = self.client;
        sign_in.session = self.code_id.or(self.session);
        sign_in.detail = self.reason.or_else(|| self.error.clone());
        sign_in.code = Some(self.error.unwrap_or(self.kind));
        Parsed::Attempt(sign_in)
    }

    /// `None`: not about a sign-in.
    fn result(&self) -> Option<AttemptResult> {
        let Some(failed) = self.kind.strip_suffix("_ERROR") else {
            return self.change().map(AttemptResult::Lifecycle).or_else(|| passed(&self.kind));
        };
        let error = self.error.as_deref().unwrap_or("");
        match failed {
            "LOGIN"
            | "RESET_PASSWORD"
            | "SEND_RESET_PASSWORD"
            | "UPDATE_PASSWORD"
            | "EXECUTE_ACTIONS"
            | "EXECUTE_ACTION_TOKEN"
            | "RESTART_AUTHENTICATION" => Some(self.refused(error)),
            "CODE_TO_TOKEN" | "REFRESH_TOKEN" => Some(errors::result_of(error, Cause::SessionExpired)),
            "OAUTH2_DEVICE_AUTH"
            | "OAUTH2_DEVICE_VERIFY_USER_CODE"
            | "OAUTH2_DEVICE_CODE_TO_TOKEN"
            | "AUTHREQID_TO_TOKEN" => Some(match error {
                // Here the person is asked on another device, and it is they who deny access.
                "access_denied" => Failure(Cause::MfaDenied),
                _ => errors::result_of(error, Cause::Unknown),
            }),
            _ if failed.starts_with("IDENTITY_PROVIDER_") && failed != "IDENTITY_PROVIDER_RETRIEVE_TOKEN" => {
                Some(errors::result_of(error, Cause::ExternalIdp))
            }
            _ => None,
        }
    }

    /// Keycloak has one error for a wrong password and a wrong code. Only the OTP form and the forms of later factors
    /// say which credential they asked for.
    fn refused(&self, error: &str) -> AttemptResult {
        match errors::result_of(error, Cause::Unknown) {
            Failure(Cause::BadPassword)
                if error == "invalid_user_credentials"
                    && !matches!(self.factor(), Method::Password | Method::Unknown) =>
            {
                Failure(Cause::MfaWrongCode)
            }
            result => result,
        }
    }

    fn change(&self) -> Option<Lifecycle> {
        Some(match &*self.kind {
            "UPDATE_PASSWORD" => Lifecycle::PasswordChanged,
            // The message went out; whoever follows it sets a new password.
            "RESET_PASSWORD" | "SEND_RESET_PASSWORD" => Lifecycle::PasswordReset,
            "UPDATE_CREDENTIAL" if self.factor() == Method::Password => Lifecycle::PasswordChanged,
            "UPDATE_TOTP" | "UPDATE_CREDENTIAL" => Lifecycle::FactorEnrolled,
            "REMOVE_TOTP" | "REMOVE_CREDENTIAL" => Lifecycle::FactorRemoved,
            "USER_DISABLED_BY_PERMANENT_LOCKOUT" | "USER_DISABLED_BY_TEMPORARY_LOCKOUT" => Lifecycle::Lockout,
            "DELETE_ACCOUNT" => Lifecycle::Disabled,
            _ => return None,
        })
    }

    fn method(&self, result: AttemptResult) -> Method {
        let factor = self.factor();
        if factor != Method::Unknown {
            return factor;
        }
        match &*self.kind {
            "UPDATE_TOTP" | "REMOVE_TOTP" => Method::Totp,
            "UPDATE_PASSWORD" | "UPDATE_PASSWORD_ERROR" => Method::Password,
            "SEND_RESET_PASSWORD" => Method::Email,
            kind if kind.starts_with("OAUTH2_DEVICE") => Method::DeviceCode,
            _ if self.is_background() => Method::Session,
            kind if kind.starts_with("IDENTITY_PROVIDER_") || self.identity_provider.is_some() => {
                Method::Federated
            }
            _ if self.is_password_grant() || result == Failure(Cause::BadPassword) => Method::Password,
            _ => Method::Unknown,
        }
    }

    /// The credential that was asked for or changed.
    fn factor(&self) -> Method {
        match self.credential_type.as_deref() {
            Some("password") => Method::Password,
            Some("otp" | "totp" | "hotp") => Method::Totp,
            Some("webauthn" | "webauthn-passwordless") => Method::Webauthn,
            Some("recovery-authn-codes") => Method::BackupCode,
            // Of the sign-in forms only the one for codes notes which device it checks.
            None if self.selected_credential.is_some() && self.kind == "LOGIN_ERROR" => Method::Totp,
            _ => Method::Unknown,
        }
    }

    /// A program changes one token for another.
    fn is_background(&self) -> bool {
        self.kind.starts_with("CODE_TO_TOKEN") || self.kind.starts_with("REFRESH_TOKEN")
    }

    /// The application itself took the password ("direct grant").
    fn is_password_grant(&self) -> bool {
        self.grant_type.as_deref() == Some("password")
    }
}

/// A sign-in that went on or ended well.
fn passed(kind: &str) -> Option<AttemptResult> {
    match kind {
        "LOGIN"
        | "CODE_TO_TOKEN"
        | "REFRESH_TOKEN"
        | "OAUTH2_DEVICE_CODE_TO_TOKEN"
        | "AUTHREQID_TO_TOKEN" => Some(Success),
        "RESTART_AUTHENTICATION"
        | "IDENTITY_PROVIDER_LOGIN"
        | "IDENTITY_PROVIDER_FIRST_LOGIN"
        | "IDENTITY_PROVIDER_POST_LOGIN" => Some(Interrupt(None)),
        _ => None,
    }
}
