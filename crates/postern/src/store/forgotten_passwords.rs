//! Links in mails for who has forgotten their password, and what was set by one: it waits before it counts. A link is used, and what
//! waits is ended, by guarded writes: of two that meet, one counts.

use jiff::Timestamp;
use postern_core::id::{PersonId, TenantId};
use sqlx::AssertSqlSafe;

use super::row::row;
use super::{Change, Db, Result, micros, one_row};
use crate::job::Job;

/// A link opens nothing any more after so many wrong codes.
const MOST_TRIES: i64 = 5;

row! {
    /// A link that can still be used.
    pub struct PasswordLink {
        pub id: String,
        pub person_id: String,
        pub contact_id: String,
    }
}

row! {
    /// A password that waits.
    pub struct WaitingPassword {
        pub id: String,
        pub person_id: String,
        pub contact_id: String,
        pub factor_id: String,
        pub factor_kind: String,
        pub password_hash: String,
        pub used_at: i64,
        pub takes_effect_at: i64,
    }
}

const WAITING: &str = "SELECT id, person_id, contact_id, factor_id, factor_kind, password_hash, used_at, takes_effect_at \
     FROM forgotten_passwords WHERE tenant_id = $1 AND used_at IS NOT NULL AND ended_at IS NULL";

/// A link that goes out.
pub struct NewPasswordLink<'a> {
    pub person: &'a PersonId,
    pub contact: &'a str,
    pub token_hash: &'a str,
    pub expires_at: Timestamp,
}

/// What was set by a link.
pub struct NewWaitingPassword<'a> {
    pub link: &'a PasswordLink,
    pub factor: &'a str,
    pub factor_kind: &'a str,
    pub password_hash: &'a str,
    pub takes_effect_at: Timestamp,
}

/// Adds a link.
pub async fn insert(change: &mut Change<'_>, new: &NewPasswordLink<'_>) -> Result<()> {
    let (tenant, id, at) = (change.tenant().clone(), change.id()?, micros(change.at()));
    sqlx::query(
        "INSERT INTO forgotten_passwords (tenant_id, id, person_id, contact_id, token_hash, created_at, expires_at, tries) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, 0)",
    )
    .bind(tenant.as_str())
    .bind(id)
    .bind(new.person.as_str())
    .bind(new.contact)
    .bind(new.token_hash)
    .bind(at)
    .bind(micros(new.expires_at))
    .execute(change.conn())
    .await?;
    Ok(())
}

/// A link that can still be used.
pub async fn find_link(
    db: &Db,
    tenant: &TenantId,
    token_hash: &str,
    now: Timestamp,
) -> Result<Option<PasswordLink>> {
    Ok(sqlx::query_as(
        "SELECT id, person_id, contact_id FROM forgotten_passwords WHERE tenant_id = $1 AND token_hash = $2 \
         AND used_at IS NULL AND ended_at IS NULL AND expires_at > $3",
    )
    .bind(tenant.as_str())
    .bind(token_hash)
    .bind(micros(now))
    .fetch_optional(db.reader())
    .await?)
}

/// Whether a link can still be used, now that its person's row is held.
pub async fn is_live(change: &mut Change<'_>, link: &str) -> Result<bool> {
    let (tenant, at) = (change.tenant().clone(), micros(change.at()));
    let found: Option<(String,)> = sqlx::query_as(
        "SELECT id FROM forgotten_passwords WHERE tenant_id = $1 AND id = $2 \
         AND used_at IS NULL AND ended_at IS NULL AND expires_at > $3",
    )
    .bind(tenant.as_str())
    .bind(link)
    .bind(at)
    .fetch_optional(change.conn())
    .await?;
    Ok(found.is_some())
}

/// Counts a wrong code behind a link. The last one ends it.
pub async fn count_try(change: &mut Change<'_>, link: &str) -> Result<()> {
    let (tenant, at) = (change.tenant().clone(), micros(change.at()));
    let done = sqlx::query(
        "UPDATE forgotten_passwords SET tries = tries + 1, ended_at = CASE WHEN tries + 1 >= $4 THEN $3 ELSE NULL END \
         WHERE tenant_id = $1 AND id = $2 AND used_at IS NULL AND ended_at IS NULL AND expires_at > $3",
    )
    .bind(tenant.as_str())
    .bind(link)
    .bind(at)
    .bind(MOST_TRIES)
    .execute(change.conn())
    .await?;
    one_row(&done)
}

/// A person's links that were made since then, and wrong codes behind them.
pub async fn count_since(change: &mut Change<'_>, person: &PersonId, since: Timestamp) -> Result<(i64, i64)> {
    let tenant = change.tenant().clone();
    let (links, tries): (i64, Option<i64>) = sqlx::query_as(
        "SELECT COUNT(*), CAST(SUM(tries) AS BIGINT) FROM forgotten_passwords \
         WHERE tenant_id = $1 AND person_id = $2 AND created_at > $3",
    )
    .bind(tenant.as_str())
    .bind(person.as_str())
    .bind(micros(since))
    .fetch_one(change.conn())
    .await?;
    Ok((links, tries.unwrap_or(0)))
}

/// Uses a link: the password waits from here on. The person's other links end. `Conflict` when it was used, or has run out.
pub async fn wait(change: &mut Change<'_>, new: &NewWaitingPassword<'_>) -> Result<()> {
    let (tenant, at) = (change.tenant().clone(), micros(change.at()));
    let done = sqlx::query(
        "UPDATE forgotten_passwords SET used_at = $3, factor_id = $4, factor_kind = $5, password_hash = $6, takes_effect_at = $7 \
         WHERE tenant_id = $1 AND id = $2 AND used_at IS NULL AND ended_at IS NULL AND expires_at > $3",
    )
    .bind(tenant.as_str())
    .bind(&new.link.id)
    .bind(at)
    .bind(new.factor)
    .bind(new.factor_kind)
    .bind(new.password_hash)
    .bind(micros(new.takes_effect_at))
    .execute(change.conn())
    .await?;
    one_row(&done)?;
    sqlx::query(
        "UPDATE forgotten_passwords SET ended_at = $3 \
         WHERE tenant_id = $1 AND person_id = $2 AND used_at IS NULL AND ended_at IS NULL",
    )
    .bind(tenant.as_str())
    .bind(&new.link.person_id)
    .bind(at)
    .execute(change.conn())
    .await?;
    change.enqueue(Job::SetPasswords, new.takes_effect_at);
    Ok(())
}

/// What waits for a person.
pub async fn find_waiting(db: &Db, tenant: &TenantId, person: &PersonId) -> Result<Option<WaitingPassword>> {
    Ok(sqlx::query_as(AssertSqlSafe(format!("{WAITING} AND person_id = $2")))
        .bind(tenant.as_str())
        .bind(person.as_str())
        .fetch_optional(db.reader())
        .await?)
}

/// The same, read in the change.
pub async fn find_waiting_locked(
    change: &mut Change<'_>,
    person: &PersonId,
) -> Result<Option<WaitingPassword>> {
    let tenant = change.tenant().clone();
    Ok(sqlx::query_as(AssertSqlSafe(format!("{WAITING} AND person_id = $2")))
        .bind(tenant.as_str())
        .bind(person.as_str())
        .fetch_optional(change.conn())
        .await?)
}

/// Whether the one that was set then counts, or a later one does; or nobody knows any more.
pub async fn may_count_since(change: &mut Change<'_>, person: &PersonId, used_at: Timestamp) -> Result<bool> {
    let tenant = change.tenant().clone();
    let (known, counted): (i64, i64) = sqlx::query_as(
        "SELECT COUNT(CASE WHEN used_at = $3 THEN 1 END), COUNT(counted_at) FROM forgotten_passwords \
         WHERE tenant_id = $1 AND person_id = $2 AND used_at >= $3",
    )
    .bind(tenant.as_str())
    .bind(person.as_str())
    .bind(micros(used_at))
    .fetch_one(change.conn())
    .await?;
    Ok(known == 0 || counted > 0)
}

/// Those whose time has come, at most 200.
pub async fn list_due(db: &Db, tenant: &TenantId, now: Timestamp) -> Result<Vec<WaitingPassword>> {
    let sql = format!("{WAITING} AND takes_effect_at <= $2 ORDER BY takes_effect_at, id LIMIT 200");
    Ok(sqlx::query_as(AssertSqlSafe(sql))
        .bind(tenant.as_str())
        .bind(micros(now))
        .fetch_all(db.reader())
        .await?)
}

/// When the next one's time comes.
pub async fn find_next_at(db: &Db, tenant: &TenantId) -> Result<Option<i64>> {
    let sql = "SELECT MIN(takes_effect_at) FROM forgotten_passwords \
               WHERE tenant_id = $1 AND used_at IS NOT NULL AND ended_at IS NULL";
    let (next,): (Option<i64>,) = sqlx::query_as(sql).bind(tenant.as_str()).fetch_one(db.reader()).await?;
    Ok(next)
}

/// Stops one that waits, and forgets the password. `Conflict` when it has ended.
pub async fn stop(change: &mut Change<'_>, id: &str) -> Result<()> {
    end(change, id, None).await
}

/// One that waited counts from now on: its hash is the person's. `Conflict` when it has ended.
pub async fn let_count(change: &mut Change<'_>, id: &str) -> Result<()> {
    let counted_at = micros(change.at());
    end(change, id, Some(counted_at)).await
}

async fn end(change: &mut Change<'_>, id: &str, counted_at: Option<i64>) -> Result<()> {
    let (tenant, at) = (change.tenant().clone(), micros(change.at()));
    let done = sqlx::query(
        "UPDATE forgotten_passwords SET ended_at = $3, counted_at = $4, password_hash = NULL \
         WHERE tenant_id = $1 AND id = $2 AND used_at IS NOT NULL AND ended_at IS NULL",
    )
    .bind(tenant.as_str())
    .bind(id)
    .bind(at)
    .bind(counted_at)
    .execute(change.conn())
    .await?;
    one_row(&done)
}

/// One that waits does so until then. `Conflict` when it has ended.
pub async fn postpone(change: &mut Change<'_>, id: &str, until: Timestamp) -> Result<()> {
    let tenant = change.tenant().clone();
    let done = sqlx::query(
        "UPDATE forgotten_passwords SET takes_effect_at = $3 \
         WHERE tenant_id = $1 AND id = $2 AND used_at IS NOT NULL AND ended_at IS NULL",
    )
    .bind(tenant.as_str())
    .bind(id)
    .bind(micros(until))
    .execute(change.conn())
    .await?;
    one_row(&done)
}

/// Ends links and what waits. The answer: whether something waited.
pub async fn end_all(change: &mut Change<'_>, person: &PersonId) -> Result<bool> {
    let has_waited = find_waiting_locked(change, person).await?.is_some();
    let (tenant, at) = (change.tenant().clone(), micros(change.at()));
    sqlx::query(
        "UPDATE forgotten_passwords SET ended_at = $3, password_hash = NULL \
         WHERE tenant_id = $1 AND person_id = $2 AND ended_at IS NULL",
    )
    .bind(tenant.as_str())
    .bind(person.as_str())
    .bind(at)
    .execute(change.conn())
    .await?;
    Ok(has_waited)
}

/// What waits, and whose time had not come by `since`, waits as much longer as has passed since then.
pub async fn postpone_all(change: &mut Change<'_>, since: Timestamp) -> Result<()> {
    let (tenant, at) = (change.tenant().clone(), micros(change.at()));
    sqlx::query(
        "UPDATE forgotten_passwords SET takes_effect_at = takes_effect_at + $3 \
         WHERE tenant_id = $1 AND used_at IS NOT NULL AND ended_at IS NULL AND takes_effect_at > $2",
    )
    .bind(tenant.as_str())
    .bind(micros(since))
    .bind(at - micros(since))
    .execute(change.conn())
    .await?;
    Ok(())
}

/// Deletes links that ran out before `before`, and what has ended by then. What waits stays; what was set by a link since `asked_since`
/// stays too, for its notice may still ask what became of it.
pub async fn delete_expired(
    change: &mut Change<'_>,
    before: Timestamp,
    asked_since: Timestamp,
) -> Result<()> {
    let tenant = change.tenant().clone();
    sqlx::query(
        "DELETE FROM forgotten_passwords WHERE tenant_id = $1 AND expires_at < $2 \
         AND (used_at IS NULL OR (ended_at IS NOT NULL AND used_at < $3))",
    )
    .bind(tenant.as_str())
    .bind(micros(before))
    .bind(micros(asked_since))
    .execute(change.conn())
    .await?;
    Ok(())
}
