//! Settings of organisations: every version is a row, sealed, because an address may hold a password.

use jiff::Timestamp;
use postern_core::id::TenantId;

use super::row::row;
use super::{Change, Db, Result, micros, one_row};

row! {
    /// One version. `sealed` holds JSON.
    pub struct TenantSettingsRow {
        pub tenant_id: String,
        pub version: i64,
        pub sealed: Vec<u8>,
    }
}

impl TenantSettingsRow {
    /// Where it is sealed for.
    pub fn place(tenant: &TenantId, version: i64) -> String {
        format!("tenant_settings/{tenant}/{version}/sealed")
    }
}

/// Of each organisation that has any, the newest version whose time has come.
pub async fn list_current(db: &Db, now: Timestamp) -> Result<Vec<TenantSettingsRow>> {
    let sql = "SELECT s.tenant_id, s.version, s.sealed FROM tenant_settings s JOIN \
               (SELECT tenant_id, MAX(version) AS version FROM tenant_settings WHERE takes_effect_at <= $1 \
               GROUP BY tenant_id) newest ON newest.tenant_id = s.tenant_id AND newest.version = s.version";
    Ok(sqlx::query_as(sql).bind(micros(now)).fetch_all(db.reader()).await?)
}

/// Versions before this one whose time has come, the newest first.
pub async fn list_older(
    db: &Db,
    tenant: &TenantId,
    version: i64,
    now: Timestamp,
) -> Result<Vec<TenantSettingsRow>> {
    let sql = "SELECT tenant_id, version, sealed FROM tenant_settings \
               WHERE tenant_id = $1 AND version < $2 AND takes_effect_at <= $3 ORDER BY version DESC";
    let query = sqlx::query_as(sql).bind(tenant.as_str()).bind(version).bind(micros(now));
    Ok(query.fetch_all(db.reader()).await?)
}

/// Every version of the change's tenant, the newest first, whether its time has come or not.
pub async fn list_versions(change: &mut Change<'_>) -> Result<Vec<TenantSettingsRow>> {
    let tenant = change.tenant().clone();
    let sql =
        "SELECT tenant_id, version, sealed FROM tenant_settings WHERE tenant_id = $1 ORDER BY version DESC";
    Ok(sqlx::query_as(sql).bind(tenant.as_str()).fetch_all(change.conn()).await?)
}

/// Adds a version. Err: `Conflict` where somebody else has just added it.
pub async fn insert(
    change: &mut Change<'_>,
    version: i64,
    sealed: &[u8],
    takes_effect_at: Timestamp,
) -> Result<()> {
    let (tenant, at) = (change.tenant().clone(), micros(change.at()));
    let done = sqlx::query(
        "INSERT INTO tenant_settings (tenant_id, version, sealed, set_at, takes_effect_at) VALUES ($1, $2, $3, $4, $5) \
         ON CONFLICT DO NOTHING",
    )
    .bind(tenant.as_str())
    .bind(version)
    .bind(sealed)
    .bind(at)
    .bind(micros(takes_effect_at))
    .execute(change.conn())
    .await?;
    one_row(&done)
}
