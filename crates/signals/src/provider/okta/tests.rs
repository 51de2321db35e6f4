use super::*;
use crate::{
    cause::Cause,
    record::{AttemptResult, Flag, Lifecycle},
};
use AttemptResult::{Failure, Interrupt, PushSent, Success};

const MFA: &str = "user.authentication.auth_via_mfa";

fn read(event: &str, ending: &str, more: &str) -> Parsed<'static> {
    let line = format!(
        r#"{{"uuid":"u1","published":"2026-03-02T08:14:11.204Z","eventType":"{event}","actor":{{"id":"00u1","type":"User","alternateId":"mia@corp.example"}},"outcome":{{{ending}}}{more}}}"#
    );
    parse(&line, Position::default()).unwrap().unwrap().into_owned()
}

fn attempt(event: &str, ending: &str, more: &str) -> SignIn<'static> {
    match read(event, ending, more) {
        Parsed::Attempt(record) => record,
        other => panic!("{event} {ending}: {other:?}"),
    }
}

fn factor(name: &str) -> String {
    format!(r#","debugContext":{{"debugData":{{"factor":"{name}"}}}}"#)
}

#[test]
fn a_denied_push_has_two_shapes() {
    let classic = attempt("user.mfa.okta_verify.deny_push", r#""result":"FAILURE""#, "");
    let engine =
        attempt(MFA, r#""result":"FAILURE","reason":"INVALID_CREDENTIALS""#, &factor("OKTA_VERIFY_PUSH"));
    for record in [classic, engine] {
        assert_eq!((record.result, record.method), (Failure(Cause::MfaDenied), Method::Push));
    }
    let old_app = attempt("user.mfa.okta_verify.deny_push_upgrade_needed", r#""result":"FAILURE""#, "");
    assert_eq!(old_app.result, Failure(Cause::MfaDeliveryFailed));
}

#[test]
fn the_factor_tells_what_invalid_credentials_means() {
    for (name, cause) in [
        ("PASSWORD_AS_FACTOR", Cause::BadPassword),
        ("OKTA_SOFT_TOKEN", Cause::MfaWrongCode),
        ("SMS_FACTOR", Cause::MfaWrongCode),
        ("", Cause::Unknown),
    ] {
        let record = attempt(MFA, r#""result":"FAILURE","reason":"INVALID_CREDENTIALS""#, &factor(name));
        assert_eq!(record.result, Failure(cause), "{name}");
    }
}

#[test]
fn a_password_step_is_not_a_sign_in() {
    let ok = r#""result":"SUCCESS""#;
    assert_eq!(attempt(MFA, ok, &factor("PASSWORD_AS_FACTOR")).result, Interrupt(None));
    assert_eq!(attempt(MFA, ok, &factor("OKTA_VERIFY_PUSH")).result, Success);
    assert_eq!(attempt("policy.evaluate_sign_on", r#""result":"ALLOW""#, "").result, Interrupt(None));
    assert_eq!(attempt("user.session.start", ok, "").result, Success);
}

#[test]
fn a_wrong_number_is_flagged() {
    let more = r#","debugContext":{"debugData":{"factor":"OKTA_VERIFY_PUSH","pushWithNumberChallengeResponseType":"OV_WITH_CHALLENGE_RESPONSE_INVALID"}}"#;
    let record = attempt(MFA, r#""result":"FAILURE","reason":"INVALID_CREDENTIALS""#, more);
    assert_eq!((record.result, record.flag), (Failure(Cause::MfaDenied), Some(Flag::NumberChallengeFailed)));
}

const RESULTS: [(&str, &str, AttemptResult); 11] = [
    ("user.session.start", r#""result":"FAILURE","reason":"LOCKED_OUT""#, Failure(Cause::AccountLocked)),
    (
        "user.session.start",
        r#""result":"FAILURE","reason":"VERIFICATION_ERROR""#,
        Failure(Cause::BadPassword),
    ),
    ("policy.evaluate_sign_on", r#""result":"DENY","reason":"x""#, Failure(Cause::PolicyBlock)),
    ("policy.evaluate_sign_on", r#""result":"CHALLENGE""#, Interrupt(None)),
    (MFA, r#""result":"UNANSWERED""#, Failure(Cause::MfaNoResponse)),
    (MFA, r#""result":"ABANDONED""#, Failure(Cause::MfaNoResponse)),
    ("system.push.send_factor_verify_push", r#""result":"SUCCESS""#, PushSent),
    ("system.sms.send_factor_verify_message", r#""result":"DENY""#, Failure(Cause::MfaRateLimited)),
    ("user.account.lock", r#""result":"FAILURE""#, AttemptResult::Lifecycle(Lifecycle::Lockout)),
    ("user.account.unlock_by_admin", r#""result":"SUCCESS""#, AttemptResult::Lifecycle(Lifecycle::Unlock)),
    ("user.mfa.factor.reset_all", r#""result":"SUCCESS""#, AttemptResult::Lifecycle(Lifecycle::FactorReset)),
];

#[test]
fn results_and_reasons() {
    for (event, ending, result) in RESULTS {
        assert_eq!(attempt(event, ending, "").result, result, "{event} {ending}");
    }
    assert!(matches!(read("user.session.start", "", ""), Parsed::Damaged(Damage::NoResult)));
    assert!(matches!(read("user.session.end", r#""result":"SUCCESS""#, ""), Parsed::Foreign(_)));
    assert!(matches!(read("user.mfa.factor.reset_all", r#""result":"FAILURE""#, ""), Parsed::Foreign(_)));
}

#[test]
fn a_user_name_cannot_set_another_field() {
    let line = r#"{"published":"2026-03-02T08:14:11Z","eventType":"user.session.start","actor":{"type":"User","alternateId":"x\",\"outcome\":{\"result\":\"SUCCESS\"}"},"outcome":{"result":"FAILURE","reason":"INVALID_CREDENTIALS"}}"#;
    let Some(Parsed::Attempt(record)) = parse(line, Position::default()).unwrap() else { panic!() };
    assert_eq!(record.result, Failure(Cause::BadPassword));
}
