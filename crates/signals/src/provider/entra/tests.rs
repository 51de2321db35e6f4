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
    let machines = DECLINED.replace("Mia@Corp.Example", "");
    for (line, kind) in [
        (machines.replace("SignInLogs", "ServicePrincipalSignInLogs"), "entra ServicePrincipalSignInLogs"),
        (machines.replace("SignInLogs", "ManagedIdentitySignInLogs"), "entra ManagedIdentitySignInLogs"),
        (
            r#"{"category":"AuditLogs","operationName":"Reset password","properties":{"id":"x"}}"#.to_owned(),
            "entra AuditLogs",
        ),
    ] {
        assert_eq!(
            parse(&line, Position::default()).unwrap(),
            Some(Parsed::Unrecognised(kind.to_owned().into()))
        );
    }
}

#[test]
fn a_person_in_the_log_of_services_is_no_machine() {
    let row = DECLINED.replace("SignInLogs", "MicrosoftServicePrincipalSignInLogs");
    for (login, typed, other, person) in [
        ("", "Mia@Corp.Example", "", "mia@corp.example"),
        ("", "", "mia@corp.example", "mia@corp.example"),
        ("", "8d2c3a31-0c5b-4f6e-9f0e-3f4a5b6c7d8e", "mia@corp.example", "mia@corp.example"),
        ("8d2c3a31-0c5b-4f6e-9f0e-3f4a5b6c7d8e", "mia@corp.example", "", "mia@corp.example"),
        ("mia@corp.example", "m.b@other.example", "", "mia@corp.example"),
    ] {
        let names = format!(
            r#""userPrincipalName":"{login}","signInIdentifier":"{typed}","alternateSignInName":"{other}""#
        );
        let row = row.replace(r#""userPrincipalName":"Mia@Corp.Example""#, &names);
        assert_eq!(attempt(&row).person.as_deref(), Some(person), "{names}");
    }
}

#[test]
fn an_account_without_a_name_is_called_what_was_typed() {
    let id = "8d2c3a31-0c5b-4f6e-9f0e-3f4a5b6c7d8e";
    for (login, typed, person) in [
        (id, "mia@corp.example", "mia@corp.example"),
        (id, "mia", id),
        ("mia", "mia@corp.example", "mia"),
        ("dead-beef-dead-beef-deadbeef", "mia@corp.example", "dead-beef-dead-beef-deadbeef"),
    ] {
        let row = DECLINED.replace(
            r#""userPrincipalName":"Mia@Corp.Example""#,
            &format!(r#""userPrincipalName":"{login}","signInIdentifier":"{typed}""#),
        );
        assert_eq!(attempt(&row).person.as_deref(), Some(person), "{login} {typed}");
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
    assert_eq!(
        parse(no_result, Position::default()).unwrap(),
        Some(Parsed::Malformed(RecordDefect::NoResult))
    );
    let no_time = DECLINED.replace("2026-03-02T08:13:58.9001234+00:00", "yesterday");
    assert_eq!(parse(&no_time, Position::default()).unwrap(), Some(Parsed::Malformed(RecordDefect::BadTime)));
}

const DETAILS: &str = r#","clientAppUsed":"Browser","autonomousSystemNumber":64500,"deviceDetail":{"deviceId":"d-1","browser":"Edge"},"location":{"city":"Lyon","countryOrRegion":"FR","geoCoordinates":{"altitude":null,"latitude":45.76,"longitude":4.83}},"networkLocationDetails":[{"networkType":"namedNetwork","networkNames":["Café"]},{"networkType":"trustedNamedLocation","networkNames":["HQ"]}],"mfaDetail":{"authMethod":"Text message","authDetail":"+XX XXXXXXXX27"}"#;

#[test]
fn what_the_sign_in_says_around_itself() {
    let record = with_status("500121", "x", DETAILS);
    assert_eq!((record.code.as_deref(), record.asn), (Some("500121"), Some(64500)));
    assert_eq!((record.device.as_deref(), record.phone.as_deref()), (Some("d-1"), Some("+XX XXXXXXXX27")));
    assert_eq!(record.place, crate::Point::new(45.76, 4.83));
    assert_eq!((record.network, record.legacy), (Network::Trusted, false));
    let named = DETAILS.replace("trustedNamedLocation", "namedNetwork");
    assert_eq!(with_status("0", "", &named).network, Network::Unknown);
    assert_eq!(with_status("\"50126\"", "", "").code.as_deref(), Some("50126"));
    assert_eq!(with_status("0", "", "").code, None);
}

#[test]
fn a_number_may_stand_in_a_step_and_a_sentence_is_none() {
    let step = r#","authenticationDetails":[{"authenticationMethod":"Password","authenticationMethodDetail":"Password in the cloud"},{"authenticationMethod":"Text message","authenticationMethodDetail":"+X XXXXXXXX22"}]"#;
    assert_eq!(with_status("0", "", step).phone.as_deref(), Some("+X XXXXXXXX22"));
    let sentence = r#","mfaDetail":{"authMethod":"Mobile app notification","authDetail":"1 device"}"#;
    assert_eq!(with_status("0", "", sentence).phone, None);
}

#[test]
fn clients_that_cannot_do_mfa() {
    let with_client = |client: &str| with_status("0", "", &format!(r#","clientAppUsed":"{client}""#)).legacy;
    for client in [
        "IMAP4",
        "POP3",
        "Authenticated SMTP",
        "Exchange ActiveSync",
        "Other clients",
        "Other clients; IMAP",
        "MAPI Over HTTP",
        "AutoDiscover",
        "Exchange Web Services",
        "Outlook Anywhere (RPC over HTTP)",
    ] {
        assert!(with_client(client), "{client}");
    }
    for client in ["", "Browser", "Mobile Apps and Desktop clients", "Something new"] {
        assert!(!with_client(client), "{client}");
    }
    let grant = with_status("0", "", r#","clientAppUsed":"Browser 2","authenticationProtocol":"ropc""#);
    assert_eq!((grant.legacy, grant.method), (true, Method::Password));
}

#[test]
fn only_a_rating_that_says_something_is_a_flag() {
    for (level, state, flag) in [
        ("high", "none", Some(Flag::Risk)),
        ("high", "remediated", Some(Flag::Risk)),
        ("medium", "atRisk", Some(Flag::Risk)),
        ("none", "atRisk", Some(Flag::Risk)),
        ("none", "confirmedCompromised", Some(Flag::Risk)),
        ("high", "dismissed", None),
        ("high", "confirmedSafe", None),
        ("medium", "remediated", None),
        ("low", "atRisk", None),
        ("hidden", "atRisk", None),
        ("hidden", "none", None),
        ("low", "none", None),
        ("none", "none", None),
    ] {
        let rated = format!(r#","riskLevelDuringSignIn":"{level}","riskState":"{state}""#);
        assert_eq!(with_status("0", "", &rated).flag, flag, "{level} {state}");
    }
    // What the code says comes first.
    let blocked = with_status("50053", "malicious activity", r#","riskLevelDuringSignIn":"high""#);
    assert_eq!(blocked.flag, Some(Flag::MaliciousAddress));
}

mod changes;
mod downloads;
