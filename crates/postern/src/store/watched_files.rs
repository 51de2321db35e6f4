//! Files of the watched folder, and how far each was read: a restart reads nothing twice.

use postern_core::id::TenantId;

use super::row::row;
use super::{Change, Db, Result, one_row};

row! {
    /// A file as it was when it was last read. `path` is below the folder; `head_hash` is that of its first
    /// `head_bytes`; `equal_lines` is JSON.
    pub struct WatchedFile {
        pub path: String,
        pub import_id: Option<String>,
        pub size: i64,
        pub modified_at: i64,
        pub head_bytes: i64,
        pub head_hash: String,
        pub read_bytes: i64,
        pub read_lines: i64,
        pub equal_lines: String,
        pub problem: Option<String>,
    }
}

/// All that are known.
pub async fn list(db: &Db, tenant: &TenantId) -> Result<Vec<WatchedFile>> {
    Ok(sqlx::query_as(
        "SELECT path, import_id, size, modified_at, head_bytes, head_hash, read_bytes, read_lines, equal_lines, problem FROM watched_files \
         WHERE tenant_id = $1",
    )
    .bind(tenant.as_str())
    .fetch_all(db.reader())
    .await?)
}

/// Keeps how far a file was read. `known`: how it stood before; whoever read on from there first wins, the other
/// gets `Conflict`.
pub async fn save(change: &mut Change<'_>, known: Option<&WatchedFile>, new: &WatchedFile) -> Result<()> {
    let tenant = change.tenant().clone();
    let Some(known) = known else {
        sqlx::query(
            "INSERT INTO watched_files (tenant_id, path, import_id, size, modified_at, read_bytes, read_lines, problem, \
             equal_lines, head_bytes, head_hash) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        )
        .bind(tenant.as_str())
        .bind(&new.path)
        .bind(new.import_id.as_deref())
        .bind(new.size)
        .bind(new.modified_at)
        .bind(new.read_bytes)
        .bind(new.read_lines)
        .bind(new.problem.as_deref())
        .bind(&new.equal_lines)
        .bind(new.head_bytes)
        .bind(&new.head_hash)
        .execute(change.conn())
        .await?;
        return Ok(());
    };
    let done = sqlx::query(
        "UPDATE watched_files SET import_id = $3, size = $4, modified_at = $5, read_bytes = $6, read_lines = $7, \
         problem = $8, equal_lines = $12, head_bytes = $13, head_hash = $14 WHERE tenant_id = $1 AND path = $2 AND size = $9 AND modified_at = $10 AND read_bytes = $11",
    )
    .bind(tenant.as_str())
    .bind(&new.path)
    .bind(new.import_id.as_deref())
    .bind(new.size)
    .bind(new.modified_at)
    .bind(new.read_bytes)
    .bind(new.read_lines)
    .bind(new.problem.as_deref())
    .bind(known.size)
    .bind(known.modified_at)
    .bind(known.read_bytes)
    .bind(&new.equal_lines)
    .bind(new.head_bytes)
    .bind(&new.head_hash)
    .execute(change.conn())
    .await?;
    one_row(&done)
}
