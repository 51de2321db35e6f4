//! Which incidents seniors were told of.

use jiff::Timestamp;
use postern_core::id::TenantId;

use super::INCIDENT;
use crate::store::{Change, Db, Result, micros, one_row};

/// How many incidents other than this one seniors were told of since then, read inside the change.
pub async fn count_notified_since(change: &mut Change<'_>, since: Timestamp, but: &str) -> Result<i64> {
    let tenant = change.tenant().clone();
    let (count,): (i64,) = sqlx::query_as(
        "SELECT COUNT(*) FROM findings WHERE tenant_id = $1 AND notified_at >= $2 AND severity_rank >= $3 AND id <> $4",
    )
    .bind(tenant.as_str())
    .bind(micros(since))
    .bind(INCIDENT)
    .bind(but)
    .fetch_one(change.conn())
    .await?;
    Ok(count)
}

/// Keeps whether seniors were told of an incident, now.
pub async fn save_notified(change: &mut Change<'_>, id: &str, is_told: bool) -> Result<()> {
    let (tenant, at) = (change.tenant().clone(), is_told.then_some(micros(change.at())));
    let done = sqlx::query("UPDATE findings SET notified_at = $3 WHERE tenant_id = $1 AND id = $2")
        .bind(tenant.as_str())
        .bind(id)
        .bind(at)
        .execute(change.conn())
        .await?;
    one_row(&done)
}

/// Whether seniors still have to be told of an open incident that was first seen before then, or changed before then.
pub async fn has_unnotified(db: &Db, tenant: &TenantId, before: Timestamp) -> Result<bool> {
    let (count,): (i64,) = sqlx::query_as(
        "SELECT COUNT(*) FROM findings WHERE tenant_id = $1 AND severity_rank >= $2 AND notified_at IS NULL \
         AND closed_at IS NULL AND first_seen_at <= $3",
    )
    .bind(tenant.as_str())
    .bind(INCIDENT)
    .bind(micros(before))
    .fetch_one(db.reader())
    .await?;
    Ok(count > 0)
}

/// Notes that seniors are told of all open incidents now; says of how many they had not been.
pub async fn save_all_notified(change: &mut Change<'_>) -> Result<u64> {
    let (tenant, at) = (change.tenant().clone(), micros(change.at()));
    let done = sqlx::query(
        "UPDATE findings SET notified_at = $2 WHERE tenant_id = $1 AND severity_rank >= $3 AND notified_at IS NULL \
         AND closed_at IS NULL",
    )
    .bind(tenant.as_str())
    .bind(at)
    .bind(INCIDENT)
    .execute(change.conn())
    .await?;
    Ok(done.rows_affected())
}
