//! Signed-in sessions: rows, so that they can be listed and ended.

mod signed_in;

pub use signed_in::{LiveSession, find_signed_in};

use std::sync::LazyLock;

use jiff::Timestamp;
use postern_core::id::{PersonId, TenantId};
use postern_core::session_limits::SessionLimits;
use postern_core::signin::Assurance;

use super::row::row;
use super::{Change, Db, Result, StoreError, micros, one_row};

row! {
    /// A session.
    pub struct Session {
        pub id: String,
        pub person_id: String,
        pub aal: i64,
        pub phishing_resistant: i64,
        pub amr: String,
        pub ip: String,
        pub user_agent: String,
        pub created_at: i64,
        pub last_seen_at: i64,
        pub expires_at: i64,
        pub stepped_up_at: Option<i64>,
        pub factor_shown_at: Option<i64>,
        pub factor_shown_hash: Option<String>,
    }
}

const COLUMNS: &str = "id, person_id, aal, phishing_resistant, amr, ip, user_agent, created_at, last_seen_at, expires_at, \
                       stepped_up_at, factor_shown_at, factor_shown_hash";

/// Whether the session `s` lives at `$3`: by its own end, and by the limits of the role that its owner has at this moment, as
/// [`SessionLimits::of`] has them. `role`: the column, or the statement, that says it.
fn is_live(role: &str) -> String {
    let within = |SessionLimits { idle, overall }: SessionLimits| {
        let (idle, overall) = (idle.as_micros(), overall.as_micros());
        format!("s.last_seen_at > $3 - {idle} AND s.created_at > $3 - {overall}")
    };
    let (person, desk) = (within(SessionLimits::PERSON), within(SessionLimits::DESK));
    format!(
        "s.ended_at IS NULL AND s.expires_at > $3 AND CASE WHEN s.aal < 3 AND {role} = 'person' THEN {person} ELSE {desk} END"
    )
}

/// The same where the owner's row is not read beside it.
static IS_LIVE: LazyLock<String> = LazyLock::new(|| {
    is_live("(SELECT p.role FROM persons p WHERE p.tenant_id = s.tenant_id AND p.id = s.person_id)")
});

/// A person's live sessions, newest first.
pub async fn list(db: &Db, tenant: &TenantId, person: &PersonId, now: Timestamp) -> Result<Vec<Session>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM sessions s WHERE s.tenant_id = $1 AND s.person_id = $2 AND {} \
         ORDER BY s.created_at DESC LIMIT 50",
        *IS_LIVE
    );
    Ok(sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(tenant.as_str())
        .bind(person.as_str())
        .bind(micros(now))
        .fetch_all(db.reader())
        .await?)
}

/// How many live sessions a person has, read inside a change.
pub async fn count_live(change: &mut Change<'_>, person: &PersonId) -> Result<i64> {
    let (tenant, at) = (change.tenant().clone(), micros(change.at()));
    let sql = format!(
        "SELECT COUNT(*) FROM sessions s WHERE s.tenant_id = $1 AND s.person_id = $2 AND {}",
        *IS_LIVE
    );
    let (live,): (i64,) = sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(tenant.as_str())
        .bind(person.as_str())
        .bind(at)
        .fetch_one(change.conn())
        .await?;
    Ok(live)
}

/// A new session.
pub struct NewSession<'a> {
    pub token_hash: &'a str,
    pub person: &'a PersonId,
    pub assurance: &'a Assurance,
    pub ip: &'a str,
    pub user_agent: &'a str,
    pub expires_at: Timestamp,
}

/// Begins a session. One that a passkey opened is stepped up from its start.
pub async fn insert(change: &mut Change<'_>, new: &NewSession<'_>) -> Result<String> {
    let (tenant, id, at) = (change.tenant().clone(), change.id()?, micros(change.at()));
    let there = new.assurance.provider_session.as_ref();
    sqlx::query(
        "INSERT INTO sessions (tenant_id, id, token_hash, person_id, aal, phishing_resistant, amr, ip, user_agent, \
         created_at, last_seen_at, expires_at, stepped_up_at, provider_account, provider_session) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $10, $11, $12, $13, $14)",
    )
    .bind(tenant.as_str())
    .bind(&id)
    .bind(new.token_hash)
    .bind(new.person.as_str())
    .bind(new.assurance.aal)
    .bind(i64::from(new.assurance.phishing_resistant))
    .bind(new.assurance.amr.join(" "))
    .bind(new.ip)
    .bind(new.user_agent)
    .bind(at)
    .bind(micros(new.expires_at))
    .bind(new.assurance.phishing_resistant.then_some(at))
    .bind(there.map(|there| there.account.as_str()))
    .bind(there.and_then(|there| there.session.as_deref()))
    .execute(change.conn())
    .await?;
    Ok(id)
}

/// Notes that a session is in use.
pub async fn touch(change: &mut Change<'_>, id: &str) -> Result<()> {
    let (tenant, at) = (change.tenant().clone(), micros(change.at()));
    sqlx::query(
        "UPDATE sessions SET last_seen_at = $3 WHERE tenant_id = $1 AND id = $2 AND ended_at IS NULL",
    )
    .bind(tenant.as_str())
    .bind(id)
    .bind(at)
    .execute(change.conn())
    .await?;
    Ok(())
}

/// A passkey was touched in a live session: from now on another token names it.
pub async fn save_step_up(change: &mut Change<'_>, id: &str, token_hash: &str) -> Result<()> {
    let (tenant, at) = (change.tenant().clone(), micros(change.at()));
    let done = sqlx::query(
        "UPDATE sessions SET stepped_up_at = $3, token_hash = $4 \
         WHERE tenant_id = $1 AND id = $2 AND ended_at IS NULL AND expires_at > $3",
    )
    .bind(tenant.as_str())
    .bind(id)
    .bind(at)
    .bind(token_hash)
    .execute(change.conn())
    .await?;
    one_row(&done)
}

/// From now on another token names a live session.
pub async fn save_token(change: &mut Change<'_>, id: &str, token_hash: &str) -> Result<()> {
    let (tenant, at) = (change.tenant().clone(), micros(change.at()));
    let done = sqlx::query(
        "UPDATE sessions SET token_hash = $3 WHERE tenant_id = $1 AND id = $2 AND ended_at IS NULL AND expires_at > $4",
    )
    .bind(tenant.as_str())
    .bind(id)
    .bind(token_hash)
    .bind(at)
    .execute(change.conn())
    .await?;
    one_row(&done)
}

/// A factor proved something in a live session; whoever holds this token beside the session's showed it.
pub async fn save_factor_shown(change: &mut Change<'_>, id: &str, token_hash: &str) -> Result<()> {
    let (tenant, at) = (change.tenant().clone(), micros(change.at()));
    let done = sqlx::query(
        "UPDATE sessions SET factor_shown_at = $3, factor_shown_hash = $4 \
         WHERE tenant_id = $1 AND id = $2 AND ended_at IS NULL AND expires_at > $3",
    )
    .bind(tenant.as_str())
    .bind(id)
    .bind(at)
    .bind(token_hash)
    .execute(change.conn())
    .await?;
    one_row(&done)
}

/// Ends the session that this token names, whosever it is; says which and whose. `None`: it names none, or one that has ended.
pub async fn end_of_token(change: &mut Change<'_>, token_hash: &str) -> Result<Option<(String, PersonId)>> {
    let (tenant, at) = (change.tenant().clone(), micros(change.at()));
    let ended: Option<(String, String)> = sqlx::query_as(
        "UPDATE sessions SET ended_at = $3 WHERE tenant_id = $1 AND token_hash = $2 AND ended_at IS NULL \
         AND expires_at > $3 RETURNING id, person_id",
    )
    .bind(tenant.as_str())
    .bind(token_hash)
    .bind(at)
    .fetch_optional(change.conn())
    .await?;
    Ok(ended.map(|(id, person)| (id, PersonId::new(person))))
}

/// Ends one session.
pub async fn end(change: &mut Change<'_>, id: &str) -> Result<()> {
    let (tenant, at) = (change.tenant().clone(), micros(change.at()));
    let done = sqlx::query(
        "UPDATE sessions SET ended_at = $3 WHERE tenant_id = $1 AND id = $2 AND ended_at IS NULL",
    )
    .bind(tenant.as_str())
    .bind(id)
    .bind(at)
    .execute(change.conn())
    .await?;
    one_row(&done)
}

/// Ends every session of a person. Returns how many there were.
pub async fn end_all(change: &mut Change<'_>, person: &PersonId) -> Result<u64> {
    let (tenant, at) = (change.tenant().clone(), micros(change.at()));
    let done = sqlx::query(
        "UPDATE sessions SET ended_at = $3 WHERE tenant_id = $1 AND person_id = $2 AND ended_at IS NULL",
    )
    .bind(tenant.as_str())
    .bind(person.as_str())
    .bind(at)
    .execute(change.conn())
    .await?;
    Ok(done.rows_affected())
}

/// Ends the sessions of a person that began at `since` or later. Returns how many there were.
pub async fn end_since(change: &mut Change<'_>, person: &PersonId, since: Timestamp) -> Result<u64> {
    let (tenant, at) = (change.tenant().clone(), micros(change.at()));
    let done = sqlx::query(
        "UPDATE sessions SET ended_at = $4 WHERE tenant_id = $1 AND person_id = $2 AND created_at >= $3 AND ended_at IS NULL",
    )
    .bind(tenant.as_str())
    .bind(person.as_str())
    .bind(micros(since))
    .bind(at)
    .execute(change.conn())
    .await?;
    Ok(done.rows_affected())
}

/// Ends every session of a person but one. Returns how many there were.
pub async fn end_others(change: &mut Change<'_>, person: &PersonId, but: &str) -> Result<u64> {
    let (tenant, at) = (change.tenant().clone(), micros(change.at()));
    let done = sqlx::query(
        "UPDATE sessions SET ended_at = $4 WHERE tenant_id = $1 AND person_id = $2 AND id <> $3 AND ended_at IS NULL",
    )
    .bind(tenant.as_str())
    .bind(person.as_str())
    .bind(but)
    .bind(at)
    .execute(change.conn())
    .await?;
    Ok(done.rows_affected())
}

/// Locks a live session until the change ends: nobody can end it meanwhile. One that ended, or whose limits are past, is a
/// `Conflict`.
pub async fn lock(change: &mut Change<'_>, id: &str) -> Result<()> {
    let (tenant, at, lock) = (change.tenant().clone(), micros(change.at()), change.row_lock());
    let sql =
        format!("SELECT s.id FROM sessions s WHERE s.tenant_id = $1 AND s.id = $2 AND {}{lock}", *IS_LIVE);
    let found: Option<(String,)> = sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(tenant.as_str())
        .bind(id)
        .bind(at)
        .fetch_optional(change.conn())
        .await?;
    found.map(|_| ()).ok_or(StoreError::Conflict)
}
