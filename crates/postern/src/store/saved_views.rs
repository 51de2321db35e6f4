//! Views of the list of cases that staff keep.

use postern_core::id::{PersonId, TenantId};

use super::row::row;
use super::{Change, Db, Result, one_row};

row! {
    /// A view.
    pub struct SavedView {
        pub name: String,
        /// As in the address of the list.
        pub query: String,
    }
}

/// Those of a person, by name.
pub async fn list_of(db: &Db, tenant: &TenantId, person: &PersonId) -> Result<Vec<SavedView>> {
    let sql =
        "SELECT name, query FROM saved_views WHERE tenant_id = $1 AND person_id = $2 ORDER BY name LIMIT 50";
    Ok(sqlx::query_as(sql).bind(tenant.as_str()).bind(person.as_str()).fetch_all(db.reader()).await?)
}

/// How many a person keeps under other names, read inside a change.
pub async fn count_others(change: &mut Change<'_>, person: &PersonId, name: &str) -> Result<i64> {
    let tenant = change.tenant().clone();
    let sql = "SELECT COUNT(*) FROM saved_views WHERE tenant_id = $1 AND person_id = $2 AND name <> $3";
    let (count,): (i64,) = sqlx::query_as(sql)
        .bind(tenant.as_str())
        .bind(person.as_str())
        .bind(name)
        .fetch_one(change.conn())
        .await?;
    Ok(count)
}

/// Keeps one, in place of one of the same name.
pub async fn save(change: &mut Change<'_>, person: &PersonId, name: &str, query: &str) -> Result<()> {
    let tenant = change.tenant().clone();
    let done = sqlx::query(
        "INSERT INTO saved_views (tenant_id, person_id, name, query) VALUES ($1, $2, $3, $4) \
         ON CONFLICT (tenant_id, person_id, name) DO UPDATE SET query = excluded.query",
    )
    .bind(tenant.as_str())
    .bind(person.as_str())
    .bind(name)
    .bind(query)
    .execute(change.conn())
    .await?;
    one_row(&done)
}

/// Removes one. `Conflict` when there is none of that name.
pub async fn delete(change: &mut Change<'_>, person: &PersonId, name: &str) -> Result<()> {
    let tenant = change.tenant().clone();
    let done = sqlx::query("DELETE FROM saved_views WHERE tenant_id = $1 AND person_id = $2 AND name = $3")
        .bind(tenant.as_str())
        .bind(person.as_str())
        .bind(name)
        .execute(change.conn())
        .await?;
    one_row(&done)
}
