//! How many cases, how long, and how they ended: for the desk's home page.

use jiff::Timestamp;
use postern_core::id::{PersonId, TenantId};

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
    /// A case that is over. `remedied_at`: when its remedy was applied, if it was.
    pub struct EndedCase {
        pub outcome: String,
        pub opened_at: i64,
        pub closed_at: i64,
        pub remedied_at: Option<i64>,
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

/// Cases of somebody that ended since then, the newest first, at most 10,000.
pub async fn list_ended(db: &Db, tenant: &TenantId, since: Timestamp) -> Result<Vec<EndedCase>> {
    Ok(sqlx::query_as(
        "SELECT outcome, opened_at, closed_at, remedied_at FROM cases WHERE tenant_id = $1 AND closed_at >= $2 \
         AND outcome IS NOT NULL AND person_id IS NOT NULL ORDER BY closed_at DESC LIMIT 10000",
    )
    .bind(tenant.as_str())
    .bind(micros(since))
    .fetch_all(db.reader())
    .await?)
}
