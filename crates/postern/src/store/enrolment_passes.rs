//! One-use passes: enrolment passes and set-up codes, told apart by purpose.

use jiff::Timestamp;
use postern_core::id::{CaseId, PersonId, TenantId};

use super::row::row;
use super::{Change, Db, Result, micros, one_row};

row! {
    /// A pass that can still be used.
    pub struct EnrolmentPassRow {
        pub id: String,
        pub person_id: String,
        pub case_id: Option<String>,
        pub hash: String,
        pub created_at: i64,
        pub expires_at: i64,
    }
}

/// The newest pass of a person for a purpose, if it can be used at `now`.
pub async fn find_live(
    db: &Db,
    tenant: &TenantId,
    person: &PersonId,
    purpose: &str,
    now: Timestamp,
) -> Result<Option<EnrolmentPassRow>> {
    Ok(sqlx::query_as(
        "SELECT id, person_id, case_id, hash, created_at, expires_at FROM enrolment_passes \
         WHERE tenant_id = $1 AND person_id = $2 AND purpose = $3 AND used_at IS NULL AND revoked_at IS NULL \
         AND expires_at > $4 ORDER BY created_at DESC LIMIT 1",
    )
    .bind(tenant.as_str())
    .bind(person.as_str())
    .bind(purpose)
    .bind(micros(now))
    .fetch_optional(db.reader())
    .await?)
}

/// Any live pass for a purpose: the first admin's has a person who is not in the directory yet.
pub async fn find_live_for_nobody(
    db: &Db,
    tenant: &TenantId,
    purpose: &str,
    now: Timestamp,
) -> Result<Option<EnrolmentPassRow>> {
    Ok(sqlx::query_as(
        "SELECT id, person_id, case_id, hash, created_at, expires_at FROM enrolment_passes p \
         WHERE tenant_id = $1 AND purpose = $2 AND used_at IS NULL AND revoked_at IS NULL AND expires_at > $3 \
         AND NOT EXISTS (SELECT 1 FROM persons q WHERE q.tenant_id = $1 AND q.id = p.person_id) \
         ORDER BY created_at DESC LIMIT 1",
    )
    .bind(tenant.as_str())
    .bind(purpose)
    .bind(micros(now))
    .fetch_optional(db.reader())
    .await?)
}

row! {
    /// A pass that its case page can still show.
    pub struct ShownPassRow {
        pub id: String,
        pub sealed: Vec<u8>,
        pub expires_at: i64,
    }
}

impl ShownPassRow {
    /// Where a pass is sealed for: in another case it does not open.
    pub fn place(tenant: &TenantId, case: &CaseId, id: &str) -> String {
        format!("enrolment_passes/{tenant}/{case}/{id}/sealed")
    }
}

/// The pass that a case page shows, if it can be used at `now`.
pub async fn find_shown(
    db: &Db,
    tenant: &TenantId,
    case: &CaseId,
    now: Timestamp,
) -> Result<Option<ShownPassRow>> {
    Ok(sqlx::query_as(
        "SELECT id, sealed, expires_at FROM enrolment_passes WHERE tenant_id = $1 AND case_id = $2 \
         AND sealed IS NOT NULL AND used_at IS NULL AND revoked_at IS NULL AND expires_at > $3 \
         ORDER BY created_at DESC LIMIT 1",
    )
    .bind(tenant.as_str())
    .bind(case.as_str())
    .bind(micros(now))
    .fetch_optional(db.reader())
    .await?)
}

/// Keeps a pass, sealed, for as long as its page may show it.
pub async fn save_sealed(change: &mut Change<'_>, id: &str, sealed: &[u8]) -> Result<()> {
    let tenant = change.tenant().clone();
    let done = sqlx::query("UPDATE enrolment_passes SET sealed = $3 WHERE tenant_id = $1 AND id = $2")
        .bind(tenant.as_str())
        .bind(id)
        .bind(sealed)
        .execute(change.conn())
        .await?;
    one_row(&done)
}

/// Forgets the plain text of passes that ran out before `before`.
pub async fn wipe_expired(change: &mut Change<'_>, before: Timestamp) -> Result<()> {
    let tenant = change.tenant().clone();
    sqlx::query(
        "UPDATE enrolment_passes SET sealed = NULL WHERE tenant_id = $1 AND sealed IS NOT NULL AND expires_at < $2",
    )
    .bind(tenant.as_str())
    .bind(micros(before))
    .execute(change.conn())
    .await?;
    Ok(())
}

/// How many passes a case has shown.
pub async fn count_for_case(db: &Db, tenant: &TenantId, case: &CaseId) -> Result<i64> {
    let (count,): (i64,) =
        sqlx::query_as("SELECT COUNT(*) FROM enrolment_passes WHERE tenant_id = $1 AND case_id = $2")
            .bind(tenant.as_str())
            .bind(case.as_str())
            .fetch_one(db.reader())
            .await?;
    Ok(count)
}

/// A new pass.
pub struct NewEnrolmentPass<'a> {
    pub purpose: &'a str,
    pub person: &'a PersonId,
    pub case: Option<&'a CaseId>,
    pub hash: &'a str,
    pub expires_at: Timestamp,
}

/// Adds a pass; earlier ones of the person for the purpose are dead from now on. The answer: its id.
pub async fn replace(change: &mut Change<'_>, new: &NewEnrolmentPass<'_>) -> Result<String> {
    revoke(change, new.person, Some(new.purpose)).await?;
    let (tenant, id, at) = (change.tenant().clone(), change.id()?, micros(change.at()));
    sqlx::query(
        "INSERT INTO enrolment_passes (tenant_id, id, purpose, person_id, case_id, hash, created_at, expires_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind(tenant.as_str())
    .bind(&id)
    .bind(new.purpose)
    .bind(new.person.as_str())
    .bind(new.case.map(CaseId::as_str))
    .bind(new.hash)
    .bind(at)
    .bind(micros(new.expires_at))
    .execute(change.conn())
    .await?;
    Ok(id)
}

/// Uses a pass, once and in time. `Conflict` otherwise.
pub async fn consume(change: &mut Change<'_>, id: &str) -> Result<()> {
    let (tenant, at) = (change.tenant().clone(), micros(change.at()));
    let done = sqlx::query(
        "UPDATE enrolment_passes SET used_at = $3, sealed = NULL WHERE tenant_id = $1 AND id = $2 AND used_at IS NULL \
         AND revoked_at IS NULL AND expires_at > $3",
    )
    .bind(tenant.as_str())
    .bind(id)
    .bind(at)
    .execute(change.conn())
    .await?;
    one_row(&done)
}

/// Revokes the live passes that a case has shown.
pub async fn revoke_of_case(change: &mut Change<'_>, case: &CaseId) -> Result<()> {
    let (tenant, at) = (change.tenant().clone(), micros(change.at()));
    sqlx::query(
        "UPDATE enrolment_passes SET revoked_at = $3, sealed = NULL WHERE tenant_id = $1 AND case_id = $2 AND used_at IS NULL \
         AND revoked_at IS NULL",
    )
    .bind(tenant.as_str())
    .bind(case.as_str())
    .bind(at)
    .execute(change.conn())
    .await?;
    Ok(())
}

/// Revokes a person's live passes: of one purpose, or all.
pub async fn revoke(change: &mut Change<'_>, person: &PersonId, purpose: Option<&str>) -> Result<()> {
    let (tenant, at) = (change.tenant().clone(), micros(change.at()));
    sqlx::query(
        "UPDATE enrolment_passes SET revoked_at = $3, sealed = NULL WHERE tenant_id = $1 AND person_id = $2 AND used_at IS NULL \
         AND revoked_at IS NULL AND ($4 IS NULL OR purpose = $4)",
    )
    .bind(tenant.as_str())
    .bind(person.as_str())
    .bind(at)
    .bind(purpose)
    .execute(change.conn())
    .await?;
    Ok(())
}
