use super::*;
use crate::{
    cause::Cause,
    read::RecordDefect,
    record::{AttemptResult, Flag, Lifecycle, Method, Network, Point, SignIn},
};
use AttemptResult::{Failure, PushSent, Success};

pub(super) fn read(line: &str) -> Parsed<'static> {
    parse(line, Position::default()).unwrap().unwrap().into_owned()
}

fn attempt(line: &str) -> SignIn<'static> {
    match read(line) {
        Parsed::Attempt(record) => record,
        other => panic!("{line}: {other:?}"),
    }
}

/// The reference's record; values invented.
const FRAUD: &str = r#"{"event_type":"authentication","isotimestamp":"2026-03-02T08:14:11.204567+00:00","timestamp":1772439251,"txid":"tx-1","user":{"key":"DU1","name":"Mia","groups":["staff"]},"email":"mia@corp.example","application":{"key":"DI1","name":"VPN"},"factor":"duo_push","result":"fraud","reason":"user_marked_fraud","access_device":{"ip":"198.51.100.7:4321","epkey":"EP1","location":{"city":"Lyon","country":"France"},"os":"Windows","browser":"Chrome"},"auth_device":{"ip":"203.0.113.9","key":"DP1","name":"+33 1 00 00 00 00","location":{"city":"Nice","country":"France"}},"trusted_endpoint_status":"not trusted"}"#;

fn second(factor: &str, result: &str, reason: &str) -> SignIn<'static> {
    attempt(
        &FRAUD
            .replace("duo_push", factor)
            .replace(r#""result":"fraud""#, &format!(r#""result":"{result}""#))
            .replace("user_marked_fraud", reason),
    )
}

#[test]
fn the_record_of_the_reference() {
    let record = attempt(FRAUD);
    assert_eq!((record.person.as_deref(), record.display.as_deref()), (Some("mia"), Some("Mia")));
    assert_eq!((record.person_id.as_deref(), record.session.as_deref()), (Some("DU1"), Some("tx-1")));
    assert_eq!(record.at.unwrap().to_string(), "2026-03-02T08:14:11.204567Z");
    assert_eq!((record.ip, record.device.as_deref()), ("198.51.100.7".parse().ok(), Some("EP1")));
    assert_eq!((record.result, record.method), (Failure(Cause::MfaFraudReported), Method::Push));
    assert_eq!((record.app.as_deref(), record.phone.as_deref()), (Some("VPN"), Some("+33 1 00 00 00 00")));
    assert_eq!((record.city.as_deref(), record.country.as_deref()), (Some("Lyon"), Some("France")));
    assert_eq!((record.place, record.phone_place), (None, None));
    assert_eq!(record.code.as_deref(), Some("user_marked_fraud"));
}

#[test]
fn two_places_where_something_has_added_them() {
    let line = FRAUD
        .replace(r#""city":"Lyon""#, r#""city":"Lyon","lat":45.76,"lon":4.83"#)
        .replace(r#""city":"Nice""#, r#""city":"Nice","lat":"43.70","lon":"7.27""#);
    let record = attempt(&line);
    assert_eq!((record.place, record.phone_place), (Point::new(45.76, 4.83), Point::new(43.7, 7.27)));
}

#[test]
fn the_first_version_writes_words() {
    let first = |factor: &str, result: &str, reason: &str| {
        attempt(&format!(
            r#"{{"eventtype":"authentication","factor":"{factor}","integration":"VPN","ip":"198.51.100.7","location":{{"city":"Lyon","country":"FR"}},"new_enrollment":false,"reason":"{reason}","result":"{result}","timestamp":1772439251,"username":"mia"}}"#
        ))
    };
    let record = first("Duo Push", "FRAUD", "User marked fraud");
    assert_eq!((record.result, record.method), (Failure(Cause::MfaFraudReported), Method::Push));
    assert_eq!(record.at.unwrap().to_string(), "2026-03-02T08:14:11Z");
    assert_eq!((record.person.as_deref(), record.ip), (Some("mia"), "198.51.100.7".parse().ok()));
    assert_eq!((record.app.as_deref(), record.city.as_deref()), (Some("VPN"), Some("Lyon")));
    for (factor, result, reason, expected, method) in [
        ("Passcode", "SUCCESS", "Valid passcode", Success, Method::Totp),
        ("Phone Call", "FAILURE", "No keys pressed", Failure(Cause::MfaNoResponse), Method::Voice),
        ("Bypass Code", "SUCCESS", "Valid passcode", Success, Method::BackupCode),
        ("SMS Refresh", "FAILURE", "SMS passcodes sent", PushSent, Method::Sms),
        ("Duo Push", "FAILURE", "User mistake", Failure(Cause::MfaDenied), Method::Push),
        ("Remembered Device", "SUCCESS", "Remembered device", Success, Method::Session),
    ] {
        let record = first(factor, result, reason);
        assert_eq!((record.result, record.method), (expected, method), "{factor} {reason}");
    }
    // Without its kind, and with the device of the later version.
    let bare = r#"{"username":"mia","factor":"Duo Push","result":"FAILURE","reason":"No response","timestamp":1772439251,"access_device":{"ip":"198.51.100.7"}}"#;
    assert_eq!(attempt(bare).result, Failure(Cause::MfaNoResponse));
}

const REASONS: [(&str, Cause); 33] = [
    ("user_marked_fraud", Cause::MfaFraudReported),
    ("user_denied", Cause::MfaDenied),
    ("user_mistake", Cause::MfaDenied),
    ("anomalous_push", Cause::MfaRateLimited),
    ("invalid_passcode", Cause::MfaWrongCode),
    ("no_response", Cause::MfaNoResponse),
    ("no_keys_pressed", Cause::MfaNoResponse),
    ("call_timed_out", Cause::MfaNoResponse),
    ("locked_out", Cause::AccountLocked),
    ("user_disabled", Cause::AccountDisabled),
    ("deny_unenrolled_user", Cause::MfaNotEnrolled),
    ("no_activated_duo_mobile_account", Cause::MfaNotEnrolled),
    ("invalid_device", Cause::DeviceBlock),
    ("endpoint_is_not_trusted", Cause::DeviceBlock),
    ("endpoint_is_not_in_management_system", Cause::DeviceBlock),
    ("endpoint_failed_google_verification", Cause::DeviceBlock),
    ("could_not_determine_if_endpoint_was_trusted", Cause::DeviceBlock),
    ("no_duo_certificate_present", Cause::DeviceBlock),
    ("out_of_date", Cause::DeviceBlock),
    ("rooted_device", Cause::DeviceBlock),
    ("version_restricted", Cause::DeviceBlock),
    ("platform_restricted", Cause::DeviceBlock),
    ("no_screen_lock", Cause::DeviceBlock),
    ("touch_id_disabled", Cause::DeviceBlock),
    ("factor_restricted", Cause::PolicyBlock),
    ("location_restricted", Cause::PolicyBlock),
    ("denied_by_policy", Cause::PolicyBlock),
    ("anonymous_ip", Cause::PolicyBlock),
    ("user_not_in_permitted_group", Cause::PolicyBlock),
    ("no_web_referer_match", Cause::PolicyBlock),
    ("error", Cause::ProviderOutage),
    ("brand_new_reason", Cause::Unknown),
    ("", Cause::Unknown),
];

#[test]
fn every_reason_of_a_failure() {
    for (reason, cause) in REASONS {
        for result in ["denied", "failure", "FAILURE"] {
            let record = second("duo_push", result, reason);
            assert_eq!(record.result, Failure(cause), "{result} {reason}");
        }
    }
    assert_eq!(second("duo_push", "denied", "brand_new_reason").detail.as_deref(), Some("brand_new_reason"));
    assert_eq!(second("duo_push", "error", "").result, Failure(Cause::ProviderOutage));
}

#[test]
fn fraud_an_anomaly_and_a_mistake_are_three_things() {
    let fraud = second("duo_push", "fraud", "");
    assert_eq!((fraud.result, fraud.flag), (Failure(Cause::MfaFraudReported), None));
    let anomaly = second("duo_push", "denied", "anomalous_push");
    assert_eq!(anomaly.flag, Some(Flag::Risk));
    let mistake = second("duo_push", "denied", "user_mistake");
    assert_eq!(mistake.flag, None);
    assert!(mistake.detail.unwrap().contains("by mistake"));
}

#[test]
fn whoever_asked_and_gave_up_was_not_refused() {
    for (factor, reason) in [("duo_push", "user_cancelled"), ("phone_call", "User cancelled")] {
        let record = second(factor, "denied", reason);
        assert_eq!(record.result, AttemptResult::Interrupt(None), "{reason}");
        assert_eq!((record.code.as_deref(), record.detail.as_deref()), (Some(reason), Some(reason)));
    }
}

#[test]
fn a_lock_of_duo_tells_of_second_factors() {
    let record = second("duo_push", "denied", "locked_out");
    assert_eq!((record.result, record.code.as_deref()), (Failure(Cause::AccountLocked), Some("locked_out")));
    assert!(record.detail.is_some_and(|detail| detail.contains("second factors")));
}

#[test]
fn a_way_in_that_asked_for_nothing() {
    for reason in
        ["bypass_user", "remembered_device", "trusted_location", "allowed_by_policy", "allow_unenrolled_user"]
    {
        let record = second("not_available", "success", reason);
        assert_eq!((record.result, record.method), (Success, Method::Session), "{reason}");
        assert_eq!(record.detail.as_deref(), Some(reason));
    }
    assert_eq!(second("trusted_network", "success", "trusted_network").network, Network::Trusted);
    assert_eq!(second("duo_push", "denied", "anonymous_ip").network, Network::Proxy);
}

#[test]
fn factors() {
    for (factor, method) in [
        ("duo_push", Method::Push),
        ("verified_duo_push", Method::Push),
        ("phone_call", Method::Voice),
        ("duo_mobile_passcode", Method::Totp),
        ("sms_passcode", Method::Sms),
        ("hardware_token", Method::Totp),
        ("yubikey_code", Method::Totp),
        ("digipass_go_7_token", Method::Totp),
        ("u2f_token", Method::Webauthn),
        ("webauthn_credential", Method::Webauthn),
        ("bypass_code", Method::BackupCode),
        ("not_available", Method::Unknown),
    ] {
        assert_eq!(second(factor, "success", "user_approved").method, method, "{factor}");
    }
    assert_eq!(second("sms_refresh", "denied", "").result, PushSent);
}

#[test]
fn only_a_detector_that_fired_is_a_verdict() {
    let with = |result: &str, assessment: &str| {
        let line = FRAUD.replace(r#""result":"fraud""#, &format!(r#""result":"{result}""#));
        let trust = format!(r#"{{"adaptive_trust_assessments":{{"more_secure_auth":{assessment}}},"#);
        attempt(&line.replace("user_marked_fraud", "user_denied").replacen('{', &trust, 1)).flag
    };
    let fired = r#"{"trust_level":"LOW","detected_attack_detectors":["ANOMALOUS_LOCATION"]}"#;
    assert_eq!(with("denied", fired), Some(Flag::Risk));
    assert_eq!(with("success", fired), Some(Flag::Risk));
    // The person's own report says more.
    assert_eq!(with("fraud", fired), None);
    assert_eq!(with("denied", r#"{"trust_level":"LOW","detected_attack_detectors":[]}"#), None);
    assert_eq!(with("denied", r#"{"trust_level":"NORMAL","detected_attack_detectors":["X"]}"#), None);
}

#[test]
fn enrolment() {
    let line = FRAUD.replace("\"authentication\"", "\"enrollment\"");
    let done = attempt(&line.replace(r#""result":"fraud""#, r#""result":"success""#));
    assert_eq!(done.result, AttemptResult::Lifecycle(Lifecycle::FactorEnrolled));
    let failed =
        line.replace(r#""result":"fraud""#, r#""result":"denied""#).replace("user_marked_fraud", "x");
    assert_eq!(attempt(&failed).result, Failure(Cause::MfaNotEnrolled));
}

#[test]
fn a_message_or_call_that_went_out() {
    let second = attempt(
        r#"{"context":"authentication","credits":2,"phone":"+33 1 00 00 00 00","telephony_id":"t-1","ts":"2026-03-02T08:14:11.5+00:00","txid":"tx-1","type":"phone"}"#,
    );
    assert_eq!(
        (second.result, second.method, second.session.as_deref()),
        (PushSent, Method::Voice, Some("tx-1"))
    );
    assert_eq!((second.person, second.phone.as_deref()), (None, Some("+33 1 00 00 00 00")));
    assert_eq!(second.at.unwrap().to_string(), "2026-03-02T08:14:11.5Z");
    let first = attempt(
        r#"{"context":"verify","credits":1,"isotimestamp":"2026-03-02T08:14:11+00:00","phone":"+33","timestamp":1772439251,"type":"sms"}"#,
    );
    assert_eq!(
        (first.result, first.method, first.detail.as_deref()),
        (PushSent, Method::Sms, Some("verify"))
    );
}

#[test]
fn what_is_not_duo_is_left_to_others() {
    for line in [
        "{}",
        r#"{"event_type":"authentication","user":"mia"}"#,
        r#"{"action":"login_failed","user":{"username":"mia"},"timestamp":"2026-03-02T08:14:11Z"}"#,
        r#"{"action":"x","username":"mia","timestamp":1,"ts":"2026-03-02T08:14:11Z"}"#,
        r#"{"username":"mia","result":"FAILURE","timestamp":1772439251}"#,
        r#"{"activity_id":1,"class_uid":3002,"status_id":1}"#,
        r#"{"phone":"+33","type":"sms"}"#,
    ] {
        assert_eq!(parse(line, Position::default()).unwrap(), None, "{line}");
    }
}

#[test]
fn what_a_sign_in_must_say() {
    let line = FRAUD.replace(r#""result":"fraud","#, "");
    assert_eq!(read(&line), Parsed::Malformed(RecordDefect::NoResult));
    let line = FRAUD.replace("2026-03-02T08:14:11.204567+00:00", "soon");
    assert_eq!(read(&line), Parsed::Malformed(RecordDefect::BadTime));
    for nowhere in ["0.0.0.0", "", "null"] {
        assert_eq!(attempt(&FRAUD.replace("198.51.100.7:4321", nowhere)).ip, None);
    }
}

#[test]
fn a_user_name_cannot_set_another_field() {
    let line = FRAUD.replace("\"Mia\"", r#""x\",\"result\":\"success\",\"reason\":\"user_approved""#);
    assert_eq!(attempt(&line).result, Failure(Cause::MfaFraudReported));
}
