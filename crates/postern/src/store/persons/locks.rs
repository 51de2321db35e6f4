//! Rows of people, held until the change ends.

use std::collections::BTreeSet;

use postern_core::case::Subject;
use postern_core::id::PersonId;
use postern_core::person::Role;
use sqlx::AssertSqlSafe;

use crate::store::{Change, Result, StoreError};

/// Locks a person's row until the change ends, so that a sign-in, a reset and a suspension of one account queue up.
/// `Conflict` when the account is suspended.
pub async fn lock_active(change: &mut Change<'_>, id: &PersonId) -> Result<()> {
    let (tenant, lock) = (change.tenant().clone(), change.row_lock());
    let sql =
        format!("SELECT id FROM persons WHERE tenant_id = $1 AND id = $2 AND suspended_at IS NULL{lock}");
    let found: Option<(String,)> = sqlx::query_as(AssertSqlSafe(sql))
        .bind(tenant.as_str())
        .bind(id.as_str())
        .fetch_optional(change.conn())
        .await?;
    found.map(|_| ()).ok_or(StoreError::Conflict)
}

/// The same for somebody who acts in a role: `Conflict` too when it is not theirs any more.
pub async fn lock_active_as(change: &mut Change<'_>, id: &PersonId, role: Role) -> Result<()> {
    lock_active(change, id).await?;
    let tenant = change.tenant().clone();
    let found: Option<(String,)> =
        sqlx::query_as("SELECT id FROM persons WHERE tenant_id = $1 AND id = $2 AND role = $3")
            .bind(tenant.as_str())
            .bind(id.as_str())
            .bind(role.as_str())
            .fetch_optional(change.conn())
            .await?;
    found.map(|_| ()).ok_or(StoreError::Conflict)
}

/// Locks the rows of these persons, suspended or not, in the order of their ids. First in every change that touches an
/// account: two changes that lock in one order never wait for each other. Who is not there is left out.
pub async fn lock_all(change: &mut Change<'_>, ids: &[&PersonId]) -> Result<()> {
    let (tenant, lock) = (change.tenant().clone(), change.row_lock());
    if lock.is_empty() {
        return Ok(());
    }
    let in_order: BTreeSet<&PersonId> = ids.iter().copied().collect();
    for id in in_order {
        let sql = format!("SELECT id FROM persons WHERE tenant_id = $1 AND id = $2{lock}");
        sqlx::query(AssertSqlSafe(sql))
            .bind(tenant.as_str())
            .bind(id.as_str())
            .fetch_optional(change.conn())
            .await?;
    }
    Ok(())
}

/// Locks a person's row until the change ends, if everything that the rules of a case depend on is still what was read.
/// `Conflict` when tier, role, manager or suspension changed meanwhile.
pub async fn lock_unchanged(change: &mut Change<'_>, read: &Subject) -> Result<()> {
    let (tenant, lock) = (change.tenant().clone(), change.row_lock());
    let sql = format!(
        "SELECT id FROM persons WHERE tenant_id = $1 AND id = $2 AND (tier = $3 OR tier_before = $3) AND role = $4 \
         AND COALESCE(manager_id, '') = $5 AND (CASE WHEN suspended_at IS NULL THEN 0 ELSE 1 END) = $6{lock}"
    );
    let found: Option<(String,)> = sqlx::query_as(AssertSqlSafe(sql))
        .bind(tenant.as_str())
        .bind(read.person.as_str())
        .bind(read.tier.as_str())
        .bind(read.role.as_str())
        .bind(read.manager.as_ref().map_or("", PersonId::as_str))
        .bind(i64::from(read.suspended))
        .fetch_optional(change.conn())
        .await?;
    found.map(|_| ()).ok_or(StoreError::Conflict)
}
