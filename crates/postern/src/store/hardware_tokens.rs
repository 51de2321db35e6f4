//! Hardware tokens that were imported: those that wait for an owner, those that are somebody's factor, and those that are dead.

use std::collections::HashSet;

use jiff::Timestamp;
use postern_core::id::{PersonId, TenantId};

use super::row::row;
use super::{Change, Db, Result, micros, one_row};

row! {
    /// A token. `sealed` holds its seed, as long as it is nobody's.
    pub struct HardwareToken {
        pub id: String,
        pub serial: String,
        pub model: String,
        pub sealed: Vec<u8>,
        pub last_step: Option<i64>,
        pub factor_id: Option<String>,
        pub retired_at: Option<i64>,
    }
}

row! {
    /// A token in the list of them, and whose it is or was.
    pub struct ListedToken {
        pub id: String,
        pub serial: String,
        pub model: String,
        pub imported_at: i64,
        pub imported_by: String,
        pub person_id: Option<String>,
        pub person: Option<String>,
        pub removed_at: Option<i64>,
        pub retired_at: Option<i64>,
    }
}

impl HardwareToken {
    /// Where its seed is sealed for: in another row it does not open.
    pub fn place(tenant: &TenantId, id: &str) -> String {
        format!("hardware_tokens/{tenant}/{id}/sealed")
    }
}

impl ListedToken {
    /// `unbound`, `bound` or `retired`. What its owner removed is retired too.
    pub fn state(&self) -> &'static str {
        match (self.retired_at.or(self.removed_at), &self.person_id) {
            (Some(_), _) => "retired",
            (None, Some(_)) => "bound",
            (None, None) => "unbound",
        }
    }
}

/// A token of a file.
pub struct NewHardwareToken<'a> {
    pub id: String,
    pub serial: &'a str,
    pub model: String,
    pub sealed: Vec<u8>,
    pub seed_hash: String,
    pub last_step: Option<i64>,
}

/// Tokens that were ever imported, by what no other may have.
pub struct ImportedTokens {
    pub serials: HashSet<String>,
    pub seed_hashes: HashSet<String>,
}

/// Adds those of a file. `Conflict`: a serial number or a seed is there already.
pub async fn insert_all(
    change: &mut Change<'_>,
    by: &PersonId,
    tokens: &[NewHardwareToken<'_>],
) -> Result<()> {
    let (tenant, at) = (change.tenant().clone(), micros(change.at()));
    for token in tokens {
        sqlx::query(
            "INSERT INTO hardware_tokens (tenant_id, id, serial, model, sealed, seed_hash, last_step, imported_by, imported_at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        )
        .bind(tenant.as_str())
        .bind(&token.id)
        .bind(token.serial)
        .bind(&token.model)
        .bind(&token.sealed)
        .bind(&token.seed_hash)
        .bind(token.last_step)
        .bind(by.as_str())
        .bind(at)
        .execute(change.conn())
        .await?;
    }
    Ok(())
}

/// Every serial number and every seed's hash that was ever imported.
pub async fn list_imported(db: &Db, tenant: &TenantId) -> Result<ImportedTokens> {
    let sql = "SELECT serial, seed_hash FROM hardware_tokens WHERE tenant_id = $1";
    let rows: Vec<(String, String)> =
        sqlx::query_as(sql).bind(tenant.as_str()).fetch_all(db.reader()).await?;
    let (serials, seed_hashes) = rows.into_iter().unzip();
    Ok(ImportedTokens { serials, seed_hashes })
}

/// Most tokens that a list shows.
pub const MOST_LISTED: i64 = 500;

/// The newest tokens, by serial number within a file; and how many there are.
pub async fn list(db: &Db, tenant: &TenantId) -> Result<(Vec<ListedToken>, i64)> {
    let tokens = sqlx::query_as(
        "SELECT t.id, t.serial, t.model, t.imported_at, i.name AS imported_by, f.person_id, p.name AS person, f.removed_at, \
         t.retired_at FROM hardware_tokens t \
         JOIN persons i ON i.tenant_id = t.tenant_id AND i.id = t.imported_by \
         LEFT JOIN factors f ON f.tenant_id = t.tenant_id AND f.id = t.factor_id \
         LEFT JOIN persons p ON p.tenant_id = f.tenant_id AND p.id = f.person_id \
         WHERE t.tenant_id = $1 ORDER BY t.imported_at DESC, t.serial LIMIT $2",
    )
    .bind(tenant.as_str())
    .bind(MOST_LISTED)
    .fetch_all(db.reader())
    .await?;
    let sql = "SELECT COUNT(*) FROM hardware_tokens WHERE tenant_id = $1";
    let (count,): (i64,) = sqlx::query_as(sql).bind(tenant.as_str()).fetch_one(db.reader()).await?;
    Ok((tokens, count))
}

const COLUMNS: &str = "id, serial, model, sealed, last_step, factor_id, retired_at";

/// The token with this serial number, if it is nobody's and never was.
pub async fn find_unbound(db: &Db, tenant: &TenantId, serial: &str) -> Result<Option<HardwareToken>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM hardware_tokens WHERE tenant_id = $1 AND serial = $2 AND factor_id IS NULL AND retired_at IS NULL"
    );
    let query = sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(tenant.as_str()).bind(serial);
    Ok(query.fetch_optional(db.reader()).await?)
}

/// A token.
pub async fn find(db: &Db, tenant: &TenantId, id: &str) -> Result<Option<HardwareToken>> {
    let sql = format!("SELECT {COLUMNS} FROM hardware_tokens WHERE tenant_id = $1 AND id = $2");
    let query = sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(tenant.as_str()).bind(id);
    Ok(query.fetch_optional(db.reader()).await?)
}

/// It became somebody's factor, and its seed is kept there. `Conflict`: it is somebody's already, or dead.
pub async fn bind(change: &mut Change<'_>, id: &str, factor: &str) -> Result<()> {
    let tenant = change.tenant().clone();
    let done = sqlx::query(
        "UPDATE hardware_tokens SET factor_id = $3, sealed = $4 WHERE tenant_id = $1 AND id = $2 AND factor_id IS NULL \
         AND retired_at IS NULL",
    )
    .bind(tenant.as_str())
    .bind(id)
    .bind(factor)
    .bind(Vec::<u8>::new())
    .execute(change.conn())
    .await?;
    one_row(&done)
}

/// It is dead, and stays so. `factor`: the one that it was when we looked. `Conflict`: it is retired, or somebody's by now.
pub async fn retire(change: &mut Change<'_>, id: &str, factor: Option<&str>) -> Result<()> {
    let (tenant, at): (TenantId, Timestamp) = (change.tenant().clone(), change.at());
    let done = sqlx::query(
        "UPDATE hardware_tokens SET retired_at = $3, sealed = $4 WHERE tenant_id = $1 AND id = $2 AND retired_at IS NULL \
         AND COALESCE(factor_id, '') = $5",
    )
    .bind(tenant.as_str())
    .bind(id)
    .bind(micros(at))
    .bind(Vec::<u8>::new())
    .bind(factor.unwrap_or_default())
    .execute(change.conn())
    .await?;
    one_row(&done)
}
