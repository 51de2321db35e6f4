//! What the words of a failed Auth0 record mean. The type often says only that something failed.

use super::Auth0Entry;
use crate::{
    cause::Cause,
    provider::text_search::first_in,
    record::AttemptResult::{self, Failure, Interrupt},
    wire::Scalar,
};

/// The rows are tried in order. What is wrong with the tenant or the application comes first: its words may repeat
/// an address that somebody else chose, and must not be read as a wrong password.
const WORDS: [(&str, AttemptResult); 45] = [
    ("connection is not enabled", Failure(Cause::PolicyBlock)),
    ("callback url mismatch", Failure(Cause::PolicyBlock)),
    ("no active connection", Failure(Cause::PolicyBlock)),
    ("unknown client", Failure(Cause::PolicyBlock)),
    ("grant type", Failure(Cause::PolicyBlock)),
    ("unauthorized_client", Failure(Cause::PolicyBlock)),
    ("client is not authorized", Failure(Cause::PolicyBlock)),
    ("redirect_uri", Failure(Cause::PolicyBlock)),
    ("allowed origin", Failure(Cause::PolicyBlock)),
    ("authorization_pending", Interrupt(None)),
    ("authorization pending", Interrupt(None)),
    ("slow_down", Interrupt(None)),
    ("mfa_required", Interrupt(None)),
    ("multifactor authentication required", Interrupt(None)),
    ("too many attempts", Failure(Cause::AccountLocked)),
    ("too_many_attempts", Failure(Cause::AccountLocked)),
    ("blocked after", Failure(Cause::AccountLocked)),
    ("user is blocked", Failure(Cause::AccountDisabled)),
    ("blocked user", Failure(Cause::AccountDisabled)),
    // Passwordless: "Wrong email or verification code."
    ("verification code", Failure(Cause::MfaWrongCode)),
    ("wrong email", Failure(Cause::BadPassword)),
    ("wrong username", Failure(Cause::BadPassword)),
    ("invalid_user_password", Failure(Cause::BadPassword)),
    ("password has expired", Failure(Cause::BadPassword)),
    ("password expired", Failure(Cause::BadPassword)),
    ("leaked", Failure(Cause::BadPassword)),
    ("invalid otp", Failure(Cause::MfaWrongCode)),
    ("invalid code", Failure(Cause::MfaWrongCode)),
    ("binding_code", Failure(Cause::MfaWrongCode)),
    ("rejected", Failure(Cause::MfaDenied)),
    ("timed out or was not allowed", Failure(Cause::MfaNoResponse)),
    ("notallowederror", Failure(Cause::MfaNoResponse)),
    ("not part of the", Failure(Cause::PolicyBlock)),
    ("verify your email", Failure(Cause::PolicyBlock)),
    ("saml", Failure(Cause::ExternalIdp)),
    ("identity provider", Failure(Cause::ExternalIdp)),
    ("timeout", Failure(Cause::ProviderOutage)),
    ("timed out", Failure(Cause::ProviderOutage)),
    ("econnrefused", Failure(Cause::ProviderOutage)),
    ("unavailable", Failure(Cause::ProviderOutage)),
    ("server error", Failure(Cause::ProviderOutage)),
    ("server_error", Failure(Cause::ProviderOutage)),
    ("expired", Failure(Cause::SessionExpired)),
    ("invalid state", Failure(Cause::SessionExpired)),
    // A rule or an action of the tenant said no.
    ("access_denied", Failure(Cause::PolicyBlock)),
];

/// By the words of the record, or else `otherwise`.
pub(super) fn by_description(entry: &Auth0Entry<'_>, otherwise: AttemptResult) -> AttemptResult {
    let details = &entry.details;
    let texts = [
        &entry.description,
        &details.error.message,
        &details.error.code,
        &details.failure.message,
        &details.provider_error.message,
    ];
    texts.into_iter().filter_map(Scalar::text).find_map(|text| first_in(&WORDS, text)).unwrap_or(otherwise)
}
