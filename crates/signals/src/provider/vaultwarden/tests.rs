use super::*;
use crate::{
    cause::Cause,
    record::{AttemptResult, Method},
};
use AttemptResult::{Failure, Interrupt, Success};

fn attempt(line: &str) -> SignIn<'_> {
    match parse_text(line, Position::default()) {
        Some(Parsed::Attempt(record)) => record,
        other => panic!("{line}: {other:?}"),
    }
}

fn identity(level: &str, message: &str) -> String {
    format!("[2026-03-02 08:14:11.204][vaultwarden::api::identity][{level}] {message}")
}

#[test]
fn a_wrong_password() {
    let line = identity(
        "ERROR",
        "Username or password is incorrect. Try again. IP: 198.51.100.7. Username: Mia@Corp.Example.",
    );
    let record = attempt(&line);
    assert_eq!((record.result, record.method), (Failure(Cause::BadPassword), Method::Password));
    assert_eq!(
        (record.person.as_deref(), record.display.as_deref()),
        (Some("mia@corp.example"), Some("Mia@Corp.Example"))
    );
    assert_eq!(
        (record.ip, record.at.unwrap().to_string()),
        ("198.51.100.7".parse().ok(), "2026-03-02T08:14:11.204Z".to_owned())
    );
    assert_eq!(record.detail.as_deref(), Some("Username or password is incorrect. Try again."));
    let six = line.replace("198.51.100.7", "2001:db8::7").replace("11.204", "11.204-0700");
    let record = attempt(&six);
    assert_eq!(
        (record.ip, record.at.unwrap().to_string()),
        ("2001:db8::7".parse().ok(), "2026-03-02T15:14:11.204Z".to_owned())
    );
}

#[test]
fn every_message() {
    let (name, ip) = (Some("mia@corp.example"), Some("198.51.100.7"));
    for (message, result, method, name, ip) in [
        (
            "This user has been disabled. IP: 198.51.100.7. Username: mia@corp.example.",
            Failure(Cause::AccountDisabled),
            Method::Password,
            name,
            ip,
        ),
        (
            "Please verify your email before trying again.. IP: 198.51.100.7. Username: mia@corp.example.",
            Failure(Cause::AccountLocked),
            Method::Password,
            name,
            ip,
        ),
        (
            "Auth request not found. Try again.. IP: 198.51.100.7. Username: mia@corp.example.",
            Failure(Cause::SessionExpired),
            Method::DeviceCode,
            name,
            ip,
        ),
        (
            "Invalid TOTP code! Server time: 2026-03-02 08:14:11 UTC IP: 198.51.100.7",
            Failure(Cause::MfaWrongCode),
            Method::Totp,
            None,
            ip,
        ),
        ("Token is invalid! IP: 198.51.100.7", Failure(Cause::MfaWrongCode), Method::Email, None, ip),
        ("No token available! IP: 198.51.100.7", Failure(Cause::Unknown), Method::Email, None, ip),
        ("Can't recover login challenge", Failure(Cause::SessionExpired), Method::Webauthn, None, None),
        ("Invalid admin token. IP: 198.51.100.7", Failure(Cause::BadPassword), Method::Password, None, ip),
        ("2FA token not provided", Interrupt(None), Method::Password, None, None),
        (
            "User mia@corp.example logged in successfully. IP: 198.51.100.7",
            Success,
            Method::Password,
            name,
            ip,
        ),
    ] {
        let line = identity("ERROR", message);
        let record = attempt(&line);
        assert_eq!((record.result, record.method), (result, method), "{message}");
        assert_eq!(
            (record.person.as_deref(), record.ip),
            (name, ip.and_then(|ip| ip.parse().ok())),
            "{message}"
        );
        assert!(record.interactive && !record.legacy, "{message}");
    }
    let admin = "[2026-03-02 08:14:11.204][vaultwarden::api::admin][ERROR] Invalid admin token. IP: ::1";
    assert_eq!((attempt(admin).app.as_deref(), attempt(admin).ip), (Some("admin"), "::1".parse().ok()));
    let code = "[2026-03-02 08:14:11.204][vaultwarden::api::core::two_factor::authenticator][ERROR] Invalid TOTP code! Server time: 2026-03-02 08:14:11 UTC IP: ::1";
    assert_eq!(attempt(code).detail.as_deref(), Some("Invalid TOTP code!"));
}

#[test]
fn a_key_of_the_api_is_no_person_at_the_door() {
    for message in [
        "User mia@corp.example logged in successfully via API key. IP: 198.51.100.7",
        "Incorrect client_secret. IP: 198.51.100.7. Username: mia@corp.example.",
        "This user has been disabled (API key login). IP: 198.51.100.7. Username: mia@corp.example.",
    ] {
        let line = identity("INFO", message);
        let record = attempt(&line);
        assert_eq!(
            (record.interactive, record.legacy, record.person.as_deref()),
            (false, true, Some("mia@corp.example")),
            "{message}"
        );
    }
}

#[test]
fn a_name_forges_no_address() {
    let typed = "x. IP: 203.0.113.9. Username: eve@corp.example";
    let line = identity(
        "ERROR",
        &format!("Username or password is incorrect. Try again. IP: 198.51.100.7. Username: {typed}."),
    );
    let record = attempt(&line);
    assert_eq!((record.ip, record.display.as_deref()), ("198.51.100.7".parse().ok(), Some(typed)));
    let named = "x logged in successfully. IP: 203.0.113.9";
    let line = identity("INFO", &format!("User {named} logged in successfully. IP: 198.51.100.7"));
    let record = attempt(&line);
    assert_eq!((record.ip, record.display.as_deref()), ("198.51.100.7".parse().ok(), Some(named)));
    let broken =
        identity("ERROR", "Username or password is incorrect. Try again. IP: 198.51.100.7x. Username: a.");
    assert_eq!(attempt(&broken).ip, None);
}

#[test]
fn a_journal_or_container_may_write_before_it() {
    let line = identity("ERROR", "Invalid TOTP code! Server time: 2026-03-02 08:14:11 UTC IP: 198.51.100.7");
    for before in ["Mar 02 08:14:11 host vaultwarden[2743]: ", "vaultwarden  | "] {
        assert_eq!(attempt(&format!("{before}{line}")).ip, "198.51.100.7".parse().ok());
    }
    assert_eq!(parse_text(&format!("Mar 02 host other[1]: {line}"), Position::default()), None);
}

#[test]
fn a_line_may_leave_the_time_to_the_journal() {
    let failed = "Username or password is incorrect. Try again. IP: 198.51.100.7. Username:";
    let line = format!(
        "Mar 02 08:14:11 host vaultwarden[123]: [][vaultwarden::api::identity][ERROR] {failed} mia@corp.example."
    );
    let record = attempt(&line);
    assert_eq!((record.at, record.person.as_deref()), (None, Some("mia@corp.example")));
    assert_eq!((record.result, record.ip), (Failure(Cause::BadPassword), "198.51.100.7".parse().ok()));
    // What was typed is no line of its own, with a time or without.
    for time in ["", "2027-01-01 00:00:00.000"] {
        let forged = format!(
            "vaultwarden [{time}][vaultwarden::api::identity][INFO] User eve logged in successfully. IP: 203.0.113.9"
        );
        let line = line.replace("mia@corp.example", &forged);
        let record = attempt(&line);
        assert_eq!((record.result, record.display.as_deref()), (Failure(Cause::BadPassword), Some(&*forged)));
    }
    assert_eq!(parse_text(&line.replace("vaultwarden[", "other["), Position::default()), None);
}

#[test]
fn other_lines() {
    let kind = |line: &str| parse_text(line, Position::default()).map(Parsed::into_owned);
    for (line, what) in [
        ("[2026-03-02 08:14:11.204][request][INFO] POST /identity/connect/token", "vaultwarden request"),
        (
            "[2026-03-02 08:14:11.204][vaultwarden::api::notifications][INFO] Accepting Rocket WS connection from 198.51.100.7",
            "vaultwarden vaultwarden::api::notifications",
        ),
        (
            "[2026-03-02 08:14:11.204][vaultwarden::api::core::two_factor::email][ERROR] Token is invalid",
            "vaultwarden vaultwarden::api::core::two_factor::email",
        ),
        (
            "[2026-03-02 08:14:11.204][vaultwarden::api::core::two_factor::authenticator][WARN] This TOTP or a TOTP code within 1 steps back or forward has already been used!",
            "vaultwarden vaultwarden::api::core::two_factor::authenticator",
        ),
    ] {
        assert_eq!(kind(line), Some(Parsed::Unrecognised(what.to_owned().into())), "{line}");
    }
    let undated = identity("ERROR", "Token is invalid! IP: 198.51.100.7")
        .replace("2026-03-02 08:14", "2026-13-02 08:14");
    assert_eq!(kind(&undated), Some(Parsed::Malformed(RecordDefect::BadTime)));
    for other in [
        "",
        "[",
        "[[]]",
        "[1,2,3]",
        "[2026-03-02 08:14:11.204][other::api][ERROR] Username or password is incorrect. IP: 198.51.100.7",
        "[2026-03-02 08:14:11,204][9][14][INFO][privacyidea.lib.auditmodules.loggeraudit:70] {}",
        "[soon][vaultwarden::api][ERROR] x",
        "/--------------------\\",
    ] {
        assert_eq!(kind(other), None, "{other}");
    }
}

proptest::proptest! {
    #[test]
    fn any_name_is_only_a_name(name in "\\PC{0,20}(. IP: 203.0.113.9|. Username: | logged in successfully)?\\PC{0,20}") {
        let failed = identity("ERROR", &format!("Username or password is incorrect. Try again. IP: 198.51.100.7. Username: {name}."));
        proptest::prop_assert_eq!(attempt(&failed).result, Failure(Cause::BadPassword));
        proptest::prop_assert_eq!(attempt(&failed).ip, "198.51.100.7".parse().ok());
        let passed = identity("INFO", &format!("User {name} logged in successfully. IP: 198.51.100.7"));
        proptest::prop_assert_eq!(attempt(&passed).result, Success);
        proptest::prop_assert_eq!(attempt(&passed).ip, "198.51.100.7".parse().ok());
    }

    #[test]
    fn any_line_is_read_or_refused(line in "\\[2026-03-02 08:14:11(\\]\\[)?(vaultwarden::|request)?\\PC{0,40}(\\]\\[|\\] )?\\PC{0,40}") {
        parse_text(&line, Position::default());
    }
}

#[test]
fn blanks_around_a_name_and_the_word_null_are_no_name() {
    for (typed, person) in [(" mia ", Some("mia")), ("null", None), (" ", None)] {
        let message =
            format!("Username or password is incorrect. Try again. IP: 198.51.100.7. Username: {typed}.");
        assert_eq!(attempt(&identity("ERROR", &message)).person.as_deref(), person, "{message}");
    }
}
