//! Which database a test runs on.

use std::io::Write as _;

use sqlx::postgres::PgConnection;
use sqlx::{AssertSqlSafe, Connection as _};
use url::Url;

/// One of the two.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Database {
    /// A file of its own.
    Sqlite,
    /// A database of its own, on the server that `POSTERN_TEST_POSTGRES` names.
    Postgres,
}

impl Database {
    /// Whether there is a server. If not, says so where the runner counts it: past the test harness, which would
    /// keep it to itself.
    pub fn has_postgres(test: &str) -> bool {
        let there = std::env::var_os("POSTERN_TEST_POSTGRES").is_some();
        if !there {
            let _ = writeln!(std::io::stderr(), "SKIPPED {test}::postgres: POSTERN_TEST_POSTGRES is not set");
        }
        there
    }
}

/// The address of a database on the server.
pub fn url_of(name: &str) -> String {
    let mut url: Url = std::env::var("POSTERN_TEST_POSTGRES").unwrap().parse().unwrap();
    url.set_path(name);
    url.to_string()
}

/// Runs one statement that no transaction may hold.
pub async fn run(sql: String) {
    let mut server = connect().await;
    sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut server).await.unwrap();
    server.close().await.unwrap();
}

/// Names of databases that begin like this.
pub async fn list(prefix: &str) -> Vec<String> {
    let mut server = connect().await;
    let rows: Vec<(String,)> =
        sqlx::query_as("SELECT datname::text FROM pg_database WHERE starts_with(datname, $1)")
            .bind(prefix)
            .fetch_all(&mut server)
            .await
            .unwrap();
    server.close().await.unwrap();
    rows.into_iter().map(|(name,)| name).collect()
}

/// How many are connected to a database.
pub async fn connections(name: &str) -> i64 {
    let mut server = connect().await;
    let (count,): (i64,) = sqlx::query_as("SELECT count(*) FROM pg_stat_activity WHERE datname = $1")
        .bind(name)
        .fetch_one(&mut server)
        .await
        .unwrap();
    server.close().await.unwrap();
    count
}

async fn connect() -> PgConnection {
    PgConnection::connect(&std::env::var("POSTERN_TEST_POSTGRES").unwrap()).await.unwrap()
}
