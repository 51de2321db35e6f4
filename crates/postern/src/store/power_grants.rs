//! Desk roles and service tokens that were asked for and wait: for a second admin, or for their time.

use jiff::Timestamp;
use postern_core::id::{PersonId, TenantId};
use postern_core::person::Role;

use super::row::row;
use super::{Change, Db, Result, StoreError, micros, one_row};
use crate::job::Job;

row! {
    /// One of them. It is for a role, or for a token.
    pub struct PowerGrant {
        pub id: String,
        pub person_id: String,
        pub role: Option<String>,
        pub token_id: Option<String>,
        pub requested_by: String,
        pub requested_at: i64,
        pub takes_effect_at: i64,
    }
}

const COLUMNS: &str = "id, person_id, role, token_id, requested_by, requested_at, takes_effect_at";

/// How it ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GrantOutcome {
    /// A second admin said yes.
    Approved,
    /// Nobody stopped it in time.
    Elapsed,
    /// It was stopped.
    Stopped,
}

impl GrantOutcome {
    /// The word in the database and in records.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Approved => "approved",
            Self::Elapsed => "elapsed",
            Self::Stopped => "stopped",
        }
    }
}

/// What is asked for.
pub struct NewGrant<'a> {
    /// Who gets it: the one with the role, or the token's owner.
    pub person: &'a PersonId,
    pub role: Option<&'a str>,
    pub token: Option<&'a str>,
    pub requested_by: &'a PersonId,
    pub takes_effect_at: Timestamp,
}

/// Adds one.
pub async fn insert(change: &mut Change<'_>, new: &NewGrant<'_>) -> Result<String> {
    let (tenant, id, at) = (change.tenant().clone(), change.id()?, micros(change.at()));
    sqlx::query(
        "INSERT INTO power_grants (tenant_id, id, person_id, role, token_id, requested_by, requested_at, takes_effect_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind(tenant.as_str())
    .bind(&id)
    .bind(new.person.as_str())
    .bind(new.role)
    .bind(new.token)
    .bind(new.requested_by.as_str())
    .bind(at)
    .bind(micros(new.takes_effect_at))
    .execute(change.conn())
    .await?;
    change.enqueue(Job::GrantPowers, new.takes_effect_at);
    Ok(id)
}

/// All that wait, the next to take effect first, at most 200.
pub async fn list_waiting(db: &Db, tenant: &TenantId) -> Result<Vec<PowerGrant>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM power_grants WHERE tenant_id = $1 AND decided_at IS NULL \
         ORDER BY takes_effect_at, id LIMIT 200"
    );
    Ok(sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(tenant.as_str()).fetch_all(db.reader()).await?)
}

/// Those that wait and that die with this account: what it asked for, and what it was to get. Read in the change.
pub async fn list_waiting_of(change: &mut Change<'_>, person: &PersonId) -> Result<Vec<PowerGrant>> {
    let tenant = change.tenant().clone();
    let sql = format!(
        "SELECT {COLUMNS} FROM power_grants WHERE tenant_id = $1 AND decided_at IS NULL \
         AND (requested_by = $2 OR person_id = $2) ORDER BY id"
    );
    Ok(sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(tenant.as_str())
        .bind(person.as_str())
        .fetch_all(change.conn())
        .await?)
}

/// The highest desk role that waits for this person.
pub async fn find_waiting_role(db: &Db, tenant: &TenantId, person: &PersonId) -> Result<Option<Role>> {
    let waiting: Vec<(String,)> = sqlx::query_as(
        "SELECT role FROM power_grants WHERE tenant_id = $1 AND person_id = $2 AND role IS NOT NULL \
         AND decided_at IS NULL",
    )
    .bind(tenant.as_str())
    .bind(person.as_str())
    .fetch_all(db.reader())
    .await?;
    let roles = waiting.iter().map(|(role,)| Role::parse(role).ok_or(StoreError::Corrupt("role")));
    Ok(roles.collect::<Result<Vec<Role>>>()?.into_iter().max_by_key(|role| role.rank()))
}

/// The one of a token, if it waits. Read in the change.
pub async fn find_waiting_of_token(change: &mut Change<'_>, token: &str) -> Result<Option<PowerGrant>> {
    let tenant = change.tenant().clone();
    let sql = format!(
        "SELECT {COLUMNS} FROM power_grants WHERE tenant_id = $1 AND decided_at IS NULL AND token_id = $2"
    );
    Ok(sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(tenant.as_str())
        .bind(token)
        .fetch_optional(change.conn())
        .await?)
}

/// Those that wait and whose time has come, at most 200.
pub async fn list_due(db: &Db, tenant: &TenantId, now: Timestamp) -> Result<Vec<PowerGrant>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM power_grants WHERE tenant_id = $1 AND decided_at IS NULL AND takes_effect_at <= $2 \
         ORDER BY takes_effect_at, id LIMIT 200"
    );
    Ok(sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(tenant.as_str())
        .bind(micros(now))
        .fetch_all(db.reader())
        .await?)
}

/// Power that waits, and whose time had not come by `since`, waits as much longer as has passed since then.
pub async fn postpone_all(change: &mut Change<'_>, since: Timestamp) -> Result<()> {
    let (tenant, at) = (change.tenant().clone(), micros(change.at()));
    sqlx::query(
        "UPDATE power_grants SET takes_effect_at = takes_effect_at + $3 \
         WHERE tenant_id = $1 AND decided_at IS NULL AND takes_effect_at > $2",
    )
    .bind(tenant.as_str())
    .bind(micros(since))
    .bind(at - micros(since))
    .execute(change.conn())
    .await?;
    Ok(())
}

/// One that waits.
pub async fn find_waiting(db: &Db, tenant: &TenantId, id: &str) -> Result<Option<PowerGrant>> {
    let sql =
        format!("SELECT {COLUMNS} FROM power_grants WHERE tenant_id = $1 AND id = $2 AND decided_at IS NULL");
    Ok(sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(tenant.as_str())
        .bind(id)
        .fetch_optional(db.reader())
        .await?)
}

/// Decides, once. `Conflict` when it was decided before.
pub async fn decide(
    change: &mut Change<'_>,
    id: &str,
    by: Option<&PersonId>,
    outcome: GrantOutcome,
) -> Result<()> {
    let (tenant, at) = (change.tenant().clone(), micros(change.at()));
    let done = sqlx::query(
        "UPDATE power_grants SET decided_at = $3, decided_by = $4, outcome = $5 \
         WHERE tenant_id = $1 AND id = $2 AND decided_at IS NULL",
    )
    .bind(tenant.as_str())
    .bind(id)
    .bind(at)
    .bind(by.map(PersonId::as_str))
    .bind(outcome.as_str())
    .execute(change.conn())
    .await?;
    one_row(&done)
}
