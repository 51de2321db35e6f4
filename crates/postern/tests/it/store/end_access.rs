//! Every table that holds something of a person says what becomes of it when their access ends.

use std::collections::{BTreeMap, BTreeSet};

use postern::actions::contest::contest;
use postern_core::id::PersonId;
use serde_json::json;

use crate::actions::renew_backup_codes::confirm;
use crate::on_both::on_both;
use crate::test_app::TestApp;

/// What becomes of the rows of a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum RowEnd {
    /// They open nothing any more.
    Ends,
    /// Those that do not work yet never will; the others stay.
    WaitingEnds,
    /// They stay, because they open nothing, or end by rules of their own.
    Stays,
}

/// Every table with a person's rows: what a reset does to them, and what a suspension does.
const TABLES: [(&str, RowEnd, RowEnd); 23] = [
    ("factors", RowEnd::Ends, RowEnd::WaitingEnds),
    ("backup_code_sets", RowEnd::Ends, RowEnd::WaitingEnds),
    ("enrolment_passes", RowEnd::Ends, RowEnd::Ends),
    ("flows", RowEnd::Ends, RowEnd::Ends),
    ("ceremonies", RowEnd::Ends, RowEnd::Ends),
    ("push_requests", RowEnd::Ends, RowEnd::Ends),
    ("sent_codes", RowEnd::Ends, RowEnd::Ends),
    ("forgotten_passwords", RowEnd::Ends, RowEnd::Ends),
    ("sessions", RowEnd::Ends, RowEnd::Ends),
    // They slow nobody down while the account is shut, and their owner is to have them again.
    ("known_devices", RowEnd::Ends, RowEnd::Stays),
    ("power_grants", RowEnd::Ends, RowEnd::Ends),
    ("service_tokens", RowEnd::Ends, RowEnd::Ends),
    ("contacts", RowEnd::Stays, RowEnd::Stays),
    ("person_words", RowEnd::Stays, RowEnd::Stays),
    ("person_changes", RowEnd::Stays, RowEnd::Stays),
    ("muted_notices", RowEnd::Stays, RowEnd::Stays),
    ("saved_views", RowEnd::Stays, RowEnd::Stays),
    // Who was asked long ago and has accepted is there for the day on which everything else is lost.
    ("trusted_contacts", RowEnd::WaitingEnds, RowEnd::WaitingEnds),
    // Whoever ends the access says what becomes of the person's other cases.
    ("cases", RowEnd::Stays, RowEnd::Stays),
    ("contests", RowEnd::Stays, RowEnd::Stays),
    ("sign_ins", RowEnd::Stays, RowEnd::Stays),
    ("audit_entries", RowEnd::Stays, RowEnd::Stays),
    ("persons", RowEnd::Stays, RowEnd::Stays),
];

/// Tables with a column that names whose a row is.
fn tables_of_people() -> BTreeSet<&'static str> {
    let tables = include_str!("../../../migrations/0001_first.sql").split("CREATE TABLE ").skip(1);
    let of_people = tables.filter_map(|text| {
        let (name, columns) = text.split_once(" (")?;
        let columns = columns.split("\n);").next()?;
        let names_a_person = columns.lines().any(|line| {
            ["person_id", "owner_id"]
                .iter()
                .any(|column| line.trim_start().starts_with(&format!("{column} TEXT")))
        });
        (names_a_person || name == "persons").then_some(name)
    });
    of_people.collect()
}

#[test]
fn every_table_of_people_is_in_the_list() {
    let listed: BTreeSet<&str> = TABLES.iter().map(|(table, ..)| *table).collect();
    assert_eq!(listed, tables_of_people());
}

/// What is live in a table that ends with the access, as a condition.
fn live(table: &str) -> &'static str {
    match table {
        "factors" => "removed_at IS NULL",
        "backup_code_sets" | "known_devices" | "service_tokens" => "revoked_at IS NULL",
        "enrolment_passes" => "revoked_at IS NULL AND used_at IS NULL",
        "flows" | "forgotten_passwords" | "sessions" | "sent_codes" | "trusted_contacts" => {
            "ended_at IS NULL"
        }
        "ceremonies" => "used_at IS NULL",
        "push_requests" => "answer IS NULL",
        "power_grants" => "decided_at IS NULL",
        other => panic!("{other} ends, and nothing says when a row of it is live"),
    }
}

async fn count_live(app: &TestApp, table: &str, person: &PersonId) -> i64 {
    let column = if table == "service_tokens" { "owner_id" } else { "person_id" };
    let sql = format!("SELECT COUNT(*) FROM {table} WHERE {column} = $1 AND {}", live(table));
    let query = sqlx::query_as(app.own(&sql)).bind(person.as_str());
    let (count,): (i64,) = query.fetch_one(app.db.reader()).await.unwrap();
    count
}

/// Ana with something in most of the tables; and the browser in which she is signed in.
async fn ana_who_has_a_lot(app: &TestApp) -> PersonId {
    app.backup_codes_of("ana").await;
    let signed_in = app.browser();
    app.sign_in_by_hand(&signed_in, "ana").await;
    for _ in 0..2 {
        app.new_codes(&signed_in, app.code_proof("ana").await).await;
        if app.events("mfa.backup_codes_confirmed").await.is_empty() {
            assert_eq!(confirm(&signed_in).await, 204);
        }
    }
    signed_in.post_json("/api/v1/account/code-apps/start", &json!({})).await.ok();
    app.password("ana").await;
    app.choose_trusted("ana", "fay").await.unwrap();
    app.accept_trust("fay").await.unwrap();
    sqlx::query(app.own("UPDATE trusted_contacts SET asked_at = 0")).execute(app.db.reader()).await.unwrap();
    app.choose_trusted("ana", "gus").await.unwrap();
    app.person("ana").await.id
}

on_both! {
    async fn a_reset_ends_what_the_list_says(db) {
        let app = TestApp::start(db).await;
        let ana = ana_who_has_a_lot(&app).await;
        let ends = || TABLES.iter().filter(|(_, reset, _)| *reset == RowEnd::Ends).map(|(table, ..)| *table);
        let mut were_live = 0;
        for table in ends() {
            were_live += i64::from(count_live(&app, table, &ana).await > 0);
        }
        assert_eq!(were_live, 6, "factors, codes, flows, ceremonies, sessions and devices");
        app.reset_case_of_ana().await;
        for table in ends() {
            assert_eq!(count_live(&app, table, &ana).await, 0, "{table} outlived the reset");
        }
        let waiting = TABLES.iter().filter(|(_, reset, _)| *reset == RowEnd::WaitingEnds);
        for (table, ..) in waiting {
            assert_eq!(count_live(&app, table, &ana).await, 1, "{table}: what waits ends, the other stays");
        }
    }

    /// What works is the owner's again once the account is opened; what does not work yet may be the intruder's.
    async fn a_suspension_ends_what_the_list_says(db) {
        let app = TestApp::start(db).await;
        let ana = ana_who_has_a_lot(&app).await;
        let unconfirmed = "SELECT COUNT(*) FROM backup_code_sets WHERE confirmed_at IS NULL AND revoked_at IS NULL";
        assert_eq!(app.count(unconfirmed).await, 1);
        let mut before = BTreeMap::new();
        for (table, reset, _) in TABLES {
            if reset != RowEnd::Stays {
                before.insert(table, count_live(&app, table, &ana).await);
            }
        }
        let code = app.not_me("ana@demo.postern.invalid", "New backup codes").await;
        assert!(contest(&app.scope(), &code).await.unwrap().account_suspended);
        for (table, reset, suspension) in TABLES {
            if reset == RowEnd::Stays {
                continue;
            }
            let (was, is) = (before[table], count_live(&app, table, &ana).await);
            match suspension {
                RowEnd::Ends => assert_eq!(is, 0, "{table} outlived the suspension"),
                RowEnd::Stays => assert_eq!(is, was, "{table} is its owner's"),
                RowEnd::WaitingEnds if table == "factors" => assert_eq!(is, was, "every factor of hers works"),
                RowEnd::WaitingEnds => assert_eq!((was, is), (2, 1), "{table}"),
            }
        }
        assert_eq!(app.count(unconfirmed).await, 0);
    }
}
