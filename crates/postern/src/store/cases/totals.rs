//! How many cases, how long, and how they ended: for the desk's home page.

use jiff::Timestamp;
use postern_core::id::{PersonId, TenantId};
use sqlx::any::AnyRow;
use sqlx::{AssertSqlSafe, FromRow};

use crate::store::row::row;
use crate::store::{Db, Result, micros};

row! {
    /// What is open. `oldest_at` is empty where nothing waits.
    pub struct OpenCases {
        pub waiting: i64,
        pub oldest_at: Option<i64>,
        pub taken: i64,
        pub strangers: i64,
    }
}

row! {
    /// Cases of somebody that ended on one day, in one way. `day`: days since 1970, in UTC; `week`: 1 for the later of two weeks, else 0.
    pub struct EndedCases {
        pub day: i64,
        pub week: i64,
        pub outcome: String,
        pub cases: i64,
        pub remedied: i64,
    }
}

row! {
    /// The median time from the request to the sign-in that proved it, in one week. Unit: microseconds.
    pub struct MedianTime {
        pub week: i64,
        pub took: i64,
    }
}

/// What waits in the queue, what this person has taken up, and what strangers opened.
pub async fn count_open(db: &Db, tenant: &TenantId, person: &PersonId) -> Result<OpenCases> {
    Ok(sqlx::query_as(
        "SELECT COUNT(CASE WHEN stranger_since IS NULL THEN 1 END) AS waiting, \
         MIN(CASE WHEN stranger_since IS NULL THEN opened_at END) AS oldest_at, \
         COUNT(CASE WHEN taken_by = $2 THEN 1 END) AS taken, \
         COUNT(stranger_since) AS strangers FROM cases WHERE tenant_id = $1 AND closed_at IS NULL",
    )
    .bind(tenant.as_str())
    .bind(person.as_str())
    .fetch_one(db.reader())
    .await?)
}

/// Which of two weeks, as SQL: the later one begins at `$3`.
const WEEK: &str = "CASE WHEN closed_at >= $3 THEN 1 ELSE 0 END";

/// How many cases of somebody ended in two weeks, by day and outcome. `weeks`: when each begins.
pub async fn count_ended(
    db: &Db,
    tenant: &TenantId,
    weeks: (Timestamp, Timestamp),
) -> Result<Vec<EndedCases>> {
    let sql = format!(
        "SELECT closed_at / 86400000000 AS day, {WEEK} AS week, outcome, COUNT(*) AS cases, COUNT(remedied_at) AS remedied \
         FROM cases WHERE tenant_id = $1 AND closed_at >= $2 AND outcome IS NOT NULL AND person_id IS NOT NULL \
         GROUP BY 1, 2, 3"
    );
    of_two_weeks(db, tenant, sql, weeks).await
}

/// How long those took of them that ended with the person back in; a week in which nobody came back is left out.
pub async fn list_median_times(
    db: &Db,
    tenant: &TenantId,
    weeks: (Timestamp, Timestamp),
) -> Result<Vec<MedianTime>> {
    let sql = format!(
        "SELECT week, took FROM (SELECT {WEEK} AS week, closed_at - opened_at AS took, \
         ROW_NUMBER() OVER (PARTITION BY {WEEK} ORDER BY closed_at - opened_at) AS place, \
         COUNT(*) OVER (PARTITION BY {WEEK}) AS many FROM cases \
         WHERE tenant_id = $1 AND closed_at >= $2 AND outcome = 'proven' AND person_id IS NOT NULL) AS timed \
         WHERE place = many / 2 + 1"
    );
    of_two_weeks(db, tenant, sql, weeks).await
}

/// `$2` is when the earlier of the two begins.
async fn of_two_weeks<T: for<'r> FromRow<'r, AnyRow> + Send + Unpin>(
    db: &Db,
    tenant: &TenantId,
    sql: String,
    (earlier, later): (Timestamp, Timestamp),
) -> Result<Vec<T>> {
    Ok(sqlx::query_as(AssertSqlSafe(sql))
        .bind(tenant.as_str())
        .bind(micros(earlier))
        .bind(micros(later))
        .fetch_all(db.reader())
        .await?)
}
