//! The audit log: entries written with their change, given their place afterwards, and the tree over them.

use std::collections::HashMap;

use jiff::Timestamp;
use postern_core::event::Event;
use postern_core::id::TenantId;
use serde_json::json;

use super::row::row;
use super::{Change, Db, Result, StoreError, micros};
use crate::request::current_request;

row! {
    /// An entry. `seq` is empty until the sequencer gave it its place.
    pub struct EntryRow {
        pub id: String,
        pub seq: Option<i64>,
        pub at: i64,
        pub event: String,
        pub actor_id: Option<String>,
        pub person_id: Option<String>,
        pub case_id: Option<String>,
        pub body: String,
        pub nonce: Vec<u8>,
        pub commitment: Option<Vec<u8>>,
    }
}

const COLUMNS: &str = "id, seq, at, event, actor_id, person_id, case_id, body, nonce, commitment";

pub(super) async fn insert(change: &mut Change<'_>, id: String, event: &Event, nonce: &[u8]) -> Result<()> {
    let (tenant, at) = (change.tenant().clone(), change.at());
    let request = current_request();
    let body = json!({
        "id": id,
        "at": at.to_string(),
        "tenant": tenant.as_str(),
        "event": event.kind.as_str(),
        "actor": event.actor,
        "person": event.person,
        "case": event.case,
        "reason": event.reason,
        "before": event.before,
        "detail": event.detail,
        "policies": event.policies,
        "request": { "id": request.id, "ip": request.ip },
    });
    sqlx::query(
        "INSERT INTO audit_entries (tenant_id, id, at, event, actor_id, person_id, case_id, body, nonce) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
    )
    .bind(tenant.as_str())
    .bind(&id)
    .bind(micros(at))
    .bind(event.kind.as_str())
    .bind(event.actor.person().map(|p| p.as_str().to_owned()))
    .bind(event.person.as_ref().map(|p| p.as_str().to_owned()))
    .bind(event.case.as_ref().map(|c| c.as_str().to_owned()))
    .bind(body.to_string())
    .bind(nonce)
    .execute(change.conn())
    .await?;
    Ok(())
}

/// What to show of the log. Empty fields match everything.
#[derive(Clone, Debug, Default, serde::Deserialize)]
#[serde(default)]
pub struct Filter {
    pub event: String,
    pub actor: String,
    pub person: String,
    pub case: String,
    pub from: Option<i64>,
    pub until: Option<i64>,
    /// Only entries older than this id: the cursor.
    pub before: String,
}

/// Entries that match, newest first, at most `most`. An empty text matches everything, so that one statement does.
pub async fn list(db: &Db, tenant: &TenantId, filter: &Filter, most: i64) -> Result<Vec<EntryRow>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM audit_entries WHERE tenant_id = $1 AND ($2 = '' OR event = $2) \
         AND ($3 = '' OR actor_id = $3) AND ($4 = '' OR person_id = $4) AND ($5 = '' OR case_id = $5) \
         AND at >= $6 AND at < $7 AND ($8 = '' OR id < $8) ORDER BY id DESC LIMIT $9"
    );
    Ok(sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(tenant.as_str())
        .bind(&filter.event)
        .bind(&filter.actor)
        .bind(&filter.person)
        .bind(&filter.case)
        .bind(filter.from.unwrap_or(i64::MIN))
        .bind(filter.until.unwrap_or(i64::MAX))
        .bind(&filter.before)
        .bind(most)
        .fetch_all(db.reader())
        .await?)
}

/// Sequenced entries from `seq` on, in order.
pub async fn list_sequenced(db: &Db, tenant: &TenantId, from: i64, most: i64) -> Result<Vec<EntryRow>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM audit_entries WHERE tenant_id = $1 AND seq >= $2 ORDER BY seq LIMIT $3"
    );
    Ok(sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(tenant.as_str())
        .bind(from)
        .bind(most)
        .fetch_all(db.reader())
        .await?)
}

/// Entries without a place yet, oldest first. Read inside the sequencer's change.
pub async fn list_unsequenced(change: &mut Change<'_>, most: i64) -> Result<Vec<EntryRow>> {
    let tenant = change.tenant().clone();
    let sql = format!(
        "SELECT {COLUMNS} FROM audit_entries WHERE tenant_id = $1 AND seq IS NULL ORDER BY id LIMIT $2"
    );
    Ok(sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(tenant.as_str())
        .bind(most)
        .fetch_all(change.conn())
        .await?)
}

/// Whether any entry waits for its place.
pub async fn has_unsequenced(db: &Db, tenant: &TenantId) -> Result<bool> {
    let row: Option<(String,)> =
        sqlx::query_as("SELECT id FROM audit_entries WHERE tenant_id = $1 AND seq IS NULL LIMIT 1")
            .bind(tenant.as_str())
            .fetch_optional(db.reader())
            .await?;
    Ok(row.is_some())
}

/// Gives an entry its place, once, and keeps what the tree will hold of it: an edit of the text shows against this.
pub async fn save_seq(change: &mut Change<'_>, id: &str, seq: i64, commitment: &[u8; 32]) -> Result<()> {
    let tenant = change.tenant().clone();
    let done = sqlx::query(
        "UPDATE audit_entries SET seq = $3, commitment = $4 WHERE tenant_id = $1 AND id = $2 AND seq IS NULL",
    )
    .bind(tenant.as_str())
    .bind(id)
    .bind(seq)
    .bind(commitment.as_slice())
    .execute(change.conn())
    .await?;
    super::one_row(&done)
}

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
