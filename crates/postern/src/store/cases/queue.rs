//! The desk's lists of cases, a page at a time; who has taken a case up is in `holders`.
//!
//! Strangers' cases stand in a list of their own: whoever opens hundreds of them moves nothing in the queue.

mod counts;
mod holders;
mod listing;
mod search;

pub use counts::{CaseCounts, MOST_COUNTED, count_all};
pub use holders::{hand_back, hand_on, hand_over, take};
pub use listing::{CaseFilter, CaseHolder, CaseListing, CaseOrder, CasePlace, DeskList, NextMove};

use postern_core::id::TenantId;
use sqlx::any::AnyRow;
use sqlx::{FromRow, Row as _};

use super::{COLUMNS, CaseRow};
use crate::store::{Db, Result};
use listing::SqlValue;

/// A case with the names that its line shows.
pub struct ListedCase {
    /// The case.
    pub row: CaseRow,
    /// The person's name; none for a name that nobody has.
    pub name: Option<String>,
    /// The person's tier.
    pub tier: Option<String>,
    /// The name of who has taken it up.
    pub taken_by: Option<String>,
    /// How it ended.
    pub outcome: Option<String>,
    /// The name of who of the desk worked on it.
    pub handled_by: Option<String>,
    queue_rank: i64,
    negative_risk: i64,
}

impl<'r> FromRow<'r, AnyRow> for ListedCase {
    fn from_row(row: &'r AnyRow) -> std::result::Result<Self, sqlx::Error> {
        Ok(Self {
            row: CaseRow::from_row(row)?,
            name: row.try_get("person_name")?,
            tier: row.try_get("person_tier")?,
            taken_by: row.try_get("taken_by_name")?,
            outcome: row.try_get("outcome")?,
            handled_by: row.try_get("handled_by_name")?,
            queue_rank: row.try_get("queue_rank")?,
            negative_risk: row.try_get("negative_risk")?,
        })
    }
}

/// A page of a list.
pub struct CaseListPage {
    /// The cases, in the list's order.
    pub cases: Vec<ListedCase>,
    /// Where the next page begins; none on the last. A search may go on behind a page on which nothing was found yet.
    pub next: Option<CasePlace>,
}

/// A page of a list: at most `most` of those that follow a place, or of all. In one statement, but for a search.
pub async fn list_page(
    db: &Db,
    tenant: &TenantId,
    listing: &CaseListing,
    (after, most): (Option<&CasePlace>, i64),
) -> Result<CaseListPage> {
    if let DeskList::Search(typed) = &listing.list {
        let found = search::find(db, tenant, typed, (after, most)).await?;
        let parts = listing.sql_of(tenant, &found.places);
        let cases =
            if found.places.is_empty() { Vec::new() } else { list(db, statement(parts, most)).await? };
        return Ok(CaseListPage { cases, next: found.next });
    }
    // One more than asked for says whether there are others.
    let parts = listing.sql(tenant, after);
    let mut cases = list(db, statement(parts, most.saturating_add(1))).await?;
    let most = usize::try_from(most).unwrap_or(usize::MAX);
    let has_more = cases.len() > most;
    cases.truncate(most);
    let next = cases.last().filter(|_| has_more).map(|last| listing.place_of(last));
    Ok(CaseListPage { cases, next })
}

async fn list(db: &Db, (sql, values): (String, Vec<SqlValue>)) -> Result<Vec<ListedCase>> {
    let mut query = sqlx::query_as(sqlx::AssertSqlSafe(sql));
    for value in values {
        query = match value {
            SqlValue::Text(text) => query.bind(text),
            SqlValue::Number(number) => query.bind(number),
        };
    }
    Ok(query.fetch_all(db.reader()).await?)
}

/// How many cases a list has; of a search, how many there are at all.
pub async fn count(db: &Db, tenant: &TenantId, listing: &CaseListing) -> Result<i64> {
    let (condition, _, values) = listing.sql(tenant, None);
    let sql = format!("SELECT COUNT(*) FROM cases WHERE {condition}");
    let mut query = sqlx::query_as(sqlx::AssertSqlSafe(sql));
    for value in values {
        query = match value {
            SqlValue::Text(text) => query.bind(text),
            SqlValue::Number(number) => query.bind(number),
        };
    }
    let (count,): (i64,) = query.fetch_one(db.reader()).await?;
    Ok(count)
}

/// How the database goes about a page of a list, in its own words: a test holds each list to its index. SQLite alone.
pub async fn explain_page(
    db: &Db,
    tenant: &TenantId,
    listing: &CaseListing,
    after: Option<&CasePlace>,
) -> Result<Vec<String>> {
    let (sql, _) = statement(listing.sql(tenant, after), 100);
    let rows: Vec<AnyRow> =
        sqlx::query(sqlx::AssertSqlSafe(format!("EXPLAIN QUERY PLAN {sql}"))).fetch_all(db.reader()).await?;
    rows.iter().map(|row| Ok(row.try_get("detail")?)).collect()
}

/// Of cases that fit a condition, in an order; and what is bound in it.
fn statement(
    (condition, order, values): (String, String, Vec<SqlValue>),
    most: i64,
) -> (String, Vec<SqlValue>) {
    let sql = format!(
        "SELECT {COLUMNS}, cases.outcome, cases.queue_rank, cases.negative_risk, p.name AS person_name, \
         p.tier AS person_tier, t.name AS taken_by_name, h.name AS handled_by_name FROM cases \
         LEFT JOIN persons p ON p.tenant_id = cases.tenant_id AND p.id = cases.person_id \
         LEFT JOIN persons t ON t.tenant_id = cases.tenant_id AND t.id = cases.taken_by \
         LEFT JOIN persons h ON h.tenant_id = cases.tenant_id AND h.id = cases.handled_by \
         WHERE {condition} ORDER BY {order} LIMIT {most}"
    );
    (sql, values)
}
