use super::*;
use crate::cause::Cause;
use AttemptResult::{Failure, Interrupt, Success};

const MIA: &str =
    r#"{"type":"IAMUser","principalId":"AIDAEXAMPLEMIA","accountId":"123456789012","userName":"Mia"}"#;
const ROOT: &str = r#"{"type":"Root","principalId":"123456789012","arn":"arn:aws:iam::123456789012:root","accountId":"123456789012"}"#;
/// As Identity Center and the smart-card sign-in write it: the ids are the account's, not the person's.
const PORTAL: &str = r#"{"type":"Unknown","principalId":"123456789012","arn":"","accountId":"123456789012","userName":"mia@corp.example","onBehalfOf":{"userId":"f12bb510-a011-702f-10dd-5607e2776dbc","identityStoreArn":"arn:aws:identitystore::123456789012:identitystore/d-1"}}"#;

fn line(source: &str, event: &str, identity: &str, more: &str) -> String {
    format!(
        r#"{{"eventVersion":"1.09","eventTime":"2026-03-02T08:14:11Z","eventSource":"{source}.amazonaws.com","eventName":"{event}","awsRegion":"us-east-1","sourceIPAddress":"198.51.100.7","userAgent":"Mozilla/5.0","eventID":"e-1","recipientAccountId":"123456789012","userIdentity":{identity}{more}}}"#
    )
}

fn read(source: &str, event: &str, identity: &str, more: &str) -> Parsed<'static> {
    parse(&line(source, event, identity, more), Position::default()).unwrap().unwrap().into_owned()
}

fn attempt(source: &str, event: &str, identity: &str, more: &str) -> SignIn<'static> {
    match read(source, event, identity, more) {
        Parsed::Attempt(record) => record,
        other => panic!("{event}: {other:?}"),
    }
}

fn console(identity: &str, ended: &str, more: &str) -> SignIn<'static> {
    let more =
        format!(r#","responseElements":{{"ConsoleLogin":"{ended}"}},"additionalEventData":{{{more}}}"#);
    attempt("signin", "ConsoleLogin", identity, &more)
}

#[test]
fn a_login_of_one_account_is_not_that_of_another() {
    let mia = console(MIA, "Success", r#""MFAUsed":"No""#);
    assert_eq!((mia.person.as_deref(), mia.display.as_deref()), (Some("mia@123456789012"), Some("Mia")));
    assert_eq!((mia.result, mia.method), (Success, Method::Password));
    assert_eq!((mia.person_id.as_deref(), mia.ip), (Some("AIDAEXAMPLEMIA"), "198.51.100.7".parse().ok()));
    let other = console(&MIA.replace("123456789012", "999999999999"), "Success", r#""MFAUsed":"No""#);
    assert_ne!(other.person, mia.person);
    let root = console(
        ROOT,
        "Success",
        r#""MFAUsed":"YES","MFAIdentifier":"arn:aws:iam::123456789012:mfa/root-account-mfa-device""#,
    );
    assert_eq!((root.person.as_deref(), root.person_id), (Some("root@123456789012"), None));
    assert_eq!(root.method, Method::Totp);
    assert_eq!(root.phone.as_deref(), Some("arn:aws:iam::123456789012:mfa/root-account-mfa-device"));
}

#[test]
fn a_failure_says_what_was_asked_for() {
    let refused = r#""MFAUsed":"No","MobileVersion":"No""#;
    assert_eq!(console(MIA, "Failure", refused).result, Failure(Cause::BadPassword));
    let code = console(MIA, "Failure", r#""MFAUsed":"Yes""#);
    assert_eq!((code.result, code.method), (Failure(Cause::MfaWrongCode), Method::Totp));
    let key = console(
        MIA,
        "Failure",
        r#""MFAUsed":"Yes","MFAIdentifier":"arn:aws:iam::123456789012:u2f/user/Mia/default-A""#,
    );
    assert_eq!((key.result, key.method), (Failure(Cause::Unknown), Method::Webauthn));
    let failed_with = |message: &str| {
        let more = format!(
            r#","errorMessage":"{message}","responseElements":{{"ConsoleLogin":"Failure"}},"additionalEventData":{{"MFAUsed":"No"}}"#
        );
        attempt("signin", "ConsoleLogin", MIA, &more)
    };
    let failed = failed_with("Failed authentication");
    assert_eq!(failed.result, Failure(Cause::BadPassword));
    assert_eq!(
        (failed.code.as_deref(), failed.detail.as_deref()),
        (Some("Failed authentication"), Some("Failed authentication"))
    );
    assert_eq!(failed_with("Something new").result, Failure(Cause::Unknown));
    assert_eq!(failed_with("The account is locked").result, Failure(Cause::AccountLocked));
}

#[test]
fn a_hidden_name_is_nobodys() {
    let hidden = r#"{"type":"IAMUser","principalId":"AIDAEXAMPLE","accountId":"123456789012","accessKeyId":"","userName":"HIDDEN_DUE_TO_SECURITY_REASONS"}"#;
    let more = r#","errorMessage":"No username found in supplied account","responseElements":{"ConsoleLogin":"Failure"},"additionalEventData":{"MFAUsed":"No"}"#;
    let record = attempt("signin", "ConsoleLogin", hidden, more);
    assert_eq!((record.person, record.display, record.person_id), (None, None, None));
    assert_eq!(record.result, Failure(Cause::BadPassword));
}

#[test]
fn the_session_of_a_role_names_the_person() {
    let role = |session: &str| {
        format!(
            r#"{{"type":"AssumedRole","principalId":"AROAEXAMPLE:{session}","arn":"arn:aws:sts::123456789012:assumed-role/AWSReservedSSO_Admin_1/{session}","accountId":"123456789012"}}"#
        )
    };
    // "No" is what AWS saw, not what the other provider asked for.
    let federated = console(&role("mia@corp.example"), "Success", r#""MFAUsed":"No","MobileVersion":"No""#);
    assert_eq!(federated.person.as_deref(), Some("mia@corp.example"));
    assert_eq!((federated.result, federated.method), (Success, Method::Federated));
    assert_eq!(console(&role("mia"), "Success", "").person.as_deref(), Some("mia@123456789012"));
    assert_eq!(console(&role("mia@corp.example"), "Failure", "").result, Failure(Cause::ExternalIdp));
}

#[test]
fn a_switch_of_role_is_the_switchers_session() {
    let role = r#"{"type":"AssumedRole","principalId":"AROAEXAMPLE:mia","arn":"arn:aws:sts::123456789012:assumed-role/Dev/mia","accountId":"123456789012"}"#;
    let more = |ended: &str| {
        format!(
            r#","responseElements":{{"SwitchRole":"{ended}"}},"additionalEventData":{{"SwitchFrom":"arn:aws:iam::999999999999:user/team/Mia"}}"#
        )
    };
    let record = attempt("signin", "SwitchRole", role, &more("Success"));
    assert_eq!(record.person.as_deref(), Some("mia@999999999999"));
    assert_eq!((record.result, record.method, record.interactive), (Success, Method::Session, false));
    assert!(matches!(read("signin", "SwitchRole", role, &more("Failure")), Parsed::Unrecognised(_)));
}

fn portal(event: &str, ended: &str, more: &str) -> Parsed<'static> {
    let more = format!(
        r#","requestParameters":null,"responseElements":null,"serviceEventDetails":{{"{event}":"{ended}"}},"additionalEventData":{{"AuthWorkflowID":"w-1",{more}}}"#
    );
    read("signin", event, PORTAL, &more)
}

#[test]
fn the_steps_of_identity_center() {
    for (event, ended, credential, result, method) in [
        ("CredentialChallenge", "Success", "PASSWORD", Interrupt(None), Method::Password),
        ("CredentialVerification", "Success", "PASSWORD", Interrupt(None), Method::Password),
        ("CredentialVerification", "Failure", "PASSWORD", Failure(Cause::BadPassword), Method::Password),
        ("CredentialVerification", "Failure", "TOTP", Failure(Cause::MfaWrongCode), Method::Totp),
        ("CredentialVerification", "Failure", "EMAIL_OTP", Failure(Cause::MfaWrongCode), Method::Email),
        ("CredentialVerification", "Failure", "WEBAUTHN", Failure(Cause::Unknown), Method::Webauthn),
        ("CredentialVerification", "Failure", "SMARTCARD", Failure(Cause::Unknown), Method::Certificate),
        ("UserAuthentication", "Success", "PASSWORD,TOTP", Success, Method::Totp),
        ("UserAuthentication", "Success", "EXTERNAL_IDP", Success, Method::Federated),
        ("UserAuthentication", "Failure", "EXTERNAL_IDP", Failure(Cause::ExternalIdp), Method::Federated),
    ] {
        let Parsed::Attempt(record) = portal(event, ended, &format!(r#""CredentialType":"{credential}""#))
        else {
            panic!("{event} {credential}");
        };
        assert_eq!((record.result, record.method), (result, method), "{event} {credential}");
        assert_eq!(record.person.as_deref(), Some("mia@corp.example"));
        assert_eq!(record.person_id.as_deref(), Some("f12bb510-a011-702f-10dd-5607e2776dbc"));
        assert_eq!(record.session.as_deref(), Some("w-1"));
    }
}

#[test]
fn an_enrolment_on_the_way_in_is_told_too() {
    let more = r#""CredentialType":"PASSWORD","DeviceEnrollmentRequired":"true","LoginTo":"https://d-1.awsapps.com/start/?state=x&auth_code=secret""#;
    let Parsed::Several(records) = portal("UserAuthentication", "Success", more) else { panic!() };
    let results: Vec<_> = records.iter().map(|record| record.result).collect();
    assert_eq!(results, [AttemptResult::Lifecycle(Lifecycle::FactorEnrolled), Success]);
    assert_eq!(records[1].app.as_deref(), Some("https://d-1.awsapps.com/start/"));
}

#[test]
fn asking_for_mfa_is_a_step() {
    for (kind, method) in [
        ("U2F MFA", Method::Webauthn),
        ("Virtual MFA", Method::Totp),
        ("Multiple MFA Devices", Method::Unknown),
    ] {
        let more = format!(
            r#","responseElements":{{"CheckMfa":"Success"}},"additionalEventData":{{"MfaType":"{kind}"}}"#
        );
        let record = attempt("signin", "CheckMfa", MIA, &more);
        assert_eq!((record.result, record.method), (Interrupt(None), method), "{kind}");
    }
}

const ADMIN: &str = r#"{"type":"IAMUser","principalId":"AIDAADMIN","arn":"arn:aws:iam::123456789012:user/Ada","accountId":"123456789012","userName":"Ada"}"#;

#[test]
fn a_change_belongs_to_the_user_it_names() {
    let requested = r#","requestParameters":{"userName":"Mia","serialNumber":"arn:aws:iam::123456789012:mfa/Mia"},"responseElements":null"#;
    for (event, change) in [
        ("UpdateLoginProfile", Lifecycle::PasswordReset),
        ("DeleteLoginProfile", Lifecycle::Disabled),
        ("DeactivateMFADevice", Lifecycle::FactorRemoved),
        ("EnableMFADevice", Lifecycle::FactorEnrolled),
        ("DeleteUser", Lifecycle::Disabled),
    ] {
        let record = attempt("iam", event, ADMIN, requested);
        assert_eq!(record.result, AttemptResult::Lifecycle(change), "{event}");
        assert_eq!(record.person.as_deref(), Some("mia@123456789012"), "{event}");
        assert_eq!(record.actor.as_deref(), Some("Ada@123456789012"), "{event}");
        assert_eq!(record.phone.as_deref(), Some("arn:aws:iam::123456789012:mfa/Mia"));
    }
    let Parsed::Several(records) = read("iam", "CreateLoginProfile", ADMIN, requested) else { panic!() };
    let changes: Vec<_> = records.iter().map(|record| record.result).collect();
    assert_eq!(changes, [Lifecycle::Enabled, Lifecycle::PasswordReset].map(AttemptResult::Lifecycle));
    let own = attempt("iam", "UpdateLoginProfile", ADMIN, r#","requestParameters":{"userName":"Ada"}"#);
    assert_eq!((own.result, own.actor), (AttemptResult::Lifecycle(Lifecycle::PasswordChanged), None));
    let denied = r#","errorCode":"AccessDenied","errorMessage":"not authorized","requestParameters":{"userName":"Mia"}"#;
    assert_eq!(
        read("iam", "UpdateLoginProfile", ADMIN, denied),
        Parsed::Unrecognised("cloudtrail UpdateLoginProfile".into())
    );
}

#[test]
fn changes_to_oneself() {
    let root =
        attempt("signin", "PasswordUpdated", ROOT, r#","responseElements":{"PasswordUpdated":"Success"}"#);
    assert_eq!(root.result, AttemptResult::Lifecycle(Lifecycle::PasswordChanged));
    assert_eq!((root.person.as_deref(), root.actor), (Some("root@123456789012"), None));
    let owner = r#","requestParameters":{"userName":"AWS ROOT USER","serialNumber":"arn:aws:iam::123456789012:mfa/root-account-mfa-device"}"#;
    let enrolled = attempt("iam", "EnableMFADevice", ROOT, owner);
    assert_eq!((enrolled.person.as_deref(), enrolled.actor), (Some("root@123456789012"), None));
    let created = r#","requestParameters":{"virtualMFADeviceName":"phone"},"responseElements":{"virtualMFADevice":{"serialNumber":"arn:aws:iam::123456789012:mfa/phone"}}"#;
    let created = attempt("iam", "CreateVirtualMFADevice", MIA, created);
    assert_eq!(created.phone.as_deref(), Some("arn:aws:iam::123456789012:mfa/phone"));
    assert_eq!(created.detail.as_deref(), Some("device created, not yet in use"));
    let asked = attempt(
        "signin",
        "PasswordRecoveryRequested",
        ROOT,
        r#","responseElements":{"PasswordRecoveryRequested":"Success"}"#,
    );
    assert_eq!((asked.result, asked.method), (Interrupt(None), Method::Email));
}

#[test]
fn identity_center_names_its_users_by_id() {
    let user =
        r#","requestParameters":{"identityStoreId":"d-1","userId":"f12bb510-a011-702f-10dd-5607e2776dbc"}"#;
    let record = attempt("sso-directory", "DeleteMfaDeviceForUser", ADMIN, user);
    assert_eq!(record.result, AttemptResult::Lifecycle(Lifecycle::FactorRemoved));
    assert_eq!(
        (record.person, record.person_id.as_deref()),
        (None, Some("f12bb510-a011-702f-10dd-5607e2776dbc"))
    );
    assert_eq!(record.actor.as_deref(), Some("Ada@123456789012"));
    let own = attempt("sso-directory", "UpdatePassword", PORTAL, user);
    assert_eq!((own.result, own.actor), (AttemptResult::Lifecycle(Lifecycle::PasswordChanged), None));
}

#[test]
fn a_rule_for_all_is_nobodys_change() {
    let record = attempt(
        "iam",
        "UpdateAccountPasswordPolicy",
        ADMIN,
        r#","requestParameters":{"minimumPasswordLength":14}"#,
    );
    assert_eq!(record.result, AttemptResult::Lifecycle(Lifecycle::PolicyChanged));
    assert_eq!((record.person, record.policy.as_deref()), (None, Some("UpdateAccountPasswordPolicy")));
    assert_eq!(record.actor.as_deref(), Some("Ada@123456789012"));
}

#[test]
fn what_is_not_told_or_not_a_sign_in() {
    assert_eq!(read("signin", "ConsoleLogin", MIA, ""), Parsed::Malformed(RecordDefect::NoResult));
    assert_eq!(read("s3", "GetObject", MIA, ""), Parsed::Unrecognised("cloudtrail GetObject".into()));
    let undated = line("signin", "ConsoleLogin", MIA, r#","responseElements":{"ConsoleLogin":"Success"}"#);
    let undated = undated.replace("2026-03-02T08:14:11Z", "soon");
    assert_eq!(parse(&undated, Position::default()).unwrap(), Some(Parsed::Malformed(RecordDefect::BadTime)));
    for other in [
        r#"{"eventName":"ConsoleLogin"}"#,
        r#"{"eventSource":"signin.corp.example","eventName":"ConsoleLogin"}"#,
        r#"{"eventType":"user.session.start"}"#,
        "{}",
    ] {
        assert_eq!(parse(other, Position::default()).unwrap(), None, "{other}");
    }
}

#[test]
fn a_user_name_cannot_set_another_field() {
    let name = r#"x\",\"responseElements\":{\"ConsoleLogin\":\"Success\"}"#;
    let record = console(&MIA.replace("Mia", name), "Failure", r#""MFAUsed":"No""#);
    assert_eq!(record.result, Failure(Cause::BadPassword));
}

#[test]
fn a_record_that_was_looked_up_stands_in_a_text() {
    let record = line(
        "signin",
        "ConsoleLogin",
        MIA,
        r#","responseElements":{"ConsoleLogin":"Failure"},"additionalEventData":{"MFAUsed":"No"}"#,
    );
    let around = |text: &str| {
        serde_json::json!({"EventId": "e-1", "EventName": "ConsoleLogin", "EventTime": "2026-03-02T09:14:11+01:00",
            "EventSource": "signin.amazonaws.com", "Username": "Mia", "CloudTrailEvent": text})
        .to_string()
    };
    let looked_up = around(&record);
    assert_eq!(parse(&looked_up, Position::default()).unwrap(), parse(&record, Position::default()).unwrap());
    assert!(parse(&around("{\"cut"), Position::default()).is_err());
    assert_eq!(parse(&around("{}"), Position::default()).unwrap(), None);
}
