//! Saved codes: one live set per person, one salt per set, each code used once. A set is live from the moment at which its
//! owner confirms that they have kept it.

use jiff::{SignedDuration, Timestamp};
use postern_core::id::{CaseId, PersonId, TenantId};

use super::{Change, Db, Result, micros, one_row};

/// Codes that were saved so long ago work no more.
pub const LIFE: SignedDuration = SignedDuration::from_hours(3 * 365 * 24);

/// The live set: its id and salt.
pub async fn find_set(
    db: &Db,
    tenant: &TenantId,
    person: &PersonId,
    now: Timestamp,
) -> Result<Option<(String, Vec<u8>)>> {
    Ok(sqlx::query_as(
        "SELECT id, salt FROM backup_code_sets WHERE tenant_id = $1 AND person_id = $2 AND revoked_at IS NULL \
         AND confirmed_at IS NOT NULL AND expires_at > $3 ORDER BY created_at DESC LIMIT 1",
    )
    .bind(tenant.as_str())
    .bind(person.as_str())
    .bind(micros(now))
    .fetch_optional(db.reader())
    .await?)
}

/// Of the organisation `$1` and the person `$2`, at `$3`.
pub(super) const LEFT: &str = "SELECT COUNT(*) FROM backup_codes WHERE tenant_id = $1 AND used_at IS NULL AND set_id IN \
     (SELECT id FROM backup_code_sets WHERE tenant_id = $1 AND person_id = $2 AND revoked_at IS NULL \
     AND confirmed_at IS NOT NULL AND expires_at > $3)";

/// How many codes can still be used, read inside a change.
pub async fn count_left_locked(change: &mut Change<'_>, person: &PersonId) -> Result<i64> {
    let (tenant, at) = (change.tenant().clone(), micros(change.at()));
    let (left,): (i64,) = sqlx::query_as(LEFT)
        .bind(tenant.as_str())
        .bind(person.as_str())
        .bind(at)
        .fetch_one(change.conn())
        .await?;
    Ok(left)
}

/// How many codes can still be used at `now`.
pub async fn count_left(db: &Db, tenant: &TenantId, person: &PersonId, now: Timestamp) -> Result<i64> {
    let (left,): (i64,) = sqlx::query_as(LEFT)
        .bind(tenant.as_str())
        .bind(person.as_str())
        .bind(micros(now))
        .fetch_one(db.reader())
        .await?;
    Ok(left)
}

/// Sets that were made in a case.
pub struct MadeSets {
    /// How many.
    pub sets: i64,
    /// How many of them were confirmed, and are good.
    pub confirmed: i64,
}

/// How many sets a case has made.
pub async fn count_of_case(db: &Db, tenant: &TenantId, case: &CaseId) -> Result<MadeSets> {
    let sql = "SELECT COUNT(*), COUNT(CASE WHEN revoked_at IS NULL THEN confirmed_at END) FROM backup_code_sets \
         WHERE tenant_id = $1 AND case_id = $2";
    let (sets, confirmed): (i64, i64) =
        sqlx::query_as(sql).bind(tenant.as_str()).bind(case.as_str()).fetch_one(db.reader()).await?;
    Ok(MadeSets { sets, confirmed })
}

/// Whether the person's live codes are those that a case made.
pub async fn are_live_of_case(change: &mut Change<'_>, case: &CaseId) -> Result<bool> {
    let (tenant, at) = (change.tenant().clone(), micros(change.at()));
    let (live,): (i64,) = sqlx::query_as(
        "SELECT COUNT(*) FROM backup_code_sets WHERE tenant_id = $1 AND case_id = $2 AND revoked_at IS NULL \
         AND confirmed_at IS NOT NULL AND expires_at > $3",
    )
    .bind(tenant.as_str())
    .bind(case.as_str())
    .bind(at)
    .fetch_one(change.conn())
    .await?;
    Ok(live > 0)
}

/// The case is proven: its codes live as long as any.
pub async fn keep_of_case(change: &mut Change<'_>, case: &CaseId) -> Result<()> {
    let (tenant, until) =
        (change.tenant().clone(), change.at().saturating_add(LIFE).unwrap_or(Timestamp::MAX));
    let sql = "UPDATE backup_code_sets SET expires_at = $3 WHERE tenant_id = $1 AND case_id = $2 \
               AND confirmed_at IS NOT NULL AND revoked_at IS NULL";
    let query = sqlx::query(sql).bind(tenant.as_str()).bind(case.as_str()).bind(micros(until));
    query.execute(change.conn()).await?;
    Ok(())
}

/// New codes as they are stored.
pub struct NewCodeSet<'a> {
    pub salt: &'a [u8],
    pub hashes: &'a [Vec<u8>],
    /// The case whose remedy they are, and the moment at which it lapses: until somebody has come back with one of them, they
    /// live no longer than that.
    pub of_case: Option<(&'a CaseId, Timestamp)>,
}

/// Adds a set that waits for its owner's confirmation, in place of one that waited. The answer: its id.
pub async fn insert(change: &mut Change<'_>, person: &PersonId, new: &NewCodeSet<'_>) -> Result<String> {
    let full_life = change.at().saturating_add(LIFE).unwrap_or(Timestamp::MAX);
    let expires_at = micros(new.of_case.map_or(full_life, |(_, lapses_at)| lapses_at));
    let (tenant, id, at) = (change.tenant().clone(), change.id()?, micros(change.at()));
    revoke_unconfirmed(change, person).await?;
    sqlx::query(
        "INSERT INTO backup_code_sets (tenant_id, id, person_id, salt, created_at, expires_at, case_id) \
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(tenant.as_str())
    .bind(&id)
    .bind(person.as_str())
    .bind(new.salt)
    .bind(at)
    .bind(expires_at)
    .bind(new.of_case.map(|(case, _)| case.as_str()))
    .execute(change.conn())
    .await?;
    for hash in new.hashes {
        sqlx::query("INSERT INTO backup_codes (tenant_id, set_id, hash) VALUES ($1, $2, $3)")
            .bind(tenant.as_str())
            .bind(&id)
            .bind(hash.as_slice())
            .execute(change.conn())
            .await?;
    }
    Ok(id)
}

/// A set is kept by its owner: it is live, and the one before is not. `Conflict` when it was confirmed or revoked.
pub async fn confirm(change: &mut Change<'_>, person: &PersonId, set: &str) -> Result<()> {
    let (tenant, at) = (change.tenant().clone(), micros(change.at()));
    let done = sqlx::query(
        "UPDATE backup_code_sets SET confirmed_at = $4 WHERE tenant_id = $1 AND person_id = $2 AND id = $3 \
         AND confirmed_at IS NULL AND revoked_at IS NULL AND expires_at > $4",
    )
    .bind(tenant.as_str())
    .bind(person.as_str())
    .bind(set)
    .bind(at)
    .execute(change.conn())
    .await?;
    one_row(&done)?;
    sqlx::query(
        "UPDATE backup_code_sets SET revoked_at = $4 WHERE tenant_id = $1 AND person_id = $2 AND id <> $3 \
         AND revoked_at IS NULL",
    )
    .bind(tenant.as_str())
    .bind(person.as_str())
    .bind(set)
    .bind(at)
    .execute(change.conn())
    .await?;
    Ok(())
}

/// Uses a code, once. `Conflict` when it is not there, was used, or its set was revoked or ran out.
pub async fn consume(change: &mut Change<'_>, set: &str, hash: &[u8]) -> Result<()> {
    let (tenant, at) = (change.tenant().clone(), micros(change.at()));
    let done = sqlx::query(
        "UPDATE backup_codes SET used_at = $4 WHERE tenant_id = $1 AND set_id = $2 AND hash = $3 AND used_at IS NULL \
         AND EXISTS (SELECT 1 FROM backup_code_sets s WHERE s.tenant_id = $1 AND s.id = $2 AND s.revoked_at IS NULL \
         AND s.confirmed_at IS NOT NULL AND s.expires_at > $4)",
    )
    .bind(tenant.as_str())
    .bind(set)
    .bind(hash)
    .bind(at)
    .execute(change.conn())
    .await?;
    one_row(&done)
}

/// Revokes every set of a person.
pub async fn revoke_all(change: &mut Change<'_>, person: &PersonId) -> Result<()> {
    revoke(change, "person_id = $3", person.as_str()).await
}

/// Revokes what a case has made.
pub async fn revoke_of_case(change: &mut Change<'_>, case: &CaseId) -> Result<()> {
    revoke(change, "case_id = $3", case.as_str()).await
}

/// Revokes what waits for its owner's confirmation.
pub async fn revoke_unconfirmed(change: &mut Change<'_>, person: &PersonId) -> Result<()> {
    revoke(change, "person_id = $3 AND confirmed_at IS NULL", person.as_str()).await
}

/// `which`: a condition of ours, in which `$3` stands for `subject`.
async fn revoke(change: &mut Change<'_>, which: &'static str, subject: &str) -> Result<()> {
    let (tenant, at) = (change.tenant().clone(), micros(change.at()));
    let sql = format!(
        "UPDATE backup_code_sets SET revoked_at = $2 WHERE tenant_id = $1 AND revoked_at IS NULL AND {which}"
    );
    let query = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(tenant.as_str()).bind(at).bind(subject);
    query.execute(change.conn()).await?;
    Ok(())
}
