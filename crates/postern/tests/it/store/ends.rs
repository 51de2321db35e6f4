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
use postern::store::forgotten_passwords::{NewPasswordLink, NewWaitingPassword};
use postern::store::sent_codes::NewSentCode;
use postern::store::sessions::NewSession;
use postern::store::{
    backup_codes, cases, ceremonies, contests, enrolment_passes, flows, forgotten_passwords, known_devices,
    sent_codes, service_tokens, sessions,
};
use postern_core::case::Case;
use postern_core::id::PersonId;
use postern_core::person::Role;
use postern_core::session_limits::SessionLimits;
use postern_core::signin::Assurance;

use crate::on_both::on_both;
use crate::steps::passkey_alone;
use crate::test_app::TestApp;

/// Columns that hold a bearer value, or its hash. Each table of them has a test here that is named after it. `id` of flows
/// and ceremonies is the hash of the cookie's token.
const ENDS: [(&str, &str); 11] = [
    ("backup_codes", "hash"),
    ("cases", "claimant_page_token_hash"),
    ("ceremonies", "id"),
    ("contests", "token_hash"),
    ("enrolment_passes", "hash"),
    ("flows", "id"),
    ("forgotten_passwords", "token_hash"),
    ("known_devices", "token_hash"),
    ("sent_codes", "code_hash"),
    ("service_tokens", "token_hash"),
    ("sessions", "token_hash"),
];

/// Columns whose names look like it, and that open nothing, or have no end on purpose.
const NO_BEARERS: [(&str, &str, &str); 8] = [
    ("hardware_tokens", "seed_hash", "the keyed hash of a seed, by which two with the same one are known"),
    ("sent_codes", "recipient_hash", "of the number or address, by which codes are counted"),
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
    (
        "forgotten_passwords",
        "password_hash",
        "goes when what waits is stopped or counts: `it/actions/forgotten_password.rs`",
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

/// A session of ana's.
struct PlantedSession {
    id: String,
    token_hash: String,
}

impl TestApp {
    /// One that begins then and is given so long.
    async fn plant_lasting(&self, aal: i64, (begins, life): (Timestamp, SignedDuration)) -> PlantedSession {
        let token_hash = token_hash(&self.rng.token().unwrap());
        let new = NewSession {
            token_hash: &token_hash,
            person: &self.person("ana").await.id,
            assurance: &Assurance { aal, ..passkey_alone() },
            ip: "-",
            user_agent: "planted by a test",
            expires_at: begins + life,
        };
        let then = self.then(begins);
        let mut change = then.begin().await.unwrap();
        let id = sessions::insert(&mut change, &new).await.unwrap();
        change.commit_unrecorded("planted by a test").await.unwrap();
        PlantedSession { id, token_hash }
    }
}

impl PlantedSession {
    /// It lives a second before then, and not from then on, whichever statement looks for it.
    async fn ends_at(&self, app: &TestApp, end: Timestamp) {
        let ana = app.person("ana").await.id;
        for (now, alive) in around(end) {
            let found = sessions::find_signed_in(&app.db, &app.tenant, &self.token_hash, now).await.unwrap();
            assert_eq!(found.is_some(), alive, "found at {now}");
            if let Some(found) = found {
                assert_eq!(found.end(Timestamp::from_microsecond(found.session.last_seen_at).unwrap()), end);
            }
            let listed = sessions::list(&app.db, &app.tenant, &ana, now).await.unwrap();
            assert_eq!(listed.iter().any(|session| session.id == self.id), alive, "listed at {now}");
            let then = app.then(now);
            let mut change = then.begin().await.unwrap();
            let live = sessions::count_live(&mut change, &ana).await.unwrap();
            assert_eq!(live, i64::try_from(listed.len()).unwrap(), "counted at {now}");
            assert_eq!(sessions::lock(&mut change, &self.id).await.is_ok(), alive, "in a change at {now}");
        }
    }

    async fn touch(&self, app: &TestApp, at: Timestamp) {
        let then = app.then(at);
        let mut change = then.begin().await.unwrap();
        sessions::touch(&mut change, &self.id).await.unwrap();
        change.commit_unrecorded("touched by a test").await.unwrap();
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
        let begins = app.clock.now();
        let (soon, long) = (SignedDuration::from_mins(5), SignedDuration::from_hours(48));
        let roles = ["role = 'person'", "role = 'auditor'", "role = 'agent'", "role = 'senior'", "role = 'admin'"];
        for (role, assignment) in Role::ALL.into_iter().zip(roles) {
            assert!(assignment.contains(role.as_str()));
            app.set_person("ana", assignment).await;
            for aal in 1..=3 {
                let SessionLimits { idle, overall } = SessionLimits::of(role, aal);
                // By its own end, by the last use, and by its beginning.
                app.plant_lasting(aal, (begins, soon)).await.ends_at(&app, begins + soon).await;
                let unused = app.plant_lasting(aal, (begins, long)).await;
                unused.ends_at(&app, begins + idle).await;
                unused.touch(&app, begins + overall - soon).await;
                unused.ends_at(&app, begins + overall).await;
            }
        }
        app.set_person("ana", "role = 'person'").await;
    }

    async fn a_desk_role_shortens_a_session_that_is_open(db) {
        let app = TestApp::start(db).await;
        let begins = app.clock.now();
        let session = app.plant_lasting(2, (begins, SessionLimits::PERSON.overall)).await;
        session.ends_at(&app, begins + SessionLimits::PERSON.idle).await;
        app.set_person("ana", "role = 'auditor'").await;
        session.ends_at(&app, begins + SessionLimits::DESK.idle).await;
        // What it was given at its beginning does not grow with the role.
        session.touch(&app, begins + SessionLimits::PERSON.overall - SignedDuration::from_mins(1)).await;
        session.ends_at(&app, begins + SessionLimits::PERSON.overall).await;
        app.set_person("ana", "role = 'person'").await;
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

    async fn of_sent_codes(db) {
        let app = TestApp::start(db).await;
        let (_, factor) = app.with_codes("ana", "sms").await;
        let (ana, begins) = (app.person("ana").await.id, app.scope().now);
        let end = begins + SignedDuration::from_mins(10);
        let new = NewSentCode {
            id: "code",
            flow: "flow",
            person: &ana,
            factor: &factor,
            recipient_hash: "-",
            code_hash: "hash",
            message: "-",
            expires_at: end,
        };
        let scope = app.then(begins);
        let mut change = scope.begin().await.unwrap();
        sent_codes::insert(&mut change, &new).await.unwrap();
        change.commit_unrecorded("planted by a test").await.unwrap();
        for (now, alive) in around(end) {
            let then = app.then(now);
            let mut change = then.begin().await.unwrap();
            let used = sent_codes::consume(&mut change, ("code", "flow"), "hash").await;
            assert_eq!(used.is_ok(), alive, "used at {now}");
        }
    }

    async fn of_forgotten_passwords(db) {
        let app = TestApp::start(db).await;
        let (ana, begins) = (app.person("ana").await.id, app.scope().now);
        let end = begins + SignedDuration::from_mins(30);
        let new = NewPasswordLink { person: &ana, contact: "contact", token_hash: "hash", expires_at: end };
        let scope = app.then(begins);
        let mut change = scope.begin().await.unwrap();
        forgotten_passwords::insert(&mut change, &new).await.unwrap();
        change.commit_unrecorded("planted by a test").await.unwrap();
        let link = forgotten_passwords::find_link(&app.db, &app.tenant, "hash", begins).await.unwrap().unwrap();
        for (now, alive) in around(end) {
            let found = forgotten_passwords::find_link(&app.db, &app.tenant, "hash", now).await.unwrap();
            assert_eq!(found.is_some(), alive, "found at {now}");
            let waits = NewWaitingPassword {
                link: &link,
                factor: "factor",
                factor_kind: "totp",
                password_hash: "-",
                takes_effect_at: end,
            };
            let then = app.then(now);
            let mut change = then.begin().await.unwrap();
            assert_eq!(forgotten_passwords::wait(&mut change, &waits).await.is_ok(), alive, "used at {now}");
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
