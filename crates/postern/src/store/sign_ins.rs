//! Our own sign-in records: what diagnosis reads.

use jiff::Timestamp;
use postern_core::factor::FactorKind;
use postern_core::id::{PersonId, TenantId};
use postern_signals::{AttemptResult, Cause, Method, Position, Provider, SignIn};
use serde::Deserialize;
use serde::de::value::StrDeserializer;

use super::row::row;
use super::{Change, Db, Result, micros, parameters, time};

row! {
    /// One attempt.
    pub struct SignInRow {
        pub id: String,
        pub person_id: Option<String>,
        pub login: String,
        pub at: i64,
        pub ip: String,
        pub user_agent: String,
        pub method: String,
        pub result: String,
        pub cause: Option<String>,
        pub detail: Option<String>,
    }
}

const COLUMNS: &str = "id, person_id, login, at, ip, user_agent, method, result, cause, detail";

impl SignInRow {
    /// The attempt as a record of Postern's own.
    pub fn record(&self, position: Position) -> SignIn<'_> {
        let cause = self.cause.as_deref().and_then(|word| word.parse().ok());
        let result = match self.result.as_str() {
            "success" => AttemptResult::Success,
            _ => AttemptResult::Failure(cause.unwrap_or(Cause::Unknown)),
        };
        let mut record = SignIn::new(Provider::Postern, result);
        record.at = Some(time(self.at));
        record.set_person(Some(self.login.as_str().into()));
        record.record_id = Some(self.id.as_str().into());
        record.person_id = self.person_id.as_deref().map(Into::into);
        record.set_ip(Some(&self.ip));
        record.user_agent = Some(self.user_agent.as_str().into());
        record.method = method(&self.method);
        record.detail = self.detail.as_deref().map(Into::into);
        record.position = position;
        record
    }
}

/// What was shown; unknown for a word that signals have no name for.
pub fn method(word: &str) -> Method {
    // Signals have one name for the codes of apps and of tokens.
    let word = if word == FactorKind::HardwareToken.as_str() { FactorKind::Totp.as_str() } else { word };
    Method::deserialize(StrDeserializer::<serde::de::value::Error>::new(word)).unwrap_or_default()
}

/// A new attempt.
pub struct NewSignIn<'a> {
    pub person: Option<&'a PersonId>,
    pub login: &'a str,
    pub ip: &'a str,
    pub user_agent: &'a str,
    pub method: &'a str,
    pub result: &'a str,
    pub cause: Option<&'a str>,
    pub detail: Option<&'a str>,
    /// Where a code was right for another time: how far off. Unit: steps of 30 s.
    pub clock_steps: Option<i64>,
}

/// Adds an attempt.
pub async fn insert(change: &mut Change<'_>, new: &NewSignIn<'_>) -> Result<()> {
    let (tenant, id, at) = (change.tenant().clone(), change.id()?, micros(change.at()));
    sqlx::query(
        "INSERT INTO sign_ins (tenant_id, id, person_id, login, at, ip, user_agent, method, result, cause, detail, \
         clock_steps) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
    )
    .bind(tenant.as_str())
    .bind(&id)
    .bind(new.person.map(PersonId::as_str))
    .bind(new.login)
    .bind(at)
    .bind(new.ip)
    .bind(new.user_agent)
    .bind(new.method)
    .bind(new.result)
    .bind(new.cause)
    .bind(new.detail)
    .bind(new.clock_steps)
    .execute(change.conn())
    .await?;
    Ok(())
}

/// Reads [`list_for_another_time`]. The newest of them say enough, however many people stand before a server whose clock is wrong.
pub const FOR_ANOTHER_TIME: &str = "SELECT person_id, clock_steps FROM sign_ins \
                                    WHERE tenant_id = $1 AND clock_steps IS NOT NULL AND at > $2 ORDER BY at DESC LIMIT 500";

/// Codes since then that were right for another time: whose, and how far off, in steps of 30 s.
pub async fn list_for_another_time(
    db: &Db,
    tenant: &TenantId,
    since: Timestamp,
) -> Result<Vec<(String, i64)>> {
    Ok(sqlx::query_as(FOR_ANOTHER_TIME)
        .bind(tenant.as_str())
        .bind(micros(since))
        .fetch_all(db.reader())
        .await?)
}

/// A person's latest attempts, newest first.
pub async fn list_of_person(
    db: &Db,
    tenant: &TenantId,
    person: &PersonId,
    most: i64,
) -> Result<Vec<SignInRow>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM sign_ins WHERE tenant_id = $1 AND person_id = $2 ORDER BY at DESC, id DESC LIMIT $3"
    );
    Ok(sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(tenant.as_str())
        .bind(person.as_str())
        .bind(most)
        .fetch_all(db.reader())
        .await?)
}

/// A person's attempts from before a moment and an id on, newest first.
pub async fn list_of_person_before(
    db: &Db,
    tenant: &TenantId,
    person: &PersonId,
    before: Option<(Timestamp, &str)>,
    most: i64,
) -> Result<Vec<SignInRow>> {
    let (at, id) = before.map_or((i64::MAX, ""), |(at, id)| (micros(at), id));
    let sql = format!(
        "SELECT {COLUMNS} FROM sign_ins WHERE tenant_id = $1 AND person_id = $2 AND (at, id) < ($3, $4) \
         ORDER BY at DESC, id DESC LIMIT $5"
    );
    Ok(sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(tenant.as_str())
        .bind(person.as_str())
        .bind(at)
        .bind(id)
        .bind(most)
        .fetch_all(db.reader())
        .await?)
}

/// One attempt of a person.
pub async fn find_of_person(
    db: &Db,
    tenant: &TenantId,
    person: &PersonId,
    id: &str,
) -> Result<Option<SignInRow>> {
    let sql = format!("SELECT {COLUMNS} FROM sign_ins WHERE tenant_id = $1 AND id = $2 AND person_id = $3");
    let query = sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(tenant.as_str()).bind(id);
    Ok(query.bind(person.as_str()).fetch_optional(db.reader()).await?)
}

/// The detail of a passkey that failed after the right password.
pub const AFTER_PASSWORD: &str = "after the password";

/// What is shown after the right password.
const SECOND_STEPS: &str = "(method IN ('totp', 'hardware_token', 'backup_code', 'push', 'sms', 'voice', 'email') OR (method = 'webauthn' AND detail = 'after the password'))";

/// How often somebody has shown the right password and failed at the second step since the person last signed in, and since
/// `from`; read inside the change. `but_from`: an address and a browser whose attempts do not count.
pub async fn count_failed_second_steps(
    change: &mut Change<'_>,
    person: &PersonId,
    from: Timestamp,
    but_from: Option<(&str, &str)>,
) -> Result<i64> {
    let tenant = change.tenant().clone();
    let (ip, browser) = but_from.unwrap_or_default();
    let sql = format!(
        "SELECT COUNT(*) FROM sign_ins WHERE tenant_id = $1 AND person_id = $2 AND at >= $3 AND result = 'failure' \
         AND {SECOND_STEPS} AND NOT (ip = $4 AND user_agent = $5) AND at > COALESCE((SELECT MAX(at) FROM sign_ins \
         WHERE tenant_id = $1 AND person_id = $2 AND result = 'success'), 0)"
    );
    let (count,): (i64,) = sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(tenant.as_str())
        .bind(person.as_str())
        .bind(micros(from))
        .bind(ip)
        .bind(browser)
        .fetch_one(change.conn())
        .await?;
    Ok(count)
}

/// Attempts of a tenant after the id `after` and not before `from`, oldest first, at most `most`: ids sort by time.
pub async fn list_after(
    db: &Db,
    tenant: &TenantId,
    after: &str,
    from: i64,
    most: i64,
) -> Result<Vec<SignInRow>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM sign_ins WHERE tenant_id = $1 AND id > $2 AND at >= $3 ORDER BY id LIMIT $4"
    );
    Ok(sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(tenant.as_str())
        .bind(after)
        .bind(from)
        .bind(most)
        .fetch_all(db.reader())
        .await?)
}

/// Attempts of a stretch of time in its order, after a time and an id, with no id after `newest_id`.
pub async fn list_by_time(
    db: &Db,
    tenant: &TenantId,
    (after_at, after_id): (i64, &str),
    newest_id: &str,
    most: i64,
) -> Result<Vec<SignInRow>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM sign_ins WHERE tenant_id = $1 AND (at, id) > ($2, $3) AND id <= $4 \
         ORDER BY at, id LIMIT $5"
    );
    Ok(sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(tenant.as_str())
        .bind(after_at)
        .bind(after_id)
        .bind(newest_id)
        .bind(most)
        .fetch_all(db.reader())
        .await?)
}

/// Attempts by their ids.
pub async fn list_by_id(db: &Db, tenant: &TenantId, ids: &[&str]) -> Result<Vec<SignInRow>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let places = parameters(2, ids.len());
    let sql = format!("SELECT {COLUMNS} FROM sign_ins WHERE tenant_id = $1 AND id IN ({places})");
    let mut query = sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(tenant.as_str().to_owned());
    for id in ids {
        query = query.bind((*id).to_owned());
    }
    Ok(query.fetch_all(db.reader()).await?)
}

/// The ids of the attempts of one moment.
pub async fn list_ids_at(db: &Db, tenant: &TenantId, at: Timestamp) -> Result<Vec<String>> {
    let rows: Vec<(String,)> =
        sqlx::query_as("SELECT id FROM sign_ins WHERE tenant_id = $1 AND at = $2 ORDER BY id LIMIT 20")
            .bind(tenant.as_str())
            .bind(micros(at))
            .fetch_all(db.reader())
            .await?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}
