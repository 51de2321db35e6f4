//! Organisations.

use jiff::Timestamp;
use postern_core::id::TenantId;

use super::{Change, Db, Result, StoreError, micros, time};

/// The tenant this server is for: the first that was made.
pub async fn find_first(db: &Db) -> Result<Option<(TenantId, String)>> {
    let row: Option<(String, String)> =
        sqlx::query_as("SELECT id, name FROM tenants ORDER BY created_at, id LIMIT 1")
            .fetch_optional(db.reader())
            .await?;
    Ok(row.map(|(id, name)| (TenantId::new(id), name)))
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
    super::one_row(&done)
}

/// Every tenant.
pub async fn list(db: &Db) -> Result<Vec<TenantId>> {
    let rows: Vec<(String,)> =
        sqlx::query_as("SELECT id FROM tenants ORDER BY id").fetch_all(db.reader()).await?;
    Ok(rows.into_iter().map(|(id,)| TenantId::new(id)).collect())
}

/// Adds the change's tenant.
pub async fn insert(change: &mut Change<'_>, name: &str) -> Result<()> {
    let (id, at) = (change.tenant().clone(), micros(change.at()));
    sqlx::query("INSERT INTO tenants (id, name, created_at) VALUES ($1, $2, $3)")
        .bind(id.as_str())
        .bind(name)
        .bind(at)
        .execute(change.conn())
        .await?;
    Ok(())
}

/// Locks the tenant's row until the change ends.
pub async fn lock(change: &mut Change<'_>) -> Result<()> {
    let tenant = change.tenant().clone();
    let done = sqlx::query("UPDATE tenants SET name = name WHERE id = $1")
        .bind(tenant.as_str())
        .execute(change.conn())
        .await?;
    super::one_row(&done)
}
