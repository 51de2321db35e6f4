//! Organisations.

use postern_core::id::TenantId;

use super::{Change, Db, Result, micros};

/// The tenant this server is for: the first that was made.
pub async fn find_first(db: &Db) -> Result<Option<(TenantId, String)>> {
    let row: Option<(String, String)> =
        sqlx::query_as("SELECT id, name FROM tenants ORDER BY created_at, id LIMIT 1")
            .fetch_optional(db.reader())
            .await?;
    Ok(row.map(|(id, name)| (TenantId::new(id), name)))
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
