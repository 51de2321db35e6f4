//! How many people could be recovered today.

use jiff::Timestamp;
use postern_core::id::TenantId;

use super::super::{Db, Result, micros};

/// How far a directory is ready, by those who were added last.
pub struct DirectoryReadiness {
    /// How many were looked at.
    pub people: i64,
    /// Of them, those with a number that may be called in a case of now.
    pub callable: i64,
    /// Of them, those with a manager on file.
    pub with_manager: i64,
}

/// Looks at the `most` people who were added last, or at everybody where there are no more. A number counts that is certain to be
/// theirs since `latest` or before.
pub async fn load_readiness(
    db: &Db,
    tenant: &TenantId,
    latest: Timestamp,
    most: i64,
) -> Result<DirectoryReadiness> {
    let (people, callable, with_manager) = sqlx::query_as(
        "SELECT COUNT(*), COALESCE(SUM(CASE WHEN EXISTS (SELECT 1 FROM contacts c WHERE c.tenant_id = $1 AND c.person_id = p.id \
         AND c.kind <> 'email' AND c.removed_at IS NULL AND c.lost_at IS NULL AND c.filed_at <= $2 AND c.confirmed_at <= $2) \
         THEN 1 ELSE 0 END), 0), COALESCE(SUM(CASE WHEN p.manager_id IS NULL THEN 0 ELSE 1 END), 0) \
         FROM (SELECT id, manager_id FROM persons WHERE tenant_id = $1 ORDER BY id DESC LIMIT $3) p",
    )
    .bind(tenant.as_str())
    .bind(micros(latest))
    .bind(most)
    .fetch_one(db.reader())
    .await?;
    Ok(DirectoryReadiness { people, callable, with_manager })
}
