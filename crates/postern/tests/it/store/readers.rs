//! Reads share a few connections: all of them are answered, and none of the connections is lost.

use std::time::Duration;

use postern::store::Engine;
use tokio::task::JoinSet;

use crate::on_both::on_both;
use crate::test_app::TestApp;

/// More than there are connections, on either database.
const AT_ONCE: i64 = 100;

impl TestApp {
    async fn read(&self, number: i64) -> Result<i64, sqlx::Error> {
        sqlx::query_scalar("SELECT $1 + 0").bind(number).fetch_one(self.db.reader()).await
    }

    async fn read_many_at_once(&self) -> i64 {
        let mut reads = JoinSet::new();
        for number in 0..AT_ONCE {
            let db = self.db.clone();
            reads.spawn(async move {
                let sql = "SELECT $1 + 0";
                let read: i64 = sqlx::query_scalar(sql).bind(number).fetch_one(db.reader()).await.unwrap();
                i64::from(read == number)
            });
        }
        reads.join_all().await.into_iter().sum()
    }
}

on_both! {
    async fn more_than_there_are_connections_are_all_answered(db) {
        let app = TestApp::start(db).await;
        for _ in 0..20 {
            assert_eq!(app.read_many_at_once().await, AT_ONCE);
        }
    }

    async fn one_whose_reader_went_away_is_not_lost(db) {
        let app = TestApp::start(db).await;
        for _ in 0..20 {
            let mut reads = JoinSet::new();
            for number in 0..AT_ONCE {
                let db = app.db.clone();
                reads.spawn(async move {
                    let read = sqlx::query("SELECT $1 + 0").bind(number).fetch_one(db.reader()).await;
                    read.is_ok()
                });
            }
            tokio::task::yield_now().await;
            reads.abort_all();
        }
        assert_eq!(app.read_many_at_once().await, AT_ONCE);
    }

    async fn one_that_failed_answers_the_next(db) {
        let app = TestApp::start(db).await;
        for number in 0..AT_ONCE {
            let refused = sqlx::query("SELECT nothing FROM nowhere").fetch_all(app.db.reader()).await;
            assert!(refused.is_err());
            assert_eq!(app.read(number).await.unwrap(), number);
        }
    }

    /// As after a restart of the server.
    async fn one_that_was_cut_while_nobody_read_is_replaced(db) {
        let app = TestApp::start(db).await;
        assert_eq!(app.read_many_at_once().await, AT_ONCE);
        if app.db.engine() == Engine::Postgres {
            let mine = "SELECT COUNT(pg_terminate_backend(pid)) FROM pg_stat_activity \
                        WHERE datname = current_database() AND pid <> pg_backend_pid()";
            let cut: i64 = sqlx::query_scalar(mine).fetch_one(app.db.reader()).await.unwrap();
            assert!(cut > 0);
        }
        tokio::time::sleep(Duration::from_millis(1_100)).await;
        assert_eq!(app.read_many_at_once().await, AT_ONCE);
    }
}
