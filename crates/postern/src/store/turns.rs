//! Turns: who holds one is alone until their change ends, on every node.

use jiff::Timestamp;

use super::{Change, Result, StoreError};

/// Waits for the turn and takes it. The moment that comes back is later than every moment that this turn gave before,
/// whatever the clocks of the nodes say.
pub async fn take(change: &mut Change<'_>, what: &str) -> Result<Timestamp> {
    let (tenant, now) = (change.tenant().clone(), change.at().as_millisecond());
    let (millis,): (i64,) = sqlx::query_as(
        "INSERT INTO turns (tenant_id, what, last_millis) VALUES ($1, $2, $3) \
         ON CONFLICT (tenant_id, what) DO UPDATE SET last_millis = \
         CASE WHEN turns.last_millis >= $3 THEN turns.last_millis + 1 ELSE $3 END RETURNING last_millis",
    )
    .bind(tenant.as_str())
    .bind(what)
    .bind(now)
    .fetch_one(change.conn())
    .await?;
    Timestamp::from_millisecond(millis).map_err(|_| StoreError::Corrupt("turn"))
}

/// The last moment that a turn gave, read inside the change.
pub async fn find_last(change: &mut Change<'_>, what: &str) -> Result<Option<Timestamp>> {
    let tenant = change.tenant().clone();
    let row: Option<(i64,)> =
        sqlx::query_as("SELECT last_millis FROM turns WHERE tenant_id = $1 AND what = $2")
            .bind(tenant.as_str())
            .bind(what)
            .fetch_optional(change.conn())
            .await?;
    row.map(|(millis,)| Timestamp::from_millisecond(millis).map_err(|_| StoreError::Corrupt("turn")))
        .transpose()
}
