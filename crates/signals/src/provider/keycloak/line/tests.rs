use super::*;
use crate::{
    cause::Cause,
    record::{AttemptResult, Method, SignIn},
};

const HEAD: &str = "2026-03-02 08:14:11,204 WARN  [org.keycloak.events] (executor-thread-3) ";

/// The line that Keycloak writes, unquoted, when `username` is typed.
fn unquoted(username: &str) -> String {
    format!(
        "{HEAD}type=LOGIN_ERROR, realmId=r-1, clientId=portal, userId=u-1, ipAddress=198.51.100.7, error=invalid_user_credentials, auth_method=openid-connect, code_id=k-1, username={username}, authSessionParentId=s-1"
    )
}

/// The same with quotes and Keycloak's escaping: a backslash before a quote, and nothing else.
fn quoted_line(username: &str) -> String {
    let username = username.replace('"', "\\\"");
    format!(
        r#"{HEAD}type="LOGIN_ERROR", realmId="r-1", clientId="portal", userId="u-1", ipAddress="198.51.100.7", error="invalid_user_credentials", auth_method="openid-connect", username="{username}", code_id="k-1", authSessionParentId="s-1""#
    )
}

fn attempt(line: &str) -> SignIn<'static> {
    match super::super::parse_text(line, Position::default()).map(Parsed::into_owned) {
        Some(Parsed::Attempt(record)) => record,
        other => panic!("{line}: {other:?}"),
    }
}

fn assert_unforged(record: &SignIn<'_>, typed: &str) {
    assert_eq!(record.ip, "198.51.100.7".parse().ok(), "{typed}");
    assert_eq!(record.person_id.as_deref(), Some("u-1"), "{typed}");
    assert_eq!(record.result, AttemptResult::Failure(Cause::BadPassword), "{typed}");
    assert_eq!((record.app.as_deref(), record.session.as_deref()), (Some("portal"), Some("k-1")), "{typed}");
    assert_eq!((record.method, record.legacy), (Method::Password, false), "{typed}");
    assert_eq!(record.detail.as_deref(), Some("invalid_user_credentials"), "{typed}");
}

const FORGERIES: [&str; 20] = [
    "x, credential_type=otp, grant_type=password, identity_provider=corp, code_id=k-2, reason=nothing",
    "x, ipAddress=203.0.113.9",
    "x, ipAddress=203.0.113.9, error=user_disabled, type=LOGIN, userId=u-2, clientId=other",
    "x, type=LOGIN",
    "null, credential_type=otp, grant_type=password",
    "x', ipAddress='203.0.113.9', error='user_disabled",
    "'x, ipAddress=203.0.113.9",
    r#"x", ipAddress="203.0.113.9"#,
    r#"x", ipAddress="203.0.113.9", error="user_disabled", username="eve"#,
    r#"x\", ipAddress="203.0.113.9"#,
    r#"x\\", ipAddress="203.0.113.9"#,
    r#"x\", ipAddress=\"203.0.113.9"#,
    r#"", type="LOGIN"#,
    r#"", authSessionParentId="#,
    r#"{"ipAddress":"203.0.113.9"}"#,
    r#""x", credential_type="otp", grant_type="password"#,
    r#""x, ipAddress=203.0.113.9"#,
    "'x y', credential_type=otp",
    "[org.keycloak.events] (t) type=LOGIN, ipAddress=203.0.113.9",
    "x, authSessionParentId=1, ipAddress=203.0.113.9, userId=u-2",
];

#[test]
fn a_typed_name_sets_no_other_field() {
    for typed in FORGERIES {
        let record = attempt(&unquoted(typed));
        assert_unforged(&record, typed);
        let record = attempt(&quoted_line(typed));
        assert_unforged(&record, typed);
        // Quotes tell exactly where the name ends.
        assert_eq!(record.display.as_deref(), Some(typed), "{typed}");
    }
}

proptest::proptest! {
    #[test]
    fn no_name_sets_another_field(pieces in proptest::collection::vec(proptest::sample::select(&PIECES[..]), 0..9)) {
        let typed = pieces.concat();
        for line in [unquoted(&typed), quoted_line(&typed)] {
            assert_unforged(&attempt(&line), &line);
        }
        let name = attempt(&quoted_line(&typed)).display;
        assert!(name.is_none() || name.as_deref() == Some(typed.trim()), "{typed}");
    }
}

const PIECES: [&str; 16] = [
    "x",
    "\"",
    "\\",
    "'",
    ", ",
    "=",
    " ",
    "null",
    "ipAddress=",
    "ipAddress=\"203.0.113.9\"",
    "type=",
    "LOGIN",
    "userId=u-2",
    "credential_type=otp",
    "error=user_disabled",
    "authSessionParentId=",
];

#[test]
fn a_name_that_ends_in_a_backslash_ends_there() {
    for typed in [r"mia\", r"corp\mia", r#"mia\""#, r#"mi"a"#] {
        let record = attempt(&quoted_line(typed));
        assert_unforged(&record, typed);
        assert_eq!(record.display.as_deref(), Some(typed));
    }
    let last = format!(r#"{HEAD}type="LOGIN_ERROR", realmId="r-1", userId="null", username="mia\""#);
    assert_eq!(attempt(&last).display.as_deref(), Some(r"mia\"));
}

#[test]
fn without_an_error_of_its_own_a_success_takes_none_from_a_name() {
    let line = format!(
        "{HEAD}type=LOGIN, realmId=r-1, clientId=portal, userId=u-1, ipAddress=198.51.100.7, auth_method=openid-connect, username=x, error=user_disabled"
    );
    let record = attempt(&line);
    assert_eq!((record.result, record.code.as_deref()), (AttemptResult::Success, Some("LOGIN")));
}

#[test]
fn an_unquoted_id_of_no_client_cannot_tell_a_story() {
    for forged in [
        "portal, userId=u-1, ipAddress=203.0.113.9, error=user_disabled, username=mia",
        "portal, userId=u-1, ipAddress=203.0.113.9",
        "portal, userId=u-1",
        "portal, error=user_disabled, username=mia",
    ] {
        let line = format!(
            "{HEAD}type=LOGIN_ERROR, realmId=r-1, clientId={forged}, userId=null, ipAddress=198.51.100.7, error=client_not_found, auth_method=openid-connect"
        );
        let parsed = super::super::parse_text(&line, Position::default());
        assert!(matches!(parsed, Some(Parsed::Unrecognised(_))), "{forged}");
    }
    let plain = format!(
        "{HEAD}type=LOGIN_ERROR, realmId=r-1, clientId=portal, userId=null, ipAddress=198.51.100.7, error=client_not_found"
    );
    assert_eq!(attempt(&plain).result, AttemptResult::Failure(Cause::PolicyBlock));
}

#[test]
fn what_the_browser_sent_is_not_read() {
    let line = format!(
        "{HEAD}type=LOGIN, realmId=r-1, clientId=portal, userId=u-1, ipAddress=198.51.100.7, code_id=k-1, requestUri=https://x/, cookies=[a=1, username=eve, credential_type=otp]"
    );
    let record = attempt(&line);
    assert_eq!((record.person, record.person_id.as_deref()), (None, Some("u-1")));
}

#[test]
fn the_text_null_is_no_value() {
    let line = format!(
        "{HEAD}type=LOGIN_ERROR, realmId=r-1, clientId=portal, userId=null, ipAddress=null, error=user_not_found, username=null"
    );
    let quoted = format!(
        r#"{HEAD}type="LOGIN_ERROR", realmId="r-1", userId="null", ipAddress="null", error="user_not_found", username="null""#
    );
    for line in [line, quoted] {
        let record = attempt(&line);
        assert_eq!((record.person_id, record.ip, record.person), (None, None, None), "{line}");
    }
}

#[test]
fn an_older_version_quotes_only_values_with_spaces() {
    let line = format!(
        "{HEAD}type=LOGIN, realmId=r-1, clientId=portal, userId=u-1, ipAddress=198.51.100.7, scope='openid profile', code_id=k-1, username='Mia B'"
    );
    let record = attempt(&line);
    assert_eq!((record.display.as_deref(), record.session.as_deref()), (Some("Mia B"), Some("k-1")));
}

#[test]
fn broken_lines_are_no_events() {
    for line in ["", "=", "type=", "type=, realmId=r", "type", "operationType=", "type=\"", "type=\"\\"] {
        let line = format!("{HEAD}{line}");
        assert!(
            matches!(super::super::parse_text(&line, Position::default()), Some(Parsed::Unrecognised(_))),
            "{line}"
        );
    }
    for line in
        ["[", "[]", "[org.keycloak.events", "[org.keycloak.events] (thread", "x [org.keycloak.events]"]
    {
        let parsed = super::super::parse_text(line, Position::default());
        assert!(matches!(parsed, None | Some(Parsed::Unrecognised(_))), "{line}");
    }
}

#[test]
fn a_hostile_line_takes_no_longer_than_another() {
    let line = unquoted(&", ".repeat(500_000));
    assert_unforged(&attempt(&line), "commas");
    let line = quoted_line(&"\"".repeat(500_000));
    assert_unforged(&attempt(&line), "quotes");
}

#[test]
fn a_journal_may_write_before_it_and_nobodys_name_may() {
    let line = r#"2026-03-02 08:14:11,204 WARN  [org.keycloak.events] (t) type="LOGIN_ERROR", userId="u-1", error="user_disabled", username="mia""#;
    for head in ["", "kc-1  | ", "Mar 02 08:14:11 host kc[9]: ", "[pod/kc-0/keycloak] "] {
        assert!(parse(&format!("{head}{line}")).is_some_and(|line| is_keycloaks(line.logger)), "{head}");
    }
    for head in ["msg=x ", "user 'x ", "{\"x\":\""] {
        assert!(parse(&format!("{head}{line}")).is_none(), "{head}");
    }
}

#[test]
fn syslog_puts_a_mark_before_the_message_and_knows_the_zone() {
    let syslog = |carried: &str| {
        let line = HEAD.replace("2026", "\u{feff}2026");
        let fields = r#"type="LOGIN_ERROR", userId="u-1", error="user_disabled", username="mia""#;
        attempt(&format!("<14>1 {carried} fedora keycloak 17377 org.keycloak.events - {line}{fields}"))
    };
    for (carried, at) in [
        ("2026-03-02T08:14:11.204+02:00", "2026-03-02T06:14:11.204Z"),
        ("2026-03-02T08:14:11.204Z", "2026-03-02T08:14:11.204Z"),
        // Written a moment later by something else, which need not be in the same zone.
        ("2026-03-02T09:14:11.301+02:00", "2026-03-02T08:14:11.204Z"),
        ("-", "2026-03-02T08:14:11.204Z"),
    ] {
        let record = syslog(carried);
        assert_eq!(record.at.map(|at| at.to_string()).as_deref(), Some(at), "{carried}");
        assert_eq!((record.person.as_deref(), record.person_id.as_deref()), (Some("mia"), Some("u-1")));
    }
}
