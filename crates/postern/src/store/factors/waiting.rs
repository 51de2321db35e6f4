//! New passkeys of staff that wait for their time, or for a second yes.

use jiff::Timestamp;
use postern_core::id::{PersonId, TenantId};

use super::super::row::row;
use super::super::{Change, Db, Result, micros, one_row};

row! {
    /// A passkey that waits.
    pub struct WaitingPasskey {
        pub id: String,
        pub person_id: String,
        pub label: String,
        pub second_step_only: i64,
        pub created_at: i64,
        pub usable_at: i64,
    }
}

const COLUMNS: &str = "id, person_id, label, second_step_only, created_at, usable_at";

/// All that wait, oldest first, at most 200.
pub async fn list_waiting(db: &Db, tenant: &TenantId, now: Timestamp) -> Result<Vec<WaitingPasskey>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM factors WHERE tenant_id = $1 AND usable_at > $2 AND removed_at IS NULL \
         ORDER BY created_at, id LIMIT 200"
    );
    Ok(sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(tenant.as_str())
        .bind(micros(now))
        .fetch_all(db.reader())
        .await?)
}

/// What waits for a second yes.
#[derive(Clone, Copy, Debug)]
pub struct WaitingCounts {
    /// Passkeys of staff.
    pub passkeys: i64,
    /// Desk roles and service tokens.
    pub powers: i64,
}

/// How many passkeys, and how many powers wait, in one statement: each list of people says so.
pub async fn count_waiting(db: &Db, tenant: &TenantId, now: Timestamp) -> Result<WaitingCounts> {
    let (passkeys, powers): (i64, i64) = sqlx::query_as(
        "SELECT (SELECT COUNT(*) FROM factors WHERE tenant_id = $1 AND usable_at > $2 AND removed_at IS NULL), \
         (SELECT COUNT(*) FROM power_grants WHERE tenant_id = $1 AND decided_at IS NULL)",
    )
    .bind(tenant.as_str())
    .bind(micros(now))
    .fetch_one(db.reader())
    .await?;
    Ok(WaitingCounts { passkeys, powers })
}

/// One that waits.
pub async fn find_waiting(
    db: &Db,
    tenant: &TenantId,
    id: &str,
    now: Timestamp,
) -> Result<Option<WaitingPasskey>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM factors WHERE tenant_id = $1 AND id = $2 AND usable_at > $3 AND removed_at IS NULL"
    );
    Ok(sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(tenant.as_str())
        .bind(id)
        .bind(micros(now))
        .fetch_optional(db.reader())
        .await?)
}

/// Ends the wait of one. `Conflict` when it waits no longer.
// Usable since it was made, not since now: of two changes that met, the later one may have begun earlier.
pub async fn end_wait(change: &mut Change<'_>, id: &str) -> Result<()> {
    let (tenant, at) = (change.tenant().clone(), micros(change.at()));
    let done = sqlx::query(
        "UPDATE factors SET usable_at = created_at WHERE tenant_id = $1 AND id = $2 AND usable_at > $3 AND removed_at IS NULL",
    )
    .bind(tenant.as_str())
    .bind(id)
    .bind(at)
    .execute(change.conn())
    .await?;
    one_row(&done)
}

/// Removes one that waits. `Conflict` when it waits no longer.
pub async fn remove_waiting(change: &mut Change<'_>, id: &str) -> Result<()> {
    let (tenant, at) = (change.tenant().clone(), micros(change.at()));
    let done = sqlx::query(
        "UPDATE factors SET removed_at = $3, sealed = $4, credential_id = NULL \
         WHERE tenant_id = $1 AND id = $2 AND usable_at > $3 AND removed_at IS NULL",
    )
    .bind(tenant.as_str())
    .bind(id)
    .bind(at)
    .bind(Vec::<u8>::new())
    .execute(change.conn())
    .await?;
    one_row(&done)
}

/// Removes all of a person's that wait; says how many there were.
pub async fn remove_all_waiting(change: &mut Change<'_>, person: &PersonId) -> Result<u64> {
    let (tenant, at) = (change.tenant().clone(), micros(change.at()));
    let done = sqlx::query(
        "UPDATE factors SET removed_at = $3, sealed = $4, credential_id = NULL \
         WHERE tenant_id = $1 AND person_id = $2 AND usable_at > $3 AND removed_at IS NULL",
    )
    .bind(tenant.as_str())
    .bind(person.as_str())
    .bind(at)
    .bind(Vec::<u8>::new())
    .execute(change.conn())
    .await?;
    Ok(done.rows_affected())
}

/// Passkeys that waited at `since` wait as much longer as has passed since then.
pub async fn postpone_all(change: &mut Change<'_>, since: Timestamp) -> Result<()> {
    let (tenant, at) = (change.tenant().clone(), micros(change.at()));
    sqlx::query(
        "UPDATE factors SET usable_at = usable_at + $3 WHERE tenant_id = $1 AND usable_at > $2 AND removed_at IS NULL",
    )
    .bind(tenant.as_str())
    .bind(micros(since))
    .bind(at - micros(since))
    .execute(change.conn())
    .await?;
    Ok(())
}
