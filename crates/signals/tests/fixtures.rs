//! The 28 real records of Entra and Okta, each read by eye, against what the importer makes of them.
//! The records stay outside the repository; without them this test fails.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a helper of tests fails by panicking")]

use std::{fs, path::PathBuf};

use postern_signals::{
    AttackKind, AttemptResult, Cause, Diagnosis, Grade, Lifecycle, Method, Parsed, PersonReport, PersonState,
    Position, ReadOptions, Report, ResetHelps, SignIn, parse_line, read,
};

fn fixture(name: &str) -> String {
    let folder = std::env::var_os("POSTERN_FIXTURES").map_or_else(
        || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/fixtures/signins")),
        PathBuf::from,
    );
    let path = folder.join(name);
    fs::read_to_string(&path).unwrap_or_else(|error| {
        panic!(
            "{}: {error}. Put the sign-in samples there, or name their folder in POSTERN_FIXTURES.",
            path.display()
        )
    })
}

/// What the eye sees: person, time, address, method, result. "foreign" stands for a record that is no sign-in.
type Expected = (&'static str, &'static str, &'static str, Method, AttemptResult);

const BAD_PASSWORD: AttemptResult = AttemptResult::Failure(Cause::BadPassword);
const ADELE: &str = "adelev@m365x816222.onmicrosoft.com";
const HOMER: &str = "homer.simpson@duff.com";
const PHISHING: AttemptResult = AttemptResult::Failure(Cause::MfaFraudReported);
use AttemptResult::{Interrupt, Success};

const ENTRA: [Expected; 15] = [
    ("eve@lexcorp.com", "2023-07-21T05:03:52.1605624Z", "12.12.12.12", Method::Password, Success),
    (
        "homer.simpson@springfield.org",
        "2023-07-21T05:03:52.1605624Z",
        "12.12.12.12",
        Method::Password,
        Success,
    ),
    ("gandalf@lotr.com", "2025-01-15T09:30:25.1234567Z", "2.2.2.2", Method::Password, Success),
    ("attacker@company.com", "2025-01-15T15:05:50.6789012Z", "192.0.2.250", Method::Password, BAD_PASSWORD),
    ("aragorn@lotr.com", "2025-01-15T09:30:45.123Z", "2.2.2.2", Method::DeviceCode, Success),
    ("iotdevice@company.com", "2025-01-15T11:20:15.789Z", "192.0.2.100", Method::DeviceCode, Success),
    ("peregrin@lotr.com", "2025-01-15T09:30:45.123Z", "3.3.3.3", Method::Password, BAD_PASSWORD),
    (
        "mscore@afos.io",
        "2025-08-15T15:20:26Z",
        "2600:100f:a100:735:2c45:127a:aaaa:0000",
        Method::Session,
        Success,
    ),
    ("rknight@company.io", "2025-08-15T15:43:25Z", "70.1.1.10", Method::Unknown, Success),
    (ADELE, "2021-04-28T14:08:45.221Z", "175.45.176.99", Method::Session, Success),
    (ADELE, "2021-04-28T14:27:54.891Z", "175.45.176.99", Method::Session, Success),
    (ADELE, "2021-04-28T14:28:01.435Z", "175.45.176.99", Method::Session, Success),
    (ADELE, "2021-04-28T14:28:06.249Z", "175.45.176.99", Method::Session, Success),
    (ADELE, "2021-04-28T14:28:06.921Z", "175.45.176.99", Method::Session, Success),
    (ADELE, "2021-04-28T14:29:06.986Z", "175.45.176.99", Method::Session, Success),
];

const OKTA: [Expected; 13] = [
    ("foreign", "okta system.org.rate_limit.warning", "", Method::Unknown, Success),
    ("casey.hill@hey.com", "2024-04-02T19:17:37.621Z", "99.108.5.25", Method::Password, Success),
    // FAILURE without a reason: the log does not say that it was the password.
    (
        "casey.hill@hey.com",
        "2024-04-02T19:17:37.621Z",
        "99.108.5.25",
        Method::Password,
        AttemptResult::Failure(Cause::Unknown),
    ),
    // A change belongs to the one it is done to: the actor is Okta's support, then another administrator.
    (
        "homer@springfield.gov",
        "2021-11-29T18:56:40.014Z",
        "1.1.1.1",
        Method::Unknown,
        AttemptResult::Lifecycle(Lifecycle::PasswordReset),
    ),
    (
        "homer@springfield.gov",
        "",
        "1.1.1.1",
        Method::Unknown,
        AttemptResult::Lifecycle(Lifecycle::PasswordReset),
    ),
    // A sign-in belongs to the actor, although each of these names another person as target.
    (HOMER, "2022-06-22T18:18:29.015Z", "1.3.2.4", Method::Password, BAD_PASSWORD),
    (HOMER, "2022-06-22T18:18:29.015Z", "1.3.2.4", Method::DeviceKey, PHISHING),
    (HOMER, "2022-06-22T18:18:29.015Z", "1.3.2.4", Method::DeviceKey, PHISHING),
    (HOMER, "2022-06-22T18:18:29.015Z", "1.3.2.4", Method::DeviceKey, PHISHING),
    (
        "jdoe@acme.com",
        "2025-07-21T14:48:52.292Z",
        "97.178.252.31",
        Method::Unknown,
        Interrupt(Some(Cause::MfaNotEnrolled)),
    ),
    // A factor enabled for the organisation, not enrolled by a person.
    ("foreign", "okta system.mfa.factor.activate", "", Method::Unknown, Success),
    (
        "jdoe@acme.com",
        "2025-07-21T14:48:27.53Z",
        "",
        Method::Unknown,
        AttemptResult::Lifecycle(Lifecycle::Enabled),
    ),
    ("foreign", "okta policy.rule.update", "", Method::Unknown, Success),
];

fn check(file: &str, expected: &[Expected]) -> Vec<Parsed> {
    let text = fixture(file);
    assert_eq!(text.lines().count(), expected.len(), "{file}");
    let parsed: Vec<_> = text.lines().map(|line| parse_line(line, None, Position::default())).collect();
    for (number, (parsed, expected)) in parsed.iter().zip(expected).enumerate() {
        let seen = match parsed {
            Parsed::Attempt(record) => describe(record),
            Parsed::Foreign(kind) => {
                ("foreign".to_owned(), kind.to_string(), String::new(), Method::Unknown, Success)
            }
            Parsed::Damaged(damage) => panic!("{file} {}: {damage}", number + 1),
        };
        let (person, time, ip, method, result) = *expected;
        assert_eq!(
            seen,
            (person.to_owned(), time.to_owned(), ip.to_owned(), method, result),
            "{file} {}",
            number + 1
        );
    }
    parsed
}

fn describe(record: &SignIn) -> (String, String, String, Method, AttemptResult) {
    let text = |field: &Option<Box<str>>| field.as_deref().unwrap_or_default().to_owned();
    let time = record.at.map(|at| at.to_string()).unwrap_or_default();
    (text(&record.person), time, text(&record.ip), record.method, record.result)
}

fn diagnose(files: &[&str]) -> Report {
    let mut diagnosis = Diagnosis::default();
    for file in files {
        read(fixture(file).as_bytes(), ReadOptions::default(), |position, parsed| {
            diagnosis.take(position, parsed);
        })
        .unwrap();
    }
    diagnosis.finish()
}

fn person<'r>(report: &'r Report, name: &str) -> &'r PersonReport {
    report.people.iter().find(|person| person.person == name).unwrap()
}

#[test]
fn every_record_of_entra() {
    let parsed = check("entra.jsonl", &ENTRA);
    let Parsed::Attempt(eve) = &parsed[0] else { panic!() };
    assert_eq!((eve.city.as_deref(), eve.country.as_deref()), (Some("Springfield"), Some("US")));
    assert_eq!(eve.app.as_deref(), Some("Office 365 Exchange Online"));
    assert_eq!(eve.session.as_deref(), Some("9d5f7dd3-46a7-475a-9cc3-96160551ce49"));
    let Parsed::Attempt(adele) = &parsed[9] else { panic!() };
    assert_eq!((adele.city.as_deref(), adele.interactive), (Some("Azor"), true));
    let Parsed::Attempt(gandalf) = &parsed[2] else { panic!() };
    assert!(!gandalf.interactive);
}

#[test]
fn every_record_of_okta() {
    let parsed = check("okta.jsonl", &OKTA);
    let Parsed::Attempt(reset) = &parsed[3] else { panic!() };
    assert_eq!(reset.detail.as_deref(), Some("by system@okta.com"));
    let Parsed::Attempt(reset) = &parsed[4] else { panic!() };
    assert_eq!((reset.at, reset.detail.as_deref()), (None, Some("by marge@springfield.gov")));
    let Parsed::Attempt(jdoe) = &parsed[9] else { panic!() };
    assert_eq!((jdoe.policy.as_deref(), jdoe.city.as_deref()), (Some("Any two factors"), Some("Riverton")));
}

#[test]
fn the_people_of_entra() {
    let report = diagnose(&["entra.jsonl"]);
    assert_eq!((report.totals.people, report.totals.locked_out, report.totals.attacked), (10, 2, 0));
    assert_eq!((report.totals.attempts, report.totals.repeated, report.totals.damaged), (15, 0, 0));
    for (name, since) in [
        ("attacker@company.com", "2025-01-15T15:05:50.6789012Z"),
        ("peregrin@lotr.com", "2025-01-15T09:30:45.123Z"),
    ] {
        let person = person(&report, name);
        assert_eq!(person.state, PersonState::LockedOut { since: since.parse().unwrap() });
        assert_eq!((person.cause, person.reset_helps), (Some(Cause::BadPassword), ResetHelps::No));
    }
    assert_eq!(person(&report, ADELE).attempts, 6);
}

#[test]
fn the_people_of_okta() {
    let report = diagnose(&["okta.jsonl"]);
    assert_eq!((report.totals.people, report.totals.locked_out, report.totals.attacked), (4, 1, 1));
    assert_eq!((report.totals.foreign, report.totals.damaged, report.totals.undated), (3, 0, 1));
    let homer = person(&report, HOMER);
    assert_eq!(homer.state, PersonState::LockedOut { since: "2022-06-22T18:18:29.015Z".parse().unwrap() });
    assert_eq!(
        (homer.cause, homer.reset_helps, homer.rung),
        (Some(Cause::MfaFraudReported), ResetHelps::No, 7)
    );
    let attack = homer.attack.as_ref().unwrap();
    assert_eq!((attack.kind, attack.grade), (AttackKind::Phishing, Grade::Incident));
    // One event, one id, one moment, one session: a failure and the success that ended the same sign-in.
    assert_eq!(person(&report, "casey.hill@hey.com").state, PersonState::NotLockedOut);
    assert!(matches!(person(&report, "jdoe@acme.com").state, PersonState::Unfinished { .. }));
    let reset = person(&report, "homer@springfield.gov");
    assert_eq!((reset.state, reset.changes.len()), (PersonState::Unknown, 2));
}

#[test]
fn other_providers_are_foreign_and_never_stop_the_run() {
    for file in
        ["auth0.jsonl", "duo.jsonl", "google_workspace.jsonl", "aws_cloudtrail.jsonl", "onelogin.jsonl"]
    {
        let report = diagnose(&[file]);
        assert!(report.found_nothing(), "{file}: {}", report.in_numbers());
        assert_eq!((report.totals.damaged, report.totals.foreign), (0, report.totals.records), "{file}");
    }
    assert_eq!(diagnose(&["keycloak.log"]).totals.damaged, 7);
}
