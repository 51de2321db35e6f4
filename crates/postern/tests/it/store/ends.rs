//! Every bearer value has its end in the query that finds it (number 5): whoever holds a token that ran out holds nothing,
//! whatever a job has or has not swept.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use jiff::{SignedDuration, Timestamp};
use postern::actions::create_service_token::create_service_token;
use postern::actions::open_case::open_case;
use postern::config::Config;
use postern::rng::token_hash;
use postern::scope::Scope;
use postern::store::backup_codes::NewCodeSet;
use postern::store::ceremonies::{CeremonyKey, CeremonyKind};
use postern::store::enrolment_passes::NewEnrolmentPass;
use postern::store::sessions::NewSession;
use postern::store::{
    backup_codes, cases, ceremonies, contests, enrolment_passes, flows, known_devices, service_tokens,
    sessions,
};
use postern_core::case::Case;
use postern_core::id::PersonId;

use crate::on_both::on_both;
use crate::steps::passkey_alone;
use crate::test_app::TestApp;

/// Columns that hold a bearer value, or its hash. Each table of them has a test here that is named after it. `id` of flows
/// and ceremonies is the hash of the cookie's token.
const ENDS: [(&str, &str); 9] = [
    ("backup_codes", "hash"),
    ("cases", "claimant_page_token_hash"),
    ("ceremonies", "id"),
    ("contests", "token_hash"),
    ("enrolment_passes", "hash"),
    ("flows", "id"),
    ("known_devices", "token_hash"),
    ("service_tokens", "token_hash"),
    ("sessions", "token_hash"),
];

/// Columns whose names look like it, and that open nothing, or have no end on purpose.
const NO_BEARERS: [(&str, &str, &str); 5] = [
    (
        "sessions",
        "factor_shown_hash",
        "says something beside the session's token alone, and for five minutes: `it/actions/end_session.rs`",
    ),
    (
        "persons",
        "password_hash",
        "what a person knows has no date: it takes 100 wrong guesses, and is never enough alone",
    ),
    ("watched_files", "head_hash", "tells one log file from another"),
    ("power_grants", "token_id", "the id of a token, which opens nothing"),
    ("audit_hashes", "hash", "a node of the log's tree, which is public"),
];

/// Every column of the schema that could hold a bearer value.
fn suspicious() -> BTreeSet<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations");
    let mut found = BTreeSet::new();
    for file in fs::read_dir(folder).unwrap() {
        let text = fs::read_to_string(file.unwrap().path()).unwrap();
        for table in text.split("CREATE TABLE ").skip(1) {
            let (name, columns) = table.split_once(" (").unwrap();
            let columns = columns.split("\n);").next().unwrap();
            let words = columns.lines().filter_map(|line| line.split_whitespace().next());
            let could = words
                .filter(|word| ["hash", "token", "secret", "code"].iter().any(|part| word.contains(part)));
            found.extend(could.map(|column| (name.to_owned(), column.to_owned())));
        }
        assert!(!text.contains("ADD COLUMN"), "this test reads CREATE TABLE only");
    }
    found
}

/// Three moments: the last second of a life, its end, and the second after.
fn around(end: Timestamp) -> [(Timestamp, bool); 3] {
    let second = SignedDuration::from_secs(1);
    [(end - second, true), (end, false), (end + second, false)]
}

impl TestApp {
    /// What begins a change at some moment.
    fn then(&self, at: Timestamp) -> Scope {
        self.scope().at(at)
    }
}

#[test]
fn every_bearer_value_of_the_schema_is_on_the_list() {
    let known: BTreeSet<(String, String)> = ENDS
        .iter()
        .map(|(table, column)| (*table, *column))
        .chain(NO_BEARERS.iter().map(|(table, column, _)| (*table, *column)))
        .map(|(table, column)| (table.to_owned(), column.to_owned()))
        .collect();
    let found = suspicious();
    assert!(found.len() >= 10, "the schema was not read: {found:?}");
    let unknown: Vec<_> = found.difference(&known).collect();
    assert!(unknown.is_empty(), "no test shows the end of {unknown:?}");
    let tests =
        fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/store/ends.rs")).unwrap();
    for (table, _) in ENDS {
        assert!(tests.contains(&format!("async fn of_{table}(db)")), "no test is named after {table}");
    }
}

on_both! {
    async fn of_sessions(db) {
        let app = TestApp::start(db).await;
        let (ana, begins) = (app.person("ana").await.id, app.clock.now());
        let (hour, idle) = (SignedDuration::from_hours(1), Config::SESSION_IDLE);
        for (life, end) in [(hour, begins + idle), (idle / 2, begins + idle / 2)] {
            let hash = token_hash(&app.rng.token().unwrap());
            let new = NewSession {
                token_hash: &hash,
                person: &ana,
                assurance: &passkey_alone(),
                ip: "-",
                user_agent: "planted by a test",
                expires_at: begins + life,
            };
            let then = app.then(begins);
            let mut change = then.begin().await.unwrap();
            let id = sessions::insert(&mut change, &new).await.unwrap();
            change.commit_unrecorded("planted by a test").await.unwrap();
            for (now, alive) in around(end) {
                let found = sessions::find_signed_in(&app.db, &app.tenant, &hash, now, idle).await.unwrap();
                assert_eq!(found.is_some(), alive, "found at {now}");
                let listed = sessions::list(&app.db, &app.tenant, &ana, now, idle).await.unwrap();
                assert_eq!(listed.iter().any(|session| session.id == id), alive, "listed at {now}");
                let then = app.then(now);
                let mut change = then.begin().await.unwrap();
                assert_eq!(sessions::lock(&mut change, &id, idle).await.is_ok(), alive, "in a change at {now}");
            }
        }
    }

    async fn of_known_devices(db) {
        let app = TestApp::start(db).await;
        let (ana, hash, begins) = (app.person("ana").await.id, token_hash("a device"), app.clock.now());
        let known = async |now| known_devices::is_known(&app.db, &app.tenant, &ana, &hash, now).await.unwrap();
        let day = SignedDuration::from_hours(24);
        for remembered_at in [begins, begins + day] {
            let then = app.then(remembered_at);
            let mut change = then.begin().await.unwrap();
            known_devices::insert(&mut change, &ana, &hash).await.unwrap();
            change.commit_unrecorded("planted by a test").await.unwrap();
            for (now, alive) in around(remembered_at + day * 400) {
                assert_eq!(known(now).await, alive, "at {now}");
                let owner = known_devices::find_owner(&app.db, &app.tenant, &hash, now).await.unwrap();
                assert_eq!(owner.is_some(), alive, "whose it is, at {now}");
            }
        }
    }

    async fn of_backup_codes(db) {
        let app = TestApp::start(db).await;
        let (ana, begins) = (app.person("ana").await.id, app.clock.now());
        let then = app.then(begins);
        let mut change = then.begin().await.unwrap();
        let new = NewCodeSet { salt: b"salt", hashes: &[b"hash".to_vec()], of_case: None };
        let set = backup_codes::insert(&mut change, &ana, &new).await.unwrap();
        backup_codes::confirm(&mut change, &ana, &set).await.unwrap();
        change.commit(&codes_generated(&ana)).await.unwrap();
        for (now, alive) in around(begins + backup_codes::LIFE) {
            let set = backup_codes::find_set(&app.db, &app.tenant, &ana, now).await.unwrap();
            assert_eq!(set.is_some(), alive, "found at {now}");
            assert_eq!(backup_codes::count_left(&app.db, &app.tenant, &ana, now).await.unwrap(), i64::from(alive));
            let newest = backup_codes::find_set(&app.db, &app.tenant, &ana, begins).await.unwrap().unwrap().0;
            let then = app.then(now);
            let mut change = then.begin().await.unwrap();
            assert_eq!(backup_codes::consume(&mut change, &newest, b"hash").await.is_ok(), alive, "used at {now}");
        }
    }

    async fn of_contests(db) {
        let app = TestApp::start(db).await;
        app.open("ana").await;
        let begins: Timestamp = app.events("case.opened").await[0]["at"].as_str().unwrap().parse().unwrap();
        let hash = token_hash(&app.not_me("ana@demo.postern.invalid", "asked").await);
        let id = contests::find_live(&app.db, &app.tenant, &hash, begins).await.unwrap().unwrap().id;
        for (now, alive) in around(begins + Config::CONTEST_LIFE) {
            let found = contests::find_live(&app.db, &app.tenant, &hash, now).await.unwrap();
            assert_eq!(found.is_some(), alive, "found at {now}");
            let then = app.then(now);
            let mut change = then.begin().await.unwrap();
            assert_eq!(contests::consume(&mut change, &id).await.is_ok(), alive, "used at {now}");
        }
    }

    async fn of_ceremonies(db) {
        let app = TestApp::start(db).await;
        let end = app.clock.now() + SignedDuration::from_mins(5);
        let scope = app.scope();
        let mut change = scope.begin().await.unwrap();
        let key = CeremonyKey { id: "planted", kind: CeremonyKind::SignIn, person: None };
        ceremonies::insert(&mut change, key, "{}", end).await.unwrap();
        change.commit_unrecorded("planted by a test").await.unwrap();
        for (now, alive) in around(end) {
            let found = ceremonies::find_live(&app.db, &app.tenant, key, now).await.unwrap();
            assert_eq!(found.is_some(), alive, "found at {now}");
            let then = app.then(now);
            let mut change = then.begin().await.unwrap();
            assert_eq!(ceremonies::consume(&mut change, key).await.is_ok(), alive, "used at {now}");
        }
    }

    async fn of_flows(db) {
        let app = TestApp::start(db).await;
        let row = app.password("ana").await.row;
        let end = Timestamp::from_microsecond(row.expires_at).unwrap();
        for (now, alive) in around(end) {
            let found = flows::find_live(&app.db, &app.tenant, &row.id, now).await.unwrap();
            assert_eq!(found.is_some(), alive, "found at {now}");
            let then = app.then(now);
            let mut change = then.begin().await.unwrap();
            let kept = flows::save_sealed(&mut change, &row.id, b"sealed").await;
            assert_eq!(kept.is_ok(), alive, "a secret kept at {now}");
            assert_eq!(flows::end(&mut change, &row.id).await.is_ok(), alive, "finished at {now}");
        }
    }

    async fn of_enrolment_passes(db) {
        let app = TestApp::start(db).await;
        let end = app.clock.now() + SignedDuration::from_mins(10);
        let (ana, nobody) = (app.person("ana").await.id, PersonId::new("nobody yet"));
        for (person, is_there) in [(&ana, true), (&nobody, false)] {
            let new = NewEnrolmentPass { purpose: "a test", person, case: None, hash: "a hash", expires_at: end };
            let scope = app.scope();
            let mut change = scope.begin().await.unwrap();
            enrolment_passes::replace(&mut change, &new).await.unwrap();
            change.commit_unrecorded("planted by a test").await.unwrap();
            let id = enrolment_passes::find_live(&app.db, &app.tenant, person, "a test", app.clock.now()).await.unwrap().unwrap().id;
            for (now, alive) in around(end) {
                let found = enrolment_passes::find_live(&app.db, &app.tenant, person, "a test", now).await.unwrap();
                assert_eq!(found.is_some(), alive, "found at {now}");
                let of_nobody = enrolment_passes::find_live_for_nobody(&app.db, &app.tenant, "a test", now).await.unwrap();
                assert_eq!(of_nobody.is_some(), alive && !is_there, "of somebody who is not in the directory, at {now}");
                let then = app.then(now);
                let mut change = then.begin().await.unwrap();
                assert_eq!(enrolment_passes::consume(&mut change, &id).await.is_ok(), alive, "used at {now}");
            }
        }
    }

    async fn of_service_tokens(db) {
        let app = TestApp::start(db).await;
        let ada = app.caller("ada").await;
        let secret = create_service_token(&app.scope(), &ada, "a test", &["cases:read".to_owned()], 1).await.unwrap().secret;
        app.secrets.saw(&secret);
        app.plant_second_yes().await;
        let row = service_tokens::list(&app.db, &app.tenant).await.unwrap().remove(0);
        for (now, alive) in around(Timestamp::from_microsecond(row.expires_at).unwrap()) {
            let found = service_tokens::find_live(&app.db, &app.tenant, &token_hash(&secret), now).await.unwrap();
            assert_eq!(found.is_some(), alive, "found at {now}");
            let then = app.then(now);
            let mut change = then.begin().await.unwrap();
            assert_eq!(service_tokens::lock(&mut change, &row.id).await.is_ok(), alive, "in a change at {now}");
        }
    }

    async fn of_cases(db) {
        let app = TestApp::start(db).await;
        let opened = open_case(&app.scope(), "ana", None).await.unwrap();
        app.secrets.saw(&opened.claimant_page_token);
        let page = async |now| {
            cases::find_by_claimant_page(&app.db, &app.tenant, &token_hash(&opened.claimant_page_token), now).await.unwrap().is_some()
        };
        let opened_at = Timestamp::from_microsecond(app.row(&opened.id).await.opened_at).unwrap();
        for (now, alive) in around(opened_at + SignedDuration::from_hours(Case::PAGE_HOURS)) {
            assert_eq!(page(now).await, alive, "open, at {now}");
        }
        // Refused: a week to read how it ended. A stranger's page ends alike.
        let stranger = open_case(&app.scope(), "nobody-here", None).await.unwrap();
        app.secrets.saw(&stranger.claimant_page_token);
        for id in [&opened.id, &stranger.id] {
            app.refuse("ben", id).await;
            let ended_at = Timestamp::from_microsecond(app.row(id).await.closed_at.unwrap()).unwrap();
            let token = if id == &opened.id { &opened.claimant_page_token } else { &stranger.claimant_page_token };
            for (now, alive) in around(ended_at + SignedDuration::from_hours(Case::CLOSED_CLAIMANT_PAGE_HOURS)) {
                let found = cases::find_by_claimant_page(&app.db, &app.tenant, &token_hash(token), now).await.unwrap();
                assert_eq!(found.is_some(), alive, "closed, at {now}");
            }
        }
    }
}

fn codes_generated(person: &PersonId) -> postern_core::event::Event {
    use postern_core::event::payload::MfaBackupCodesGenerated;
    use postern_core::event::{Actor, Event};
    Event::new(Actor::System, MfaBackupCodesGenerated { count: 1, proven_by: None, shown_on: None })
        .person(person)
}
