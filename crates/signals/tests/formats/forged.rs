//! What somebody types as a name, or sends as a browser, is a name or a browser, and nothing else.

use postern_signals::{Parsed, Provider, ReadOptions, SignIn};
use proptest::prelude::*;

use crate::{
    samples::{Form, NAME, Sample, all, look, person, read_as},
    wrapped::records,
};

const FORGED: [&str; 54] = [
    "x, ipAddress=203.0.113.9",
    "x\", ipAddress=\"203.0.113.9",
    "x\", ipAddress=\"203.0.113.9\", error=\"user_disabled\", username=\"eve",
    "x', ipAddress='203.0.113.9",
    "x\\\", error=\\\"user_disabled",
    "x\\",
    "x\\\\",
    "x\\\"",
    "\"",
    "'",
    "\"\"",
    "','",
    "x','REJECT','1','PUSH1','push",
    "x,,,,Success,0",
    "x\",\"Success",
    "x;y\tz",
    "=cmd|' /C calc'!A0",
    "x\",\"ipAddress\":\"203.0.113.9",
    "x\"},\"result\":\"success\",\"y\":{\"z\":\"",
    "{\"userPrincipalName\":\"eve@corp.example\",\"ipAddress\":\"203.0.113.9\"}",
    "[{\"name\":\"login_success\"}]",
    "{\"errorCode\":0}",
    "\"records\":[{\"x\":1}]",
    "{\"value\":[{",
    "]}}",
    "x. IP: 203.0.113.9. Username: eve",
    "x IP: 203.0.113.9",
    "eve logged in successfully. IP: 203.0.113.9",
    "x. Username: eve.",
    "x' and they are banned until 2027-01-01",
    "x': user not found",
    "x' with device eve",
    "x\" remote_ip=203.0.113.9 level=\"info",
    "x remote_ip=203.0.113.9",
    "time=\"2027-01-01T00:00:00Z\" level=info msg=\"Successful TOTP authentication attempt made by user 'eve'\"",
    "[2027-01-01 00:00:00.000][vaultwarden::api::identity][INFO] User eve logged in successfully. IP: 203.0.113.9",
    "[9]: [2027-01-01 00:00:00.000][vaultwarden::api::identity][INFO] User eve logged in successfully. IP: 203.0.113.9",
    "vaultwarden [2027-01-01 00:00:00.000][vaultwarden::api::identity][INFO] User eve logged in successfully. IP: 203.0.113.9",
    "vaultwarden [][vaultwarden::api::identity][INFO] User eve logged in successfully. IP: 203.0.113.9",
    "2027-01-01T00:00:00Z time=\"2027-01-01T00:00:00Z\" level=info msg=\"Successful TOTP authentication attempt made by user 'eve'\"",
    "2027-01-01 08:14:11,204 INFO  [io.quarkus] (main) started",
    "at org.keycloak.services.Xy.run(Xy.java:12)",
    "2027-01-01 08:14:11,204 WARN  [org.keycloak.events] (t) type=LOGIN, userId=eve, ipAddress=203.0.113.9, username=eve",
    "[org.keycloak.events] type=\"LOGIN\", userId=\"eve\", ipAddress=\"203.0.113.9\"",
    "{\"sig_check\":\"OK\",\"action\":\"POST /auth\",\"success\":1,\"user\":\"eve\",\"client\":\"203.0.113.9\"}",
    "{\"privacyidea_server\":\"x\",\"action\":\"POST /auth\",\"success\":1,\"user\":\"eve\"}",
    "authentik",
    "\"msg\"",
    "privacyidea_server sig_check",
    "AuditData\"",
    "x\u{202e}y \u{1f5dd}\u{0} z",
    "ünïcode ἀλφάβητος",
    "%00%0a${jndi:ldap://x}<script>",
    "wrong otp value declined fraud locked",
];

/// Such as only JSON and tables can hold.
const BROKEN: [&str; 4] = [
    "x\n{\"postern\":\"signin/v1\",\"at\":\"2026-03-02T08:14:11Z\",\"person\":\"eve\",\"result\":\"success\"}",
    "x\r\ny",
    "x\n2026-03-02 08:14:11,204 WARN  [org.keycloak.events] (t) type=\"LOGIN_ERROR\", username=\"eve\"",
    "x\u{2028}y\u{85}z",
];

fn may_break(form: Form) -> bool {
    !matches!(form, Form::Bare | Form::Plain | Form::SingleQuotes | Form::Quoted)
}

/// The record but for who it is about.
fn rest(record: &SignIn<'static>) -> SignIn<'static> {
    SignIn { person: None, display: None, ..record.clone() }
}

/// Err: the name has set another field, or is not the name.
fn check(sample: &Sample, name: &str) -> Result<(), String> {
    let parsed = look(&sample.as_record(&sample.with(NAME, name)));
    let Parsed::Attempt(found) = parsed else {
        // Nobody can tell where such a value ends, so the line is refused.
        let is_refused = sample.form == Form::SingleQuotes && name.contains("','");
        return if is_refused { Ok(()) } else { Err(format!("{} {name:?}: {parsed:?}", sample.shape)) };
    };
    if rest(&found) != rest(&sample.read()) {
        return Err(format!("{} {name:?}: {found:?}", sample.shape));
    }
    let expected = sample.login(name);
    let is_right = match (sample.form, person(&found)) {
        (_, Some(found)) if found == expected => true,
        // Without quotes it ends where it may end. What follows is not believed.
        (Form::Bare, found) => found.is_none_or(|found| expected.contains(found)),
        // A quote in it may end it.
        (Form::SingleQuotes, Some(found)) if name.contains('\'') => expected.starts_with(found),
        // There, a value may stand in quotes of its own.
        (_, Some(found)) if sample.provider == Provider::PrivacyIdea => found == expected.trim_matches('\''),
        _ => false,
    };
    if is_right {
        Ok(())
    } else {
        Err(format!("{} {name:?}: {:?}, not {expected:?}", sample.shape, found.person))
    }
}

#[test]
fn a_name_sets_no_other_field() {
    let mut failures = Vec::new();
    for sample in all() {
        let broken = BROKEN.iter().filter(|_| may_break(sample.form));
        failures.extend(FORGED.iter().chain(broken).filter_map(|name| check(sample, name).err()));
        let long = "x\", \"'".repeat(5000);
        failures.extend(check(sample, &long).err());
    }
    assert!(failures.is_empty(), "{} of them:\n{}", failures.len(), failures.join("\n"));
}

/// In a file too: the reader cuts it into records before anything is parsed.
#[test]
fn a_name_makes_no_other_record() {
    for sample in all() {
        let broken = BROKEN.iter().filter(|_| may_break(sample.form));
        for name in FORGED.iter().chain(broken) {
            let text = sample.with(NAME, name);
            let expected = vec![look(&sample.as_record(sample.text)), look(&sample.as_record(&text))];
            let file = sample.file(&[sample.text.to_owned(), text.clone()]);
            assert_eq!(
                records(file.as_bytes(), ReadOptions::default()),
                expected,
                "{} {name:?}",
                sample.shape
            );
            if sample.is_json() {
                for file in [format!("[{},{text}]", sample.text), format!("[\n{},\n{text}\n]", sample.text)] {
                    let found = records(file.as_bytes(), ReadOptions::default());
                    assert_eq!(found, expected, "{} {name:?}", sample.shape);
                }
            }
        }
    }
}

#[test]
fn no_other_reader_believes_a_forged_name() {
    for sample in all() {
        let broken = BROKEN.iter().filter(|_| may_break(sample.form));
        for name in FORGED.iter().chain(broken) {
            let text = sample.as_record(&sample.with(NAME, name));
            for other in Provider::ALL.into_iter().filter(|other| *other != sample.provider) {
                let parsed = read_as(&text, other);
                assert!(
                    !matches!(parsed, Parsed::Attempt(_) | Parsed::Several(_)),
                    "{} {name:?} as {other:?}",
                    sample.shape
                );
            }
        }
    }
}

#[test]
fn a_browser_and_a_name_to_show_are_no_more_than_that() {
    for sample in all() {
        for part in ["Mozilla/5.0", "Mia B"] {
            for forged in FORGED.into_iter().filter(|_| sample.text.contains(part)) {
                let found = look(&sample.as_record(&sample.with(part, forged)));
                let Parsed::Attempt(found) = found else { panic!("{} {forged:?}: {found:?}", sample.shape) };
                let shown = SignIn { user_agent: None, display: None, ..found.clone() };
                let expected = SignIn { user_agent: None, display: None, ..sample.read() };
                assert_eq!(shown, expected, "{} {forged:?}", sample.shape);
            }
        }
    }
}

fn any_name() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        prop::sample::select(vec![
            "\"",
            "'",
            "\\",
            ", ",
            ",",
            "=",
            ": ",
            ". ",
            " ",
            "{",
            "}",
            "[",
            "]",
            "x",
            "IP: ",
            "ipAddress=",
            "error=",
            "203.0.113.9",
            "Username: ",
            "null"
        ]),
        prop::sample::select(vec![
            "','",
            "\", ",
            "\\\"",
            "remote_ip=",
            "level=",
            "'",
            "' and they are banned until ",
            "\":",
            "(",
            ") "
        ]),
    ];
    proptest::collection::vec(piece, 1..12).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn nor_does_any_name_made_of_what_formats_are_made_of(name in any_name(), which in 0..1000_usize) {
        // A name that nothing is left of, or that stands for none, is another matter.
        let is_sound = |name: &str| name.trim().len() > 4;
        let sample = all().nth(which % all().count()).unwrap();
        if is_sound(&name) {
            prop_assert_eq!(check(sample, &format!("x{name}x")), Ok(()));
            prop_assert_eq!(check(sample, name.trim()), Ok(()));
        }
    }
}

/// A stranger may type an address as a name.
#[test]
fn an_address_that_was_typed_as_a_name_is_a_name() {
    for sample in all() {
        assert_eq!(check(sample, "203.0.113.9"), Ok(()));
    }
}

/// Lines of other programs in the same journal or output, with a stranger's words behind their own.
#[test]
fn a_line_of_another_program_is_nobodys() {
    let keycloak = "2027-01-01 08:14:11,204 INFO  [org.keycloak.events] (x) type=LOGIN, ipAddress=203.0.113.9, username=eve";
    let vaultwarden = "[2027-01-01 08:14:11.204][vaultwarden::api::identity][INFO] User eve logged in successfully. IP: 203.0.113.9";
    let privacyidea = r#"{"privacyidea_server":"x","action":"POST /auth","success":1,"user":"eve"}"#;
    for typed in [keycloak, vaultwarden, privacyidea] {
        for before in [
            "shop-1  | WARN login failed for user ",
            "shop-1  | login failed for vaultwarden ",
            "Mar 02 08:14:11 host sshd[99]: Invalid user ",
            "Mar 02 08:14:11 host shop[99]: login failed for user vaultwarden[9]: ",
            "login failed for Mar 02 08:14:11 host vaultwarden[9]: ",
            "GET /2027-01-01T08:14:11Z ",
        ] {
            let line = format!("{before}{typed}");
            let found = records(line.as_bytes(), ReadOptions::default());
            assert!(
                !matches!(found.as_slice(), [Parsed::Attempt(_) | Parsed::Several(_)]),
                "{line}: {found:?}"
            );
        }
    }
}
