//! Devices from which a person has signed in fully: they guess in a lane of their own, so that a stranger's wrong
//! guesses do not slow the owner.

use postern_core::id::{PersonId, TenantId};

use super::{Change, Db, Result, micros};

/// Whether this device is known for this person.
pub async fn is_known(db: &Db, tenant: &TenantId, person: &PersonId, token_hash: &str) -> Result<bool> {
    let row: Option<(i64,)> = sqlx::query_as(
        "SELECT created_at FROM known_devices \
         WHERE tenant_id = $1 AND token_hash = $2 AND person_id = $3 AND revoked_at IS NULL",
    )
    .bind(tenant.as_str())
    .bind(token_hash)
    .bind(person.as_str())
    .fetch_optional(db.reader())
    .await?;
    Ok(row.is_some())
}

/// Whose device this is.
pub async fn find_owner(db: &Db, tenant: &TenantId, token_hash: &str) -> Result<Option<PersonId>> {
    let row: Option<(String,)> = sqlx::query_as(
        "SELECT person_id FROM known_devices WHERE tenant_id = $1 AND token_hash = $2 AND revoked_at IS NULL LIMIT 1",
    )
    .bind(tenant.as_str())
    .bind(token_hash)
    .fetch_optional(db.reader())
    .await?;
    Ok(row.map(|(person,)| PersonId::new(person)))
}

/// Remembers a device.
pub async fn insert(change: &mut Change<'_>, person: &PersonId, token_hash: &str) -> Result<()> {
    let (tenant, at) = (change.tenant().clone(), micros(change.at()));
    sqlx::query(
        "INSERT INTO known_devices (tenant_id, token_hash, person_id, created_at) VALUES ($1, $2, $3, $4) \
         ON CONFLICT (tenant_id, token_hash, person_id) DO UPDATE SET revoked_at = NULL",
    )
    .bind(tenant.as_str())
    .bind(token_hash)
    .bind(person.as_str())
    .bind(at)
    .execute(change.conn())
    .await?;
    Ok(())
}

/// Forgets a person's devices: after a reset they may be in other hands.
pub async fn revoke_all(change: &mut Change<'_>, person: &PersonId) -> Result<()> {
    let (tenant, at) = (change.tenant().clone(), micros(change.at()));
    sqlx::query(
        "UPDATE known_devices SET revoked_at = $3 WHERE tenant_id = $1 AND person_id = $2 AND revoked_at IS NULL",
    )
    .bind(tenant.as_str())
    .bind(person.as_str())
    .bind(at)
    .execute(change.conn())
    .await?;
    Ok(())
}
