//! "This was not me": one token per notice, good for a month, for one use.

use jiff::Timestamp;
use postern_core::id::{CaseId, PersonId, TenantId};

use super::row::row;
use super::{Change, Db, Result, micros, one_row};

row! {
    /// A token that can still be used.
    pub struct Contest {
        pub id: String,
        pub person_id: String,
        pub case_id: Option<String>,
    }
}

/// Adds a token.
pub async fn insert(
    change: &mut Change<'_>,
    token_hash: &str,
    person: &PersonId,
    case: Option<&CaseId>,
    expires_at: Timestamp,
) -> Result<()> {
    let (tenant, id, at) = (change.tenant().clone(), change.id()?, micros(change.at()));
    sqlx::query(
        "INSERT INTO contests (tenant_id, id, token_hash, person_id, case_id, created_at, expires_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(tenant.as_str())
    .bind(&id)
    .bind(token_hash)
    .bind(person.as_str())
    .bind(case.map(CaseId::as_str))
    .bind(at)
    .bind(micros(expires_at))
    .execute(change.conn())
    .await?;
    Ok(())
}

/// A live token.
pub async fn find_live(
    db: &Db,
    tenant: &TenantId,
    token_hash: &str,
    now: Timestamp,
) -> Result<Option<Contest>> {
    Ok(sqlx::query_as(
        "SELECT id, person_id, case_id FROM contests \
         WHERE tenant_id = $1 AND token_hash = $2 AND used_at IS NULL AND expires_at > $3",
    )
    .bind(tenant.as_str())
    .bind(token_hash)
    .bind(micros(now))
    .fetch_optional(db.reader())
    .await?)
}

/// Uses a token, once and in time.
pub async fn consume(change: &mut Change<'_>, id: &str) -> Result<()> {
    let (tenant, at) = (change.tenant().clone(), micros(change.at()));
    let done =
        sqlx::query("UPDATE contests SET used_at = $3 WHERE tenant_id = $1 AND id = $2 AND used_at IS NULL AND expires_at > $3")
            .bind(tenant.as_str())
            .bind(id)
            .bind(at)
            .execute(change.conn())
            .await?;
    one_row(&done)
}
