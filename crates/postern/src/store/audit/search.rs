//! Finding entries. Each filter has an index that ends in time and id, so that a page costs what it shows and not what the
//! log holds.

use jiff::Timestamp;
use postern_core::event::EventKind;
use postern_core::id::{PersonId, TenantId};

use super::{COLUMNS, EntryRow, HISTORY_COLUMNS, HistoryRow};
use crate::store::{Change, Db, Result, parameters, time};

/// What to show of the log. Empty fields match everything.
#[derive(Clone, Debug, Default, serde::Deserialize)]
#[serde(default)]
pub struct AuditFilter {
    pub event: String,
    pub actor: String,
    pub person: String,
    pub case: String,
    /// Not before. Unit: microseconds.
    pub from: Option<i64>,
    /// Before. Unit: microseconds.
    pub until: Option<i64>,
    /// Only entries older than this id: the cursor.
    pub before: String,
    /// No events of these kinds.
    #[serde(skip)]
    pub without: &'static [EventKind],
}

/// A time as records have it: RFC 3339 with six digits of the second, so that texts sort as times.
pub fn moment(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%S%.6fZ").to_string()
}

/// How many entries of a kind there are from a moment on, before another.
pub async fn count_of_event(
    db: &Db,
    tenant: &TenantId,
    event: EventKind,
    (from, until): (Timestamp, Timestamp),
) -> Result<i64> {
    let (count,): (i64,) = sqlx::query_as(
        "SELECT COUNT(*) FROM audit_entries WHERE tenant_id = $1 AND event = $2 AND at >= $3 AND at < $4",
    )
    .bind(tenant.as_str())
    .bind(event.as_str())
    .bind(moment(from))
    .bind(moment(until))
    .fetch_one(db.reader())
    .await?;
    Ok(count)
}

/// Entries that match, newest first, at most `most`.
pub async fn list(db: &Db, tenant: &TenantId, filter: &AuditFilter, most: i64) -> Result<Vec<EntryRow>> {
    let (sql, values) = statement(COLUMNS, tenant, filter, most);
    let mut query = sqlx::query_as(sqlx::AssertSqlSafe(sql));
    for value in values {
        query = query.bind(value);
    }
    Ok(query.fetch_all(db.reader()).await?)
}

/// The same, without what proves an entry.
pub async fn list_history(
    db: &Db,
    tenant: &TenantId,
    filter: &AuditFilter,
    most: i64,
) -> Result<Vec<HistoryRow>> {
    let (sql, values) = statement(HISTORY_COLUMNS, tenant, filter, most);
    let mut query = sqlx::query_as(sqlx::AssertSqlSafe(sql));
    for value in values {
        query = query.bind(value);
    }
    Ok(query.fetch_all(db.reader()).await?)
}

/// The statement behind a list, and its values.
fn statement(columns: &str, tenant: &TenantId, filter: &AuditFilter, most: i64) -> (String, Vec<String>) {
    let equal = [
        ("event", &filter.event),
        ("actor_id", &filter.actor),
        ("person_id", &filter.person),
        ("case_id", &filter.case),
    ];
    let mut values = vec![tenant.as_str().to_owned()];
    let mut wheres = vec!["tenant_id = $1".to_owned()];
    let mut add = |condition: &str, value: String| {
        values.push(value);
        wheres.push(condition.replace('?', &format!("${}", values.len())));
    };
    for (column, value) in equal.into_iter().filter(|(_, value)| !value.is_empty()) {
        add(&format!("{column} = ?"), value.clone());
    }
    for kind in filter.without {
        add("event <> ?", kind.as_str().to_owned());
    }
    for (condition, micros) in [("at >= ?", filter.from), ("at < ?", filter.until)] {
        if let Some(micros) = micros {
            add(condition, moment(time(micros)));
        }
    }
    if !filter.before.is_empty() {
        let newer = "(at, id) < (SELECT at, id FROM audit_entries WHERE tenant_id = $1 AND id = ?)";
        add(newer, filter.before.clone());
    }
    let sql = format!(
        "SELECT {columns} FROM audit_entries WHERE {} ORDER BY at DESC, id DESC LIMIT {most}",
        wheres.join(" AND ")
    );
    (sql, values)
}

/// Entries of these kinds about a person, newest first, from before a moment and an id on; at most `most`.
pub async fn list_about(
    db: &Db,
    tenant: &TenantId,
    (person, kinds): (&PersonId, &[EventKind]),
    before: Option<(Timestamp, &str)>,
    most: i64,
) -> Result<Vec<HistoryRow>> {
    let (at, id) = before.map_or_else(|| ("Z".to_owned(), ""), |(at, id)| (moment(at), id));
    let sql = format!(
        "SELECT {HISTORY_COLUMNS} FROM audit_entries WHERE tenant_id = $1 AND person_id = $2 AND (at, id) < ($3, $4) \
         AND event IN ({}) ORDER BY at DESC, id DESC LIMIT {most}",
        parameters(5, kinds.len())
    );
    let mut query = sqlx::query_as(sqlx::AssertSqlSafe(sql));
    query =
        query.bind(tenant.as_str().to_owned()).bind(person.as_str().to_owned()).bind(at).bind(id.to_owned());
    for kind in kinds {
        query = query.bind(kind.as_str());
    }
    Ok(query.fetch_all(db.reader()).await?)
}

/// One entry about a person.
pub async fn find_about(
    db: &Db,
    tenant: &TenantId,
    person: &PersonId,
    id: &str,
) -> Result<Option<HistoryRow>> {
    let sql = format!(
        "SELECT {HISTORY_COLUMNS} FROM audit_entries WHERE tenant_id = $1 AND id = $2 AND person_id = $3"
    );
    let query = sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(tenant.as_str()).bind(id);
    Ok(query.bind(person.as_str()).fetch_optional(db.reader()).await?)
}

/// Whether a record of this kind about a person says this word in `entry`, read inside a change.
pub async fn has_said(
    change: &mut Change<'_>,
    (person, kind): (&PersonId, EventKind),
    entry: &str,
) -> Result<bool> {
    let tenant = change.tenant().clone();
    let bodies: Vec<(String,)> = sqlx::query_as(
        "SELECT body FROM audit_entries WHERE tenant_id = $1 AND person_id = $2 AND event = $3",
    )
    .bind(tenant.as_str())
    .bind(person.as_str())
    .bind(kind.as_str())
    .fetch_all(change.conn())
    .await?;
    let says = |body: &str| {
        let body: serde_json::Value = serde_json::from_str(body).unwrap_or_default();
        body.pointer("/detail/entry").and_then(serde_json::Value::as_str) == Some(entry)
    };
    Ok(bodies.iter().any(|(body,)| says(body)))
}
