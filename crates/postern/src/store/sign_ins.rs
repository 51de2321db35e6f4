//! Our own sign-in records: what diagnosis reads.

use postern_core::id::{PersonId, TenantId};

use super::row::row;
use super::{Change, Db, Result, micros};

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
}

/// Adds an attempt.
pub async fn insert(change: &mut Change<'_>, new: &NewSignIn<'_>) -> Result<()> {
    let (tenant, id, at) = (change.tenant().clone(), change.id()?, micros(change.at()));
    sqlx::query(
        "INSERT INTO sign_ins (tenant_id, id, person_id, login, at, ip, user_agent, method, result, cause, detail) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
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
    .execute(change.conn())
    .await?;
    Ok(())
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
