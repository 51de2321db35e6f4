use super::*;
use crate::cause::Cause;
use AttemptResult::{Failure, Interrupt, PushSent, Success};

pub(super) fn read_data(data: &str) -> Parsed<'static> {
    let line = format!(r#"{{"log_id":"90020260302","data":{{"date":"2026-03-02T08:14:11.204Z",{data}}}}}"#);
    parse(&line, Position::default()).unwrap().unwrap().into_owned()
}

fn attempt(data: &str) -> SignIn<'static> {
    match read_data(data) {
        Parsed::Attempt(record) => record,
        other => panic!("{data}: {other:?}"),
    }
}

fn of_type(code: &str) -> SignIn<'static> {
    attempt(&format!(r#""type":"{code}","user_name":"Mia@Corp.Example","user_id":"auth0|1""#))
}

const STREAM: &str = r#"{"log_id":"90020260302","data":{"date":"2026-03-02T08:14:11.204Z","type":"gd_auth_rejected","description":"Guardian - Second factor authentication rejected","connection":"Users","client_id":"c1","client_name":"Portal","ip":"198.51.100.7","user_agent":"Firefox","user_id":"auth0|1","user_name":"Mia@Corp.Example","hostname":"corp.eu.auth0.com","tenant_name":"corp","location_info":{"country_code":"FR","city_name":"Lyon","latitude":45.76,"longitude":4.83},"details":{"session_id":"x","device_id":"dev_1","authenticator":{"id":"push|1","type":"push-notification"}},"log_id":"90020260302"}}"#;

#[test]
fn the_stream_object_of_the_reference() {
    let Some(Parsed::Attempt(record)) = parse(STREAM, Position::default()).unwrap() else { panic!() };
    assert_eq!(
        (record.person.as_deref(), record.display.as_deref()),
        (Some("mia@corp.example"), Some("Mia@Corp.Example"))
    );
    assert_eq!(
        (record.person_id.as_deref(), record.record_id.as_deref()),
        (Some("auth0|1"), Some("90020260302"))
    );
    assert_eq!(record.at.unwrap().to_string(), "2026-03-02T08:14:11.204Z");
    assert_eq!((record.ip, record.method), ("198.51.100.7".parse().ok(), Method::Push));
    assert_eq!(
        (record.result, record.code.as_deref()),
        (Failure(Cause::MfaDenied), Some("gd_auth_rejected"))
    );
    assert_eq!(record.detail.as_deref(), Some("Guardian - Second factor authentication rejected"));
    assert_eq!((record.app.as_deref(), record.session.as_deref()), (Some("Portal"), Some("x")));
    assert_eq!((record.phone.as_deref(), record.user_agent.as_deref()), (Some("dev_1"), Some("Firefox")));
    assert_eq!((record.country.as_deref(), record.city.as_deref()), (Some("FR"), Some("Lyon")));
    assert_eq!(record.place, Point::new(45.76, 4.83));
}

#[test]
fn the_bare_record_of_the_management_api_is_the_same() {
    let stream: serde_json::Value = serde_json::from_str(STREAM).unwrap();
    let bare = stream["data"].to_string();
    let bare = parse(&bare, Position::default()).unwrap().map(Parsed::into_owned);
    assert_eq!(bare, parse(STREAM, Position::default()).unwrap().map(Parsed::into_owned));
}

#[test]
fn what_is_not_auth0_is_left_to_others() {
    for line in [
        "{}",
        r#"{"data":{"type":"s"}}"#,
        r#"{"log_id":"1","type":"traffic","date":"2026-03-02"}"#,
        r#"{"log_id":"1","data":"s"}"#,
        r#"{"eventType":"user.session.start","data":{"type":"s"}}"#,
    ] {
        assert_eq!(parse(line, Position::default()).unwrap(), None, "{line}");
    }
    assert!(parse(r#"{"log_id":"#, Position::default()).is_err());
}

const TYPES: [(&str, AttemptResult, Method); 61] = [
    ("s", Success, Method::Password),
    ("scoa", Interrupt(None), Method::Password),
    ("fp", Failure(Cause::BadPassword), Method::Password),
    ("fu", Failure(Cause::BadPassword), Method::Password),
    ("f", Failure(Cause::Unknown), Method::Password),
    ("fc", Failure(Cause::ProviderOutage), Method::Password),
    ("fco", Failure(Cause::PolicyBlock), Method::Unknown),
    ("fdecc", Failure(Cause::MfaDenied), Method::DeviceCode),
    ("sens", Success, Method::Federated),
    ("fens", Failure(Cause::ExternalIdp), Method::Federated),
    ("limit_wc", Failure(Cause::AccountLocked), Method::Unknown),
    ("limit_sul", Failure(Cause::AccountLocked), Method::Unknown),
    ("limit_mu", Failure(Cause::PolicyBlock), Method::Unknown),
    ("limit_phone", Failure(Cause::MfaRateLimited), Method::Unknown),
    ("pwd_leak", Failure(Cause::BadPassword), Method::Password),
    ("signup_pwd_leak", Failure(Cause::BadPassword), Method::Password),
    ("reset_pwd_leak", Failure(Cause::BadPassword), Method::Password),
    ("mfar", Interrupt(None), Method::Unknown),
    ("gd_start_auth", Interrupt(None), Method::Unknown),
    ("gd_send_pn", PushSent, Method::Push),
    ("gd_send_pn_failure", Failure(Cause::MfaDeliveryFailed), Method::Push),
    ("gd_send_sms", PushSent, Method::Sms),
    ("gd_send_sms_failure", Failure(Cause::MfaDeliveryFailed), Method::Sms),
    ("gd_send_voice", PushSent, Method::Voice),
    ("gd_send_voice_failure", Failure(Cause::MfaDeliveryFailed), Method::Voice),
    ("gd_send_email", PushSent, Method::Email),
    ("gd_auth_succeed", Success, Method::Unknown),
    ("gd_auth_failed", Failure(Cause::MfaWrongCode), Method::Unknown),
    ("gd_auth_rejected", Failure(Cause::MfaDenied), Method::Push),
    ("gd_otp_rate_limit_exceed", Failure(Cause::MfaWrongCode), Method::Unknown),
    ("gd_recovery_succeed", Success, Method::BackupCode),
    ("gd_recovery_failed", Failure(Cause::MfaWrongCode), Method::BackupCode),
    ("gd_recovery_rate_limit_exceed", Failure(Cause::MfaWrongCode), Method::BackupCode),
    ("gd_start_enroll", Interrupt(Some(Cause::MfaNotEnrolled)), Method::Unknown),
    ("gd_start_enroll_failed", Failure(Cause::MfaNotEnrolled), Method::Unknown),
    ("gd_webauthn_challenge_failed", Failure(Cause::MfaWrongCode), Method::Webauthn),
    ("gd_webauthn_enrollment_failed", Failure(Cause::MfaNotEnrolled), Method::Webauthn),
    ("passkey_challenge_started", Interrupt(None), Method::Webauthn),
    ("passkey_challenge_failed", Failure(Cause::MfaWrongCode), Method::Webauthn),
    ("fepft", Failure(Cause::BadPassword), Method::Password),
    ("feotpft", Failure(Cause::MfaWrongCode), Method::Totp),
    ("fercft", Failure(Cause::MfaWrongCode), Method::BackupCode),
    ("sercft", Success, Method::BackupCode),
    ("sede", Success, Method::DeviceCode),
    ("fede", Failure(Cause::Unknown), Method::DeviceCode),
    ("fdeac", Failure(Cause::Unknown), Method::DeviceCode),
    ("sepft", Success, Method::Password),
    ("seoobft", Success, Method::Unknown),
    ("feoobft", Failure(Cause::MfaWrongCode), Method::Unknown),
    ("seotpft", Success, Method::Totp),
    ("sepkotpft", Success, Method::Totp),
    ("sepkrcft", Success, Method::BackupCode),
    ("sepkoobft", Success, Method::Webauthn),
    ("fepotpft", Failure(Cause::MfaWrongCode), Method::Unknown),
    ("gd_send_email_failure", Failure(Cause::MfaDeliveryFailed), Method::Email),
    ("gd_send_email_verification", PushSent, Method::Email),
    ("gd_auth_email_verification", Interrupt(None), Method::Email),
    ("gd_auth_fail_email_verification", Failure(Cause::MfaWrongCode), Method::Email),
    ("ciba_start_succeeded", PushSent, Method::Push),
    ("ciba_start_failed", Failure(Cause::MfaDeliveryFailed), Method::Push),
    ("ciba_exchange_succeeded", Success, Method::Push),
];

#[test]
fn every_type_about_a_sign_in() {
    for (code, result, method) in TYPES {
        let record = of_type(code);
        assert_eq!((record.result, record.method), (result, method), "{code}");
        assert!(record.interactive, "{code}");
    }
    assert_eq!(of_type("limit_mu").flag, Some(Flag::MaliciousAddress));
    assert_eq!(of_type("pwd_leak").flag, Some(Flag::Risk));
    assert!(of_type("fepft").legacy && !of_type("fp").legacy);
}

#[test]
fn what_happens_to_an_account() {
    for (code, change) in [
        ("ublkdu", Lifecycle::Unlock),
        ("scp", Lifecycle::PasswordChanged),
        ("scpr", Lifecycle::PasswordReset),
        ("du", Lifecycle::Disabled),
        ("sdu", Lifecycle::Disabled),
        ("gd_enrollment_complete", Lifecycle::FactorEnrolled),
        ("gd_unenroll", Lifecycle::FactorRemoved),
        ("gd_user_delete", Lifecycle::FactorReset),
        ("gd_tenant_update", Lifecycle::PolicyChanged),
    ] {
        assert_eq!(of_type(code).result, AttemptResult::Lifecycle(change), "{code}");
    }
    let deleted = attempt(r#""type":"sdu","user_id":"","description":"user_id: auth0|7""#);
    assert_eq!((deleted.person, deleted.person_id.as_deref()), (None, Some("auth0|7")));
    assert_eq!(deleted.detail.as_deref(), Some("deleted: user_id: auth0|7"));
    assert_eq!(of_type("du").detail.as_deref(), Some("deleted"));
    let enrolled = attempt(
        r#""type":"gd_enrollment_complete","user_id":"auth0|1","details":{"authenticator":{"id":"sms|1","type":"sms","phone_number":"+33 1 00 00 00 00"}}"#,
    );
    assert_eq!((enrolled.method, enrolled.phone.as_deref()), (Method::Sms, Some("+33 1 00 00 00 00")));
    for (description, method) in [
        ("Guardian - Enrollment complete (sms)", Method::Sms),
        ("Guardian - Enrollment complete (push-notification)", Method::Push),
        ("Guardian - Enrollment complete", Method::Unknown),
        ("Enrolled (sms)", Method::Unknown),
    ] {
        let record = attempt(&format!(r#""type":"gd_enrollment_complete","description":"{description}""#));
        assert_eq!(record.method, method, "{description}");
    }
}

#[test]
fn tokens_changed_by_programs_prove_nothing_about_the_person() {
    for (code, result) in [
        ("ssa", Success),
        ("seacft", Success),
        ("sertft", Success),
        ("fsa", Interrupt(Some(Cause::SessionExpired))),
        ("feacft", Failure(Cause::SessionExpired)),
        ("fertft", Failure(Cause::SessionExpired)),
        ("ferrt", Failure(Cause::SessionExpired)),
    ] {
        let record = of_type(code);
        assert_eq!(
            (record.result, record.method, record.interactive),
            (result, Method::Session, false),
            "{code}"
        );
    }
}

#[test]
fn a_token_that_was_shown_twice_is_a_risk() {
    let with = |description: &str| attempt(&format!(r#""type":"ferrt","description":"{description}""#));
    let reused = with("Unsuccessful Refresh Token exchange, reused refresh token detected");
    assert_eq!((reused.result, reused.flag), (Failure(Cause::SessionExpired), Some(Flag::Risk)));
    assert_eq!(with("Unknown or invalid refresh token.").flag, None);
    let other = attempt(r#""type":"fertft","description":"reused refresh token detected""#);
    assert_eq!(other.flag, None);
}

#[test]
fn other_types_are_foreign() {
    for code in [
        "ss",
        "fs",
        "slo",
        "w",
        "sce",
        "fcp",
        "fcpr",
        "seccft",
        "feccft",
        "api_limit",
        "sapi",
        "fapi",
        "gd_update_device_account",
        "brand_new",
    ] {
        let parsed = read_data(&format!(r#""type":"{code}""#));
        assert_eq!(parsed, Parsed::Unrecognised(format!("auth0 {code}").into()), "{code}");
    }
    let registration = r#""type":"passkey_challenge_failed","details":{"purpose":"register"}"#;
    assert!(matches!(read_data(registration), Parsed::Unrecognised(_)));
}

#[test]
fn a_misconfiguration_is_no_wrong_password() {
    for (words, result) in [
        ("the connection is not enabled", Failure(Cause::PolicyBlock)),
        (
            "Callback URL mismatch. https://evil.example/wrong email or password is not allowed",
            Failure(Cause::PolicyBlock),
        ),
        ("Wrong email or password.", Failure(Cause::BadPassword)),
        ("Wrong email or verification code.", Failure(Cause::MfaWrongCode)),
        ("user is blocked", Failure(Cause::AccountDisabled)),
        (
            "Your account has been blocked after multiple consecutive login attempts",
            Failure(Cause::AccountLocked),
        ),
        ("Multifactor authentication required", Interrupt(None)),
        ("access_denied", Failure(Cause::PolicyBlock)),
        ("connect ETIMEDOUT: timeout", Failure(Cause::ProviderOutage)),
        ("Something new", Failure(Cause::Unknown)),
    ] {
        let record = attempt(&format!(r#""type":"f","description":"{words}""#));
        assert_eq!((record.result, record.detail.as_deref()), (result, Some(words)));
    }
    // The words may stand in the details only.
    let inner = attempt(r#""type":"f","details":{"error":{"message":"Wrong email or password."}}"#);
    assert_eq!((inner.result, inner.method), (Failure(Cause::BadPassword), Method::Password));
}

#[test]
fn a_code_is_wrong_and_a_push_is_not() {
    let failed = |factor: &str, message: &str| {
        attempt(&format!(
            r#""type":"gd_auth_failed","details":{{"authenticator":{{"type":"{factor}"}},"failure_details":{{"message":"{message}"}}}}"#
        ))
    };
    assert_eq!(failed("otp", "").result, Failure(Cause::MfaWrongCode));
    assert_eq!(failed("otp", "").method, Method::Totp);
    assert_eq!(failed("sms", "Service unavailable").result, Failure(Cause::ProviderOutage));
    assert_eq!(failed("push-notification", "").result, Failure(Cause::Unknown));
}

#[test]
fn passwordless_codes_and_backchannel_prompts() {
    let link = attempt(r#""type":"cls","strategy":"email","user_name":"mia@corp.example""#);
    assert_eq!((link.result, link.method), (PushSent, Method::Email));
    let backchannel = |error: &str| {
        attempt(&format!(r#""type":"ciba_exchange_failed","details":{{"error":{{"oauthError":"{error}"}}}}"#))
            .result
    };
    assert_eq!(backchannel("authorization_pending"), Interrupt(None));
    assert_eq!(backchannel("access_denied"), Failure(Cause::MfaDenied));
    assert_eq!(backchannel("expired_token"), Failure(Cause::MfaNoResponse));
}

#[test]
fn a_federated_sign_in_and_a_listed_address() {
    let record = attempt(
        r#""type":"s","strategy":"google-oauth2","strategy_type":"social","user_name":"mia@corp.example","details":{"riskAssessment":{"assessments":{"UntrustedIP":{"code":"found_on_deny_list"}}}}"#,
    );
    assert_eq!((record.method, record.flag), (Method::Federated, Some(Flag::MaliciousAddress)));
    let clean = attempt(
        r#""type":"mfar","details":{"confidence":"low","assessments":{"UntrustedIP":{"code":"not_found_on_deny_list"}}}"#,
    );
    assert_eq!(clean.flag, None);
}

#[test]
fn a_time_that_cannot_be_read_is_damage_and_none_is_not() {
    let line = STREAM.replace("2026-03-02T08:14:11.204Z", "soon");
    assert_eq!(parse(&line, Position::default()).unwrap(), Some(Parsed::Malformed(RecordDefect::BadTime)));
    let line = STREAM.replace(r#""date":"2026-03-02T08:14:11.204Z","#, "");
    assert!(
        matches!(parse(&line, Position::default()).unwrap(), Some(Parsed::Attempt(record)) if record.at.is_none())
    );
}

#[test]
fn a_user_name_cannot_set_another_field() {
    let line = STREAM.replace("Mia@Corp.Example", r#"x\",\"type\":\"s\",\"ip\":\"203.0.113.9"#);
    let Some(Parsed::Attempt(record)) = parse(&line, Position::default()).unwrap() else { panic!() };
    assert_eq!((record.result, record.ip), (Failure(Cause::MfaDenied), "198.51.100.7".parse().ok()));
}
