//! What phones are asked during a sign-in. Each answer is a guarded write: of two that meet, one counts.

use jiff::Timestamp;
use postern_core::factor::push::{APPROVAL_LIFE, MOST_TRIES, PushAnswer};
use postern_core::id::{PersonId, TenantId};

use super::row::row;
use super::{Change, Db, Result, StoreError, micros, one_row, time};

row! {
    /// A request to somebody's phones. `sealed` holds the number that the sign-in page shows.
    pub struct PushRequest {
        pub id: String,
        pub person_id: String,
        pub sealed: Vec<u8>,
        pub shown: String,
        pub ip: String,
        pub user_agent: String,
        pub expires_at: i64,
        pub tries: i64,
        pub answer: Option<String>,
        pub answered_at: Option<i64>,
        pub used_at: Option<i64>,
    }
}

const COLUMNS: &str =
    "id, person_id, sealed, shown, ip, user_agent, expires_at, tries, answer, answered_at, used_at";

/// Its sign-in still waits, and nobody has answered. `$2` is the request, `$3` now, `$4` the most tries.
const IS_OPEN: &str = "answer IS NULL AND expires_at > $3 AND tries < $4 AND EXISTS (SELECT 1 FROM flows f \
                       WHERE f.tenant_id = $1 AND f.id = push_requests.flow_id AND f.ended_at IS NULL AND f.expires_at > $3)";

impl PushRequest {
    /// Where its number is sealed for: in another request it does not open.
    pub fn place(tenant: &TenantId, person: &str, id: &str) -> String {
        format!("push_requests/{tenant}/{person}/{id}/sealed")
    }

    /// Whether a phone can still answer, as far as the request itself says.
    pub fn waits(&self, now: Timestamp) -> bool {
        self.answer.is_none() && self.expires_at > micros(now) && self.tries < MOST_TRIES
    }

    /// Whether it was approved, and the sign-in page may take that up.
    pub fn is_approved(&self, now: Timestamp) -> bool {
        let is_fresh = self.answered_at.is_some_and(|at| now.duration_since(time(at)) < APPROVAL_LIFE);
        self.answer.as_deref() == Some(PushAnswer::Approve.as_str()) && self.used_at.is_none() && is_fresh
    }
}

/// A request.
pub struct NewPushRequest<'a> {
    pub id: &'a str,
    pub flow: &'a str,
    pub person: &'a PersonId,
    pub sealed: &'a [u8],
    pub shown: &'a str,
    pub ip: &'a str,
    pub user_agent: &'a str,
    pub expires_at: Timestamp,
}

/// Asks. `Conflict`: another one is open in this sign-in.
pub async fn insert(change: &mut Change<'_>, new: &NewPushRequest<'_>) -> Result<()> {
    let (tenant, at) = (change.tenant().clone(), micros(change.at()));
    sqlx::query(
        "INSERT INTO push_requests (tenant_id, id, flow_id, person_id, sealed, shown, ip, user_agent, created_at, \
         expires_at, tries) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 0)",
    )
    .bind(tenant.as_str())
    .bind(new.id)
    .bind(new.flow)
    .bind(new.person.as_str())
    .bind(new.sealed)
    .bind(new.shown)
    .bind(new.ip)
    .bind(new.user_agent)
    .bind(at)
    .bind(micros(new.expires_at))
    .execute(change.conn())
    .await?;
    Ok(())
}

/// The last one of a sign-in.
pub async fn find_of_flow(db: &Db, tenant: &TenantId, flow: &str) -> Result<Option<PushRequest>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM push_requests WHERE tenant_id = $1 AND flow_id = $2 ORDER BY created_at DESC, id DESC LIMIT 1"
    );
    Ok(sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(tenant.as_str())
        .bind(flow)
        .fetch_optional(db.reader())
        .await?)
}

/// One of a person's, whatever became of it.
pub async fn find(db: &Db, tenant: &TenantId, person: &PersonId, id: &str) -> Result<Option<PushRequest>> {
    let sql =
        format!("SELECT {COLUMNS} FROM push_requests WHERE tenant_id = $1 AND id = $2 AND person_id = $3");
    Ok(sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(tenant.as_str())
        .bind(id)
        .bind(person.as_str())
        .fetch_optional(db.reader())
        .await?)
}

/// One, whosever it is.
pub async fn find_any(db: &Db, tenant: &TenantId, id: &str) -> Result<Option<PushRequest>> {
    let sql = format!("SELECT {COLUMNS} FROM push_requests WHERE tenant_id = $1 AND id = $2");
    let query = sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(tenant.as_str()).bind(id);
    Ok(query.fetch_optional(db.reader()).await?)
}

/// What somebody's phones are asked now, newest first.
pub async fn list_open(
    db: &Db,
    tenant: &TenantId,
    person: &PersonId,
    now: Timestamp,
) -> Result<Vec<PushRequest>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM push_requests WHERE tenant_id = $1 AND person_id = $2 AND {IS_OPEN} \
         ORDER BY created_at DESC, id DESC LIMIT 20"
    );
    Ok(sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(tenant.as_str())
        .bind(person.as_str())
        .bind(micros(now))
        .bind(MOST_TRIES)
        .fetch_all(db.reader())
        .await?)
}

/// Since when somebody's phones are left alone: their last "this was not me" after `since`.
pub async fn find_disowned_at(
    db: &Db,
    tenant: &TenantId,
    person: &PersonId,
    since: Timestamp,
) -> Result<Option<Timestamp>> {
    let row: (Option<i64>,) = sqlx::query_as(
        "SELECT MAX(answered_at) FROM push_requests WHERE tenant_id = $1 AND person_id = $2 AND answer = $3 \
         AND answered_at > $4",
    )
    .bind(tenant.as_str())
    .bind(person.as_str())
    .bind(PushAnswer::NotMe.as_str())
    .bind(micros(since))
    .fetch_one(db.reader())
    .await?;
    Ok(row.0.map(time))
}

/// Closes what nobody answered: what a person's phones were asked in time gone by, and in this sign-in whatever is open.
pub async fn close_unanswered(
    change: &mut Change<'_>,
    person: &PersonId,
    flow: &str,
) -> Result<Vec<PushRequest>> {
    let (tenant, at) = (change.tenant().clone(), micros(change.at()));
    let sql = format!(
        "UPDATE push_requests SET answer = 'unanswered', answered_at = $4 WHERE tenant_id = $1 AND person_id = $2 \
         AND answer IS NULL AND (flow_id = $3 OR expires_at <= $4) RETURNING {COLUMNS}"
    );
    Ok(sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(tenant.as_str())
        .bind(person.as_str())
        .bind(flow)
        .bind(at)
        .fetch_all(change.conn())
        .await?)
}

/// Closes one that nobody can answer any more. `None`: somebody has, or still can.
pub async fn close_overdue(change: &mut Change<'_>, id: &str) -> Result<Option<PushRequest>> {
    let (tenant, at) = (change.tenant().clone(), micros(change.at()));
    let sql = format!(
        "UPDATE push_requests SET answer = 'unanswered', answered_at = $3 WHERE tenant_id = $1 AND id = $2 \
         AND answer IS NULL AND (expires_at <= $3 OR tries >= $4) RETURNING {COLUMNS}"
    );
    Ok(sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(tenant.as_str())
        .bind(id)
        .bind(at)
        .bind(MOST_TRIES)
        .fetch_optional(change.conn())
        .await?)
}

/// Counts a number that was typed, before it is compared; says the how-manieth it was. `Conflict`: nothing is asked any more.
pub async fn count_try(change: &mut Change<'_>, id: &str) -> Result<i64> {
    let (tenant, at) = (change.tenant().clone(), micros(change.at()));
    let sql = format!(
        "UPDATE push_requests SET tries = tries + 1 WHERE tenant_id = $1 AND id = $2 AND {IS_OPEN} RETURNING tries"
    );
    let row: Option<(i64,)> = sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(tenant.as_str())
        .bind(id)
        .bind(at)
        .bind(MOST_TRIES)
        .fetch_optional(change.conn())
        .await?;
    row.map(|(tries,)| tries).ok_or(StoreError::Conflict)
}

/// Answers, once. `Conflict`: nothing is asked any more. The try of an approval was counted: the last one may be right.
pub async fn save_answer(
    change: &mut Change<'_>,
    id: &str,
    (answer, factor): (PushAnswer, &str),
) -> Result<()> {
    let (tenant, at) = (change.tenant().clone(), micros(change.at()));
    let counted = i64::from(answer == PushAnswer::Approve);
    let sql = format!(
        "UPDATE push_requests SET answer = $5, answered_at = $3, factor_id = $6 WHERE tenant_id = $1 AND id = $2 AND {IS_OPEN}"
    );
    let done = sqlx::query(sqlx::AssertSqlSafe(sql))
        .bind(tenant.as_str())
        .bind(id)
        .bind(at)
        .bind(MOST_TRIES + counted)
        .bind(answer.as_str())
        .bind(factor)
        .execute(change.conn())
        .await?;
    one_row(&done)
}

/// Takes an approval up, once, in the sign-in that asked; says which phone gave it. `Conflict`: there is none.
pub async fn consume(change: &mut Change<'_>, id: &str, flow: &str) -> Result<String> {
    let (tenant, at) = (change.tenant().clone(), change.at());
    let since = at.saturating_sub(APPROVAL_LIFE).unwrap_or(Timestamp::MIN);
    let row: Option<(String,)> = sqlx::query_as(
        "UPDATE push_requests SET used_at = $4 WHERE tenant_id = $1 AND id = $2 AND flow_id = $3 AND answer = $5 \
         AND used_at IS NULL AND answered_at > $6 RETURNING factor_id",
    )
    .bind(tenant.as_str())
    .bind(id)
    .bind(flow)
    .bind(micros(at))
    .bind(PushAnswer::Approve.as_str())
    .bind(micros(since))
    .fetch_optional(change.conn())
    .await?;
    row.map(|(factor,)| factor).ok_or(StoreError::Conflict)
}

/// Ends whatever a person's phones are asked.
pub async fn end_all(change: &mut Change<'_>, person: &PersonId) -> Result<()> {
    let (tenant, at) = (change.tenant().clone(), micros(change.at()));
    sqlx::query(
        "UPDATE push_requests SET answer = 'ended', answered_at = $3 WHERE tenant_id = $1 AND person_id = $2 \
         AND answer IS NULL",
    )
    .bind(tenant.as_str())
    .bind(person.as_str())
    .bind(at)
    .execute(change.conn())
    .await?;
    Ok(())
}

/// Deletes what ran out before `before`.
pub async fn delete_expired(change: &mut Change<'_>, before: Timestamp) -> Result<()> {
    let tenant = change.tenant().clone();
    sqlx::query("DELETE FROM push_requests WHERE tenant_id = $1 AND expires_at < $2")
        .bind(tenant.as_str())
        .bind(micros(before))
        .execute(change.conn())
        .await?;
    Ok(())
}
