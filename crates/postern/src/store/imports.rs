//! Imports: one row for each upload and each watched file.

use postern_core::id::{PersonId, TenantId};

use super::row::row;
use super::{Change, Db, Result, micros, one_row};

row! {
    /// An import. `via`: api, page, folder, demo. `unrecognised_kinds` and `malformed_lines` are JSON.
    pub struct ImportRow {
        pub id: String,
        pub source: String,
        pub via: String,
        pub by_id: Option<String>,
        pub started_at: i64,
        pub changed_at: i64,
        pub is_finished: i64,
        pub records: i64,
        pub attempts: i64,
        pub stored: i64,
        pub repeated: i64,
        pub out_of_time: i64,
        pub ahead: i64,
        pub unrecognised_records: i64,
        pub malformed_records: i64,
        pub unrecognised_kinds: String,
        pub malformed_lines: String,
        pub problem: Option<String>,
    }
}

const COLUMNS: &str = "id, source, via, by_id, started_at, changed_at, is_finished, records, attempts, stored, repeated, \
                       out_of_time, ahead, unrecognised_records, malformed_records, unrecognised_kinds, malformed_lines, problem";

/// What an import has come to so far.
#[derive(Clone, Debug)]
pub struct ImportCounts {
    pub is_finished: bool,
    pub records: i64,
    pub attempts: i64,
    pub stored: i64,
    pub repeated: i64,
    pub out_of_time: i64,
    /// From further ahead than records are analysed at once.
    pub ahead: i64,
    pub unrecognised_records: i64,
    pub malformed_records: i64,
    /// JSON.
    pub unrecognised_kinds: String,
    /// JSON.
    pub malformed_lines: String,
    pub problem: Option<String>,
}

impl Default for ImportCounts {
    fn default() -> Self {
        Self {
            is_finished: false,
            records: 0,
            attempts: 0,
            stored: 0,
            repeated: 0,
            out_of_time: 0,
            ahead: 0,
            unrecognised_records: 0,
            malformed_records: 0,
            unrecognised_kinds: "{}".to_owned(),
            malformed_lines: "[]".to_owned(),
            problem: None,
        }
    }
}

impl From<ImportRow> for ImportCounts {
    fn from(row: ImportRow) -> Self {
        Self {
            is_finished: row.is_finished == 1,
            records: row.records,
            attempts: row.attempts,
            stored: row.stored,
            repeated: row.repeated,
            out_of_time: row.out_of_time,
            ahead: row.ahead,
            unrecognised_records: row.unrecognised_records,
            malformed_records: row.malformed_records,
            unrecognised_kinds: row.unrecognised_kinds,
            malformed_lines: row.malformed_lines,
            problem: row.problem,
        }
    }
}

/// Begins an import.
pub async fn insert(
    change: &mut Change<'_>,
    source: &str,
    via: &str,
    by: Option<&PersonId>,
) -> Result<String> {
    let (tenant, id, at) = (change.tenant().clone(), change.id()?, micros(change.at()));
    sqlx::query(
        "INSERT INTO imports (tenant_id, id, source, via, by_id, started_at, changed_at, is_finished, records, attempts, \
         stored, repeated, out_of_time, ahead, unrecognised_records, malformed_records, unrecognised_kinds, malformed_lines) \
         VALUES ($1, $2, $3, $4, $5, $6, $6, 0, 0, 0, 0, 0, 0, 0, 0, 0, '{}', '[]')",
    )
    .bind(tenant.as_str())
    .bind(&id)
    .bind(source)
    .bind(via)
    .bind(by.map(PersonId::as_str))
    .bind(at)
    .execute(change.conn())
    .await?;
    Ok(id)
}

/// Keeps what an import has come to.
pub async fn save(change: &mut Change<'_>, id: &str, totals: &ImportCounts) -> Result<()> {
    let (tenant, at) = (change.tenant().clone(), micros(change.at()));
    let done = sqlx::query(
        "UPDATE imports SET changed_at = $3, is_finished = $4, records = $5, attempts = $6, stored = $7, repeated = $8, \
         out_of_time = $9, unrecognised_records = $10, malformed_records = $11, unrecognised_kinds = $12, malformed_lines = $13, \
         problem = $14, ahead = $15 WHERE tenant_id = $1 AND id = $2",
    )
    .bind(tenant.as_str())
    .bind(id)
    .bind(at)
    .bind(i64::from(totals.is_finished))
    .bind(totals.records)
    .bind(totals.attempts)
    .bind(totals.stored)
    .bind(totals.repeated)
    .bind(totals.out_of_time)
    .bind(totals.unrecognised_records)
    .bind(totals.malformed_records)
    .bind(&totals.unrecognised_kinds)
    .bind(&totals.malformed_lines)
    .bind(totals.problem.as_deref())
    .bind(totals.ahead)
    .execute(change.conn())
    .await?;
    one_row(&done)
}

/// Imports, the newest at the top, at most 200.
pub async fn list(db: &Db, tenant: &TenantId) -> Result<Vec<ImportRow>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM imports WHERE tenant_id = $1 ORDER BY changed_at DESC, id DESC LIMIT 200"
    );
    Ok(sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(tenant.as_str()).fetch_all(db.reader()).await?)
}

/// An import by id.
pub async fn find(db: &Db, tenant: &TenantId, id: &str) -> Result<Option<ImportRow>> {
    let sql = format!("SELECT {COLUMNS} FROM imports WHERE tenant_id = $1 AND id = $2");
    Ok(sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(tenant.as_str())
        .bind(id)
        .fetch_optional(db.reader())
        .await?)
}

/// Deletes imports that have come to nothing more since `before` and of which no record is left.
pub async fn delete_empty(change: &mut Change<'_>, before: jiff::Timestamp) -> Result<()> {
    let tenant = change.tenant().clone();
    sqlx::query(
        "DELETE FROM imports WHERE tenant_id = $1 AND changed_at < $2 AND NOT EXISTS (SELECT 1 FROM imported_sign_ins r \
         WHERE r.tenant_id = imports.tenant_id AND r.import_id = imports.id)",
    )
    .bind(tenant.as_str())
    .bind(micros(before))
    .execute(change.conn())
    .await?;
    Ok(())
}
