use super::*;
use crate::{
    cause::Cause,
    record::{Flag, Lifecycle},
};
use AttemptResult::{Failure, Interrupt, Success};

fn event(class: u32, activity: u32, status: u32, more: &str) -> String {
    format!(
        r#"{{"class_uid":{class},"category_uid":3,"activity_id":{activity},"type_uid":{},"severity_id":1,"status_id":{status},"time":1772439251204,"metadata":{{"uid":"m-1","version":"1.8.0","product":{{"name":"Directory","vendor_name":"Example"}}}},"user":{{"name":"Mia","email_addr":"Mia@corp.example","uid":"u-0001"}},"src_endpoint":{{"ip":"198.51.100.7","location":{{"city":"Lyon","country":"FR","coordinates":[4.83,45.76]}},"autonomous_system":{{"number":64500}}}},"session":{{"uid":"s-1"}},"device":{{"uid":"d-1"}},"service":{{"name":"Portal"}}{more}}}"#,
        class * 100 + activity
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

#[test]
fn a_logon() {
    let record = attempt(&event(
        3002,
        1,
        1,
        r#","is_mfa":true,"auth_factors":[{"factor_type_id":11},{"factor_type_id":5,"device":{"uid":"phone-1"}}]"#,
    ));
    assert_eq!((record.result, record.method), (Success, Method::Push));
    assert_eq!(
        (record.person.as_deref(), record.display.as_deref()),
        (Some("mia@corp.example"), Some("Mia"))
    );
    assert_eq!(record.at.unwrap().to_string(), "2026-03-02T08:14:11.204Z");
    assert_eq!((record.city.as_deref(), record.asn), (Some("Lyon"), Some(64500)));
    assert_eq!(record.place, Point::new(45.76, 4.83));
    assert_eq!((record.phone.as_deref(), record.device.as_deref()), (Some("phone-1"), Some("d-1")));
    assert_eq!((record.session.as_deref(), record.record_id.as_deref()), (Some("s-1"), Some("m-1")));
    let seconds = event(3002, 1, 1, "").replace("1772439251204", "1772439251");
    assert_eq!(attempt(&seconds).at.unwrap().to_string(), "2026-03-02T08:14:11Z");
    let apart = event(3002, 1, 1, "").replace(r#""coordinates":[4.83,45.76]"#, r#""lat":45.76,"long":4.83"#);
    assert_eq!(attempt(&apart).place, record.place);
}

#[test]
fn why_it_failed() {
    let totp = r#","auth_factors":[{"factor_type_id":7}]"#;
    for (detail, more, cause) in [
        ("INVALID_CREDENTIALS", "", Cause::BadPassword),
        ("INVALID_CREDENTIALS", totp, Cause::MfaWrongCode),
        ("INVALID_CREDENTIALS", r#","is_mfa":true"#, Cause::Unknown),
        ("INVALID_CREDENTIALS", r#","auth_factors":[{"factor_type_id":5}]"#, Cause::MfaDenied),
        ("USER_DOES_NOT_EXIST", "", Cause::BadPassword),
        ("ACCOUNT_DISABLED", "", Cause::AccountDisabled),
        ("ACCOUNT_LOCKED_OUT", totp, Cause::AccountLocked),
        ("PASSWORD_EXPIRED", "", Cause::BadPassword),
        ("Blocked by access policy", "", Cause::PolicyBlock),
        ("Timed out", r#","auth_factors":[{"factor_type_id":5}]"#, Cause::MfaNoResponse),
        ("Timed out", "", Cause::Unknown),
        ("Moon phase", "", Cause::Unknown),
    ] {
        let record = attempt(&event(3002, 1, 2, &format!(r#","status_detail":"{detail}"{more}"#)));
        assert_eq!(record.result, Failure(cause), "{detail} {more}");
        assert_eq!((record.code.as_deref(), record.detail.as_deref()), (Some(detail), Some(detail)));
    }
    assert_eq!(attempt(&event(3002, 1, 2, "")).result, Failure(Cause::Unknown));
    assert_eq!(attempt(&event(3002, 6, 1, "")).result, Interrupt(None));
    let risky = attempt(&event(3002, 1, 1, r#","risk_level_id":4"#));
    assert_eq!((risky.result, risky.flag), (Success, Some(Flag::Risk)));
}

#[test]
fn the_words_of_postern_are_believed_if_they_are_sound() {
    let words = |words: &str| {
        let record = attempt(&event(
            3002,
            1,
            2,
            &format!(r#","status_detail":"INVALID_CREDENTIALS","unmapped":{{"postern":{words}}}"#),
        ));
        (record.result, record.method, record.flag)
    };
    for (own, expected) in [
        (
            r#"{"result":"failure","cause":"mfa_code_reused","method":"totp"}"#,
            (Failure(Cause::MfaCodeReused), Method::Totp, None),
        ),
        (
            r#"{"result":"failure","cause":"mfa_denied","method":"push","flag":"number_challenge_failed"}"#,
            (Failure(Cause::MfaDenied), Method::Push, Some(Flag::NumberChallengeFailed)),
        ),
        (
            r#"{"cause":"mfa_clock_drift","method":"totp"}"#,
            (Failure(Cause::MfaClockDrift), Method::Totp, None),
        ),
        (
            r#"{"result":"interrupt","cause":"mfa_not_enrolled"}"#,
            (Interrupt(Some(Cause::MfaNotEnrolled)), Method::Unknown, None),
        ),
        (r#"{"result":"interrupt"}"#, (Interrupt(None), Method::Unknown, None)),
        (r#"{"result":"push_sent","method":"push"}"#, (AttemptResult::PushSent, Method::Push, None)),
        (r#"{"result":"success","method":"backup_code"}"#, (Success, Method::BackupCode, None)),
        (
            r#"{"result":"factor_reset"}"#,
            (AttemptResult::Lifecycle(Lifecycle::FactorReset), Method::Unknown, None),
        ),
    ] {
        assert_eq!(words(own), expected, "{own}");
    }
    for unsound in [
        r#"{"result":"failure"}"#,
        r#"{"result":"failure","cause":"mfa_sad"}"#,
        r#"{"result":"failure","cause":"mfa_denied","method":"moon"}"#,
        r#"{"result":"won","cause":"mfa_denied"}"#,
        r#"{"result":"success","flag":7}"#,
        "{}",
        "7",
    ] {
        assert_eq!(words(unsound), (Failure(Cause::BadPassword), Method::Unknown, None), "{unsound}");
    }
}

#[test]
fn protocols() {
    for (protocol, method, legacy) in [
        (5, Method::Federated, false),
        (2, Method::Password, false),
        (11, Method::Password, true),
        (6, Method::Unknown, false),
    ] {
        let record = attempt(&event(3002, 1, 1, &format!(r#","auth_protocol_id":{protocol}"#)));
        assert_eq!((record.method, record.legacy), (method, legacy), "{protocol}");
    }
    let code = attempt(&event(
        3002,
        1,
        1,
        r#","auth_factors":[{"factor_type_id":99,"factor_type":"Recovery code"}]"#,
    ));
    assert_eq!(code.method, Method::BackupCode);
}

#[test]
fn two_classes_number_the_same_changes_differently() {
    let ada = r#","actor":{"user":{"name":"ada@corp.example"}}"#;
    for (class, activity, change) in [
        (3001, 3, Lifecycle::PasswordChanged),
        (3001, 4, Lifecycle::PasswordReset),
        (3001, 9, Lifecycle::Lockout),
        (3001, 10, Lifecycle::FactorEnrolled),
        (3001, 11, Lifecycle::FactorRemoved),
        (3001, 12, Lifecycle::Unlock),
        (3007, 3, Lifecycle::Disabled),
        (3007, 6, Lifecycle::Lockout),
        (3007, 9, Lifecycle::PasswordReset),
        (3007, 12, Lifecycle::FactorEnrolled),
        (3007, 13, Lifecycle::FactorRemoved),
    ] {
        let record = attempt(&event(class, activity, 1, ada));
        assert_eq!(record.result, AttemptResult::Lifecycle(change), "{class} {activity}");
        assert_eq!(
            (record.person.as_deref(), record.actor.as_deref()),
            (Some("mia@corp.example"), Some("ada@corp.example"))
        );
    }
    assert_eq!(read(&event(3001, 4, 2, ada)), Parsed::Unrecognised("ocsf class 3001".into()));
    let own = r#","actor":{"user":{"name":"mia@corp.example"}}"#;
    assert_eq!(attempt(&event(3001, 3, 1, own)).actor, None);
}

#[test]
fn a_mapping_that_names_only_the_actor() {
    let user = r#""user":{"name":"Mia","email_addr":"Mia@corp.example","uid":"u-0001"}"#;
    let line = event(3002, 1, 1, r#","actor":{"user":{"name":"anaya","uid":"u-0001"}}"#)
        .replace(user, r#""user":{"uid":"u-0001"}"#);
    let record = attempt(&line);
    assert_eq!((record.person.as_deref(), record.person_id.as_deref()), (Some("anaya"), Some("u-0001")));
}

#[test]
fn a_change_is_not_booked_on_the_one_who_made_it() {
    let user = r#""user":{"name":"Mia","email_addr":"Mia@corp.example","uid":"u-0001"}"#;
    let read = |class, actor: &str| {
        let actor = format!(r#","actor":{{"user":{actor}}}"#);
        attempt(&event(class, 4, 1, &actor).replace(user, r#""user":{"uid":"u-0001"}"#))
    };
    for actor in [r#"{"name":"ada@corp.example","uid":"u-0002"}"#, r#"{"name":"ada@corp.example"}"#] {
        let reset = read(3001, actor);
        assert_eq!((reset.person, reset.display, reset.person_id.as_deref()), (None, None, Some("u-0001")));
        assert_eq!(reset.actor.as_deref(), Some("ada@corp.example"));
    }
    let own = read(3001, r#"{"name":"mia","uid":"u-0001"}"#);
    assert_eq!(
        (own.person.as_deref(), own.person_id.as_deref(), own.actor),
        (Some("mia"), Some("u-0001"), None)
    );
    let by_id = read(3001, r#"{"uid":"u-0001"}"#);
    assert_eq!((by_id.person, by_id.actor), (None, None));
    // Nor is a sign-in booked on somebody with another id.
    let line = event(3002, 1, 1, r#","actor":{"user":{"name":"proxy","uid":"svc-1"}}"#);
    let record = attempt(&line.replace(user, r#""user":{"uid":"u-0001"}"#));
    assert_eq!((record.person, record.person_id.as_deref()), (None, Some("u-0001")));
}

#[test]
fn what_other_versions_and_vendors_add() {
    let more = r#","policies":[{"uid":"p-1"},{"name":"Require MFA"}],"actor":{"app_name":"Console","user":{"name":"ada"}}"#;
    let line = event(3001, 4, 1, more)
        .replace(r#""name":"Mia","#, r#""name":"mia","display_name":"Mia B","#)
        .replace(r#""uid":"m-1""#, r#""uid":"m-1","original_time":"2026-03-02T09:14:11.2041234+01:00""#);
    let record = attempt(&line);
    assert_eq!((record.display.as_deref(), record.policy.as_deref()), (Some("Mia B"), Some("Require MFA")));
    assert_eq!(record.at.unwrap().to_string(), "2026-03-02T08:14:11.2041234Z");
    // A time of another moment is in a zone that it does not name.
    let elsewhere = line.replace("09:14:11.2041234+01:00", "03:14:11.2041234");
    assert_eq!(attempt(&elsewhere).at.unwrap().to_string(), "2026-03-02T08:14:11.204Z");
}

#[test]
fn a_provider_that_is_none_of_ours_leaves_the_rest_sound() {
    let words = r#","unmapped":{"postern":{"provider":"moon","result":"failure","cause":"mfa_denied","network":"sky"}}"#;
    let record = attempt(&event(3002, 1, 2, words));
    assert_eq!((record.provider, record.network), (Provider::Ocsf, Network::Unknown));
    assert_eq!((record.result, record.app.as_deref()), (Failure(Cause::MfaDenied), Some("Portal")));
    let known = attempt(&event(3002, 1, 2, &words.replace("moon", "duo")));
    assert_eq!((known.provider, known.person.as_deref()), (Provider::Duo, Some("mia")));
}

#[test]
fn the_rest_is_foreign_damaged_or_nobodys() {
    assert_eq!(read(&event(2004, 1, 1, "")), Parsed::Unrecognised("ocsf class 2004".into()));
    assert_eq!(read(&event(3002, 2, 1, "")), Parsed::Unrecognised("ocsf class 3002".into()));
    assert_eq!(read(&event(3002, 1, 0, "")), Parsed::Malformed(RecordDefect::NoResult));
    let undated = event(3002, 1, 1, "").replace("1772439251204", "\"soon\"");
    assert_eq!(read(&undated), Parsed::Malformed(RecordDefect::BadTime));
    for other in [r#"{"class_uid":3002}"#, r#"{"metadata":{"version":"1.8.0"},"time":1}"#, "{}"] {
        assert_eq!(parse(other, Position::default()).unwrap(), None, "{other}");
    }
}
