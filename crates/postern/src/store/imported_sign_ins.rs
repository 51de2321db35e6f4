//! Sign-in records of other providers, normalised: each is kept once, whatever file it came in.

use jiff::Timestamp;
use postern_core::id::TenantId;
use postern_signals::{Parsed, Position, Provider, SignIn, parse_line};

use super::row::row;
use super::{Change, Db, Result, locks, micros};

row! {
    /// A record as stored.
    pub struct ImportedRow {
        pub id: String,
        pub import_id: String,
        pub line: i64,
        pub at: i64,
        pub record: String,
    }
}

const COLUMNS: &str = "id, import_id, line, at, record";

/// A page ends with the record that reaches this, however few there are: a record may be long. Unit: characters.
const PAGE_LENGTH: usize = 4 << 20;

/// Rows in one statement.
const ROWS: [usize; 3] = [100, 10, 1];
/// Rows that one moment has ids for.
const IN_ONE_MOMENT: usize = 4_096;

impl ImportedRow {
    /// The record, read where `position` says. `None`: the line is not one that this version reads.
    pub fn record(&self, position: Position) -> Option<SignIn<'_>> {
        match parse_line(&self.record, Some(Provider::Postern), position) {
            Parsed::Attempt(record) => Some(record),
            _ => None,
        }
    }
}

/// A record to keep.
#[derive(Clone, Debug)]
pub struct NewRecord {
    pub line: i64,
    pub provider: &'static str,
    pub login_key: Option<String>,
    pub at: i64,
    /// The normalised line.
    pub record: String,
    /// The same for records that say the same.
    pub fingerprint: String,
}

/// Adds records that are not there yet; says how many. Ids sort in the order of commits: the lock is held until the
/// change ends, so a reader that has seen an id has seen every smaller one.
pub async fn insert_new(change: &mut Change<'_>, import: &str, records: &[NewRecord]) -> Result<u64> {
    let mut added = 0;
    for moment_full in records.chunks(IN_ONE_MOMENT) {
        let moment = locks::acquire(change, "imported_sign_ins").await?;
        let mut serial = 0;
        let mut rest = moment_full;
        while !rest.is_empty() {
            let size = ROWS.into_iter().find(|size| *size <= rest.len()).unwrap_or(1);
            let (now, later) = rest.split_at(size.min(rest.len()));
            added += insert_rows(change, import, now, (moment, &mut serial)).await?;
            rest = later;
        }
    }
    Ok(added)
}

async fn insert_rows(
    change: &mut Change<'_>,
    import: &str,
    records: &[NewRecord],
    (moment, serial): (Timestamp, &mut u16),
) -> Result<u64> {
    let tenant = change.tenant().clone();
    let mut ids = Vec::with_capacity(records.len());
    for _ in records {
        ids.push(change.id_at(moment, *serial)?);
        *serial += 1;
    }
    let mut query = sqlx::query(sqlx::AssertSqlSafe(insert_statement(records.len())))
        .bind(tenant.as_str().to_owned())
        .bind(import.to_owned());
    for (id, record) in ids.into_iter().zip(records) {
        query = query
            .bind(id)
            .bind(record.line)
            .bind(record.provider)
            .bind(record.login_key.clone())
            .bind(record.at)
            .bind(record.record.clone())
            .bind(record.fingerprint.clone());
    }
    Ok(query.execute(change.conn()).await?.rows_affected())
}

fn insert_statement(rows: usize) -> String {
    let row = |row: usize| {
        let column = |column: usize| format!("${}", 3 + row * 7 + column);
        format!("($1, {}, $2, {})", column(0), (1..7).map(column).collect::<Vec<_>>().join(", "))
    };
    format!(
        "INSERT INTO imported_sign_ins (tenant_id, id, import_id, line, provider, login_key, at, record, fingerprint) \
         VALUES {} ON CONFLICT (tenant_id, fingerprint) DO NOTHING",
        (0..rows).map(row).collect::<Vec<_>>().join(", ")
    )
}

/// The newest id; empty where there is no record.
pub async fn newest_id(db: &Db, tenant: &TenantId) -> Result<String> {
    let row: Option<(String,)> =
        sqlx::query_as("SELECT id FROM imported_sign_ins WHERE tenant_id = $1 ORDER BY id DESC LIMIT 1")
            .bind(tenant.as_str())
            .fetch_optional(db.reader())
            .await?;
    Ok(row.map(|(id,)| id).unwrap_or_default())
}

/// A page of the records that match, in an order. `which` and `most` are SQL.
fn page_of(which: &str, order: &str, most: &str) -> String {
    // CROSS: SQLite looks these few up, and does not walk over all others in this order.
    format!(
        "SELECT {COLUMNS} FROM (SELECT wanted_id FROM (SELECT id AS wanted_id, \
         SUM(LENGTH(record)) OVER (ORDER BY {order} ROWS UNBOUNDED PRECEDING) - LENGTH(record) AS length_before FROM \
         (SELECT id, at, record FROM imported_sign_ins WHERE tenant_id = $1 AND {which} ORDER BY {order} LIMIT {most}) \
         AS page) AS measured WHERE length_before < {PAGE_LENGTH}) AS wanted CROSS JOIN imported_sign_ins \
         WHERE tenant_id = $1 AND id = wanted_id ORDER BY {order}"
    )
}

/// Records that were committed after the one with the id `after`, in that order. None: there are no more.
pub async fn list_after(db: &Db, tenant: &TenantId, after: &str, most: i64) -> Result<Vec<ImportedRow>> {
    let sql = page_of("id > $2", "id", "$3");
    Ok(sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(tenant.as_str())
        .bind(after)
        .bind(most)
        .fetch_all(db.reader())
        .await?)
}

/// A stretch of time, to be read page by page.
pub struct RecordRange<'a> {
    /// The last row of the page before: time and id.
    pub after: (i64, &'a str),
    /// No later than this.
    pub until: i64,
    /// No id after this one.
    pub newest_id: &'a str,
}

/// Records of a stretch, in the order of time. None: there are no more.
pub async fn list_by_time(
    db: &Db,
    tenant: &TenantId,
    stretch: &RecordRange<'_>,
    most: i64,
) -> Result<Vec<ImportedRow>> {
    let sql = page_of("(at, id) > ($2, $3) AND at <= $4 AND id <= $5", "at, id", "$6");
    Ok(sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(tenant.as_str())
        .bind(stretch.after.0)
        .bind(stretch.after.1)
        .bind(stretch.until)
        .bind(stretch.newest_id)
        .bind(most)
        .fetch_all(db.reader())
        .await?)
}

/// The time of the first record after a moment, with no id after `newest_id`.
pub async fn find_next_time(db: &Db, tenant: &TenantId, after: i64, newest_id: &str) -> Result<Option<i64>> {
    let row: Option<(i64,)> = sqlx::query_as(
        "SELECT at FROM imported_sign_ins WHERE tenant_id = $1 AND at > $2 AND id <= $3 ORDER BY at LIMIT 1",
    )
    .bind(tenant.as_str())
    .bind(after)
    .bind(newest_id)
    .fetch_optional(db.reader())
    .await?;
    Ok(row.map(|(at,)| at))
}

/// The latest records under some logins, at most `most` of each, in one statement.
pub async fn list_of_logins(
    db: &Db,
    tenant: &TenantId,
    login_keys: &[String],
    from: Timestamp,
    most: i64,
) -> Result<Vec<ImportedRow>> {
    let of_login = |at: usize| {
        let page = page_of(&format!("login_key = ${at} AND at >= $2"), "at DESC, id DESC", "$3");
        format!("SELECT {COLUMNS} FROM ({page}) AS of_login")
    };
    let sql = (4..).take(login_keys.len()).map(of_login).collect::<Vec<_>>().join(" UNION ALL ");
    let query = sqlx::query_as(sqlx::AssertSqlSafe(sql));
    let mut query = query.bind(tenant.as_str().to_owned()).bind(micros(from)).bind(most);
    for key in login_keys {
        query = query.bind(key.clone());
    }
    Ok(query.fetch_all(db.reader()).await?)
}

/// The records of some lines of imports, each with the import's id, at most twenty for each.
pub async fn list_of_lines(db: &Db, tenant: &TenantId, lines: &[(&str, i64)]) -> Result<Vec<ImportedRow>> {
    if lines.is_empty() {
        return Ok(Vec::new());
    }
    let each = (2..).step_by(2).take(lines.len());
    let wanted: Vec<String> = each.map(|at| format!("(import_id = ${at} AND line = ${})", at + 1)).collect();
    let sql = format!(
        "SELECT {COLUMNS} FROM imported_sign_ins WHERE tenant_id = $1 AND ({}) ORDER BY id LIMIT {}",
        wanted.join(" OR "),
        20 * lines.len()
    );
    let mut query = sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(tenant.as_str().to_owned());
    for (import, line) in lines {
        query = query.bind((*import).to_owned()).bind(*line);
    }
    Ok(query.fetch_all(db.reader()).await?)
}

/// Deletes some of the records from before then; says how many.
pub async fn delete_some_before(change: &mut Change<'_>, before: Timestamp, most: i64) -> Result<u64> {
    let tenant = change.tenant().clone();
    let done = sqlx::query(
        "DELETE FROM imported_sign_ins WHERE tenant_id = $1 AND id IN \
         (SELECT id FROM imported_sign_ins WHERE tenant_id = $1 AND at < $2 ORDER BY at LIMIT $3)",
    )
    .bind(tenant.as_str())
    .bind(micros(before))
    .bind(most)
    .execute(change.conn())
    .await?;
    Ok(done.rows_affected())
}
