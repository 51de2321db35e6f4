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
/// A row is kept for so long after its bucket has run empty, or could be full.
const KEPT_LONGER: SignedDuration = SignedDuration::from_hours(1);

/// How long a sender has to wait, if one of its buckets is full. Only reads: most of a flood ends here.
pub async fn find_wait(
    db: &Db,
    tenant: &TenantId,
    limits: &[SenderLimit],
    now: Timestamp,
) -> Result<Option<SignedDuration>> {
    let subjects: Vec<String> = (3..).take(limits.len()).map(|at| format!("${at}")).collect();
    let sql = format!(
        "SELECT subject, next_at FROM throttles WHERE tenant_id = $1 AND bucket = $2 AND subject IN ({})",
        subjects.join(", ")
    );
    let mut query = sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(tenant.as_str()).bind(REQUESTS);
    for limit in limits {
        query = query.bind(limit.subject());
    }
    let full_until: Vec<(String, i64)> = query.fetch_all(db.reader()).await?;
    let wait_of = |(subject, empty_at): &(String, i64)| {
        let limit = limits.iter().find(|limit| limit.subject() == *subject)?;
        Some(time(*empty_at).duration_since(limit.latest(now))).filter(SignedDuration::is_positive)
    };
    Ok(full_until.iter().filter_map(wait_of).max())
}

/// Counts one request, if there is room for it in every bucket that is named. Of parallel requests never one more than
/// there is room for is admitted.
pub async fn admit(change: &mut Change<'_>, limits: &[SenderLimit]) -> Result<bool> {
    let (tenant, now) = (change.tenant().clone(), change.at());
    let row = |at: usize| format!("($1, $2, ${at}, 0, ${}, ${})", at + 1, at + 2);
    let rows: Vec<String> = (5..).step_by(3).take(limits.len()).map(row).collect();
    // What a limit allows stands in the row that is offered: its interval in `next_at`, its latest in `kept_until`.
    let sql = format!(
        "INSERT INTO throttles (tenant_id, bucket, subject, failures, next_at, kept_until) VALUES {} \
         ON CONFLICT (tenant_id, subject, bucket) DO UPDATE SET next_at = CASE WHEN throttles.next_at > $3 \
         THEN throttles.next_at + excluded.next_at - $3 ELSE excluded.next_at END, kept_until = excluded.kept_until \
         WHERE throttles.next_at <= excluded.kept_until - $4",
        rows.join(", ")
    );
    let mut query = sqlx::query(sqlx::AssertSqlSafe(sql))
        .bind(tenant.as_str().to_owned())
        .bind(REQUESTS)
        .bind(micros(now))
        .bind(i64::try_from(KEPT_LONGER.as_micros()).unwrap_or(i64::MAX));
    for limit in limits {
        let (next_at, kept_until) =
            (now.saturating_add(limit.interval), limit.latest(now).saturating_add(KEPT_LONGER));
        let bound = |at: std::result::Result<Timestamp, jiff::Error>| micros(at.unwrap_or(Timestamp::MAX));
        query = query.bind(limit.subject()).bind(bound(next_at)).bind(bound(kept_until));
    }
    let admitted = query.execute(change.conn()).await?;
    // A bucket that is full keeps its row as it was.
    Ok(usize::try_from(admitted.rows_affected()) == Ok(limits.len()))
}
