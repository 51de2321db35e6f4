//! Organisations. Each write moves the row's version on, which is how every node notices it.

use jiff::Timestamp;

use super::row::row;
use super::{Change, Db, Result, StoreError, micros, one_row, time};
use postern_core::id::TenantId;

row! {
    /// An organisation as it is stored.
    pub struct TenantRow {
        pub id: String,
        pub slug: String,
        pub name: String,
        pub origin: String,
        pub created_at: i64,
        pub suspended_at: Option<i64>,
        pub enabled_at: Option<i64>,
        pub version: i64,
    }
}

const COLUMNS: &str = "id, slug, name, origin, created_at, suspended_at, enabled_at, version";

/// An organisation to be added; it gets the id of the change's tenant.
pub struct NewTenant<'a> {
    pub slug: &'a str,
    pub name: &'a str,
    pub origin: &'a str,
    /// The name in the origin, without a port: cookies and passkeys know no ports.
    pub host: &'a str,
}

/// Every organisation, the oldest first.
pub async fn list(db: &Db) -> Result<Vec<TenantRow>> {
    let sql = format!("SELECT {COLUMNS} FROM tenants ORDER BY created_at, id");
    Ok(sqlx::query_as(sqlx::AssertSqlSafe(sql)).fetch_all(db.reader()).await?)
}

/// Whether there is any.
pub async fn exist(db: &Db) -> Result<bool> {
    let row: Option<(String,)> =
        sqlx::query_as("SELECT id FROM tenants LIMIT 1").fetch_optional(db.reader()).await?;
    Ok(row.is_some())
}

row! {
    /// What moves with every write to the organisations' rows, and when another version of their settings has taken effect.
    #[derive(Copy, Default, PartialEq, Eq)]
    pub struct TenantsVersion {
        pub organisations: i64,
        pub versions: i64,
        pub settings_in_effect: i64,
    }
}

/// Read once a second by each node, so all of it with one statement.
pub async fn load_version_of_all(db: &Db, now: Timestamp) -> Result<TenantsVersion> {
    let sql = "SELECT COUNT(*) AS organisations, CAST(COALESCE(SUM(version), 0) AS BIGINT) AS versions, \
               (SELECT COUNT(*) FROM tenant_settings WHERE takes_effect_at <= $1) AS settings_in_effect FROM tenants";
    Ok(sqlx::query_as(sql).bind(micros(now)).fetch_one(db.reader()).await?)
}

/// When an organisation was made.
pub async fn load_created_at(db: &Db, tenant: &TenantId) -> Result<Timestamp> {
    let row: Option<(i64,)> = sqlx::query_as("SELECT created_at FROM tenants WHERE id = $1")
        .bind(tenant.as_str())
        .fetch_optional(db.reader())
        .await?;
    Ok(time(row.ok_or(StoreError::NotFound)?.0))
}

/// Makes the organisation of the demo, or of a measurement, as old as its people's contacts.
pub async fn backdate(change: &mut Change<'_>, created_at: Timestamp) -> Result<()> {
    let tenant = change.tenant().clone();
    let done = sqlx::query("UPDATE tenants SET created_at = $2 WHERE id = $1")
        .bind(tenant.as_str())
        .bind(micros(created_at))
        .execute(change.conn())
        .await?;
    one_row(&done)
}

/// Adds the change's tenant. Err: `Conflict` where slug or host is taken.
pub async fn insert(change: &mut Change<'_>, new: &NewTenant<'_>) -> Result<()> {
    let (id, at) = (change.tenant().clone(), micros(change.at()));
    let done = sqlx::query(
        "INSERT INTO tenants (id, slug, name, origin, host, created_at, version) VALUES ($1, $2, $3, $4, $5, $6, 1) \
         ON CONFLICT DO NOTHING",
    )
    .bind(id.as_str())
    .bind(new.slug)
    .bind(new.name)
    .bind(new.origin)
    .bind(new.host)
    .bind(at)
    .execute(change.conn())
    .await?;
    one_row(&done)
}

/// Gives the change's tenant another name.
pub async fn save_name(change: &mut Change<'_>, name: &str) -> Result<()> {
    let tenant = change.tenant().clone();
    let done = sqlx::query("UPDATE tenants SET name = $2, version = version + 1 WHERE id = $1")
        .bind(tenant.as_str())
        .bind(name)
        .execute(change.conn())
        .await?;
    one_row(&done)
}

/// Moves the change's tenant. Err: `Conflict` where another one has that name.
pub async fn save_origin(change: &mut Change<'_>, origin: &str, host: &str) -> Result<()> {
    let tenant = change.tenant().clone();
    let done = sqlx::query(
        "UPDATE tenants SET origin = $2, host = $3, version = version + 1 \
         WHERE id = $1 AND NOT EXISTS (SELECT 1 FROM tenants WHERE host = $3 AND id <> $1)",
    )
    .bind(tenant.as_str())
    .bind(origin)
    .bind(host)
    .execute(change.conn())
    .await?;
    one_row(&done)
}

/// Suspends the change's tenant. Err: `Conflict` where it is suspended already.
pub async fn suspend(change: &mut Change<'_>) -> Result<()> {
    let (tenant, at) = (change.tenant().clone(), micros(change.at()));
    let done = sqlx::query(
        "UPDATE tenants SET suspended_at = $2, version = version + 1 WHERE id = $1 AND suspended_at IS NULL",
    )
    .bind(tenant.as_str())
    .bind(at)
    .execute(change.conn())
    .await?;
    one_row(&done)
}

/// Lets the change's tenant be served again. Err: `Conflict` where it is not suspended.
pub async fn enable(change: &mut Change<'_>) -> Result<()> {
    let (tenant, at) = (change.tenant().clone(), micros(change.at()));
    let done = sqlx::query(
        "UPDATE tenants SET suspended_at = NULL, enabled_at = $2, version = version + 1 WHERE id = $1 AND suspended_at IS NOT NULL",
    )
    .bind(tenant.as_str())
    .bind(at)
    .execute(change.conn())
    .await?;
    one_row(&done)
}

/// The tenant's row, locked until the change ends.
pub async fn load_locked(change: &mut Change<'_>) -> Result<TenantRow> {
    lock(change).await?;
    let tenant = change.tenant().clone();
    let sql = format!("SELECT {COLUMNS} FROM tenants WHERE id = $1");
    Ok(sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(tenant.as_str()).fetch_one(change.conn()).await?)
}

/// Locks the tenant's row until the change ends.
pub async fn lock(change: &mut Change<'_>) -> Result<()> {
    let tenant = change.tenant().clone();
    let done = sqlx::query("UPDATE tenants SET name = name WHERE id = $1")
        .bind(tenant.as_str())
        .execute(change.conn())
        .await?;
    one_row(&done)
}
