use super::*;
use crate::{cause::Cause, record::Flag};
use AttemptResult::{Failure, Interrupt, Success};

fn logon(operation: &str, more: &str) -> String {
    format!(
        r#"{{"CreationTime":"2026-03-02T08:14:11","Id":"r-1","Operation":"{operation}","OrganizationId":"o-1","RecordType":15,"ResultStatus":"Success","UserKey":"1003200096971F55@corp.example","UserType":0,"Version":1,"Workload":"AzureActiveDirectory","ClientIP":"198.51.100.8:52100","ObjectId":"00000002-0000-0000-c000-000000000000","UserId":"Mia@Corp.Example","ActorIpAddress":"198.51.100.7:443","InterSystemsId":"c-1","ApplicationId":"a-1"{more}}}"#
    )
}

fn read(line: &str) -> Parsed<'static> {
    parse(line, Position::default()).unwrap().unwrap().into_owned()
}

fn attempt(line: &str) -> SignIn<'static> {
    match read(line) {
        Parsed::Attempt(record) => record,
        other => panic!("{line}: {other:?}"),
    }
}

fn failed(error: &str) -> SignIn<'static> {
    attempt(&logon("UserLoginFailed", error))
}

#[test]
fn a_sign_in() {
    let more = r#","ExtendedProperties":[{"Name":"UserAgent","Value":"Mozilla/5.0"},{"Name":"UserAuthenticationMethod","Value":"272"},{"Name":"RequestType","Value":"OAuth2:Authorize"}],"DeviceProperties":[{"Name":"Id","Value":"d-1"},{"Name":"OS","Value":"Windows"},{"Name":"SessionId","Value":"s-1"}],"ErrorNumber":"0""#;
    let record = attempt(&logon("UserLoggedIn", more));
    assert_eq!((record.result, record.method), (Success, Method::Password));
    assert_eq!(record.person.as_deref(), Some("mia@corp.example"));
    // No zone is written; it is UTC.
    assert_eq!(record.at.unwrap().to_string(), "2026-03-02T08:14:11Z");
    assert_eq!(record.ip, "198.51.100.7".parse().ok());
    assert_eq!((record.device.as_deref(), record.session.as_deref()), (Some("d-1"), Some("c-1")));
    assert_eq!(
        (record.user_agent.as_deref(), record.code.as_deref()),
        (Some("Mozilla/5.0"), Some("UserLoggedIn"))
    );
}

#[test]
fn the_numbers_are_those_of_entra() {
    for (error, result) in [
        (r#","ErrorNumber":"50126","LogonError":"InvalidUserNameOrPassword""#, Failure(Cause::BadPassword)),
        (r#","ErrorNumber":50053,"LogonError":"IdsLocked""#, Failure(Cause::AccountLocked)),
        (
            r#","ErrorNumber":"50074","LogonError":"UserStrongAuthClientAuthNRequiredInterrupt""#,
            Interrupt(None),
        ),
        (r#","ErrorNumber":"50140","LogonError":"KmsiInterrupt""#, Interrupt(None)),
        (r#","ErrorNumber":"53003","LogonError":"BlockedByConditionalAccess""#, Failure(Cause::PolicyBlock)),
        (r#","ErrorNumber":"50155","LogonError":"DeviceAuthenticationFailed""#, Failure(Cause::DeviceBlock)),
        (r#","ErrorNumber":"500121","LogonError":"AuthenticationFailedSasError""#, Failure(Cause::Unknown)),
        (r#","ErrorNumber":"987654","LogonError":"MoonPhase""#, Failure(Cause::Unknown)),
        // Older records have the name only.
        (r#","LogonError":"InvalidUserNameOrPassword""#, Failure(Cause::BadPassword)),
        (r#","LogonError":"IdsLocked""#, Failure(Cause::AccountLocked)),
        (r#","LogonError":"UserStrongAuthEnrollmentRequired""#, Interrupt(Some(Cause::MfaNotEnrolled))),
        (r#","LogonError":"UserStrongAuthClientAuthNRequiredInterrupt""#, Interrupt(None)),
        (r#","LogonError":"BlockedByConditionalAccess""#, Failure(Cause::PolicyBlock)),
        (r#","LogonError":"UserSuspended""#, Failure(Cause::AccountDisabled)),
        (r#","LogonError":"MoonPhase""#, Failure(Cause::Unknown)),
        ("", Failure(Cause::Unknown)),
        (r#","ErrorNumber":"0""#, Failure(Cause::Unknown)),
    ] {
        assert_eq!(failed(error).result, result, "{error}");
    }
    let wrong = failed(r#","ErrorNumber":"50126","LogonError":"InvalidUserNameOrPassword""#);
    assert_eq!((wrong.method, wrong.code.as_deref()), (Method::Password, Some("50126")));
    assert_eq!(wrong.detail.as_deref(), Some("InvalidUserNameOrPassword"));
    assert_eq!(failed(r#","LogonError":"MoonPhase""#).code.as_deref(), Some("MoonPhase"));
    assert_eq!(failed(r#","LogonError":"ProofUpBlockedDueToRisk""#).flag, Some(Flag::Risk));
}

#[test]
fn a_second_factor_that_failed_is_no_password() {
    let with = |error: &str, request: &str, bits: i64| {
        failed(&format!(
            r#","ErrorNumber":"{error}","ExtendedProperties":[{{"Name":"RequestType","Value":"{request}"}},{{"Name":"UserAuthenticationMethod","Value":"{bits}"}}]"#
        ))
        .method
    };
    assert_eq!(with("500121", "SAS:EndAuth", 1), Method::Unknown);
    assert_eq!(with("500121", "Login:reprocess", 1), Method::Unknown);
    assert_eq!(with("50074", "SAS:BeginAuth", 16), Method::Unknown);
    assert_eq!(with("500121", "SAS:EndAuth", 64), Method::Push);
    assert_eq!(with("50126", "Login:login", 1), Method::Password);
    let by_name = failed(
        r#","LogonError":"AuthenticationFailedSasError","ExtendedProperties":[{"Name":"UserAuthenticationMethod","Value":"1"}]"#,
    );
    assert_eq!(by_name.method, Method::Unknown);
}

#[test]
fn a_mail_client_that_knows_only_a_password() {
    for (properties, legacy) in [
        (r#"{"Name":"UserAgent","Value":"BAV2ROPC"}"#, true),
        (r#"{"Name":"UserAgent","Value":"CBAInPROD"}"#, true),
        (r#"{"Name":"RequestType","Value":"OrgIdWsTrust2:process"}"#, true),
        (r#"{"Name":"UserAgent","Value":"Mozilla/5.0"},{"Name":"RequestType","Value":"Login:login"}"#, false),
    ] {
        let record = failed(&format!(r#","LogonError":"IdsLocked","ExtendedProperties":[{properties}]"#));
        assert_eq!(record.legacy, legacy, "{properties}");
    }
}

#[test]
fn purview_wraps_the_record_in_a_cell() {
    let inner = logon("UserLoginFailed", r#","ErrorNumber":"50126""#);
    let cell = serde_json::to_string(&inner).unwrap();
    let row = format!(
        r#"{{"RecordId":"r-1","CreationDate":"2026-03-02T08:14:11.0000000Z","RecordType":"15","Operation":"UserLoginFailed","UserId":"mia@corp.example","AuditData":{cell},"AssociatedAdminUnits":""}}"#
    );
    assert_eq!(attempt(&row), attempt(&inner));
    // Graph's audit query has it as an object.
    let graph = format!(r#"{{"id":"r-1","createdDateTime":"2026-03-02T08:14:11Z","auditData":{inner}}}"#);
    assert_eq!(attempt(&graph), attempt(&inner));
    // A cell cut short leaves what the row itself says.
    let cut = attempt(&row.replace(&cell, r#""{\"CreationTime\"""#));
    assert_eq!((cut.result, cut.person.as_deref()), (Failure(Cause::Unknown), Some("mia@corp.example")));
}

fn directory(operation: &str, more: &str) -> String {
    format!(
        r#"{{"CreationTime":"2026-03-02T08:14:11","Id":"r-2","Operation":"{operation}","OrganizationId":"o-1","RecordType":8,"ResultStatus":"Success","UserKey":"1003@corp.example","UserType":0,"Workload":"AzureActiveDirectory","ObjectId":"lea@corp.example","UserId":"ada@corp.example","ActorIpAddress":"<null>"{more}}}"#
    )
}

#[test]
fn a_change_belongs_to_its_target() {
    for (operation, change) in [
        ("Reset user password.", Lifecycle::PasswordReset),
        ("Change user password.", Lifecycle::PasswordReset),
        ("Disable Strong Authentication.", Lifecycle::BypassCreated),
        ("User updated security info", Lifecycle::FactorEnrolled),
        ("User registered all required security info", Lifecycle::FactorEnrolled),
        ("Add FIDO2 security key.", Lifecycle::FactorEnrolled),
        ("Fraud reported - user is blocked for MFA.", Lifecycle::SuspiciousReported),
        ("Disable account.", Lifecycle::Disabled),
        ("Enable account.", Lifecycle::Enabled),
        ("User deleted security info", Lifecycle::FactorRemoved),
        ("Admin registered temporary access pass method for user", Lifecycle::BypassCreated),
    ] {
        let record = attempt(&directory(operation, ""));
        assert_eq!(record.result, AttemptResult::Lifecycle(change), "{operation}");
        assert_eq!(record.person.as_deref(), Some("lea@corp.example"), "{operation}");
        assert_eq!((record.actor.as_deref(), record.ip), (Some("ada@corp.example"), None));
        assert_eq!(record.detail.as_deref(), Some("by ada@corp.example"));
    }
    let own = attempt(&directory("Change user password.", "").replace("lea@", "ada@"));
    assert_eq!((own.result, own.actor), (AttemptResult::Lifecycle(Lifecycle::PasswordChanged), None));
    let revoked = attempt(&directory("Update StsRefreshTokenValidFrom Timestamp.", ""));
    assert_eq!((revoked.result, revoked.interactive), (Interrupt(Some(Cause::SessionExpired)), false));
    let target = r#","Target":[{"ID":"User_1","Type":2},{"ID":"1","Type":2},{"ID":"User","Type":2},{"ID":"tom@corp.example","Type":5}]"#;
    let by_target = directory("Reset user password.", target).replace("lea@corp.example", "Not Available");
    assert_eq!(attempt(&by_target).person.as_deref(), Some("tom@corp.example"));
    let refused = directory("Reset user password.", "")
        .replace(r#""ResultStatus":"Success""#, r#""ResultStatus":"Failure""#);
    assert!(matches!(read(&refused), Parsed::Unrecognised(_)));
}

#[test]
fn an_update_tells_by_its_properties() {
    let updated = |name: &str, old: Option<&str>, new: &str| {
        let old = old.map(|old| format!(r#","OldValue":{}"#, serde_json::to_string(old).unwrap()));
        let old = old.unwrap_or_default();
        let new = serde_json::to_string(new).unwrap();
        let properties = format!(r#","ModifiedProperties":[{{"Name":"{name}","NewValue":{new}{old}}}]"#);
        read(&directory("Update user.", &properties))
    };
    let (one, two) =
        ("[\r\n  {\r\n    \"MethodType\": 6\r\n  }\r\n]", r#"[{"MethodType":6},{"MethodType":7}]"#);
    for (name, old, new, change) in [
        ("AccountEnabled", Some("[true]"), "[\r\n  false\r\n]", Lifecycle::Disabled),
        ("AccountEnabled", Some("[false]"), "[true]", Lifecycle::Enabled),
        ("StrongAuthenticationMethod", Some("[]"), one, Lifecycle::FactorEnrolled),
        ("StrongAuthenticationMethod", Some(two), one, Lifecycle::FactorRemoved),
        ("StrongAuthenticationMethod", Some(two), "[]", Lifecycle::FactorReset),
        ("StrongAuthenticationMethod", None, "[]", Lifecycle::FactorReset),
        ("StrongAuthenticationRequirement", Some(one), "[]", Lifecycle::BypassCreated),
    ] {
        let Parsed::Attempt(record) = updated(name, old, new) else { panic!("{name} {old:?} {new}") };
        assert_eq!(record.result, AttemptResult::Lifecycle(change), "{name} {old:?} {new}");
    }
    for (name, old, new) in [
        ("Department", "[]", "[\"Sales\"]"),
        ("StrongAuthenticationMethod", "[]", "[]"),
        ("AccountEnabled", "[true]", "[]"),
    ] {
        assert_eq!(updated(name, Some(old), new), Parsed::Unrecognised("m365 Update user".into()), "{name}");
    }
}

#[test]
fn a_policy_is_nobodys() {
    let more = r#","ExtendedProperties":[{"Name":"targetName","Value":"Require MFA"}]"#;
    let record = attempt(&directory("Update conditional access policy.", more));
    assert_eq!(record.result, AttemptResult::Lifecycle(Lifecycle::PolicyChanged));
    assert_eq!((record.person, record.policy.as_deref()), (None, Some("Require MFA")));
    assert_eq!(record.actor.as_deref(), Some("ada@corp.example"));
    for operation in
        ["Update authorization policy.", "Set federation settings on domain.", "Add named location."]
    {
        let record = attempt(&directory(operation, ""));
        assert_eq!(record.result, AttemptResult::Lifecycle(Lifecycle::PolicyChanged), "{operation}");
    }
}

#[test]
fn the_rest_is_foreign_or_nobodys() {
    let file = r#"{"CreationTime":"2026-03-02T08:14:11","Operation":"FileAccessed","RecordType":6,"UserId":"mia@corp.example","Workload":"SharePoint"}"#;
    assert_eq!(read(file), Parsed::Unrecognised("m365 FileAccessed".into()));
    let program = logon("UserLoggedIn", "").replace(r#""UserType":0"#, r#""UserType":5"#);
    assert_eq!(read(&program), Parsed::Unrecognised("m365 UserLoggedIn".into()));
    let undated = logon("UserLoggedIn", "").replace("2026-03-02T08:14:11", "soon");
    assert_eq!(read(&undated), Parsed::Malformed(RecordDefect::BadTime));
    for other in [
        r#"{"Operation":"UserLoginFailed"}"#,
        r#"{"operationName":"Sign-in activity","time":"2026-03-02T08:14:11Z"}"#,
        r#"{"AuditData":"{}"}"#,
        "{}",
    ] {
        assert_eq!(parse(other, Position::default()).unwrap(), None, "{other}");
    }
}
