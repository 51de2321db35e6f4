use super::*;
use crate::{
    cause::Cause,
    record::{AttemptResult, Lifecycle, Method},
};
use AttemptResult::{Failure, Interrupt, PushSent, Success};

fn text(message: &str, more: &str) -> String {
    let message = message.replace('\\', "\\\\").replace('"', "\\\"");
    format!(
        r#"time="2026-03-02T09:14:11+01:00" level=error msg="{message}"{more} method=POST path=/api/firstfactor remote_ip=198.51.100.7 stack="github.com/authelia/…""#
    )
}

fn json(message: &str, error: &str) -> String {
    let quoted = |text: &str| serde_json::to_string(text).unwrap();
    format!(
        r#"{{"error":{},"level":"error","method":"POST","msg":{},"path":"/api/firstfactor","remote_ip":"198.51.100.7","stack":[{{"File":"x","Line":177}}],"time":"2026-03-02T09:14:11+01:00"}}"#,
        quoted(error),
        quoted(message)
    )
}

fn attempt(line: &str) -> SignIn<'static> {
    let parsed = if line.starts_with('{') {
        parse(line, Position::default()).unwrap()
    } else {
        parse_text(line, Position::default())
    };
    match parsed {
        Some(Parsed::Attempt(record)) => record.into_owned(),
        other => panic!("{line}: {other:?}"),
    }
}

#[test]
fn both_forms_tell_the_same() {
    let message = "Unsuccessful 1FA authentication attempt by user 'Mia'";
    for line in [text(message, ""), json(message, "")] {
        let record = attempt(&line);
        assert_eq!((record.result, record.method), (Failure(Cause::BadPassword), Method::Password), "{line}");
        assert_eq!((record.person.as_deref(), record.display.as_deref()), (Some("mia"), Some("Mia")));
        assert_eq!(
            (record.ip, record.at.unwrap().to_string()),
            ("198.51.100.7".parse().ok(), "2026-03-02T08:14:11Z".to_owned())
        );
    }
}

#[test]
fn a_plain_line_is_borrowed() {
    let line = text("Unsuccessful 1FA authentication attempt by user 'mia': user not found", "");
    let Some(Parsed::Attempt(record)) = parse_text(&line, Position::default()) else { panic!() };
    assert!(matches!(
        (&record.person, &record.detail),
        (Some(Cow::Borrowed("mia")), Some(Cow::Borrowed("user not found")))
    ));
}

#[test]
fn every_sentence() {
    let duo =
        |status: &str| format!("duo auth result: deny, status: {status}, message: Login request denied.");
    let failed = |kind: &str| format!("Unsuccessful {kind} authentication attempt by user 'mia'");
    let passed = |kind: &str| format!("Successful {kind} authentication attempt made by user 'mia'");
    for (message, error, result, method) in [
        (failed("TOTP"), String::new(), Failure(Cause::MfaWrongCode), Method::Totp),
        (failed("WebAuthn"), "assertion".to_owned(), Failure(Cause::Unknown), Method::Webauthn),
        (failed("Duo"), duo("deny"), Failure(Cause::MfaDenied), Method::Push),
        (failed("Duo"), duo("timeout"), Failure(Cause::MfaNoResponse), Method::Push),
        (failed("Duo"), duo("fraud"), Failure(Cause::MfaFraudReported), Method::Push),
        (format!("{}: {}", failed("Duo"), duo("deny")), String::new(), Failure(Cause::MfaDenied), Method::Push),
        (format!("{}: user not found", failed("1FA")), String::new(), Failure(Cause::BadPassword), Method::Password),
        (failed("1FA"), "LDAP Result Code 49 \"Invalid Credentials\": 80090308, data 775, v4563".to_owned(), Failure(Cause::AccountLocked), Method::Password),
        (failed("1FA"), "LDAP Result Code 200 \"Network Error\": dial tcp: i/o timeout".to_owned(), Failure(Cause::ProviderOutage), Method::Password),
        (format!("{} and they are banned until expires at 9:14:11AM on March 2 2026 (+00:00)", failed("1FA")), String::new(), Failure(Cause::AccountLocked), Method::Password),
        (passed("1FA"), String::new(), Interrupt(None), Method::Password),
        (passed("TOTP"), String::new(), Success, Method::Totp),
        (passed("Duo"), String::new(), Success, Method::Push),
        (passed("Passkey"), String::new(), Success, Method::Webauthn),
        ("Error occurred getting details for user with username input 'mia' which usually indicates they do not exist".to_owned(), "user not found".to_owned(), Failure(Cause::BadPassword), Method::Password),
        ("Error occurred validating a TOTP authentication for user 'mia': error occurred satisfying security policies".to_owned(), "the user has already used this code recently".to_owned(), Failure(Cause::MfaCodeReused), Method::Totp),
        ("Failed to perform Duo Auth Call for user 'mia': timed out".to_owned(), String::new(), Failure(Cause::ProviderOutage), Method::Push),
        ("Starting Duo Auth attempt for mia with device D1 and method push from IP 198.51.100.7".to_owned(), String::new(), PushSent, Method::Push),
        ("Password of user mia has been reset".to_owned(), String::new(), AttemptResult::Lifecycle(Lifecycle::PasswordChanged), Method::Unknown),
    ] {
        let record = attempt(&json(&message, &error));
        assert_eq!((record.result, record.method), (result, method), "{message}");
        assert_eq!(record.person.as_deref(), Some("mia"), "{message}");
    }
}

#[test]
fn what_the_log_said_is_kept() {
    let denied = attempt(&json(
        "Unsuccessful Duo authentication attempt by user 'mia'",
        "duo auth result: deny, status: deny, message: Login request denied.",
    ));
    assert_eq!(denied.code.as_deref(), Some("deny"));
    assert!(denied.detail.unwrap().starts_with("duo auth result"));
    let banned = attempt(&text(
        "Unsuccessful 1FA authentication attempt by user 'mia' and they are banned until never expires",
        "",
    ));
    assert_eq!((banned.code.as_deref(), banned.detail.as_deref()), (Some("banned"), Some("never expires")));
}

#[test]
fn a_name_sets_nothing_but_the_name() {
    let typed = "eve' and they are banned until never expires\" remote_ip=203.0.113.9 x=\"";
    let message = format!("Unsuccessful 1FA authentication attempt by user '{typed}'");
    for line in [text(&message, ""), json(&message, "")] {
        let record = attempt(&line);
        assert_eq!(record.result, Failure(Cause::BadPassword), "{line}");
        assert_eq!((record.ip, record.person.as_deref()), ("198.51.100.7".parse().ok(), Some(typed)));
    }
    for typed in [
        "mia' and they are banned until then",
        "mia': dial tcp",
        "mia': user not found",
        "x' which usually indicates they do not exist",
    ] {
        let record =
            attempt(&json(&format!("Unsuccessful 1FA authentication attempt by user '{typed}'"), ""));
        assert_eq!((record.result, record.person.as_deref()), (Failure(Cause::BadPassword), Some(typed)));
        let record = attempt(&json(
            &format!("Unsuccessful 1FA authentication attempt by user '{typed}': user not found"),
            "",
        ));
        assert_eq!((record.result, record.person.as_deref()), (Failure(Cause::BadPassword), Some(typed)));
    }
    let forged = "Successful TOTP authentication attempt made by user 'mia'";
    let message = format!(
        "Error occurred getting details for user with username input '{forged}' which usually indicates they do not exist"
    );
    assert_eq!(attempt(&json(&message, "")).person.as_deref(), Some(forged.to_lowercase().as_str()));
}

#[test]
fn an_address_that_is_banned_is_nobody() {
    let line = text(
        "Unsuccessful 1FA authentication attempt by user '198.51.100.7' and they are banned until never expires",
        "",
    );
    let record = attempt(&line);
    assert_eq!((record.result, record.person), (Failure(Cause::AccountLocked), None));
}

#[test]
fn one_attempt_that_is_told_twice_counts_once() {
    let unrecognised = |line: &str| matches!(parse(line, Position::default()).unwrap(), Some(Parsed::Unrecognised(kind)) if kind == "authelia error");
    assert!(unrecognised(&json("Unsuccessful 1FA authentication attempt by user ''", "user not found")));
    assert!(unrecognised(&json("Mark 1FA authentication attempt made by user 'mia'", "")));
    assert!(unrecognised(&json(
        "Error occurred validating a TOTP authentication for user 'mia': error occurred validating the user input",
        "the user input wasn't valid"
    )));
    assert_eq!(attempt(&json("Unsuccessful Passkey authentication attempt by user ''", "")).person, None);
}

#[test]
fn other_lines() {
    let kind = |line: &str| parse_text(line, Position::default()).map(Parsed::into_owned);
    let denied = r#"time="2026-03-02T08:14:11Z" level=info msg="Access to https://x is not authorized" method=GET path=/api/verify remote_ip=198.51.100.7"#;
    assert_eq!(kind(denied), Some(Parsed::Unrecognised("authelia info".into())));
    assert_eq!(
        kind(r#"time="2026-03-02T08:14:11Z" level=info msg="Authelia v4.38.0 is starting""#),
        Some(Parsed::Unrecognised("authelia info".into()))
    );
    assert_eq!(
        kind(r#"time="2026-03-02T08:14:11Z" level=info msg="Startup complete""#),
        Some(Parsed::Unrecognised("a logfmt line".into()))
    );
    assert_eq!(
        kind(
            &text("Unsuccessful 1FA authentication attempt by user 'mia'", "").replace("2026-03-02", "soon")
        ),
        Some(Parsed::Malformed(RecordDefect::BadTime))
    );
    for other in [
        "",
        "time=now",
        "time=\"x",
        "time=\"x\" level=info",
        "2026-03-02 08:14:11 WARN [org.keycloak.events] type=\"LOGIN\"",
    ] {
        assert_eq!(kind(other), None, "{other}");
    }
    for other in [
        "{}",
        r#"{"msg":"hello","level":"info","time":"2026-03-02T08:14:11Z"}"#,
        r#"{"msg":"Unsuccessful 1FA authentication attempt by user 'mia'"}"#,
        r#"{"msg":7,"level":1,"time":2}"#,
    ] {
        assert_eq!(parse(other, Position::default()).unwrap(), None, "{other}");
    }
    assert!(parse(r#"{"msg":"#, Position::default()).is_err());
}

proptest::proptest! {
    #[test]
    fn any_name_is_only_a_name(name in "\\PC{0,20}(' and they are banned until |': |\\\\| remote_ip=203.0.113.9 )?\\PC{0,20}") {
        let message = format!("Unsuccessful 1FA authentication attempt by user '{name}'");
        for line in [text(&message, ""), json(&message, "")] {
            let record = attempt(&line);
            proptest::prop_assert_eq!(record.result, Failure(Cause::BadPassword));
            proptest::prop_assert_eq!(record.ip, "198.51.100.7".parse().ok());
        }
    }

    #[test]
    fn any_line_is_read_or_refused(line in "(time=\"[0-9T:Z-]{0,20}\" )?(level=[a-z]{1,5} )?(msg=)?\\PC{0,60}") {
        parse_text(&line, Position::default());
    }
}

#[test]
fn blanks_around_a_name_and_the_word_null_are_no_name() {
    for (typed, person) in [(" mia ", Some("mia")), ("null", None), (" ", None), ("", None)] {
        let message = format!("Unsuccessful 1FA authentication attempt by user '{typed}': user not found ");
        for line in [text(&message, ""), json(&message, "")] {
            let record = attempt(&line);
            assert_eq!(record.person.as_deref(), person, "{line}");
            assert_eq!(record.detail.as_deref(), Some("user not found"), "{line}");
        }
    }
}

#[test]
fn docker_may_put_the_time_before_it_and_nothing_else() {
    let line = text("Unsuccessful 1FA authentication attempt by user 'mia'", "");
    for before in ["2026-03-02T08:01:00.1Z ", "2026-03-02T08:01:00.123456789Z ", "2026-03-02T10:01:00+02:00 "]
    {
        let record = attempt(&format!("{before}{line}"));
        assert_eq!((record.result, record.person.as_deref()), (Failure(Cause::BadPassword), Some("mia")));
        assert_eq!(record.at.unwrap().to_string(), "2026-03-02T08:14:11Z");
    }
    for before in [
        "mia ",
        "2026-03-02 08:01:00 ",
        "2026-03-02T08:01:00 ",
        "2026-03-02 ",
        "1772439251 ",
        "2026-03-02T08:01:00.1Z 2026-03-02T08:01:00.1Z ",
        "2026-03-02T08:01:00.1Z[UTC] ",
        "user=2026-03-02T08:01:00.1Z ",
        "2026-03-02T08:01:00.1Z",
    ] {
        assert_eq!(parse_text(&format!("{before}{line}"), Position::default()), None, "{before}");
    }
}
