//! What nobody has seen yet: codes, fields and words of later versions. And steps that are no failures.

use postern_signals::{AttemptResult, Cause, Parsed, SignIn};
use serde_json::{Value, json};

use crate::samples::{Sample, all, attempt, code, look};

fn replaced(sample: &Sample, pairs: &[(&str, &str)]) -> String {
    let new = pairs.iter().fold(sample.text.to_owned(), |text, (old, new)| text.replace(old, new));
    assert_ne!(new, sample.text, "{}", sample.shape);
    sample.as_record(&new)
}

#[test]
fn a_new_code_is_kept_and_its_cause_unknown() {
    for sample in all() {
        let (pairs, new) = sample.unknown;
        let found = attempt(&replaced(sample, pairs));
        assert_eq!(found.result, AttemptResult::Failure(Cause::Unknown), "{}", sample.shape);
        assert_eq!(code(&found), new, "{}", sample.shape);
        assert_eq!(
            (found.person, found.ip, found.at),
            (sample.read().person, sample.read().ip, Some(sample.at()))
        );
    }
}

/// Puts members into every object of the record.
fn add_new_members(value: &mut Value, depth: usize) {
    match value {
        Value::Object(members) => {
            members.values_mut().for_each(|value| add_new_members(value, depth + 1));
            for key in ["0_new", "new_field", "zz new"] {
                members.insert(key.to_owned(), json!({"a": [1, {"b": null}], "id": "x", "depth": depth}));
                members.insert(format!("{key}_s"), json!("x"));
            }
        }
        Value::Array(values) => values.iter_mut().for_each(|value| add_new_members(value, depth + 1)),
        _ => {}
    }
}

#[test]
fn new_fields_change_nothing() {
    for sample in all() {
        let Ok(mut record) = serde_json::from_str::<Value>(&sample.record()) else { continue };
        let old = record.to_string();
        add_new_members(&mut record, 0);
        assert_eq!(look(&record.to_string()), look(&old), "{}", sample.shape);
    }
}

/// What Filebeat, Logstash, Splunk, Panther, Cribl and Fluentd put beside a record's own fields.
const SHIPPED: [(&str, &str); 24] = [
    ("@timestamp", r#""2027-01-01T00:00:00.000Z""#),
    ("@version", r#""1""#),
    ("_time", "1798761600.123"),
    ("_raw", r#""x""#),
    ("p_event_time", r#""2027-01-01 00:00:00.000000000""#),
    ("p_log_type", r#""Vendor.Log""#),
    ("p_any_ip_addresses", r#"["203.0.113.9"]"#),
    ("host", r#"{"name":"shipper"}"#),
    ("hostname", r#""shipper""#),
    ("tags", r#"["x"]"#),
    ("tag", r#""x""#),
    ("type", r#""logs""#),
    ("message", r#""{\"x\":1}""#),
    ("event", r#"{"original":"x","module":"y"}"#),
    ("log", r#"{"file":{"path":"/var/log/x"},"offset":1}"#),
    ("agent", r#"{"type":"filebeat","version":"8.0"}"#),
    ("ecs", r#"{"version":"8.0"}"#),
    ("input", r#"{"type":"filestream"}"#),
    ("source", r#""s3://x""#),
    ("sourcetype", r#""x""#),
    ("index", r#""main""#),
    ("fields", "{}"),
    ("stream", r#""stdout""#),
    ("kubernetes", r#"{"pod_name":"x"}"#),
];

#[test]
fn what_carries_a_record_may_add_to_it() {
    for sample in all().filter(|sample| sample.is_json()) {
        let own: Value = serde_json::from_str(sample.text).unwrap();
        let added: Vec<_> = SHIPPED.iter().filter(|(key, _)| own.get(key).is_none()).collect();
        let expected = look(sample.text);
        for (key, value) in &added {
            let first = format!("{{\"{key}\":{value},{}", &sample.text[1..]);
            assert_eq!(look(&first), expected, "{}: {key} before it", sample.shape);
            let last = format!("{},\"{key}\":{value}}}", sample.text.strip_suffix('}').unwrap());
            assert_eq!(look(&last), expected, "{}: {key} behind it", sample.shape);
        }
        let everything: Vec<_> = added.iter().map(|(key, value)| format!("\"{key}\":{value}")).collect();
        let crowded = format!("{{{},{}", everything.join(","), &sample.text[1..]);
        assert_eq!(look(&crowded), expected, "{}", sample.shape);
    }
}

fn sample(shape: &str) -> &'static Sample {
    all().find(|sample| sample.shape == shape).unwrap_or_else(|| panic!("{shape}"))
}

#[test]
fn steps_are_no_failures() {
    let failed = r#""ConsoleLogin":"Failure""#;
    let steps: [(&str, &[(&str, &str)]); 22] = [
        ("Entra, Graph", &[("500121", "50074")]),
        ("Entra, Graph", &[("500121", "50076")]),
        ("Entra, Graph", &[("500121", "16000")]),
        ("Entra, diagnostic settings", &[("50053", "50058")]),
        ("Entra, diagnostic settings", &[("50053", "50079")]),
        ("Entra, Log Analytics row", &[("50126", "50140")]),
        ("Entra, Log Analytics CSV", &[("50057", "50097")]),
        ("Entra, portal CSV, interactive", &[("53003", "50158"), ("Failure,", "Interrupted,")]),
        ("Entra, portal CSV, interactive", &[("53003", "987654"), ("Failure,", "Interrupted,")]),
        ("Microsoft 365, Management API", &[("50126", "50074")]),
        ("Microsoft 365, Purview CSV", &[("50053", "50140")]),
        ("Okta, Classic", &[("\"FAILURE\"", "\"CHALLENGE\"")]),
        (
            "Okta, Identity Engine",
            &[
                ("user.authentication.auth_via_mfa", "policy.evaluate_sign_on"),
                ("\"FAILURE\"", "\"CHALLENGE\""),
            ],
        ),
        ("Auth0, stream", &[("gd_auth_rejected", "mfar")]),
        ("Auth0, Management API", &[("\"fp\"", "\"fsa\"")]),
        ("Keycloak, quoted", &[("invalid_user_credentials", "resolve_required_actions")]),
        (
            "CloudTrail",
            &[
                ("\"ConsoleLogin\",", "\"CheckMfa\","),
                (failed, r#""CheckMfa":"Success""#),
                (r#""errorMessage":"Failed authentication","#, ""),
            ],
        ),
        ("Google, Reports API", &[("login_failure\"", "login_challenge\"")]),
        ("OneLogin", &[("\"event_type_id\":6", "\"event_type_id\":36")]),
        (
            "Authelia, text",
            &[(
                "Unsuccessful 1FA authentication attempt by",
                "Successful 1FA authentication attempt made by",
            )],
        ),
        ("privacyIDEA, API", &[("REJECT", "CHALLENGE"), ("wrong otp value", "please enter otp:")]),
        ("Postern", &[("failure", "interrupt")]),
    ];
    for (shape, pairs) in steps {
        let found = attempt(&replaced(sample(shape), pairs));
        assert!(matches!(found.result, AttemptResult::Interrupt(_)), "{shape} {pairs:?}: {:?}", found.result);
    }
}

#[test]
fn the_number_500121_says_nothing_by_itself() {
    let declined = "MFA denied; user declined the authentication";
    let details = r#""additionalDetails":null"#;
    let of = |shape: &str, pairs: &[(&str, &str)]| attempt(&replaced(sample(shape), pairs));
    for found in [
        of("Entra, Graph", &[(declined, "")]),
        of("Entra, Graph", &[(declined, "null")]),
        of("Entra, Graph", &[(declined, "Something new")]),
        of(
            "Entra, diagnostic settings",
            &[
                ("50053", "500121"),
                (
                    "The account is locked, you've tried to sign in too many times with an incorrect user ID or password.",
                    "Authentication failed during strong authentication request.",
                ),
                ("The account is locked", ""),
            ],
        ),
        of("Entra, Log Analytics row", &[("50126", "500121")]),
        of("Entra, Log Analytics CSV", &[("50057", "500121")]),
        of("Entra, portal CSV, interactive", &[("53003", "500121")]),
        of(
            "Microsoft 365, Management API",
            &[("50126", "500121"), ("InvalidUserNameOrPassword", "AuthenticationFailedSasError")],
        ),
    ] {
        assert_eq!(found.result, AttemptResult::Failure(Cause::Unknown), "{found:?}");
        assert_eq!(code(&found), "500121");
    }
    let with_detail = of(
        "Entra, diagnostic settings",
        &[("50053", "500121"), (details, &format!("\"additionalDetails\":\"{declined}\""))],
    );
    assert_eq!(with_detail.result, AttemptResult::Failure(Cause::MfaDenied));
}

#[test]
fn a_record_of_another_kind_is_foreign_and_named() {
    for (shape, pairs) in [
        ("Okta, Classic", &[("user.session.start", "app.generic.unauth_app_access")][..]),
        ("Auth0, stream", &[("gd_auth_rejected", "sepft_new")]),
        ("Keycloak, unquoted", &[("LOGIN_ERROR", "INTROSPECT_TOKEN_ERROR")]),
        ("Keycloak, admin REST", &[("LOGIN_ERROR", "NEW_THING_ERROR")]),
        ("CloudTrail", &[("\"ConsoleLogin\",", "\"GetSigninToken\",")]),
        ("Google, Reports API", &[("login_failure\"", "something_new\"")]),
        ("OneLogin", &[("\"event_type_id\":6", "\"event_type_id\":99999")]),
        ("Microsoft 365, Management API", &[("UserLoginFailed", "FileAccessed")]),
        ("authentik, API", &[("login_failed", "secret_view")]),
        ("OCSF", &[("3002,", "4001,")]),
        ("Postern", &[("signin/v1", "signin/v9")]),
    ] {
        let own = sample(shape).provider;
        match look(&replaced(sample(shape), pairs)) {
            Parsed::Unrecognised(kind) => assert!(kind.starts_with(own.as_str()), "{shape}: {kind}"),
            other => panic!("{shape}: {other:?}"),
        }
    }
}

/// Whatever is changed in a record, what was not changed is read as before.
#[test]
fn a_record_without_a_reason_still_tells_who() {
    for sample in all() {
        let (pairs, _) = sample.unknown;
        let empty: Vec<_> =
            pairs.iter().map(|(old, _)| (*old, if old.starts_with('"') { "\"\"" } else { "" })).collect();
        if let Parsed::Attempt(SignIn { person, ip, .. }) = look(&replaced(sample, &empty)) {
            assert_eq!((person, ip), (sample.read().person, sample.read().ip), "{}", sample.shape);
        }
    }
}
