use super::*;
use crate::{cause::Cause, record::Method};
use AttemptResult::{Failure, Interrupt, Success};

fn read(kind: &str, more: &str) -> Parsed<'static> {
    let line = format!(
        r#"{{"id":81,"created_at":"2026-03-02T08:14:11.204Z","account_id":7,"event_type_id":{kind},"user_id":1234,"user_name":"Mia B","actor_user_id":1234,"actor_user_name":"Mia B","ipaddr":"198.51.100.7"{more}}}"#
    );
    parse(&line, Position::default()).unwrap().unwrap().into_owned()
}

fn attempt(kind: &str, more: &str) -> SignIn<'static> {
    match read(kind, more) {
        Parsed::Attempt(record) => record,
        other => panic!("{kind} {more}: {other:?}"),
    }
}

#[test]
fn the_event_of_the_api() {
    let record = attempt(
        "6",
        r#","notes":"Invalid password","risk_score":20,"policy_name":"Default","app_name":"Mail""#,
    );
    assert_eq!((record.person.as_deref(), record.display.as_deref()), (Some("mia b"), Some("Mia B")));
    assert_eq!((record.person_id.as_deref(), record.record_id.as_deref()), (Some("1234"), Some("81")));
    assert_eq!(record.at.unwrap().to_string(), "2026-03-02T08:14:11.204Z");
    assert_eq!((record.ip, record.method), ("198.51.100.7".parse().ok(), Method::Password));
    assert_eq!((record.result, record.code.as_deref()), (Failure(Cause::BadPassword), Some("6")));
    assert_eq!((record.detail.as_deref(), record.flag), (Some("Invalid password"), None));
    assert_eq!((record.policy.as_deref(), record.app.as_deref()), (Some("Default"), Some("Mail")));
}

#[test]
fn the_type_may_be_text_and_the_login_an_address() {
    let record = attempt("\"5\"", r#","email":"Mia@corp.example""#);
    assert_eq!((record.result, record.code.as_deref()), (Success, Some("5")));
    assert_eq!(
        (record.person.as_deref(), record.display.as_deref()),
        (Some("mia@corp.example"), Some("Mia B"))
    );
}

#[test]
fn a_webhook_writes_its_own_time() {
    for (written, read) in [
        ("2017-12-05 19:13:06 UTC", "2017-12-05T19:13:06Z"),
        ("2026-06-02 10:40:17+0530", "2026-06-02T05:10:17Z"),
    ] {
        let line = format!(
            r#"{{"uuid":"u-1","event_timestamp":"{written}","event_type_id":5,"user_name":"Mia B"}}"#
        );
        let Some(Parsed::Attempt(record)) = parse(&line, Position::default()).unwrap() else { panic!() };
        assert_eq!(
            (record.at.unwrap().to_string().as_str(), record.record_id.as_deref()),
            (read, Some("u-1"))
        );
    }
    let undated = r#"{"event_type_id":5,"user_name":"Mia B"}"#;
    assert!(
        matches!(parse(undated, Position::default()).unwrap(), Some(Parsed::Attempt(record)) if record.at.is_none())
    );
    let malformed = r#"{"event_type_id":5,"user_name":"Mia B","created_at":"soon"}"#;
    assert_eq!(
        parse(malformed, Position::default()).unwrap(),
        Some(Parsed::Malformed(RecordDefect::BadTime))
    );
}

const ATTEMPTS: [(&str, AttemptResult, Method); 21] = [
    ("5", Success, Method::Unknown),
    ("6", Failure(Cause::BadPassword), Method::Password),
    ("9", Failure(Cause::Unknown), Method::Unknown),
    ("35", Failure(Cause::AccountLocked), Method::Unknown),
    ("36", Interrupt(Some(Cause::MfaNoResponse)), Method::Unknown),
    ("68", Success, Method::Unknown),
    ("69", Failure(Cause::BadPassword), Method::Unknown),
    ("86", Failure(Cause::Unknown), Method::Password),
    ("90", Failure(Cause::PolicyBlock), Method::Unknown),
    ("105", Failure(Cause::MfaDeliveryFailed), Method::Sms),
    ("122", Success, Method::Unknown),
    ("123", Failure(Cause::BadPassword), Method::Password),
    ("129", Failure(Cause::BadPassword), Method::Password),
    ("130", Success, Method::Password),
    ("140", Success, Method::Federated),
    ("141", Failure(Cause::ExternalIdp), Method::Federated),
    ("154", Failure(Cause::BadPassword), Method::Password),
    ("527", Failure(Cause::MfaWrongCode), Method::Unknown),
    ("528", Success, Method::Unknown),
    ("1002", Failure(Cause::MfaWrongCode), Method::Unknown),
    ("1400", Success, Method::Unknown),
];

#[test]
fn every_type_about_a_sign_in() {
    for (kind, result, method) in ATTEMPTS {
        let record = attempt(kind, "");
        assert_eq!((record.result, record.method), (result, method), "{kind}");
        assert!(record.interactive, "{kind}");
    }
    let app = attempt("8", r#","app_name":"Mail""#);
    assert_eq!((app.result, app.method, app.interactive), (Success, Method::Session, false));
    assert!(attempt("130", "").legacy);
    let code = attempt("1002", r#","otp_device_name":"Google Authenticator","otp_device_id":5"#);
    assert_eq!((code.method, code.phone.as_deref()), (Method::Totp, Some("Google Authenticator")));
}

#[test]
fn the_notes_tell_why() {
    for (words, cause) in [
        ("User account is locked", Cause::AccountLocked),
        ("User is suspended", Cause::AccountDisabled),
        ("OTP verification failed", Cause::MfaWrongCode),
        ("Push rejected", Cause::MfaDenied),
        ("Not allowed from this IP address", Cause::PolicyBlock),
        ("AD connector timed out", Cause::ProviderOutage),
        ("Something new", Cause::BadPassword),
    ] {
        for field in ["notes", "error_description", "custom_message"] {
            let record = attempt("6", &format!(r#","{field}":"{words}""#));
            assert_eq!((record.result, record.detail.as_deref()), (Failure(cause), Some(words)), "{field}");
        }
    }
}

#[test]
fn what_happens_to_an_account() {
    for (kind, change) in [
        ("10", Lifecycle::PasswordReset),
        ("11", Lifecycle::PasswordChanged),
        ("12", Lifecycle::Unlock),
        ("15", Lifecycle::Disabled),
        ("16", Lifecycle::Enabled),
        ("17", Lifecycle::Disabled),
        ("19", Lifecycle::Lockout),
        ("21", Lifecycle::Disabled),
        ("22", Lifecycle::FactorEnrolled),
        ("24", Lifecycle::FactorRemoved),
        ("32", Lifecycle::Enabled),
        ("211", Lifecycle::PasswordReset),
        ("531", Lifecycle::Lockout),
        ("551", Lifecycle::Disabled),
        ("553", Lifecycle::Lockout),
    ] {
        let record = attempt(kind, "");
        assert_eq!(record.result, AttemptResult::Lifecycle(change), "{kind}");
        assert_eq!((record.actor, record.detail), (None, None), "{kind}");
    }
    for kind in ["156", "158", "171"] {
        let policy = attempt(kind, r#","policy_name":"Default""#);
        assert_eq!(policy.result, AttemptResult::Lifecycle(Lifecycle::PolicyChanged), "{kind}");
        assert_eq!((policy.person, policy.person_id), (None, None), "{kind}");
        assert_eq!(policy.actor.as_deref(), Some("Mia B"), "{kind}");
    }
}

#[test]
fn a_factor_is_removed_from_a_person_or_from_everybody() {
    let device = r#","authentication_factor_description":"OneLogin Protect""#;
    let record = attempt("172", device);
    assert_eq!(
        (record.result, record.method),
        (AttemptResult::Lifecycle(Lifecycle::FactorRemoved), Method::Push)
    );
    assert_eq!((record.person.as_deref(), record.person_id.as_deref()), (Some("mia b"), Some("1234")));
    let line = r#"{"event_type_id":172,"actor_user_id":4321,"actor_user_name":"Ada A","account_id":7}"#;
    let Some(Parsed::Attempt(record)) = parse(line, Position::default()).unwrap() else { panic!() };
    assert_eq!(record.result, AttemptResult::Lifecycle(Lifecycle::PolicyChanged));
    assert_eq!((record.person, record.actor.as_deref()), (None, Some("Ada A")));
}

#[test]
fn a_change_belongs_to_the_one_it_is_done_to() {
    let line = r#"{"event_type_id":11,"actor_user_id":4321,"actor_user_name":"Ada A","user_id":1234,"user_name":"Mia B"}"#;
    let Some(Parsed::Attempt(record)) = parse(line, Position::default()).unwrap() else { panic!() };
    assert_eq!(record.result, AttemptResult::Lifecycle(Lifecycle::PasswordReset));
    assert_eq!((record.person.as_deref(), record.actor.as_deref()), (Some("mia b"), Some("Ada A")));
    assert_eq!(record.detail.as_deref(), Some("by Ada A"));
}

#[test]
fn a_high_score_is_a_verdict() {
    assert_eq!(attempt("6", r#","risk_score":55"#).flag, Some(Flag::Risk));
    assert_eq!(attempt("5", r#","risk_score":"51""#).flag, Some(Flag::Risk));
    assert_eq!(attempt("5", r#","risk_score":50"#).flag, None);
}

#[test]
fn other_types_are_foreign() {
    for kind in ["3", "7", "13", "14", "23", "25", "72", "240", "532", "99999"] {
        assert_eq!(read(kind, ""), Parsed::Unrecognised(format!("onelogin {kind}").into()));
    }
}

#[test]
fn what_is_not_onelogin_is_left_to_others() {
    for line in [
        "{}",
        r#"{"event_type_id":5}"#,
        r#"{"event_type_id":"login","user_id":1}"#,
        r#"{"user_id":1,"user_name":"Mia","created_at":"2026-03-02T08:14:11Z"}"#,
    ] {
        assert_eq!(parse(line, Position::default()).unwrap(), None, "{line}");
    }
}

#[test]
fn a_user_name_cannot_set_another_field() {
    let line = r#"{"event_type_id":6,"user_name":"x\",\"event_type_id\":5,\"ipaddr\":\"203.0.113.9","ipaddr":"198.51.100.7"}"#;
    let Some(Parsed::Attempt(record)) = parse(line, Position::default()).unwrap() else { panic!() };
    assert_eq!((record.result, record.ip), (Failure(Cause::BadPassword), "198.51.100.7".parse().ok()));
}
