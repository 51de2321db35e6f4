//! How many people could be recovered today, and whether one of them could.

use jiff::Timestamp;
use postern_core::id::{PersonId, TenantId};

use super::super::{Db, Result, backup_codes, micros};

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

/// What stands by for one person besides their factors.
pub struct PersonReserves {
    /// Backup codes that can still be used.
    pub codes_left: i64,
    /// Numbers that may be called in a case of now.
    pub callable: i64,
}

/// Looks at one person at `now`. A number counts that is certain to be theirs since `latest` or before.
pub async fn load_reserves(
    db: &Db,
    tenant: &TenantId,
    person: &PersonId,
    (now, latest): (Timestamp, Timestamp),
) -> Result<PersonReserves> {
    let sql = format!(
        "SELECT ({codes}), (SELECT COUNT(*) FROM contacts WHERE tenant_id = $1 AND person_id = $2 AND kind <> 'email' \
         AND removed_at IS NULL AND lost_at IS NULL AND filed_at <= $4 AND confirmed_at <= $4)",
        codes = backup_codes::LEFT
    );
    let (codes_left, callable) = sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(tenant.as_str())
        .bind(person.as_str())
        .bind(micros(now))
        .bind(micros(latest))
        .fetch_one(db.reader())
        .await?;
    Ok(PersonReserves { codes_left, callable })
}
