//! The right to a first passkey that works at once: whom more than one person let in a short while ago has it.

use jiff::Timestamp;
use postern_core::id::{PersonId, TenantId};

use super::super::{Change, Db, Result, micros, one_row};

/// Lets a person's first passkey work at once, until then.
pub async fn grant(change: &mut Change<'_>, id: &PersonId, until: Timestamp) -> Result<()> {
    let tenant = change.tenant().clone();
    let done = sqlx::query("UPDATE persons SET first_passkey_until = $3 WHERE tenant_id = $1 AND id = $2")
        .bind(tenant.as_str())
        .bind(id.as_str())
        .bind(micros(until))
        .execute(change.conn())
        .await?;
    one_row(&done)
}

/// Whether that right is there and has not run out.
pub async fn is_granted(db: &Db, tenant: &TenantId, id: &PersonId, now: Timestamp) -> Result<bool> {
    let (count,): (i64,) = sqlx::query_as(
        "SELECT COUNT(*) FROM persons WHERE tenant_id = $1 AND id = $2 AND first_passkey_until > $3",
    )
    .bind(tenant.as_str())
    .bind(id.as_str())
    .bind(micros(now))
    .fetch_one(db.reader())
    .await?;
    Ok(count == 1)
}

/// Uses that right up, whether it is needed or not; says whether it was there and had not run out.
pub async fn consume(change: &mut Change<'_>, id: &PersonId) -> Result<bool> {
    let (tenant, at) = (change.tenant().clone(), micros(change.at()));
    let done = sqlx::query(
        "UPDATE persons SET first_passkey_until = NULL WHERE tenant_id = $1 AND id = $2 AND first_passkey_until > $3",
    )
    .bind(tenant.as_str())
    .bind(id.as_str())
    .bind(at)
    .execute(change.conn())
    .await?;
    Ok(done.rows_affected() == 1)
}
