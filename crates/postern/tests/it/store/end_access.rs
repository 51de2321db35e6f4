//! Every table that holds something of a person says what becomes of it when their access ends.

use std::collections::BTreeSet;

use postern::actions::end_access::{RowEnd, TABLES};

use crate::on_both::on_both;
use crate::test_app::TestApp;

/// Tables with a column that names whose a row is.
fn tables_of_people() -> BTreeSet<&'static str> {
    let tables = include_str!("../../../migrations/sqlite/0001_first.sql").split("CREATE TABLE ").skip(1);
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
        "flows" | "sessions" => "ended_at IS NULL",
        "ceremonies" => "used_at IS NULL",
        "power_grants" => "decided_at IS NULL",
        other => panic!("{other} ends, and nothing says when a row of it is live"),
    }
}

async fn count_live(app: &TestApp, table: &str, person: &str) -> i64 {
    let column = if table == "service_tokens" { "owner_id" } else { "person_id" };
    let sql = format!("SELECT COUNT(*) FROM {table} WHERE {column} = $1 AND {}", live(table));
    let query = sqlx::query_as(app.own(&sql)).bind(person);
    let (count,): (i64,) = query.fetch_one(app.db.reader()).await.unwrap();
    count
}

on_both! {
    /// The reset of a person who has something in most of them.
    async fn a_reset_ends_what_the_list_says(db) {
        let app = TestApp::start(db).await;
        app.backup_codes_of("ana").await;
        let signed_in = app.browser();
        app.sign_in_by_hand(&signed_in, "ana").await;
        signed_in.post_json("/api/v1/account/code-apps/start", &serde_json::json!({})).await.ok();
        app.password("ana").await;
        let ana = app.person("ana").await.id;
        let ends = || TABLES.iter().filter(|(_, reset, _)| *reset == RowEnd::Ends).map(|(table, ..)| *table);
        let mut were_live = 0;
        for table in ends() {
            were_live += i64::from(count_live(&app, table, ana.as_str()).await > 0);
        }
        assert_eq!(were_live, 6, "factors, codes, flows, ceremonies, sessions and devices");
        app.reset_case_of_ana().await;
        for table in ends() {
            assert_eq!(count_live(&app, table, ana.as_str()).await, 0, "{table} outlived the reset");
        }
    }
}
