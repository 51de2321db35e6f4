//! The audit log: entries are written at the end of their change, and given their place in the tree afterwards.

mod numbers;
mod search;
mod tree;

pub use numbers::{
    NumberedTo, find_number, find_placed_number, last_numbers, list_touched, list_waiting_numbers,
    newest_numbers,
};
pub use search::{AuditFilter, count_of_event, find_about, has_said, list, list_about, list_history, moment};
pub use tree::{
    find_checkpoint, find_checkpoint_for, find_hashes, insert_checkpoint, insert_hashes, load_hashes,
};

use postern_core::event::{Event, RecordStream};
use postern_core::id::TenantId;
use serde_json::json;
use zeroize::Zeroizing;

use super::row::row;
use super::{Change, Db, Result, StoreError, in_pieces, value_rows};

row! {
    /// An entry. `seq` is empty until the sequencer gave it its place. What stands beside the body is derived from it by the
    /// database, but for `id`. `at`: RFC 3339 with six digits of the second.
    pub struct EntryRow {
        pub id: String,
        pub seq: Option<i64>,
        pub at: String,
        pub event: String,
        pub actor_id: Option<String>,
        pub person_id: Option<String>,
        pub case_id: Option<String>,
        pub stream: String,
        pub number: i64,
        pub body: String,
        pub nonce: Vec<u8>,
        pub mac: Vec<u8>,
        pub commitment: Option<Vec<u8>>,
    }
}

row! {
    /// What a list of what happened needs of an entry.
    pub struct HistoryRow {
        pub id: String,
        pub at: String,
        pub event: String,
        pub actor_id: Option<String>,
        pub person_id: Option<String>,
        pub body: String,
    }
}

const HISTORY_COLUMNS: &str = "id, at, event, actor_id, person_id, body";

const COLUMNS: &str =
    "id, seq, at, event, actor_id, person_id, case_id, stream, number, body, nonce, mac, commitment";

/// Writes the records of a change. The numbers are taken here, in the last statements of the change: nobody waits for
/// them longer than a commit takes.
pub(super) async fn insert_all(change: &mut Change<'_>, events: &[Event]) -> Result<Option<NumberedTo>> {
    let Ok(count @ 1..) = i64::try_from(events.len()) else { return Ok(None) };
    let stream = RecordStream::of(events);
    let last = numbers::take(change, stream, count).await?;
    let mut entries = Vec::with_capacity(events.len());
    for (number, event) in (last - count + 1..).zip(events) {
        entries.push(NewEntry::new(change, event, NumberedTo { stream, number })?);
    }
    let tenant = change.tenant().clone();
    for entries in in_pieces(&entries) {
        let sql = format!(
            "INSERT INTO audit_entries (tenant_id, id, body, nonce, mac) VALUES {}",
            value_rows("$1", 2, 4, entries.len())
        );
        let mut query = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(tenant.as_str());
        for entry in entries {
            query = query.bind(&entry.id).bind(&entry.body).bind(entry.nonce.as_slice());
            query = query.bind(entry.mac.as_slice());
        }
        query.execute(change.conn()).await?;
    }
    Ok(Some(NumberedTo { stream, number: last }))
}

/// A record as it is written.
struct NewEntry {
    id: String,
    body: String,
    nonce: Zeroizing<[u8; 16]>,
    mac: [u8; 32],
}

impl NewEntry {
    fn new(change: &Change<'_>, event: &Event, place: NumberedTo) -> Result<Self> {
        let (id, request) = (change.id()?, change.request());
        let body = json!({
            "id": id,
            "at": moment(change.at()),
            "tenant": change.tenant().as_str(),
            "stream": place.stream.as_str(),
            "number": place.number,
            "event": event.kind().as_str(),
            "actor": event.actor,
            "person": event.person,
            "case": event.case,
            "reason": event.reason,
            "before": event.before,
            "detail": event.detail(),
            "policies": event.policies,
            "request": { "id": request.id, "ip": request.ip },
        })
        .to_string();
        let nonce = change.nonce()?;
        let mac = change.keys().record_mac(nonce.as_slice(), &body);
        Ok(Self { id, body, nonce, mac })
    }
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

/// Entries of a stream without a place yet, by number. Read inside the sequencer's change.
pub async fn list_unsequenced(
    change: &mut Change<'_>,
    stream: RecordStream,
    most: i64,
) -> Result<Vec<EntryRow>> {
    let tenant = change.tenant().clone();
    let sql = format!(
        "SELECT {COLUMNS} FROM audit_entries WHERE tenant_id = $1 AND stream = $2 AND seq IS NULL \
         ORDER BY number LIMIT $3"
    );
    Ok(sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(tenant.as_str())
        .bind(stream.as_str())
        .bind(most)
        .fetch_all(change.conn())
        .await?)
}

/// Entries without a place yet, read outside any change, at most `most`.
pub async fn list_waiting(db: &Db, tenant: &TenantId, most: i64) -> Result<Vec<EntryRow>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM audit_entries WHERE tenant_id = $1 AND seq IS NULL ORDER BY id LIMIT $2"
    );
    Ok(sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(tenant.as_str())
        .bind(most)
        .fetch_all(db.reader())
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

/// Which organisations have entries that wait for their place. The operator's own query: it crosses organisations.
pub async fn list_tenants_with_unsequenced(db: &Db) -> Result<Vec<String>> {
    let rows: Vec<(String,)> =
        sqlx::query_as("SELECT DISTINCT tenant_id FROM audit_entries WHERE seq IS NULL")
            .fetch_all(db.reader())
            .await?;
    Ok(rows.into_iter().map(|(tenant,)| tenant).collect())
}

/// Gives entries their places, once, from `first` on, and keeps what the tree will hold of each: an edit of the text shows
/// against this.
pub async fn save_places(change: &mut Change<'_>, first: i64, entries: &[(&str, [u8; 32])]) -> Result<()> {
    let tenant = change.tenant().clone();
    let places: Vec<(i64, &(&str, [u8; 32]))> = (first..).zip(entries).collect();
    for places in in_pieces(&places) {
        let each = |text: &dyn Fn(usize) -> String| -> Vec<String> {
            (2..).step_by(3).take(places.len()).map(text).collect()
        };
        let seqs = each(&|at| format!(" WHEN ${at} THEN ${}", at + 1)).concat();
        let commitments = each(&|at| format!(" WHEN ${at} THEN ${}", at + 2)).concat();
        let ids = each(&|at| format!("${at}")).join(", ");
        // The plus keeps SQLite from looking for the ids among everything that has no place.
        let sql = format!(
            "UPDATE audit_entries SET seq = CASE id{seqs} END, commitment = CASE id{commitments} END \
             WHERE tenant_id = $1 AND id IN ({ids}) AND +seq IS NULL"
        );
        let mut query = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(tenant.as_str());
        for (seq, (id, commitment)) in places {
            query = query.bind(*id).bind(*seq).bind(commitment.as_slice());
        }
        let done = query.execute(change.conn()).await?;
        if usize::try_from(done.rows_affected()) != Ok(places.len()) {
            return Err(StoreError::Conflict);
        }
    }
    Ok(())
}
