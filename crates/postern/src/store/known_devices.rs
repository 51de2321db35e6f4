//! Devices from which a person has signed in fully: their guesses have a bucket of their own, so that a stranger's wrong
//! guesses do not slow the owner.

use jiff::{SignedDuration, Timestamp};
use postern_core::id::{PersonId, TenantId};

use super::{Change, Db, Result, micros};

/// Whether this device is known for this person at `now`.
pub async fn is_known(
    db: &Db,
    tenant: &TenantId,
    person: &PersonId,
    token_hash: &str,
    now: Timestamp,
) -> Result<bool> {
    let row: Option<(i64,)> = sqlx::query_as(
        "SELECT created_at FROM known_devices \
         WHERE tenant_id = $1 AND token_hash = $2 AND person_id = $3 AND revoked_at IS NULL AND expires_at > $4",
    )
    .bind(tenant.as_str())
    .bind(token_hash)
    .bind(person.as_str())
    .bind(micros(now))
    .fetch_optional(db.reader())
    .await?;
    Ok(row.is_some())
}

/// Whose device this is at `now`.
pub async fn find_owner(
    db: &Db,
    tenant: &TenantId,
    token_hash: &str,
    now: Timestamp,
) -> Result<Option<PersonId>> {
    let row: Option<(String,)> = sqlx::query_as(
        "SELECT person_id FROM known_devices WHERE tenant_id = $1 AND token_hash = $2 AND revoked_at IS NULL \
         AND expires_at > $3 LIMIT 1",
    )
    .bind(tenant.as_str())
    .bind(token_hash)
    .bind(micros(now))
    .fetch_optional(db.reader())
    .await?;
    Ok(row.map(|(person,)| PersonId::new(person)))
}

/// A device is forgotten so long after it was last remembered: as long as browsers keep a cookie.
pub const LIFE: SignedDuration = SignedDuration::from_hours(400 * 24);

/// Remembers a device on which the person has signed in.
pub async fn insert(change: &mut Change<'_>, person: &PersonId, token_hash: &str) -> Result<()> {
    let until = change.at().saturating_add(LIFE).unwrap_or(Timestamp::MAX);
    insert_until(change, person, token_hash, until).await
}

/// Remembers a device until then.
pub async fn insert_until(
    change: &mut Change<'_>,
    person: &PersonId,
    token_hash: &str,
    until: Timestamp,
) -> Result<()> {
    let (tenant, at, expires_at) = (change.tenant().clone(), micros(change.at()), micros(until));
    sqlx::query(
        "INSERT INTO known_devices (tenant_id, token_hash, person_id, created_at, expires_at) VALUES ($1, $2, $3, $4, $5) \
         ON CONFLICT (tenant_id, token_hash, person_id) DO UPDATE SET revoked_at = NULL, expires_at = excluded.expires_at",
    )
    .bind(tenant.as_str())
    .bind(token_hash)
    .bind(person.as_str())
    .bind(at)
    .bind(expires_at)
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
