//! How many requests a sender may send: a bucket that leaks, one row for each sender. Its row says when the bucket will
//! be empty again, so that one short statement admits a request, and a refused one writes nothing.

use jiff::{SignedDuration, Timestamp};
use postern_core::id::TenantId;

use crate::store::{Change, Db, Result, micros, time};

/// A sender, and how fast it may send.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SenderLimit {
    /// Names the sender: an address, a network, the owner of a known device.
    pub sender: String,
    /// One request in so long, in the long run.
    pub interval: SignedDuration,
    /// So many at once.
    pub burst: i32,
}

impl SenderLimit {
    /// The bucket is full if it will be empty later than this.
    fn latest(&self, now: Timestamp) -> Timestamp {
        now.saturating_add(self.interval * (self.burst - 1).max(0)).unwrap_or(Timestamp::MAX)
    }

    fn subject(&self) -> String {
        format!("sender:{}", self.sender)
    }
}

/// Their bucket in the table of counts.
const REQUESTS: &str = "requests";

/// How long a sender has to wait, if one of its buckets is full. Only reads: most of a flood ends here.
pub async fn find_wait(
    db: &Db,
    tenant: &TenantId,
    limits: &[SenderLimit],
    now: Timestamp,
) -> Result<Option<SignedDuration>> {
    let mut longest = None;
    for limit in limits {
        let row: Option<(i64,)> = sqlx::query_as(
            "SELECT next_at FROM throttles WHERE tenant_id = $1 AND subject = $2 AND bucket = $3",
        )
        .bind(tenant.as_str())
        .bind(limit.subject())
        .bind(REQUESTS)
        .fetch_optional(db.reader())
        .await?;
        let Some((empty_at,)) = row else { continue };
        let wait = time(empty_at).duration_since(limit.latest(now));
        if wait.is_positive() {
            longest = longest.max(Some(wait));
        }
    }
    Ok(longest)
}

/// Counts one request, if there is room for it in every bucket that is named. Of parallel requests never one more than
/// there is room for is admitted.
pub async fn admit(change: &mut Change<'_>, limits: &[SenderLimit]) -> Result<bool> {
    let (tenant, now) = (change.tenant().clone(), change.at());
    for limit in limits {
        // Kept for an hour after the bucket has run empty, or as long as it could be full.
        let kept_until = limit.latest(now).saturating_add(SignedDuration::from_hours(1));
        let admitted = sqlx::query(
            "INSERT INTO throttles (tenant_id, subject, bucket, failures, next_at, kept_until) \
             VALUES ($1, $2, $3, 0, $4, $8) ON CONFLICT (tenant_id, subject, bucket) DO UPDATE SET \
             next_at = CASE WHEN throttles.next_at > $5 THEN throttles.next_at + $6 ELSE $4 END, kept_until = $8 \
             WHERE throttles.next_at <= $7",
        )
        .bind(tenant.as_str())
        .bind(limit.subject())
        .bind(REQUESTS)
        .bind(micros(now.saturating_add(limit.interval).unwrap_or(Timestamp::MAX)))
        .bind(micros(now))
        .bind(i64::try_from(limit.interval.as_micros()).unwrap_or(i64::MAX))
        .bind(micros(limit.latest(now)))
        .bind(micros(kept_until.unwrap_or(Timestamp::MAX)))
        .execute(change.conn())
        .await?;
        if admitted.rows_affected() == 0 {
            return Ok(false);
        }
    }
    Ok(true)
}
