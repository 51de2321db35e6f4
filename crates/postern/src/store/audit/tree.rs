//! The tree over the log, and the checkpoints that sign it.

use std::collections::HashMap;

use jiff::Timestamp;
use postern_core::id::TenantId;

use crate::store::{Change, Db, Result, StoreError, in_pieces, micros, parameters, value_rows};

/// The newest signed checkpoint: size and note.
pub async fn find_checkpoint(db: &Db, tenant: &TenantId) -> Result<Option<(i64, String)>> {
    Ok(sqlx::query_as(
        "SELECT size, note FROM audit_checkpoints WHERE tenant_id = $1 ORDER BY size DESC LIMIT 1",
    )
    .bind(tenant.as_str())
    .fetch_optional(db.reader())
    .await?)
}

/// The newest checkpoint, read inside the sequencer's change.
pub async fn find_checkpoint_for(change: &mut Change<'_>) -> Result<Option<(i64, String)>> {
    let tenant = change.tenant().clone();
    Ok(sqlx::query_as(
        "SELECT size, note FROM audit_checkpoints WHERE tenant_id = $1 ORDER BY size DESC LIMIT 1",
    )
    .bind(tenant.as_str())
    .fetch_optional(change.conn())
    .await?)
}

/// Keeps a checkpoint. The size is the key: a second sequencer that signs the same size loses, and rolls back.
pub async fn insert_checkpoint(change: &mut Change<'_>, size: i64, note: &str, at: Timestamp) -> Result<()> {
    let tenant = change.tenant().clone();
    sqlx::query("INSERT INTO audit_checkpoints (tenant_id, size, note, at) VALUES ($1, $2, $3, $4)")
        .bind(tenant.as_str())
        .bind(size)
        .bind(note)
        .bind(micros(at))
        .execute(change.conn())
        .await?;
    Ok(())
}

/// Stored tree hashes by position, for a change that is about to append.
pub async fn load_hashes(change: &mut Change<'_>, positions: &[u64]) -> Result<HashMap<u64, [u8; 32]>> {
    if positions.is_empty() {
        return Ok(HashMap::new());
    }
    let (tenant, sql) = (change.tenant().clone(), sql_for(positions));
    let mut query = sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(tenant.as_str());
    for position in positions {
        query = query.bind(key(*position)?);
    }
    let found = by_position(query.fetch_all(change.conn()).await?)?;
    if found.len() == positions.len() { Ok(found) } else { Err(StoreError::NotFound) }
}

/// Adds tree hashes. The position is the key: nothing is ever overwritten.
pub async fn insert_hashes(change: &mut Change<'_>, hashes: &[(u64, [u8; 32])]) -> Result<()> {
    let tenant = change.tenant().clone();
    for hashes in in_pieces(hashes) {
        let rows = value_rows("$1", 2, 2, hashes.len());
        let sql = format!("INSERT INTO audit_hashes (tenant_id, position, hash) VALUES {rows}");
        let mut query = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(tenant.as_str());
        for (position, hash) in hashes {
            query = query.bind(key(*position)?).bind(hash.as_slice());
        }
        query.execute(change.conn()).await?;
    }
    Ok(())
}

/// Stored tree hashes by position, read outside any change. What is not there is left out.
pub async fn find_hashes(db: &Db, tenant: &TenantId, positions: &[u64]) -> Result<HashMap<u64, [u8; 32]>> {
    if positions.is_empty() {
        return Ok(HashMap::new());
    }
    let mut query = sqlx::query_as(sqlx::AssertSqlSafe(sql_for(positions))).bind(tenant.as_str());
    for position in positions {
        query = query.bind(key(*position)?);
    }
    by_position(query.fetch_all(db.reader()).await?)
}

/// A tree of any size wants fewer than 64 of them at once.
fn sql_for(positions: &[u64]) -> String {
    format!(
        "SELECT position, hash FROM audit_hashes WHERE tenant_id = $1 AND position IN ({})",
        parameters(2, positions.len())
    )
}

fn key(position: u64) -> Result<i64> {
    i64::try_from(position).map_err(|_| StoreError::Corrupt("log position"))
}

fn by_position(rows: Vec<(i64, Vec<u8>)>) -> Result<HashMap<u64, [u8; 32]>> {
    let read = |(position, hash): (i64, Vec<u8>)| {
        let position = u64::try_from(position).map_err(|_| StoreError::Corrupt("log position"))?;
        Ok((position, hash.try_into().map_err(|_| StoreError::Corrupt("log hash"))?))
    };
    rows.into_iter().map(read).collect()
}
