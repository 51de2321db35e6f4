//! Whether somebody has a password; one that comes for the first time, that changes, and that goes.

use postern_core::id::PersonId;

use super::super::{Change, Result, StoreError, one_row};
use super::made_by;

/// Whether somebody has a password, read inside the change.
pub async fn has_password(change: &mut Change<'_>, id: &PersonId) -> Result<bool> {
    let tenant = change.tenant().clone();
    let row: Option<(i64,)> = sqlx::query_as(
        "SELECT (CASE WHEN password_hash IS NULL THEN 0 ELSE 1 END) FROM persons WHERE tenant_id = $1 AND id = $2",
    )
    .bind(tenant.as_str())
    .bind(id.as_str())
    .fetch_optional(change.conn())
    .await?;
    row.map(|(has,)| has == 1).ok_or(StoreError::NotFound)
}

/// `Conflict` when the hash of somebody's password is not what was read.
pub async fn expect_password(change: &mut Change<'_>, id: &PersonId, read: Option<&str>) -> Result<()> {
    let tenant = change.tenant().clone();
    let row: Option<(Option<String>,)> =
        sqlx::query_as("SELECT password_hash FROM persons WHERE tenant_id = $1 AND id = $2")
            .bind(tenant.as_str())
            .bind(id.as_str())
            .fetch_optional(change.conn())
            .await?;
    let (hash,) = row.ok_or(StoreError::NotFound)?;
    if hash.as_deref() == read { Ok(()) } else { Err(StoreError::Conflict) }
}

/// Sets the password of somebody who has none.
pub async fn save_first_password(change: &mut Change<'_>, id: &PersonId, hash: &str) -> Result<()> {
    let tenant = change.tenant().clone();
    let done = sqlx::query(
        "UPDATE persons SET password_hash = $3 WHERE tenant_id = $1 AND id = $2 AND password_hash IS NULL",
    )
    .bind(tenant.as_str())
    .bind(id.as_str())
    .bind(hash)
    .execute(change.conn())
    .await?;
    one_row(&done)?;
    made_by::renew(change, id).await
}

/// Puts another hash in the place of `old`: of another password, or of the same one. Somebody else's change since it was read is a `Conflict`.
pub async fn save_changed_password(
    change: &mut Change<'_>,
    id: &PersonId,
    (old, new): (&str, &str),
) -> Result<()> {
    let tenant = change.tenant().clone();
    let done = sqlx::query(
        "UPDATE persons SET password_hash = $4 WHERE tenant_id = $1 AND id = $2 AND password_hash = $3",
    )
    .bind(tenant.as_str())
    .bind(id.as_str())
    .bind(old)
    .bind(new)
    .execute(change.conn())
    .await?;
    one_row(&done)
}

/// Takes the password away: only a set-up code leads on.
pub async fn remove_password(change: &mut Change<'_>, id: &PersonId) -> Result<()> {
    let tenant = change.tenant().clone();
    let done = sqlx::query("UPDATE persons SET password_hash = NULL WHERE tenant_id = $1 AND id = $2")
        .bind(tenant.as_str())
        .bind(id.as_str())
        .execute(change.conn())
        .await?;
    one_row(&done)
}
