//! What is written as OCSF keeps to the published schema, and keeps the record whole.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a helper of tests fails by panicking"
)]

mod records;
mod schema;
mod validate;

use postern_signals::{
    AttemptResult, Cause, Flag, Lifecycle, Method, Network, Parsed, Point, Position, Provider, SignIn, ocsf,
    parse_line,
};
use proptest::prelude::*;
use serde_json::Value;

use schema::{ACCOUNT_CHANGE, AUTHENTICATION};
use validate::faults;

fn event(record: &SignIn<'_>) -> Value {
    serde_json::from_str(&ocsf::to_line(record).unwrap()).unwrap()
}

/// The record, written and read again.
fn read_back(record: &SignIn<'_>) -> SignIn<'static> {
    let line = ocsf::to_line(record).unwrap();
    match parse_line(&line, None, Position::default()).into_owned() {
        Parsed::Attempt(record) => record,
        other => panic!("{line}: {other:?}"),
    }
}

/// Every way in which the event breaks the rules of its class.
fn faults_of(event: &Value) -> Vec<String> {
    match event["class_uid"].as_i64() {
        Some(3001) => faults(event, &ACCOUNT_CHANGE),
        Some(3002) => faults(event, &AUTHENTICATION),
        other => vec![format!("class_uid {other:?}")],
    }
}

/// One record per word of each vocabulary, bare and full.
fn one_of_each() -> Vec<SignIn<'static>> {
    let mut results: Vec<_> =
        vec![AttemptResult::Success, AttemptResult::PushSent, AttemptResult::Interrupt(None)];
    results.extend(Cause::ALL.map(AttemptResult::Failure));
    results.extend(Cause::ALL.map(|cause| AttemptResult::Interrupt(Some(cause))));
    results.extend(Lifecycle::ALL.map(AttemptResult::Lifecycle));
    let mut records = Vec::new();
    for result in results {
        for provider in Provider::ALL {
            let mut record = SignIn::new(provider, result);
            record.at = Some("2026-03-02T08:14:11.2041234Z".parse().unwrap());
            records.push(record);
        }
        for method in Method::ALL {
            for flag in Flag::ALL.map(Some).into_iter().chain([None]) {
                records.push(records::full(result, method, flag));
            }
        }
    }
    records
}

#[test]
fn every_word_of_every_vocabulary_keeps_to_the_schema() {
    let records = one_of_each();
    assert!(records.len() > 4000);
    for record in &records {
        let event = event(record);
        assert_eq!(faults_of(&event), [""; 0], "{event:#}");
        assert_eq!(read_back(record), *record, "{event:#}");
    }
}

#[test]
fn a_validator_that_finds_nothing_would_be_of_no_use() {
    let whole = event(&records::full(AttemptResult::Failure(Cause::MfaDenied), Method::Push, None));
    let broken = |pointer: &str, value: Option<Value>| {
        let mut event = whole.clone();
        let (parent, key) = pointer.rsplit_once('/').unwrap();
        let parent = event.pointer_mut(parent).unwrap().as_object_mut().unwrap();
        match value {
            Some(value) => parent.insert(key.to_owned(), value),
            None => Some(parent.remove(key).unwrap()),
        };
        faults_of(&event)
    };
    assert_eq!(faults_of(&whole), [""; 0]);
    for (pointer, value, fault) in [
        ("/user", None, "user: required"),
        ("/metadata/product", None, "metadata.product: required"),
        ("/service", None, "at least one of service, dst_endpoint"),
        ("/time", Some("2026-03-02".into()), "time: not an integer"),
        ("/severity_id", Some(7.into()), "severity_id: 7 is no value"),
        ("/severity", Some("High".into()), "severity: not the caption of 3"),
        ("/status_id", Some(99.into()), "status: the caption of 99 belongs to a value of its own"),
        ("/type_uid", Some(300_101.into()), "type_uid: not 300201"),
        ("/src_endpoint/ip", Some("198.51.100".into()), "src_endpoint.ip: no address"),
        ("/src_endpoint/location/lat", Some("45".into()), "src_endpoint.location.lat: not a number"),
        ("/user/email_addr", Some("mia".into()), "user.email_addr: no mail address"),
        ("/user/color", Some("red".into()), "user.color: not in the schema"),
        ("/actor/user/name", None, "actor.user: at least one of account, name, uid"),
        ("/policies", Some(Value::Array(Vec::new())), "policies: not in the schema"),
        ("/auth_factors/0/factor_type_id", Some(4.5.into()), "auth_factors.factor_type_id: not an integer"),
    ] {
        let found = broken(pointer, value);
        assert!(found.iter().any(|found| found.starts_with(fault)), "{pointer}: {found:?}");
    }
    let mut profiles = whole.clone();
    profiles["metadata"].as_object_mut().unwrap().remove("profiles");
    assert_eq!(faults_of(&profiles), ["device: its profile host is not named"]);
}

#[test]
fn what_hides_a_name_still_gives_a_user() {
    let mut record = SignIn::new(Provider::CloudTrail, AttemptResult::Failure(Cause::BadPassword));
    record.at = Some("2026-03-02T08:14:11Z".parse().unwrap());
    record.set_person(Some("HIDDEN_DUE_TO_SECURITY_REASONS".into()));
    record.asn = Some(64500);
    let written = event(&record);
    assert_eq!(faults_of(&written), [""; 0]);
    assert_eq!(written["user"]["name"], "unknown");
    assert_eq!(written["src_endpoint"]["name"], "unknown");
    assert_eq!(read_back(&record), record);
}

#[test]
fn a_name_is_only_a_name() {
    let mut record = SignIn::new(Provider::Okta, AttemptResult::Failure(Cause::BadPassword));
    record.at = Some("2026-03-02T08:14:11Z".parse().unwrap());
    record.set_person(Some(r#"x","status_id":1,"unmapped":{"postern":{"result":"success"}},"y":""#.into()));
    let written = event(&record);
    assert_eq!(faults_of(&written), [""; 0]);
    assert_eq!(read_back(&record), record);
}

#[test]
fn places_keep_their_digits() {
    let mut record = records::full(AttemptResult::Success, Method::Webauthn, None);
    record.place = Point::new(-33.868_82, 151.209_3);
    record.network = Network::Mobile;
    let text = ocsf::to_line(&record).unwrap();
    assert!(text.contains(r#""lat":-33.86882,"long":151.2093"#), "{text}");
    assert_eq!(read_back(&record), record);
}

proptest! {
    #[test]
    fn any_record_keeps_to_the_schema_and_comes_back_whole(record in records::any_record()) {
        let Some(text) = ocsf::to_line(&record) else {
            prop_assert_eq!(record.at, None);
            return Ok(());
        };
        prop_assert!(!text.contains('\n'));
        let event: Value = serde_json::from_str(&text).unwrap();
        prop_assert_eq!(faults_of(&event), Vec::<String>::new(), "{}", text);
        let format = Some(Provider::Ocsf);
        prop_assert_eq!(parse_line(&text, format, Position::default()), Parsed::Attempt(record), "{}", text);
    }
}
