//! How many stand in each of the desk's lists. Each count ends at a limit: a page costs no more where ten thousand wait.

use postern_core::id::{PersonId, TenantId};

use crate::store::row::row;
use crate::store::{Db, Result};

/// No list is counted further than this.
pub const MOST_COUNTED: i64 = 1000;

row! {
    /// Open cases, in each list at most [`MOST_COUNTED`].
    pub struct CaseCounts {
        /// In the queue.
        pub queue: i64,
        /// Of those: somebody's who asks.
        pub mine: i64,
        /// Of those: nobody's.
        pub unassigned: i64,
        /// Of those: only a senior may work on them.
        pub escalated: i64,
        /// In the list of strangers' cases.
        pub strangers: i64,
    }
}

/// All of them, in one statement.
pub async fn count_all(db: &Db, tenant: &TenantId, person: &PersonId) -> Result<CaseCounts> {
    let queue = "stranger_since IS NULL";
    let counts = [
        ("queue", queue.to_owned()),
        ("mine", format!("{queue} AND taken_by = $2")),
        ("unassigned", format!("{queue} AND taken_by IS NULL")),
        ("escalated", format!("{queue} AND escalated = 1")),
        ("strangers", "stranger_since IS NOT NULL".to_owned()),
    ];
    let counts = counts.map(|(name, condition)| {
        format!(
            "(SELECT COUNT(*) FROM (SELECT 1 AS one FROM cases WHERE tenant_id = $1 AND closed_at IS NULL AND {condition} \
             LIMIT {MOST_COUNTED}) AS counted) AS {name}"
        )
    });
    Ok(sqlx::query_as(sqlx::AssertSqlSafe(format!("SELECT {}", counts.join(", "))))
        .bind(tenant.as_str())
        .bind(person.as_str())
        .fetch_one(db.reader())
        .await?)
}
