use super::*;
use crate::{
    cause::Cause,
    record::{AttemptResult, Flag},
};
use AttemptResult::{Failure, Interrupt, Success};

fn attempt(line: &str) -> SignIn<'static> {
    match parse(line, Position::default()).unwrap() {
        Some(Parsed::Attempt(record)) => record.into_owned(),
        other => panic!("{line}: {other:?}"),
    }
}

/// The reference's record, cut to what is read; values invented.
const DECLINED: &str = r#"{"time":"2026-03-02T08:14:11.2041234Z","category":"SignInLogs","resultType":"500121","callerIpAddress":"198.51.100.8","properties":{"id":"s-1","createdDateTime":"2026-03-02T08:13:58.9001234+00:00","userPrincipalName":"Mia@Corp.Example","userId":"u-1","ipAddress":"198.51.100.7","isInteractive":true,"status":{"errorCode":500121,"failureReason":"Authentication failed during strong authentication request.","additionalDetails":"MFA denied; user declined the authentication"},"authenticationDetails":[{"authenticationMethod":"Password","succeeded":true},{"authenticationMethod":"Mobile app notification","succeeded":false,"authenticationStepResultDetail":"MFA denied; user declined the authentication"}],"location":{"city":"Lyon","countryOrRegion":"FR"}}}"#;

#[test]
fn the_envelope_of_the_reference() {
    let record = attempt(DECLINED);
    assert_eq!(record.person.as_deref(), Some("mia@corp.example"));
    assert_eq!(record.at.unwrap().to_string(), "2026-03-02T08:13:58.9001234Z");
    assert_eq!((record.ip, record.method), ("198.51.100.7".parse().ok(), Method::Push));
    assert_eq!(record.result, Failure(Cause::MfaDenied));
    assert_eq!(record.detail.as_deref(), Some("MFA denied; user declined the authentication"));
}

#[test]
fn cells_of_a_workspace_export_are_json_text() {
    let row = r#"{"TimeGenerated [UTC]":"3/2/2026, 8:14:11.204 AM","Category":"SignInLogs","ResultType":"500121","ResultDescription":"x","UserPrincipalName":"mia@corp.example","IPAddress":"198.51.100.7","Location":"FR","LocationDetails":"{\"city\":\"Lyon\",\"countryOrRegion\":\"FR\"}","Status":"{\"errorCode\":500121,\"additionalDetails\":\"MFA denied; Phone App Reported Fraud\"}","AuthenticationDetails":"[{\"authenticationMethod\":\"Mobile app notification\",\"succeeded\":false}]","MfaDetail":"null"}"#;
    let record = attempt(row);
    assert_eq!(record.at.unwrap().to_string(), "2026-03-02T08:14:11.204Z");
    assert_eq!((record.result, record.method), (Failure(Cause::MfaFraudReported), Method::Push));
    assert_eq!((record.city.as_deref(), record.country.as_deref()), (Some("Lyon"), Some("FR")));
}

fn with_status(code: &str, reason: &str, more: &str) -> SignIn<'static> {
    attempt(&format!(
        r#"{{"createdDateTime":"2026-03-02T08:14:11Z","userPrincipalName":"mia@corp.example","status":{{"errorCode":{code},"failureReason":"{reason}"}}{more}}}"#
    ))
}

#[test]
fn the_policy_that_blocks_is_named() {
    let policies = r#","appliedConditionalAccessPolicies":[{"displayName":"Trial","result":"reportOnlyFailure"},{"displayName":"Old","result":"notApplied"},{"displayName":"Office only","result":"failure"}]"#;
    let record = with_status("53003", "Access has been blocked", policies);
    assert_eq!((record.result, record.policy.as_deref()), (Failure(Cause::PolicyBlock), Some("Office only")));
    assert_eq!(with_status("0", "Other.", policies).policy, None);
}

#[test]
fn codes_mean_what_the_reference_says() {
    for (code, result) in [
        ("0", Success),
        ("\"50126\"", Failure(Cause::BadPassword)),
        ("50053", Failure(Cause::AccountLocked)),
        ("50057", Failure(Cause::AccountDisabled)),
        ("50074", Interrupt(None)),
        ("50076", Interrupt(None)),
        ("50079", Interrupt(Some(Cause::MfaNotEnrolled))),
        ("50088", Failure(Cause::MfaRateLimited)),
        ("50173", Failure(Cause::SessionExpired)),
        ("53000", Failure(Cause::DeviceBlock)),
        ("80014", Failure(Cause::ProviderOutage)),
        ("90072", Failure(Cause::ExternalIdp)),
        ("500121", Failure(Cause::Unknown)),
        ("987654", Failure(Cause::Unknown)),
    ] {
        assert_eq!(with_status(code, "", "").result, result, "{code}");
    }
    assert_eq!(with_status("987654", "", "").detail.as_deref(), Some("Entra code 987654"));
    let risky = with_status("50135", "", "");
    assert_eq!((risky.result, risky.flag), (Failure(Cause::AccountLocked), Some(Flag::Risk)));
}

#[test]
fn machines_and_directory_changes_are_foreign() {
    for (line, kind) in [
        (DECLINED.replace("SignInLogs", "ServicePrincipalSignInLogs"), "entra ServicePrincipalSignInLogs"),
        (DECLINED.replace("SignInLogs", "ManagedIdentitySignInLogs"), "entra ManagedIdentitySignInLogs"),
        (
            r#"{"category":"AuditLogs","operationName":"Reset password","properties":{"id":"x"}}"#.to_owned(),
            "entra AuditLogs",
        ),
    ] {
        assert_eq!(parse(&line, Position::default()).unwrap(), Some(Parsed::Foreign(kind.to_owned().into())));
    }
}

#[test]
fn a_background_row_is_not_interactive() {
    let row =
        DECLINED.replace("SignInLogs", "NonInteractiveUserSignInLogs").replace("\"isInteractive\":true,", "");
    assert!(!attempt(&row).interactive);
    assert!(attempt(DECLINED).interactive);
}

#[test]
fn a_sign_in_that_says_nothing_useful_is_damaged() {
    let no_result = r#"{"category":"SignInLogs","time":"2026-03-02T08:14:11Z","properties":{"userPrincipalName":"mia@corp.example"}}"#;
    assert_eq!(parse(no_result, Position::default()).unwrap(), Some(Parsed::Damaged(Damage::NoResult)));
    let no_time = DECLINED.replace("2026-03-02T08:13:58.9001234+00:00", "yesterday");
    assert_eq!(parse(&no_time, Position::default()).unwrap(), Some(Parsed::Damaged(Damage::BadTime)));
}
