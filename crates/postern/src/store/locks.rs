//! Named locks: who holds one is alone until their change ends, on every node. Each remembers when it was last acquired.

use jiff::Timestamp;

use super::{Change, Result, StoreError};

/// Waits for the lock and acquires it. The moment that comes back is later than every moment that this lock gave before,
/// whatever the clocks of the nodes say.
pub async fn acquire(change: &mut Change<'_>, name: &str) -> Result<Timestamp> {
    let (tenant, now) = (change.tenant().clone(), change.at().as_millisecond());
    let (millis,): (i64,) = sqlx::query_as(
        "INSERT INTO named_locks (tenant_id, name, last_millis) VALUES ($1, $2, $3) \
         ON CONFLICT (tenant_id, name) DO UPDATE SET last_millis = \
         CASE WHEN named_locks.last_millis >= $3 THEN named_locks.last_millis + 1 ELSE $3 END RETURNING last_millis",
    )
    .bind(tenant.as_str())
    .bind(name)
    .bind(now)
    .fetch_one(change.conn())
    .await?;
    Timestamp::from_millisecond(millis).map_err(|_| StoreError::Corrupt("lock"))
}

/// When a lock was last acquired, read inside the change.
pub async fn find_last_acquired(change: &mut Change<'_>, name: &str) -> Result<Option<Timestamp>> {
    let tenant = change.tenant().clone();
    let row: Option<(i64,)> =
        sqlx::query_as("SELECT last_millis FROM named_locks WHERE tenant_id = $1 AND name = $2")
            .bind(tenant.as_str())
            .bind(name)
            .fetch_optional(change.conn())
            .await?;
    row.map(|(millis,)| Timestamp::from_millisecond(millis).map_err(|_| StoreError::Corrupt("lock")))
        .transpose()
}
