//! Connections for reading are kept ready, whatever became of those who read before.

use std::time::Duration;

use postern::store::Db;
use sqlx::AssertSqlSafe;

use crate::on_both::on_both;
use crate::test_app::TestApp;

/// Counts to so many, which takes a while.
fn counting(to: u32) -> AssertSqlSafe<String> {
    AssertSqlSafe(format!(
        "WITH RECURSIVE n(i) AS (SELECT CAST(1 AS BIGINT) UNION ALL SELECT i + 1 FROM n WHERE i < {to}) SELECT MAX(i) FROM n"
    ))
}

async fn count(app: &TestApp, to: u32) -> i64 {
    let (counted,): (i64,) = sqlx::query_as(counting(to)).fetch_one(app.db.reader()).await.unwrap();
    counted
}

on_both! {
    async fn more_read_than_there_are_connections(db) {
        let app = TestApp::start(db).await;
        let mut reading = tokio::task::JoinSet::new();
        for number in 1..=100_u32 {
            let db = app.db.clone();
            reading.spawn(async move {
                let (counted,): (i64,) =
                    sqlx::query_as(counting(number * 10)).fetch_one(db.reader()).await.unwrap();
                assert_eq!(counted, i64::from(number * 10));
            });
        }
        while let Some(done) = reading.join_next().await {
            done.unwrap();
        }
    }

    async fn who_gives_up_or_fails_leaves_nothing_to_the_next(db) {
        let app = TestApp::start(db).await;
        for _ in 0..20 {
            let long = sqlx::query_as::<_, (i64,)>(counting(300_000)).fetch_one(app.db.reader());
            assert!(tokio::time::timeout(Duration::from_millis(1), long).await.is_err(), "it was read to its end");
            sqlx::query("SELECT nothing FROM nowhere").fetch_optional(app.db.reader()).await.err().unwrap();
            sqlx::query("SELECT nothing FROM nowhere").execute(app.db.reader()).await.unwrap_err();
            assert_eq!(count(&app, 7).await, 7);
        }
    }

    /// As after a restart of the server, or of whatever stands before it.
    async fn a_connection_that_was_cut_is_noticed(db) {
        let app = TestApp::start(db).await;
        assert_eq!(count(&app, 7).await, 7);
        if matches!(db, Database::Postgres) {
            let cut = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
                       WHERE datname = current_database() AND pid <> pg_backend_pid()";
            sqlx::query(cut).execute(app.db.reader()).await.unwrap();
        }
        tokio::time::sleep(Duration::from_millis(1100)).await;
        for _ in 0..10 {
            assert_eq!(count(&app, 7).await, 7);
        }
    }

    async fn a_closed_one_reads_nothing(db) {
        let app = TestApp::start(db).await;
        let other = Db::open(&app.config.database_url).await.unwrap();
        let read = || sqlx::query("SELECT 1").fetch_optional(other.reader());
        assert!(read().await.unwrap().is_some());
        tokio::time::timeout(Duration::from_secs(20), other.close()).await.expect("kept ones are given back");
        assert!(read().await.is_err());
    }
}
