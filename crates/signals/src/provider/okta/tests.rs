use super::*;
use crate::{cause::Cause, read::RecordDefect, record::Flag};
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
    assert!(matches!(read("user.session.start", "", ""), Parsed::Malformed(RecordDefect::NoResult)));
    assert!(matches!(read("user.session.end", r#""result":"SUCCESS""#, ""), Parsed::Unrecognised(_)));
    assert!(matches!(
        read("user.mfa.factor.reset_all", r#""result":"FAILURE""#, ""),
        Parsed::Unrecognised(_)
    ));
}

#[test]
fn where_it_came_from_and_with_what() {
    let more = r#","client":{"ipAddress":"198.51.100.7","geographicalContext":{"geolocation":{"lat":45.76,"lon":4.83}}},"securityContext":{"asNumber":64500,"isProxy":true},"debugContext":{"debugData":{"dtHash":"ab12","deviceFingerprint":"cd34"}},"authenticationContext":{"externalSessionId":"unknown"}"#;
    let record = attempt("user.session.start", r#""result":"FAILURE","reason":"LOCKED_OUT""#, more);
    assert_eq!((record.place, record.asn), (Point::new(45.76, 4.83), Some(64500)));
    assert_eq!((record.network, record.device.as_deref()), (Network::Proxy, Some("ab12")));
    assert_eq!((record.code.as_deref(), record.session), (Some("LOCKED_OUT"), None));
    assert!(!record.legacy);
    let registered = format!(r#"{more},"device":{{"id":"guo1","managed":true}}"#);
    let record = attempt("user.session.start", r#""result":"SUCCESS""#, &registered);
    assert_eq!(
        (record.device.as_deref(), record.code.as_deref()),
        (Some("guo1"), Some("user.session.start"))
    );
}

#[test]
fn a_mail_client_that_knows_only_a_password() {
    let relay = r#","debugContext":{"debugData":{"requestUri":"/app/office365/exk1/sso/wsfed/active"}}"#;
    let ending = r#""result":"FAILURE","reason":"INVALID_CREDENTIALS""#;
    assert!(attempt("user.session.start", ending, relay).legacy);
    let rich = attempt("user.authentication.auth_via_richclient", ending, "");
    assert_eq!(
        (rich.legacy, rich.result, rich.method),
        (true, Failure(Cause::BadPassword), Method::Password)
    );
}

#[test]
fn the_phone_that_was_asked() {
    let target = |kind: &str, login: &str, name: &str| {
        format!(
            r#","target":[{{"type":"User","alternateId":"mia@corp.example"}},{{"id":"opf1","type":"{kind}","alternateId":"{login}","displayName":"{name}","detailEntry":{{"methodTypeUsed":"Get a push notification"}}}}]"#
        )
    };
    let ending = r#""result":"SUCCESS""#;
    let sms = "system.sms.send_factor_verify_message";
    let push = attempt(MFA, ending, &target("AuthenticatorEnrollment", "unknown", "Okta Verify"));
    assert_eq!((push.phone.as_deref(), push.method), (Some("opf1"), Method::Push));
    let number = attempt(sms, ending, &target("Phone", "+33 6 12 34 56 78", "SMS"));
    assert_eq!(number.phone.as_deref(), Some("+33 6 12 34 56 78"));
    let debug = r#","debugContext":{"debugData":{"phoneNumber":"+3361234"}}"#;
    assert_eq!(attempt(sms, ending, debug).phone.as_deref(), Some("+3361234"));
    assert_eq!(attempt(MFA, ending, &target("AuthenticatorEnrollment", "unknown", "Password")).phone, None);
}

#[test]
fn who_made_a_change() {
    let target = r#","target":[{"id":"00u2","type":"User","alternateId":"lea@corp.example"}]"#;
    for event in ["user.mfa.factor.update", "user.mfa.factor.activate"] {
        let record = attempt(event, r#""result":"SUCCESS""#, target);
        assert_eq!(record.result, AttemptResult::Lifecycle(Lifecycle::FactorEnrolled));
        assert_eq!(
            (record.person.as_deref(), record.actor.as_deref()),
            (Some("lea@corp.example"), Some("mia@corp.example"))
        );
        assert_eq!(record.detail.as_deref(), Some("by mia@corp.example"));
    }
    let own = attempt("user.mfa.factor.update", r#""result":"SUCCESS""#, "");
    assert_eq!((own.person.as_deref(), own.actor, own.detail), (Some("mia@corp.example"), None, None));
}

#[test]
fn a_policy_is_nobodys() {
    let target = r#","target":[{"type":"PolicyEntity","displayName":"Office only"},{"type":"PolicyRule","displayName":"Catch-all"}]"#;
    for event in ["policy.lifecycle.update", "policy.rule.update", "policy.rule.deactivate"] {
        let record = attempt(event, r#""result":"SUCCESS""#, target);
        assert_eq!(record.result, AttemptResult::Lifecycle(Lifecycle::PolicyChanged), "{event}");
        assert_eq!((record.person, record.person_id, record.display), (None, None, None));
        assert_eq!(
            (record.policy.as_deref(), record.actor.as_deref()),
            (Some("Office only"), Some("mia@corp.example"))
        );
    }
    assert!(matches!(read("policy.rule.update", r#""result":"FAILURE""#, target), Parsed::Unrecognised(_)));
}

#[test]
fn a_recovery_link_that_came_too_late() {
    let late = attempt("user.account.use_token", r#""result":"FAILURE","reason":"Token expired""#, "");
    assert_eq!(
        (late.result, late.detail.as_deref()),
        (Failure(Cause::SessionExpired), Some("Token expired"))
    );
    assert_eq!(attempt("user.account.use_token", r#""result":"SUCCESS""#, "").result, Interrupt(None));
}

#[test]
fn a_user_name_cannot_set_another_field() {
    let line = r#"{"published":"2026-03-02T08:14:11Z","eventType":"user.session.start","actor":{"type":"User","alternateId":"x\",\"outcome\":{\"result\":\"SUCCESS\"}"},"outcome":{"result":"FAILURE","reason":"INVALID_CREDENTIALS"}}"#;
    let Some(Parsed::Attempt(record)) = parse(line, Position::default()).unwrap() else { panic!() };
    assert_eq!(record.result, Failure(Cause::BadPassword));
}

#[test]
fn the_consoles_download_has_names_of_its_own_and_targets_side_by_side() {
    let line = r#"{"timestamp":"2026-03-02T08:14:11.204Z","uuid":"u-1","event_type":"user.mfa.factor.reset_all","legacy_event_type":"core.user.factor.reset_all","outcome":{"result":"SUCCESS","reason":""},"actor":{"id":"00u9","type":"User","alternate_id":"desk@corp.example","display_name":"Desk"},"client":{"ip_address":"198.51.100.9","user_agent":{"raw_user_agent":"Mozilla/5.0"},"geographical_context":{"city":"Lyon","geolocation":{"lat":"45.76","lon":"4.83"}}},"security_context":{"as_number":"64500","is_proxy":"true"},"authentication_context":{"external_session_id":"s-1"},"target0":{"id":"0oa1","type":"AppInstance","alternate_id":"Portal","display_name":"Portal"},"target1":{"id":"00u1","type":"User","alternate_id":"Mia@corp.example","display_name":"Mia B"}}"#;
    let Some(Parsed::Attempt(record)) = parse(line, Position::default()).unwrap() else { panic!() };
    assert_eq!(record.result, AttemptResult::Lifecycle(Lifecycle::FactorReset));
    assert_eq!(
        (record.person.as_deref(), record.display.as_deref(), record.actor.as_deref()),
        (Some("mia@corp.example"), Some("Mia B"), Some("desk@corp.example"))
    );
    assert_eq!(record.at.unwrap().to_string(), "2026-03-02T08:14:11.204Z");
    assert_eq!((record.ip, record.asn), ("198.51.100.9".parse().ok(), Some(64500)));
    assert_eq!((record.network, record.place), (Network::Proxy, Point::new(45.76, 4.83)));
    assert_eq!((record.app.as_deref(), record.session.as_deref()), (Some("Portal"), Some("s-1")));
}

#[test]
fn a_password_that_an_application_asked_for_is_a_password() {
    let event = "user.authentication.sso";
    let wrong = attempt(event, r#""result":"FAILURE","reason":"INVALID_CREDENTIALS""#, "");
    assert_eq!((wrong.result, wrong.method), (Failure(Cause::BadPassword), Method::Password));
    assert!(wrong.interactive);
    let by_session = attempt(event, r#""result":"SUCCESS""#, "");
    assert_eq!((by_session.result, by_session.method), (Success, Method::Session));
    assert!(!by_session.interactive);
}

#[test]
fn who_has_no_right_to_an_application_is_blocked_there() {
    let target =
        r#","target":[{"id":"0oa1","type":"AppInstance","alternateId":"Payroll","displayName":"Payroll"}]"#;
    let event = "app.generic.unauth_app_access_attempt";
    let record = attempt(event, r#""result":"FAILURE","reason":"User not assigned""#, target);
    assert_eq!((record.result, record.app.as_deref()), (Failure(Cause::PolicyBlock), Some("Payroll")));
    assert_eq!(record.person.as_deref(), Some("mia@corp.example"));
    assert_eq!((record.detail.as_deref(), record.interactive), (Some("User not assigned"), true));
}

#[test]
fn the_word_unknown_is_no_name_and_no_id() {
    let line = r#"{"published":"2026-03-02T08:14:11Z","eventType":"user.session.start","actor":{"id":"unknown","type":"User","alternateId":"Nobody@corp.example","displayName":"unknown"},"outcome":{"result":"FAILURE","reason":"VERIFICATION_ERROR"}}"#;
    let Some(Parsed::Attempt(record)) = parse(line, Position::default()).unwrap() else { panic!() };
    assert_eq!((record.person.as_deref(), record.person_id), (Some("nobody@corp.example"), None));
    assert_eq!(record.display.as_deref(), Some("Nobody@corp.example"));
    let hidden = line.replace("Nobody@corp.example", "unknown");
    let Some(Parsed::Attempt(record)) = parse(&hidden, Position::default()).unwrap() else { panic!() };
    assert_eq!((record.person, record.person_id, record.display), (None, None, None));
    let target = r#","target":[{"id":"00u2","type":"User","alternateId":"lea@corp.example"}]"#;
    let line = line
        .replace("user.session.start", "user.account.lock")
        .replace("VERIFICATION_ERROR\"}", &format!("LOCKED_OUT\"}}{target}"));
    let line = line.replace("Nobody@corp.example", "unknown");
    let Some(Parsed::Attempt(record)) = parse(&line, Position::default()).unwrap() else { panic!() };
    assert_eq!(
        (record.person.as_deref(), record.actor, record.detail),
        (Some("lea@corp.example"), None, None)
    );
}
