//! What an error of Keycloak means (`Errors.java`). One that is not listed is data: its word is kept.

use crate::{
    cause::Cause,
    record::AttemptResult::{self, Failure, Interrupt},
};

/// `otherwise`: what an unlisted error of this type of event most likely is.
pub(super) fn result_of(error: &str, otherwise: Cause) -> AttemptResult {
    match error {
        // The person declined a consent or the terms, still has something to do first, or a program asks too often.
        "rejected_by_user"
        | "consent_denied"
        | "resolve_required_actions"
        | "slow_down"
        | "authorization_pending" => Interrupt(None),
        _ => Failure(cause_of(error).unwrap_or(otherwise)),
    }
}

/// The application is not known or not set up; no person has been looked at yet.
pub(super) fn is_about_the_client(error: &str) -> bool {
    matches!(error, "client_not_found" | "client_disabled" | "invalid_client" | "invalid_client_credentials")
}

fn cause_of(error: &str) -> Option<Cause> {
    cause_in_person(error).or_else(|| cause_in_setup(error))
}

/// What is wrong with what the person did, or with their account.
fn cause_in_person(error: &str) -> Option<Cause> {
    Some(match error {
        "invalid_user_credentials"
        | "user_not_found"
        | "username_missing"
        | "password_missing"
        | "password_rejected"
        | "password_confirm_error" => Cause::BadPassword,
        "user_disabled" => Cause::AccountDisabled,
        "user_temporarily_disabled"
        | "user_disabled_by_temporary_lockout"
        | "user_disabled_by_permanent_lockout" => Cause::AccountLocked,
        "expired_code"
        | "invalid_code"
        | "session_expired"
        | "cookie_not_found"
        | "user_session_not_found"
        | "not_logged_in"
        | "invalid_token"
        | "invalid_token_type"
        | "invalid_authentication_session"
        | "different_user_authenticated"
        | "invalid_oauth2_device_code"
        | "expired_oauth2_device_code"
        | "invalid_oauth2_user_code"
        | "saml_token_not_found"
        | "expired_token" => Cause::SessionExpired,
        "email_send_failed" => Cause::MfaDeliveryFailed,
        _ => return None,
    })
}

/// What is not allowed, or not set up, or wrong with another provider.
fn cause_in_setup(error: &str) -> Option<Cause> {
    Some(match error {
        _ if is_about_the_client(error) => Cause::PolicyBlock,
        "access_denied"
        | "not_allowed"
        | "reset_credential_disabled"
        | "registration_disabled"
        | "realm_disabled"
        | "ssl_required"
        | "illegal_origin"
        | "invalid_redirect_uri"
        | "invalid_request"
        | "invalid_config"
        | "invalid_scope"
        | "display_unsupported"
        | "code_verifier_missing"
        | "invalid_code_verifier"
        | "pkce_verification_failed"
        | "invalid_code_challenge_method"
        | "unauthorized_client" => Cause::PolicyBlock,
        "identity_provider_login_failure"
        | "identity_provider_error"
        | "unknown_identity_provider"
        | "federated_identity_account_exists"
        | "invalid_saml_response"
        | "invalid_authn_request"
        | "invalid_saml_document"
        | "invalid_artifact"
        | "invalid_artifact_response"
        | "invalid_signature"
        | "invalid_issuer"
        | "invalid_destination"
        | "missing_required_destination"
        | "unsupported_nameid_format" => Cause::ExternalIdp,
        _ => return None,
    })
}
