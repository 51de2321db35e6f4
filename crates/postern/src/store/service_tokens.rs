//! Tokens for integrators: they act for their owner, never with more than their scopes.

use jiff::Timestamp;
use postern_core::id::{PersonId, TenantId};
use sqlx::any::AnyRow;
use sqlx::{FromRow as _, Row as _};

use super::persons::{COLUMNS as PERSON_COLUMNS, Person, PersonRow};
use super::row::row;
use super::{Change, Db, Result, micros, one_row};

row! {
    /// A token. Its secret is not here.
    pub struct ServiceToken {
        pub id: String,
        pub label: String,
        pub owner_id: String,
        pub scopes: String,
        pub created_at: i64,
        pub expires_at: i64,
        pub granted_at: Option<i64>,
        pub revoked_at: Option<i64>,
    }
}

const COLUMNS: &str = "id, label, owner_id, scopes, created_at, expires_at, granted_at, revoked_at";

/// A live token, and whose it is: suspended or not.
pub struct LiveToken {
    pub id: String,
    pub scopes: String,
    pub owner: Person,
}

/// By the token's hash, in one statement: it is read for each request of a program.
pub async fn find_live(
    db: &Db,
    tenant: &TenantId,
    token_hash: &str,
    now: Timestamp,
) -> Result<Option<LiveToken>> {
    let sql = format!(
        "SELECT t.token_id, t.scopes, {PERSON_COLUMNS} FROM (SELECT id AS token_id, owner_id, scopes \
         FROM service_tokens WHERE tenant_id = $1 AND token_hash = $2 AND revoked_at IS NULL AND granted_at IS NOT NULL \
         AND expires_at > $3) AS t JOIN persons ON tenant_id = $1 AND id = t.owner_id"
    );
    let row = sqlx::query(sqlx::AssertSqlSafe(sql))
        .bind(tenant.as_str())
        .bind(token_hash)
        .bind(micros(now))
        .fetch_optional(db.reader())
        .await?;
    let live = |row: AnyRow| -> Result<LiveToken> {
        let owner = Person::from_row(tenant, PersonRow::from_row(&row)?)?;
        Ok(LiveToken { id: row.try_get("token_id")?, scopes: row.try_get("scopes")?, owner })
    };
    row.map(live).transpose()
}

/// Every token, newest first.
pub async fn list(db: &Db, tenant: &TenantId) -> Result<Vec<ServiceToken>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM service_tokens WHERE tenant_id = $1 ORDER BY created_at DESC LIMIT 200"
    );
    Ok(sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(tenant.as_str()).fetch_all(db.reader()).await?)
}

/// A new token.
pub struct NewToken<'a> {
    pub label: &'a str,
    pub owner: &'a PersonId,
    pub scopes: &'a str,
    pub token_hash: &'a str,
    pub expires_at: Timestamp,
}

/// Adds a token.
pub async fn insert(change: &mut Change<'_>, new: &NewToken<'_>) -> Result<String> {
    let (tenant, id, at) = (change.tenant().clone(), change.id()?, micros(change.at()));
    sqlx::query(
        "INSERT INTO service_tokens (tenant_id, id, label, owner_id, scopes, token_hash, created_at, expires_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind(tenant.as_str())
    .bind(&id)
    .bind(new.label)
    .bind(new.owner.as_str())
    .bind(new.scopes)
    .bind(new.token_hash)
    .bind(at)
    .bind(micros(new.expires_at))
    .execute(change.conn())
    .await?;
    Ok(id)
}

/// Revokes a token.
pub async fn revoke(change: &mut Change<'_>, id: &str) -> Result<()> {
    let (tenant, at) = (change.tenant().clone(), micros(change.at()));
    let done = sqlx::query(
        "UPDATE service_tokens SET revoked_at = $3 WHERE tenant_id = $1 AND id = $2 AND revoked_at IS NULL",
    )
    .bind(tenant.as_str())
    .bind(id)
    .bind(at)
    .execute(change.conn())
    .await?;
    one_row(&done)
}

/// Locks a live token until the change ends; a revoked one is a `Conflict`.
pub async fn lock(change: &mut Change<'_>, id: &str) -> Result<()> {
    let (tenant, at) = (change.tenant().clone(), micros(change.at()));
    let done = sqlx::query(
        "UPDATE service_tokens SET last_used_at = $3 WHERE tenant_id = $1 AND id = $2 AND revoked_at IS NULL \
         AND granted_at IS NOT NULL AND expires_at > $3",
    )
    .bind(tenant.as_str())
    .bind(id)
    .bind(at)
    .execute(change.conn())
    .await?;
    one_row(&done)
}

/// Revokes every token of a person. Returns how many there were.
pub async fn revoke_all(change: &mut Change<'_>, owner: &PersonId) -> Result<u64> {
    let (tenant, at) = (change.tenant().clone(), micros(change.at()));
    let done = sqlx::query(
        "UPDATE service_tokens SET revoked_at = $3 WHERE tenant_id = $1 AND owner_id = $2 AND revoked_at IS NULL",
    )
    .bind(tenant.as_str())
    .bind(owner.as_str())
    .bind(at)
    .execute(change.conn())
    .await?;
    Ok(done.rows_affected())
}

/// A token works from now on. `Conflict` when it does already, or was revoked.
pub async fn grant(change: &mut Change<'_>, id: &str) -> Result<()> {
    let (tenant, at) = (change.tenant().clone(), micros(change.at()));
    let done = sqlx::query(
        "UPDATE service_tokens SET granted_at = $3 WHERE tenant_id = $1 AND id = $2 AND granted_at IS NULL \
         AND revoked_at IS NULL",
    )
    .bind(tenant.as_str())
    .bind(id)
    .bind(at)
    .execute(change.conn())
    .await?;
    one_row(&done)
}

/// A token by id, whether it works or not.
pub async fn find(db: &Db, tenant: &TenantId, id: &str) -> Result<Option<ServiceToken>> {
    let sql = format!("SELECT {COLUMNS} FROM service_tokens WHERE tenant_id = $1 AND id = $2");
    Ok(sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(tenant.as_str())
        .bind(id)
        .fetch_optional(db.reader())
        .await?)
}
