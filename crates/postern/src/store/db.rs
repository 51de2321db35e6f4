//! Connections. SQLite: one writer, several readers. PostgreSQL: a pool for each.

use std::borrow::Cow;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use sqlx::any::AnyPoolOptions;
use sqlx::migrate::{Migration, MigrationType, Migrator};
use sqlx::{Any, AnyConnection, AnyPool, AssertSqlSafe, Executor as _, SqlStr, Transaction};

use super::readers::Readers;
use super::{Result, StoreError};
use crate::private_files;

/// Which database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    /// Embedded, one file.
    Sqlite,
    /// A server.
    Postgres,
}

/// The database.
#[derive(Clone)]
pub struct Db {
    engine: Engine,
    reader: Readers,
    writer: AnyPool,
    reads: Arc<AtomicU64>,
}

impl Db {
    /// Opens `sqlite:PATH` or `postgres://…` and brings the schema up to date.
    pub async fn open(url: &str) -> Result<Self> {
        sqlx::any::install_default_drivers();
        let db = if let Some(file) = url.strip_prefix("sqlite:") {
            keep_private(file).map_err(|error| StoreError::Database(error.into()))?;
            let writer = sqlite(1).connect(&format!("{url}?mode=rwc")).await?;
            let reader = Readers::new(sqlite(4).connect(url).await?);
            Self { engine: Engine::Sqlite, reader, writer, reads: Arc::default() }
        } else {
            // Two pools: a change that is open may still read, and must never wait for itself.
            Self {
                engine: Engine::Postgres,
                reader: Readers::new(postgres().connect(url).await?),
                writer: postgres().connect(url).await?,
                reads: Arc::default(),
            }
        };
        migrator(db.engine).run(&db.writer).await.map_err(|e| StoreError::Database(e.into()))?;
        Ok(db)
    }

    /// For reads that need not see their own writes.
    pub fn reader(&self) -> &Readers {
        self.reads.fetch_add(1, Ordering::Relaxed);
        &self.reader
    }

    /// How often somebody has read so far, one statement each: so that a test sees a query for every row of a list.
    pub fn reads(&self) -> u64 {
        self.reads.load(Ordering::Relaxed)
    }

    /// Which one it is.
    pub fn engine(&self) -> Engine {
        self.engine
    }

    /// A write transaction. On SQLite it takes the write lock at once: a read that later wants to write would fail.
    pub(super) async fn begin(&self) -> Result<Transaction<'static, Any>> {
        Ok(match self.engine {
            Engine::Sqlite => self.writer.begin_with("BEGIN IMMEDIATE").await?,
            Engine::Postgres => self.writer.begin().await?,
        })
    }

    /// Waits for running work and closes.
    pub async fn close(&self) {
        self.writer.close().await;
        self.reader.close().await;
    }

    /// Whether it answers.
    pub async fn ping(&self) -> Result<()> {
        sqlx::query("SELECT 1").execute(&self.reader).await?;
        Ok(())
    }
}

/// SQLite makes its other files with the mode of the first.
fn keep_private(file: &str) -> std::io::Result<()> {
    let file = file.trim_start_matches("//").split('?').next().unwrap_or_default();
    if file.is_empty() || file == ":memory:" {
        return Ok(());
    }
    if !Path::new(file).exists() {
        return match private_files::create(Path::new(file), "") {
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Ok(()),
            other => other,
        };
    }
    ["", "-wal", "-shm"].iter().try_for_each(|end| private_files::tighten(Path::new(&format!("{file}{end}"))))
}

fn sqlite(connections: u32) -> AnyPoolOptions {
    // FULL: what was confirmed survives a power cut. WAL's default would lose the last commits. secure_delete: what was
    // deleted or overwritten, a secret for one, does not stay in the file's free pages.
    const PRAGMAS: &str = "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; \
                           PRAGMA secure_delete = ON; PRAGMA temp_store = MEMORY; \
                           PRAGMA busy_timeout = 10000;";
    // No ping before each use, as on a server: there is no line to the file that could have been cut.
    let pool = AnyPoolOptions::new().max_connections(connections).test_before_acquire(false);
    pool.acquire_timeout(Duration::from_secs(30)).after_connect(|conn: &mut AnyConnection, _| {
        Box::pin(async move { conn.execute(PRAGMAS).await.map(|_| ()) })
    })
}

fn postgres() -> AnyPoolOptions {
    // Who waits longer than this for a lock gives up and begins anew (`actions/retry.rs`); a node that hangs in the middle
    // of a change does not keep the others from the rows that it locked.
    const LIMITS: &str = "SET lock_timeout = '3s'; SET idle_in_transaction_session_timeout = '30s'";
    AnyPoolOptions::new().max_connections(8).acquire_timeout(Duration::from_secs(10)).after_connect(
        |conn: &mut AnyConnection, _| Box::pin(async move { conn.execute(LIMITS).await.map(|_| ()) }),
    )
}

fn migrator(engine: Engine) -> Migrator {
    // `sorted`: a column whose texts are compared byte by byte, so that what begins alike lies side by side.
    let (bytes, body, sorted) = match engine {
        Engine::Sqlite => ("BLOB", "body", ""),
        Engine::Postgres => ("BYTEA", "body::jsonb", " COLLATE \"C\""),
    };
    let first = include_str!("../../migrations/0001_first.sql");
    let first = first.replace("{bytes}", bytes).replace("{body}", body).replace("{sorted}", sorted);
    let sql: SqlStr = sqlx::SqlSafeStr::into_sql_str(AssertSqlSafe(first));
    let first = Migration::new(1, Cow::Borrowed("first"), MigrationType::Simple, sql, false);
    Migrator { migrations: Cow::Owned(vec![first]), ..Migrator::DEFAULT }
}
