//! Who has taken a case up. Each row guards itself: a case that moved since it was read goes to nobody.

use postern_core::id::PersonId;

use crate::store::cases::{CaseRow, wake_at_lapse_of_stranger};
use crate::store::{Change, Result, micros, one_row};

/// Somebody takes an open case up. `Conflict` when somebody has it already, it is closed, or it moved since it was read.
pub async fn take(change: &mut Change<'_>, read: &CaseRow, by: &PersonId) -> Result<()> {
    let tenant = change.tenant().clone();
    let done = sqlx::query(
        "UPDATE cases SET taken_by = $3, stranger_since = NULL, version = version + 1 \
         WHERE tenant_id = $1 AND id = $2 AND version = $4 AND taken_by IS NULL AND closed_at IS NULL",
    )
    .bind(tenant.as_str())
    .bind(&read.id)
    .bind(by.as_str())
    .bind(read.version)
    .execute(change.conn())
    .await?;
    one_row(&done)
}

/// A case that only seniors may work on from now on is free for them to take, and no stranger's. For a change that saves
/// the case besides, which sees to its version.
pub async fn hand_on(change: &mut Change<'_>, read: &CaseRow) -> Result<()> {
    let tenant = change.tenant().clone();
    let done = sqlx::query(
        "UPDATE cases SET taken_by = NULL, stranger_since = NULL WHERE tenant_id = $1 AND id = $2",
    )
    .bind(tenant.as_str())
    .bind(&read.id)
    .execute(change.conn())
    .await?;
    one_row(&done)
}

/// Nobody has the case any more. `stranger`: it goes back to the strangers' list. `Conflict` when `by` did not have it, or it
/// moved since it was read.
pub async fn hand_back(change: &mut Change<'_>, read: &CaseRow, by: &str, stranger: bool) -> Result<()> {
    let (tenant, at) = (change.tenant().clone(), micros(change.at()));
    let done = sqlx::query(
        "UPDATE cases SET taken_by = NULL, stranger_since = $4, version = version + 1 \
         WHERE tenant_id = $1 AND id = $2 AND taken_by = $3 AND version = $5 AND closed_at IS NULL",
    )
    .bind(tenant.as_str())
    .bind(&read.id)
    .bind(by)
    .bind(stranger.then_some(at))
    .bind(read.version)
    .execute(change.conn())
    .await?;
    one_row(&done)?;
    if stranger {
        wake_at_lapse_of_stranger(change);
    }
    Ok(())
}

/// A colleague has the case from now on, whoever had it when it was read. `Conflict` when it is closed, or moved since.
pub async fn hand_over(change: &mut Change<'_>, read: &CaseRow, to: &PersonId) -> Result<()> {
    let tenant = change.tenant().clone();
    let done = sqlx::query(
        "UPDATE cases SET taken_by = $3, stranger_since = NULL, version = version + 1 \
         WHERE tenant_id = $1 AND id = $2 AND version = $4 AND COALESCE(taken_by, '') = $5 AND closed_at IS NULL",
    )
    .bind(tenant.as_str())
    .bind(&read.id)
    .bind(to.as_str())
    .bind(read.version)
    .bind(read.taken_by.as_deref().unwrap_or_default())
    .execute(change.conn())
    .await?;
    one_row(&done)
}
