//! The tree over the log, and the checkpoints that sign it.

use std::collections::HashMap;

use jiff::Timestamp;
use postern_core::id::TenantId;

use crate::store::{Change, Db, Result, StoreError, micros};

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
    let tenant = change.tenant().clone();
    let mut found = HashMap::with_capacity(positions.len());
    for position in positions {
        let key = i64::try_from(*position).map_err(|_| StoreError::Corrupt("log position"))?;
        let (hash,): (Vec<u8>,) =
            sqlx::query_as("SELECT hash FROM audit_hashes WHERE tenant_id = $1 AND position = $2")
                .bind(tenant.as_str())
                .bind(key)
                .fetch_one(change.conn())
                .await?;
        found.insert(*position, hash.try_into().map_err(|_| StoreError::Corrupt("log hash"))?);
    }
    Ok(found)
}

/// Adds tree hashes. The position is the key: nothing is ever overwritten.
pub async fn insert_hashes(change: &mut Change<'_>, hashes: &[(u64, [u8; 32])]) -> Result<()> {
    let tenant = change.tenant().clone();
    for (position, hash) in hashes {
        let key = i64::try_from(*position).map_err(|_| StoreError::Corrupt("log position"))?;
        sqlx::query("INSERT INTO audit_hashes (tenant_id, position, hash) VALUES ($1, $2, $3)")
            .bind(tenant.as_str())
            .bind(key)
            .bind(hash.as_slice())
            .execute(change.conn())
            .await?;
    }
    Ok(())
}

/// Stored tree hashes by position, read outside any change. What is not there is left out.
pub async fn find_hashes(db: &Db, tenant: &TenantId, positions: &[u64]) -> Result<HashMap<u64, [u8; 32]>> {
    let mut found = HashMap::with_capacity(positions.len());
    for position in positions {
        let key = i64::try_from(*position).map_err(|_| StoreError::Corrupt("log position"))?;
        let row: Option<(Vec<u8>,)> =
            sqlx::query_as("SELECT hash FROM audit_hashes WHERE tenant_id = $1 AND position = $2")
                .bind(tenant.as_str())
                .bind(key)
                .fetch_optional(db.reader())
                .await?;
        if let Some((hash,)) = row {
            found.insert(*position, hash.try_into().map_err(|_| StoreError::Corrupt("log hash"))?);
        }
    }
    Ok(found)
}
