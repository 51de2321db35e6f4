//! Accounts that are shut, and by whom.

use postern_core::id::{PersonId, TenantId};

use crate::store::{Change, Db, Result, micros, one_row};

/// Suspends an account; `by`: who at the desk did it. `Conflict` when it already is.
pub async fn suspend(
    change: &mut Change<'_>,
    id: &PersonId,
    (why, by): (&str, Option<&PersonId>),
) -> Result<()> {
    let (tenant, at) = (change.tenant().clone(), micros(change.at()));
    let done = sqlx::query(
        "UPDATE persons SET suspended_at = $3, suspended_why = $4, suspended_by = $5 \
         WHERE tenant_id = $1 AND id = $2 AND suspended_at IS NULL",
    )
    .bind(tenant.as_str())
    .bind(id.as_str())
    .bind(at)
    .bind(why)
    .bind(by.map(PersonId::as_str))
    .execute(change.conn())
    .await?;
    one_row(&done)
}

/// An account that the desk had suspended stays so by its owner's word: the desk lifts that no more.
pub async fn keep_suspended(change: &mut Change<'_>, id: &PersonId, why: &str) -> Result<()> {
    let tenant = change.tenant().clone();
    sqlx::query(
        "UPDATE persons SET suspended_why = $3, suspended_by = NULL \
         WHERE tenant_id = $1 AND id = $2 AND suspended_by IS NOT NULL",
    )
    .bind(tenant.as_str())
    .bind(id.as_str())
    .bind(why)
    .execute(change.conn())
    .await?;
    Ok(())
}

/// Who at the desk suspended an account; `None` where it is open, or somebody else did.
pub async fn find_suspender(db: &Db, tenant: &TenantId, id: &PersonId) -> Result<Option<PersonId>> {
    let row: Option<(Option<String>,)> = sqlx::query_as(
        "SELECT suspended_by FROM persons WHERE tenant_id = $1 AND id = $2 AND suspended_at IS NOT NULL",
    )
    .bind(tenant.as_str())
    .bind(id.as_str())
    .fetch_optional(db.reader())
    .await?;
    Ok(row.and_then(|(by,)| by).map(PersonId::new))
}

/// Enables an account that this member of staff had suspended. `Conflict` when it is not, or not by them.
pub async fn enable_after(change: &mut Change<'_>, id: &PersonId, by: &PersonId) -> Result<()> {
    let tenant = change.tenant().clone();
    let done = sqlx::query(
        "UPDATE persons SET suspended_at = NULL, suspended_why = NULL, suspended_by = NULL \
         WHERE tenant_id = $1 AND id = $2 AND suspended_at IS NOT NULL AND suspended_by = $3",
    )
    .bind(tenant.as_str())
    .bind(id.as_str())
    .bind(by.as_str())
    .execute(change.conn())
    .await?;
    one_row(&done)
}

/// Enables an account again. `Conflict` when it is not suspended.
pub async fn enable(change: &mut Change<'_>, id: &PersonId) -> Result<()> {
    let tenant = change.tenant().clone();
    let done = sqlx::query(
        "UPDATE persons SET suspended_at = NULL, suspended_why = NULL, suspended_by = NULL \
         WHERE tenant_id = $1 AND id = $2 AND suspended_at IS NOT NULL",
    )
    .bind(tenant.as_str())
    .bind(id.as_str())
    .execute(change.conn())
    .await?;
    one_row(&done)
}
