//! The desk's lists of cases, a page at a time, and who has taken a case up.
//!
//! Strangers' cases stand in a list of their own: whoever opens hundreds of them moves nothing in the queue.

use postern_core::id::{PersonId, TenantId};
use postern_core::login;
use sqlx::any::AnyRow;
use sqlx::{FromRow, Row as _};

use super::{COLUMNS, CaseRow, wake_at_lapse_of_stranger};
use crate::store::{Change, Db, Result, micros, one_row};

/// Which cases.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DeskList {
    /// Open, and somebody's or taken up: oldest first.
    Queue,
    /// Open, and stopped by whoever they are about: oldest first.
    Contested,
    /// Open, and opened by somebody who had nothing to show and whom nobody has taken up: oldest first.
    Strangers,
    /// Closed: the newest first.
    Closed,
    /// Open and closed ones whose reference, login or name holds these words: the newest first.
    Search(String),
}

impl DeskList {
    /// Condition and order. `$2` is what is searched for, `$3` the reference that it may be; both are empty where
    /// nothing is.
    fn sql(&self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::Queue => {
                ("cases.closed_at IS NULL AND cases.stranger_since IS NULL AND $2 = $3", "opened_at", ">")
            }
            Self::Contested => {
                ("cases.closed_at IS NULL AND cases.stage = 'contested' AND $2 = $3", "opened_at", ">")
            }
            Self::Strangers => {
                ("cases.closed_at IS NULL AND cases.stranger_since IS NOT NULL AND $2 = $3", "opened_at", ">")
            }
            Self::Closed => ("cases.closed_at IS NOT NULL AND $2 = $3", "closed_at", "<"),
            Self::Search(_) => (
                "(cases.reference LIKE $3 OR lower(cases.claimed_login) LIKE $2 OR p.login_key LIKE $2 OR lower(p.name) LIKE $2)",
                "opened_at",
                "<",
            ),
        }
    }

    fn search_terms(&self) -> (String, String) {
        let Self::Search(typed) = self else { return (String::new(), String::new()) };
        let text = typed.replace(['%', '_'], "");
        let reference = text.trim().to_uppercase();
        // What people say to each other is "C-7K3M9Q", or its end.
        let reference = format!("C-{}%", reference.strip_prefix("C-").unwrap_or(&reference));
        (format!("%{}%", login::normalise(&text)), reference)
    }
}

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
}

impl<'r> FromRow<'r, AnyRow> for ListedCase {
    fn from_row(row: &'r AnyRow) -> std::result::Result<Self, sqlx::Error> {
        Ok(Self {
            row: CaseRow::from_row(row)?,
            name: row.try_get("person_name")?,
            tier: row.try_get("person_tier")?,
            taken_by: row.try_get("taken_by_name")?,
        })
    }
}

/// A page of a list, in one statement: those that follow the case with the id `after`, wherever that one stands by now.
pub async fn list_page(
    db: &Db,
    tenant: &TenantId,
    list: &DeskList,
    (after, most): (&str, i64),
) -> Result<Vec<ListedCase>> {
    let (condition, place, follows) = list.sql();
    let descending = if follows == "<" { " DESC" } else { "" };
    let sql = format!(
        "SELECT {COLUMNS}, p.name AS person_name, p.tier AS person_tier, t.name AS taken_by_name FROM cases \
         LEFT JOIN persons p ON p.tenant_id = cases.tenant_id AND p.id = cases.person_id \
         LEFT JOIN persons t ON t.tenant_id = cases.tenant_id AND t.id = cases.taken_by \
         WHERE cases.tenant_id = $1 AND {condition} AND ($4 = '' OR (cases.{place}, cases.id) {follows} \
         (SELECT o.{place}, o.id FROM cases o WHERE o.tenant_id = $1 AND o.id = $4)) \
         ORDER BY cases.{place}{descending}, cases.id{descending} LIMIT $5"
    );
    let (text, reference) = list.search_terms();
    Ok(sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(tenant.as_str())
        .bind(text)
        .bind(reference)
        .bind(after)
        .bind(most)
        .fetch_all(db.reader())
        .await?)
}

/// How many stand in the strangers' list.
pub async fn count_strangers(db: &Db, tenant: &TenantId) -> Result<i64> {
    let (count,): (i64,) = sqlx::query_as(
        "SELECT COUNT(*) FROM cases WHERE tenant_id = $1 AND closed_at IS NULL AND stranger_since IS NOT NULL",
    )
    .bind(tenant.as_str())
    .fetch_one(db.reader())
    .await?;
    Ok(count)
}

/// Somebody takes an open case up. `Conflict` when somebody has it already, it is closed, or it moved since it was read.
pub async fn take(change: &mut Change<'_>, read: &CaseRow, by: &PersonId) -> Result<()> {
    let tenant = change.tenant().clone();
    let done = sqlx::query(
        "UPDATE cases SET taken_by = $3, stranger_since = NULL, version = version + 1 \
         WHERE tenant_id = $1 AND id = $2 AND version = $4 AND taken_by IS NULL AND closed_at IS NULL",
    )
    .bind(tenant.as_str())
    .bind(&read.id)
    .bind(by.as_str())
    .bind(read.version)
    .execute(change.conn())
    .await?;
    one_row(&done)
}

/// A case that only seniors may work on from now on is free for them to take, and no stranger's. For a change that saves
/// the case besides, which sees to its version.
pub async fn hand_on(change: &mut Change<'_>, read: &CaseRow) -> Result<()> {
    let tenant = change.tenant().clone();
    let done = sqlx::query(
        "UPDATE cases SET taken_by = NULL, stranger_since = NULL WHERE tenant_id = $1 AND id = $2",
    )
    .bind(tenant.as_str())
    .bind(&read.id)
    .execute(change.conn())
    .await?;
    one_row(&done)
}

/// Nobody has the case any more. `stranger`: it goes back to the strangers' list. `Conflict` when `by` did not have it, or it
/// moved since it was read.
pub async fn hand_back(change: &mut Change<'_>, read: &CaseRow, by: &str, stranger: bool) -> Result<()> {
    let (tenant, at) = (change.tenant().clone(), micros(change.at()));
    let done = sqlx::query(
        "UPDATE cases SET taken_by = NULL, stranger_since = $4, version = version + 1 \
         WHERE tenant_id = $1 AND id = $2 AND taken_by = $3 AND version = $5 AND closed_at IS NULL",
    )
    .bind(tenant.as_str())
    .bind(&read.id)
    .bind(by)
    .bind(stranger.then_some(at))
    .bind(read.version)
    .execute(change.conn())
    .await?;
    one_row(&done)?;
    if stranger {
        wake_at_lapse_of_stranger(change);
    }
    Ok(())
}
