//! Counters of failed guesses. Each guess is paid for before the secret is compared.

mod key;

pub use key::{CountedTry, RateLimitKey};

use jiff::{SignedDuration, Timestamp};
use postern_core::id::TenantId;
use postern_core::throttle::LIFETIME_CAP;

use super::{Change, Db, Result, StoreError, micros, parameters, time};

/// The answer to "may I guess?".
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Guess {
    /// Paid; compare now.
    Granted,
    /// Too soon.
    Wait(SignedDuration),
    /// The lifetime cap is reached: nothing but binding again helps.
    Exhausted,
}

/// The bucket of whoever has none of their own.
pub const OPEN: &str = "open";

/// The bucket of all buckets: the lifetime count.
const LIFETIME: &str = "*";

/// How the lifetime cap counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cap {
    /// All buckets together. For what is asked after the password: who gets so far wrong is an attacker.
    Together,
    /// Each bucket for itself. For the password: anybody can guess at it, and a stranger must not shut the owner out of a
    /// device that the owner is known on (P5).
    EachBucket,
}

/// Pays for one guess. Parallel guesses queue on the row, so that never one more than allowed is granted.
pub async fn acquire(change: &mut Change<'_>, key: &RateLimitKey, bucket: &str, cap: Cap) -> Result<Guess> {
    let now = change.at();
    let [(lifetime, _), (failures, next_at)] = touch_both(change, key, bucket).await?;
    let counted = if cap == Cap::Together { lifetime } else { failures };
    if counted >= LIFETIME_CAP {
        return Ok(Guess::Exhausted);
    }
    if next_at > now {
        return Ok(Guess::Wait(next_at.duration_since(now)));
    }
    let wait = key.wait_after(failures + 1);
    // Who began a moment earlier and had to queue must not wait for what costs nothing.
    let next_at = if wait.is_zero() {
        Timestamp::UNIX_EPOCH
    } else {
        now.saturating_add(wait).unwrap_or(Timestamp::MAX)
    };
    count(change, key, bucket, next_at).await?;
    Ok(Guess::Granted)
}

/// Whether the guess just made was the one that reached the lifetime cap: true once, because later ones are not paid.
pub async fn reached_cap(
    change: &mut Change<'_>,
    key: &RateLimitKey,
    bucket: &str,
    cap: Cap,
) -> Result<bool> {
    let counted = if cap == Cap::Together { LIFETIME } else { bucket };
    Ok(touch(change, key, counted).await?.0 == LIFETIME_CAP)
}

/// The guess was right: its bucket and the lifetime count start over. Other buckets are no longer shut for good, but go on
/// as slowly as they were.
pub async fn clear(change: &mut Change<'_>, key: &RateLimitKey, bucket: &str) -> Result<()> {
    const SLOWEST: i64 = 12;
    lock_lifetime(change, key).await?;
    let (tenant, now) = (change.tenant().clone(), micros(change.at()));
    sqlx::query(
        "UPDATE throttles SET failures = CASE WHEN bucket IN ($3, $4) THEN 0 ELSE $5 END, \
         next_at = CASE WHEN bucket IN ($3, $4) THEN 0 ELSE next_at END, \
         kept_until = CASE WHEN bucket IN ($3, $4) THEN $6 ELSE kept_until END \
         WHERE tenant_id = $1 AND subject = $2 AND (bucket IN ($3, $4) OR failures > $5)",
    )
    .bind(tenant.as_str())
    .bind(key.as_str())
    .bind(bucket)
    .bind(LIFETIME)
    .bind(SLOWEST)
    .bind(now)
    .execute(change.conn())
    .await?;
    Ok(())
}

/// A bucket that takes no guess now.
pub struct ShutBucket {
    subject: String,
    /// Whether it is the count over all devices. Of a password each device's own decides.
    pub is_over_all: bool,
    /// Until when; `None`: the lifetime cap is reached.
    pub until: Option<Timestamp>,
}

impl ShutBucket {
    /// Whether it is of this key.
    pub fn is_of(&self, key: &RateLimitKey) -> bool {
        self.subject == key.as_str()
    }
}

/// What is shut at `now` to whoever has no bucket of their own.
pub async fn list_shut(
    db: &Db,
    tenant: &TenantId,
    keys: &[RateLimitKey],
    now: Timestamp,
) -> Result<Vec<ShutBucket>> {
    let sql = format!(
        "SELECT subject, bucket, failures, next_at FROM throttles WHERE tenant_id = $1 AND bucket IN ($2, $3) \
         AND (failures >= $4 OR next_at > $5) AND subject IN ({})",
        parameters(6, keys.len())
    );
    let mut query = sqlx::query_as::<_, (String, String, i64, i64)>(sqlx::AssertSqlSafe(sql));
    query =
        query.bind(tenant.as_str().to_owned()).bind(LIFETIME).bind(OPEN).bind(LIFETIME_CAP).bind(micros(now));
    for key in keys {
        query = query.bind(key.as_str().to_owned());
    }
    let rows = query.fetch_all(db.reader()).await?;
    let shut = |(subject, bucket, failures, next_at): (String, String, i64, i64)| ShutBucket {
        is_over_all: bucket == LIFETIME,
        until: (failures < LIFETIME_CAP).then(|| time(next_at)),
        subject,
    };
    Ok(rows.into_iter().map(shut).collect())
}

/// The next guess waits for nothing any more. The counts stay: after a wrong one the wait is what it would have been.
pub async fn end_wait(change: &mut Change<'_>, key: &RateLimitKey) -> Result<()> {
    lock_lifetime(change, key).await?;
    let tenant = change.tenant().clone();
    sqlx::query("UPDATE throttles SET next_at = 0 WHERE tenant_id = $1 AND subject = $2 AND failures < $3")
        .bind(tenant.as_str())
        .bind(key.as_str())
        .bind(LIFETIME_CAP)
        .execute(change.conn())
        .await?;
    Ok(())
}

/// Forgets a subject: its factor was bound anew.
pub async fn forget(change: &mut Change<'_>, key: &RateLimitKey) -> Result<()> {
    lock_lifetime(change, key).await?;
    let tenant = change.tenant().clone();
    sqlx::query("DELETE FROM throttles WHERE tenant_id = $1 AND subject = $2")
        .bind(tenant.as_str())
        .bind(key.as_str())
        .execute(change.conn())
        .await?;
    Ok(())
}

/// Deletes counts that say nothing any more.
pub async fn delete_expired(change: &mut Change<'_>, before: Timestamp) -> Result<()> {
    sqlx::query("DELETE FROM throttles WHERE tenant_id = $1 AND kept_until < $2")
        .bind(change.tenant().as_str().to_owned())
        .bind(micros(before))
        .execute(change.conn())
        .await?;
    Ok(())
}

/// Whoever works on a key's rows locks this one first, so that no two wait for each other.
async fn lock_lifetime(change: &mut Change<'_>, key: &RateLimitKey) -> Result<()> {
    let (tenant, lock) = (change.tenant().clone(), change.row_lock());
    if lock.is_empty() {
        return Ok(());
    }
    let sql =
        format!("SELECT bucket FROM throttles WHERE tenant_id = $1 AND subject = $2 AND bucket = $3{lock}");
    sqlx::query(sqlx::AssertSqlSafe(sql))
        .bind(tenant.as_str())
        .bind(key.as_str())
        .bind(LIFETIME)
        .fetch_optional(change.conn())
        .await?;
    Ok(())
}

/// Makes sure the row is there and locks it. The no-op update is what makes PostgreSQL queue the parallel guesses;
/// on SQLite the write transaction already does.
async fn touch(change: &mut Change<'_>, key: &RateLimitKey, bucket: &str) -> Result<(i64, Timestamp)> {
    let (tenant, kept_until) = (change.tenant().clone(), micros(key.kept_until(change.at())));
    let (failures, next_at): (i64, i64) = sqlx::query_as(
        "INSERT INTO throttles (tenant_id, subject, bucket, failures, next_at, kept_until) VALUES ($1, $2, $3, 0, 0, $4) \
         ON CONFLICT (tenant_id, subject, bucket) DO UPDATE SET failures = throttles.failures \
         RETURNING failures, next_at",
    )
    .bind(tenant.as_str())
    .bind(key.as_str())
    .bind(bucket)
    .bind(kept_until)
    .fetch_one(change.conn())
    .await?;
    Ok((failures, time(next_at)))
}

/// The same for the lifetime count and a bucket, in this order.
async fn touch_both(
    change: &mut Change<'_>,
    key: &RateLimitKey,
    bucket: &str,
) -> Result<[(i64, Timestamp); 2]> {
    let (tenant, kept_until) = (change.tenant().clone(), micros(key.kept_until(change.at())));
    let rows: Vec<(String, i64, i64)> = sqlx::query_as(
        "INSERT INTO throttles (tenant_id, subject, bucket, failures, next_at, kept_until) \
         VALUES ($1, $2, $3, 0, 0, $5), ($1, $2, $4, 0, 0, $5) \
         ON CONFLICT (tenant_id, subject, bucket) DO UPDATE SET failures = throttles.failures \
         RETURNING bucket, failures, next_at",
    )
    .bind(tenant.as_str())
    .bind(key.as_str())
    .bind(LIFETIME)
    .bind(bucket)
    .bind(kept_until)
    .fetch_all(change.conn())
    .await?;
    let of = |name: &str| {
        let row = rows.iter().find(|(bucket, ..)| bucket == name);
        row.map(|(_, failures, next_at)| (*failures, time(*next_at))).ok_or(StoreError::NotFound)
    };
    Ok([of(LIFETIME)?, of(bucket)?])
}

/// One more guess, in the bucket and in the lifetime count.
async fn count(change: &mut Change<'_>, key: &RateLimitKey, bucket: &str, next_at: Timestamp) -> Result<()> {
    let (tenant, kept_until) = (change.tenant().clone(), micros(key.kept_until(change.at())));
    sqlx::query(
        "UPDATE throttles SET failures = failures + 1, next_at = CASE WHEN bucket = $3 THEN $5 ELSE 0 END, kept_until = $6 \
         WHERE tenant_id = $1 AND subject = $2 AND bucket IN ($3, $4)",
    )
    .bind(tenant.as_str())
    .bind(key.as_str())
    .bind(bucket)
    .bind(LIFETIME)
    .bind(micros(next_at))
    .bind(kept_until)
    .execute(change.conn())
    .await?;
    Ok(())
}
