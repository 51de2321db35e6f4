//! The numbers of records: within a stream they have no gap, so that a record that was deleted before it had its place
//! is missed.

use std::collections::BTreeMap;

use postern_core::event::RecordStream;
use postern_core::id::TenantId;

use crate::store::{Change, Db, Result};

/// A record's place in the numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NumberedTo {
    /// In which stream.
    pub stream: RecordStream,
    /// From 1.
    pub number: i64,
}

/// The id of the case that a record is about, and of the person.
type TouchedByRecord = (Option<String>, Option<String>);

/// Takes the next `count` numbers; answers with the last of them. The row is locked until the change ends, so numbers are
/// committed in their order.
pub(super) async fn take(change: &mut Change<'_>, stream: RecordStream, count: i64) -> Result<i64> {
    let tenant = change.tenant().clone();
    let (last,): (i64,) = sqlx::query_as(
        "INSERT INTO audit_streams (tenant_id, stream, last_number) VALUES ($1, $2, $3) \
         ON CONFLICT (tenant_id, stream) DO UPDATE SET last_number = audit_streams.last_number + $3 \
         RETURNING last_number",
    )
    .bind(tenant.as_str())
    .bind(stream.as_str())
    .bind(count)
    .fetch_one(change.conn())
    .await?;
    Ok(last)
}

/// The last number that was given out, by stream.
pub async fn last_numbers(db: &Db, tenant: &TenantId) -> Result<BTreeMap<String, i64>> {
    let rows: Vec<(String, i64)> =
        sqlx::query_as("SELECT stream, last_number FROM audit_streams WHERE tenant_id = $1")
            .bind(tenant.as_str())
            .fetch_all(db.reader())
            .await?;
    Ok(rows.into_iter().collect())
}

/// More cases and people than this are not told apart.
const MOST_TOUCHED: usize = 1000;

/// Which case and which person the records of a stream are about, from after the first number to the second. `None`: they are too
/// many.
pub async fn list_touched(
    db: &Db,
    tenant: &TenantId,
    stream: &str,
    (after, until): (i64, i64),
) -> Result<Option<Vec<TouchedByRecord>>> {
    let sql = format!(
        "SELECT DISTINCT case_id, person_id FROM audit_entries \
         WHERE tenant_id = $1 AND stream = $2 AND number > $3 AND number <= $4 LIMIT {}",
        MOST_TOUCHED + 1
    );
    let rows: Vec<TouchedByRecord> = sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(tenant.as_str())
        .bind(stream)
        .bind(after)
        .bind(until)
        .fetch_all(db.reader())
        .await?;
    Ok((rows.len() <= MOST_TOUCHED).then_some(rows))
}

/// The highest number that an entry has, by stream.
pub async fn newest_numbers(db: &Db, tenant: &TenantId) -> Result<BTreeMap<String, i64>> {
    let mut newest = BTreeMap::new();
    for stream in RecordStream::ALL {
        let row: Option<(i64,)> = sqlx::query_as(
            "SELECT number FROM audit_entries WHERE tenant_id = $1 AND stream = $2 ORDER BY number DESC LIMIT 1",
        )
        .bind(tenant.as_str())
        .bind(stream.as_str())
        .fetch_optional(db.reader())
        .await?;
        newest.extend(row.map(|(number,)| (stream.as_str().to_owned(), number)));
    }
    Ok(newest)
}

/// Places are given in the order of the numbers: the last that has one is the one before the first that has none. Asked for
/// as "the highest with a place", everything that waits is looked through.
const PLACED: &str = "SELECT number FROM audit_entries WHERE tenant_id = $1 AND stream = $2 AND number < \
     COALESCE((SELECT MIN(number) FROM audit_entries WHERE tenant_id = $1 AND stream = $2 AND seq IS NULL), $3) \
     ORDER BY number DESC LIMIT 1";

/// The last number of a stream that has its place, read inside the sequencer's change.
pub async fn find_number(change: &mut Change<'_>, stream: RecordStream) -> Result<Option<i64>> {
    let tenant = change.tenant().clone();
    let row: Option<(i64,)> = sqlx::query_as(PLACED)
        .bind(tenant.as_str())
        .bind(stream.as_str())
        .bind(i64::MAX)
        .fetch_optional(change.conn())
        .await?;
    Ok(row.map(|(number,)| number))
}

/// The same, read outside any change.
pub async fn find_placed_number(db: &Db, tenant: &TenantId, stream: RecordStream) -> Result<Option<i64>> {
    let row: Option<(i64,)> = sqlx::query_as(PLACED)
        .bind(tenant.as_str())
        .bind(stream.as_str())
        .bind(i64::MAX)
        .fetch_optional(db.reader())
        .await?;
    Ok(row.map(|(number,)| number))
}

/// The numbers of a stream's records that have no place yet, in their order.
pub async fn list_waiting_numbers(db: &Db, tenant: &TenantId, stream: RecordStream) -> Result<Vec<i64>> {
    let rows: Vec<(i64,)> = sqlx::query_as(
        "SELECT number FROM audit_entries WHERE tenant_id = $1 AND stream = $2 AND seq IS NULL ORDER BY number",
    )
    .bind(tenant.as_str())
    .bind(stream.as_str())
    .fetch_all(db.reader())
    .await?;
    Ok(rows.into_iter().map(|(number,)| number).collect())
}
