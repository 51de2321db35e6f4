//! Where sign-in records came. The operator's own queries: they cross organisations, so that one question a time does for all
//! of them.

use std::collections::HashSet;

use jiff::Timestamp;
use postern_core::id::TenantId;

use super::{Db, Result, first_id_of, micros};

/// Organisations that have any record, of ours or of other providers.
pub async fn list_tenants_with_records(db: &Db) -> Result<HashSet<TenantId>> {
    let rows: Vec<(String,)> = sqlx::query_as(
        "SELECT id FROM tenants t WHERE EXISTS (SELECT 1 FROM sign_ins s WHERE s.tenant_id = t.id) \
         OR EXISTS (SELECT 1 FROM imports i WHERE i.tenant_id = t.id)",
    )
    .fetch_all(db.reader())
    .await?;
    Ok(rows.into_iter().map(|(tenant,)| TenantId::new(tenant)).collect())
}

/// Organisations in which an attempt of our own bears a later moment than this, or an import went on after it.
pub async fn list_tenants_since(db: &Db, since: Timestamp) -> Result<HashSet<TenantId>> {
    let rows: Vec<(String,)> = sqlx::query_as(
        "SELECT DISTINCT tenant_id FROM sign_ins WHERE id > $1 \
         UNION SELECT DISTINCT tenant_id FROM imports WHERE changed_at > $2",
    )
    .bind(first_id_of(since))
    .bind(micros(since))
    .fetch_all(db.reader())
    .await?;
    Ok(rows.into_iter().map(|(tenant,)| TenantId::new(tenant)).collect())
}
