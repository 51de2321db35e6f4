//! What staff and managers do not want to be mailed about.

use std::collections::BTreeSet;

use postern_core::id::{PersonId, TenantId};

use super::{Change, Db, Result};

/// The kinds that somebody has switched off.
pub async fn list_of(db: &Db, tenant: &TenantId, person: &PersonId) -> Result<BTreeSet<String>> {
    let rows: Vec<(String,)> =
        sqlx::query_as("SELECT kind FROM muted_notices WHERE tenant_id = $1 AND person_id = $2")
            .bind(tenant.as_str())
            .bind(person.as_str())
            .fetch_all(db.reader())
            .await?;
    Ok(rows.into_iter().map(|(kind,)| kind).collect())
}

/// Who has switched a kind off.
pub async fn list_who(db: &Db, tenant: &TenantId, kind: &str) -> Result<BTreeSet<PersonId>> {
    let rows: Vec<(String,)> =
        sqlx::query_as("SELECT person_id FROM muted_notices WHERE tenant_id = $1 AND kind = $2")
            .bind(tenant.as_str())
            .bind(kind)
            .fetch_all(db.reader())
            .await?;
    Ok(rows.into_iter().map(|(id,)| PersonId::new(id)).collect())
}

/// From now on these kinds are off for somebody, and no others.
pub async fn save(change: &mut Change<'_>, person: &PersonId, kinds: &[&str]) -> Result<()> {
    let tenant = change.tenant().clone();
    sqlx::query("DELETE FROM muted_notices WHERE tenant_id = $1 AND person_id = $2")
        .bind(tenant.as_str())
        .bind(person.as_str())
        .execute(change.conn())
        .await?;
    for kind in kinds {
        sqlx::query("INSERT INTO muted_notices (tenant_id, person_id, kind) VALUES ($1, $2, $3)")
            .bind(tenant.as_str())
            .bind(person.as_str())
            .bind(*kind)
            .execute(change.conn())
            .await?;
    }
    Ok(())
}
