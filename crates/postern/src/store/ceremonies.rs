//! Passkey ceremonies under way: the server's half, never in a cookie.

use jiff::Timestamp;
use postern_core::id::TenantId;

use super::{Change, Db, Result, micros, one_row};

/// Keeps a ceremony.
pub async fn insert(change: &mut Change<'_>, id: &str, state: &str, expires_at: Timestamp) -> Result<()> {
    let tenant = change.tenant().clone();
    sqlx::query("INSERT INTO ceremonies (tenant_id, id, state, expires_at) VALUES ($1, $2, $3, $4)")
        .bind(tenant.as_str())
        .bind(id)
        .bind(state)
        .bind(micros(expires_at))
        .execute(change.conn())
        .await?;
    Ok(())
}

/// A ceremony that is still going.
pub async fn find_live(db: &Db, tenant: &TenantId, id: &str, now: Timestamp) -> Result<Option<String>> {
    let row: Option<(String,)> = sqlx::query_as(
        "SELECT state FROM ceremonies WHERE tenant_id = $1 AND id = $2 AND used_at IS NULL AND expires_at > $3",
    )
    .bind(tenant.as_str())
    .bind(id)
    .bind(micros(now))
    .fetch_optional(db.reader())
    .await?;
    Ok(row.map(|(state,)| state))
}

/// A challenge is answered once.
pub async fn consume(change: &mut Change<'_>, id: &str) -> Result<()> {
    let (tenant, at) = (change.tenant().clone(), micros(change.at()));
    let done = sqlx::query(
        "UPDATE ceremonies SET used_at = $3 WHERE tenant_id = $1 AND id = $2 AND used_at IS NULL AND expires_at > $3",
    )
    .bind(tenant.as_str())
    .bind(id)
    .bind(at)
    .execute(change.conn())
    .await?;
    one_row(&done)
}

/// Deletes ceremonies that ran out before `before`.
pub async fn delete_expired(change: &mut Change<'_>, before: Timestamp) -> Result<()> {
    let tenant = change.tenant().clone();
    sqlx::query("DELETE FROM ceremonies WHERE tenant_id = $1 AND expires_at < $2")
        .bind(tenant.as_str())
        .bind(micros(before))
        .execute(change.conn())
        .await?;
    Ok(())
}
