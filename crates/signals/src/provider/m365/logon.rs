//! How a sign-in ended, and with what.

use super::M365Record;
use crate::{
    cause::Cause,
    provider::entra::codes,
    record::{AttemptResult, Flag, Method},
};

/// The operation tells a failure, not `ResultStatus`, which is `Success` when the request was served.
pub(super) fn result(record: &M365Record<'_>, operation: &str) -> (AttemptResult, Option<Flag>) {
    if operation == "UserLoggedIn" && !record.has_failed() {
        return (AttemptResult::Success, None);
    }
    let name = record.logon_error.text().unwrap_or("");
    let number = record.error_number.int().filter(|number| *number != 0).or_else(|| number_of(name));
    match number.map(|number| codes::meaning(number, name, "")) {
        Some((AttemptResult::Success, _)) | None => (AttemptResult::Failure(Cause::Unknown), None),
        Some(meaning) => meaning,
    }
}

/// Older records have the name of the error without its number.
fn number_of(name: &str) -> Option<i64> {
    NUMBERS.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, number)| *number)
}

const NUMBERS: [(&str, i64); 42] = [
    ("InvalidUserNameOrPassword", 50_126),
    ("IdsLocked", 50_053),
    ("UserStrongAuthClientAuthNRequiredInterrupt", 50_074),
    ("UserStrongAuthClientAuthNRequired", 50_076),
    ("UserStrongAuthEnrollmentRequired", 50_079),
    ("UserStrongAuthEnrollmentRequiredInterrupt", 50_072),
    ("UserStrongAuthExpired", 50_078),
    ("AuthenticationFailedSasError", 500_121),
    ("SasRetryableError", 50_087),
    ("BlockedByConditionalAccess", 53_003),
    ("ConditionalAccessFailed", 50_131),
    ("BlockedBySecurityDefaults", 530_035),
    ("UserAccountNotFound", 50_034),
    ("UserSuspended", 50_057),
    ("InvalidPasswordExpiredPassword", 50_055),
    ("InvalidPasswordExpiredOnPremPassword", 50_144),
    ("InvalidPassword", 50_126),
    ("PasswordChangeCompromisedPassword", 50_135),
    ("PasswordResetRegistrationRequiredInterrupt", 50_125),
    ("UserInformationNotProvided", 50_058),
    ("KmsiInterrupt", 50_140),
    ("SelectUserAccount", 16_000),
    ("ExternalSecurityChallenge", 50_158),
    ("ExternalClaimsProviderThrottled", 50_166),
    ("PassThroughUserMfaError", 90_072),
    ("FlowTokenExpired", 50_089),
    ("SsoArtifactInvalidOrExpired", 50_132),
    ("SsoArtifactRevoked", 50_133),
    ("FreshTokenNeeded", 50_173),
    ("BadTokenDueToSignInFrequency", 70_043),
    ("EntitlementGrantsNotFound", 50_105),
    ("DeviceAuthenticationRequired", 50_097),
    ("DeviceAuthenticationFailed", 50_155),
    ("DeviceInformationNotProvided", 50_187),
    ("DeviceNotCompliant", 53_000),
    ("DeviceNotDomainJoined", 53_001),
    ("ApplicationUsedIsNotAnApprovedApp", 53_002),
    ("ProofUpBlockedDueToRisk", 53_004),
    ("ProofUpBlockedDueToSecurityInfoAcr", 53_010),
    ("DelegatedAdminBlockedDueToSuspiciousActivity", 530_034),
    ("OnPremisePasswordValidationTimeSkew", 80_013),
    ("UnauthorizedClientApplicationNotFoundInDirectory", 700_016),
];

/// `UserAuthenticationMethod` is a sum of bits, strongest first here. Microsoft documents none of them; they are as
/// found by comparing the records of both logs, and what is not known stays unknown.
const BITS: [(i64, Method); 13] = [
    // A passkey; macOS platform credential; Windows Hello for Business.
    (1 << 25, Method::Webauthn),
    (1 << 23, Method::Webauthn),
    (1 << 18, Method::Webauthn),
    (1 << 21, Method::Certificate),
    (1 << 6, Method::Push),
    (1 << 20, Method::Sms),
    (1 << 27, Method::Email),
    (1 << 1, Method::Pass),
    // A password: in the cloud, passed through to the directory, by its synchronised hash.
    (1, Method::Password),
    (1 << 3, Method::Password),
    (1 << 4, Method::Password),
    // Seamless single sign-on; a signed-in device vouching for another.
    (1 << 2, Method::Session),
    (1 << 19, Method::Session),
];

pub(super) fn method(record: &M365Record<'_>) -> Method {
    let bits = record.extended("UserAuthenticationMethod").int().unwrap_or(0);
    let method = BITS.iter().find(|(bit, _)| bits & bit != 0).map(|(_, method)| *method);
    // The bit is of the step before, in which a password was right.
    if method == Some(Method::Password) && is_second_factor(record) {
        return Method::Unknown;
    }
    let wrong_password =
        matches!(result(record, "UserLoginFailed").0, AttemptResult::Failure(Cause::BadPassword));
    method.or_else(|| wrong_password.then_some(Method::Password)).unwrap_or_default()
}

/// The step in which the second factor is asked for, or is refused.
fn is_second_factor(record: &M365Record<'_>) -> bool {
    let request = record.extended("RequestType").text().unwrap_or("");
    let name = record.logon_error.text().unwrap_or("");
    let number = record.error_number.int().filter(|number| *number != 0).or_else(|| number_of(name));
    request.starts_with("SAS:") || number == Some(500_121)
}

/// Exchange signs in for mail clients that know only a password under names of its own; so does WS-Trust.
pub(super) fn is_legacy(record: &M365Record<'_>) -> bool {
    const AGENTS: [&str; 3] = ["BAV2ROPC", "CBAInPROD", "CBAInTAR"];
    let agent = record.extended("UserAgent").text().unwrap_or("");
    let request = record.extended("RequestType").text().unwrap_or("");
    AGENTS.iter().any(|known| agent.eq_ignore_ascii_case(known)) || request.starts_with("OrgIdWsTrust")
}
