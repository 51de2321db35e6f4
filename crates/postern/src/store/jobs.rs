//! Jobs: work that a change left for later. A row is leased in one change and settled in another, so that no transaction is
//! open while it is done; whoever dies in between holds it until its lease ends, and no longer.

use jiff::Timestamp;
use postern_core::id::TenantId;

use super::row::row;
use super::{Change, Db, Result, StoreError, in_pieces, micros, one_row, parameters, time, value_rows};
use crate::job::{Job, JobKind};

row! {
    /// A job as stored.
    pub struct JobRow {
        pub id: String,
        pub kind: String,
        pub key: String,
        pub payload: String,
        pub attempts: i64,
        pub dead_at: Option<i64>,
        pub last_error: Option<String>,
        pub version: i64,
    }
}

const COLUMNS: &str = "id, kind, key, payload, attempts, dead_at, last_error, version";

impl JobRow {
    /// The work and its arguments.
    pub fn job(&self) -> Result<Job> {
        serde_json::from_str(&self.payload).map_err(|_| StoreError::Corrupt("job"))
    }
}

/// What one organisation has waiting of one kind.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct DueJobs {
    /// Whose.
    pub tenant: TenantId,
    /// Which work.
    pub kind: JobKind,
}

/// These kinds in a list for a statement: words of ours, never anybody's input.
pub(super) fn words(which: impl Fn(JobKind) -> bool) -> String {
    let kinds = JobKind::ALL.iter().copied().filter(|kind| which(*kind));
    let words: Vec<String> = kinds.map(|kind| format!("'{}'", kind.as_str())).collect();
    words.join(", ")
}

/// Asks for jobs, each at a moment. One that is there already is woken for the earlier of the two moments; one that is being
/// worked on is done once more. Two of `jobs` never have the same kind and key.
pub(super) async fn upsert_all(change: &mut Change<'_>, jobs: &[(Job, Timestamp)]) -> Result<()> {
    let (tenant, at) = (change.tenant().clone(), micros(change.at()));
    for jobs in in_pieces(jobs) {
        let sql = format!(
            "INSERT INTO jobs (tenant_id, created_at, attempts, version, id, kind, key, payload, run_at) VALUES {} \
             ON CONFLICT (tenant_id, kind, key) DO UPDATE SET version = jobs.version + 1, \
             run_at = CASE WHEN jobs.run_at < excluded.run_at THEN jobs.run_at ELSE excluded.run_at END",
            value_rows("$1, $2, 0, 1", 3, 5, jobs.len())
        );
        let mut query = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(tenant.as_str()).bind(at);
        for (job, run_at) in jobs {
            let payload = serde_json::to_string(job).map_err(|_| StoreError::Corrupt("job"))?;
            query = query.bind(change.id()?).bind(job.kind().as_str()).bind(job.key().to_owned());
            query = query.bind(payload).bind(micros(*run_at));
        }
        query.execute(change.conn()).await?;
    }
    Ok(())
}

/// Which organisations have work of these kinds whose time has come, the longest waiting first. Those that are suspended
/// have none, but of the kinds that run all the same. The operator's own query: it crosses organisations.
pub async fn list_due(db: &Db, kinds: &[JobKind], now: Timestamp, most: i64) -> Result<Vec<DueJobs>> {
    if kinds.is_empty() {
        return Ok(Vec::new());
    }
    let sql = format!(
        "SELECT j.tenant_id, j.kind FROM jobs j JOIN tenants t ON t.id = j.tenant_id \
         WHERE j.dead_at IS NULL AND j.run_at <= $1 AND (j.leased_until IS NULL OR j.leased_until <= $1) \
         AND j.kind IN ({}) AND (t.suspended_at IS NULL OR j.kind IN ({})) \
         GROUP BY j.tenant_id, j.kind ORDER BY MIN(j.run_at), j.tenant_id LIMIT $2",
        words(|kind| kinds.contains(&kind)),
        words(JobKind::runs_while_suspended)
    );
    let rows: Vec<(String, String)> =
        sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(micros(now)).bind(most).fetch_all(db.reader()).await?;
    let due = rows.into_iter().map(|(tenant, kind)| {
        let kind = JobKind::parse(&kind).ok_or(StoreError::Corrupt("kind of job"))?;
        Ok(DueJobs { tenant: TenantId::new(tenant), kind })
    });
    due.collect()
}

/// Who works on a job, and for how long nobody else does.
#[derive(Clone, Copy)]
pub struct Lease<'a> {
    /// The process.
    pub by: &'a str,
    /// When it ends.
    pub until: Timestamp,
}

/// Leases what is due of a kind, the longest waiting first, at most `most`. Whoever gets a row back may do it.
pub async fn lease(
    change: &mut Change<'_>,
    kind: JobKind,
    lease: Lease<'_>,
    most: i64,
) -> Result<Vec<JobRow>> {
    let (tenant, at) = (change.tenant().clone(), micros(change.at()));
    // The condition stands twice: a second node that waited for the first one's row looks at it again.
    let sql = format!(
        "UPDATE jobs SET leased_by = $4, leased_until = $5, run_at = $5, attempts = attempts + 1, version = version + 1 \
         WHERE tenant_id = $1 AND dead_at IS NULL AND run_at <= $3 AND (leased_until IS NULL OR leased_until <= $3) \
         AND id IN (SELECT id FROM jobs WHERE tenant_id = $1 AND kind = $2 AND dead_at IS NULL AND run_at <= $3 \
         AND (leased_until IS NULL OR leased_until <= $3) ORDER BY run_at, id LIMIT $6) RETURNING {COLUMNS}"
    );
    let mut rows: Vec<JobRow> = sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(tenant.as_str())
        .bind(kind.as_str())
        .bind(at)
        .bind(lease.by)
        .bind(micros(lease.until))
        .bind(most)
        .fetch_all(change.conn())
        .await?;
    rows.sort_by(|a, b| a.id.cmp(&b.id));
    Ok(rows)
}

/// These are done: they are gone, but for one whose lease had ended and that somebody else has.
pub async fn finish_all(change: &mut Change<'_>, rows: &[&JobRow], by: &str) -> Result<()> {
    let tenant = change.tenant().clone();
    for rows in in_pieces(rows) {
        let sql = format!(
            "DELETE FROM jobs WHERE tenant_id = $1 AND leased_by = $2 AND id IN ({})",
            parameters(3, rows.len())
        );
        let mut query = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(tenant.as_str()).bind(by);
        for row in rows {
            query = query.bind(&row.id);
        }
        query.execute(change.conn()).await?;
    }
    Ok(())
}

/// It is done: it is gone. False: the lease had ended, and somebody else has it, or it was woken meanwhile.
pub async fn finish(change: &mut Change<'_>, row: &JobRow) -> Result<bool> {
    let tenant = change.tenant().clone();
    let done = sqlx::query("DELETE FROM jobs WHERE tenant_id = $1 AND id = $2 AND version = $3")
        .bind(tenant.as_str())
        .bind(&row.id)
        .bind(row.version)
        .execute(change.conn())
        .await?;
    Ok(done.rows_affected() == 1)
}

/// It is done for now, and wants to be done again at `run_at`. False: as for [`finish`].
pub async fn reschedule(change: &mut Change<'_>, row: &JobRow, run_at: Timestamp) -> Result<bool> {
    let tenant = change.tenant().clone();
    let done = sqlx::query(
        "UPDATE jobs SET run_at = $4, leased_by = NULL, leased_until = NULL, attempts = 0, last_error = NULL, \
         version = version + 1 WHERE tenant_id = $1 AND id = $2 AND version = $3",
    )
    .bind(tenant.as_str())
    .bind(&row.id)
    .bind(row.version)
    .bind(micros(run_at))
    .execute(change.conn())
    .await?;
    Ok(done.rows_affected() == 1)
}

/// It was woken while it was being done: it is done once more, at once.
pub async fn run_again(change: &mut Change<'_>, row: &JobRow, by: &str) -> Result<()> {
    let (tenant, at) = (change.tenant().clone(), micros(change.at()));
    sqlx::query(
        "UPDATE jobs SET run_at = $4, leased_by = NULL, leased_until = NULL, attempts = 0, last_error = NULL, \
         version = version + 1 WHERE tenant_id = $1 AND id = $2 AND leased_by = $3",
    )
    .bind(tenant.as_str())
    .bind(&row.id)
    .bind(by)
    .bind(at)
    .execute(change.conn())
    .await?;
    Ok(())
}

/// What became of an attempt that did not succeed.
pub enum FailedAttempt<'a> {
    /// It is begun anew then.
    Retry(Timestamp, &'a str),
    /// It was not begun at all, and counts as no attempt; it is looked at again then.
    PutOff(Timestamp, &'a str),
    /// It is never begun again by itself.
    Dead(&'a str),
}

/// Keeps what became of an attempt, unless the lease had ended and somebody else has it.
pub async fn save_failure(
    change: &mut Change<'_>,
    row: &JobRow,
    by: &str,
    failed: &FailedAttempt<'_>,
) -> Result<()> {
    let (tenant, at) = (change.tenant().clone(), micros(change.at()));
    let (run_at, error, attempts, dead_at) = match failed {
        FailedAttempt::Retry(then, error) => (micros(*then), *error, row.attempts, None),
        FailedAttempt::PutOff(then, error) => (micros(*then), *error, row.attempts.saturating_sub(1), None),
        FailedAttempt::Dead(error) => (at, *error, row.attempts, Some(at)),
    };
    sqlx::query(
        "UPDATE jobs SET run_at = $4, last_error = $5, attempts = $6, dead_at = $7, leased_by = NULL, \
         leased_until = NULL, version = version + 1 WHERE tenant_id = $1 AND id = $2 AND leased_by = $3",
    )
    .bind(tenant.as_str())
    .bind(&row.id)
    .bind(by)
    .bind(run_at)
    .bind(error)
    .bind(attempts)
    .bind(dead_at)
    .execute(change.conn())
    .await?;
    Ok(())
}

/// Puts off everything of a kind that is due and that nobody works on: there is no way to do it now.
pub async fn put_off_due(change: &mut Change<'_>, kind: JobKind, until: Timestamp, why: &str) -> Result<()> {
    let (tenant, at) = (change.tenant().clone(), micros(change.at()));
    sqlx::query(
        "UPDATE jobs SET run_at = $4, last_error = $5, version = version + 1 WHERE tenant_id = $1 AND kind = $2 \
         AND dead_at IS NULL AND run_at <= $3 AND (leased_until IS NULL OR leased_until <= $3)",
    )
    .bind(tenant.as_str())
    .bind(kind.as_str())
    .bind(at)
    .bind(micros(until))
    .bind(why)
    .execute(change.conn())
    .await?;
    Ok(())
}

/// Messages that wait.
pub struct StuckMessages {
    /// Mail, or text and voice.
    pub kind: JobKind,
    /// How many.
    pub count: i64,
    /// Since when the oldest waits.
    pub oldest_at: Timestamp,
    /// What went wrong with one of them.
    pub last_error: Option<String>,
}

/// Messages that were left before then and have not gone out, by the way they go.
pub async fn list_stuck(db: &Db, tenant: &TenantId, before: Timestamp) -> Result<Vec<StuckMessages>> {
    let sql = format!(
        "SELECT kind, COUNT(*), MIN(created_at), MAX(last_error) FROM jobs WHERE tenant_id = $1 AND dead_at IS NULL \
         AND kind IN ({}) AND created_at < $2 GROUP BY kind ORDER BY kind",
        words(JobKind::is_message)
    );
    let rows: Vec<(String, i64, i64, Option<String>)> = sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(tenant.as_str())
        .bind(micros(before))
        .fetch_all(db.reader())
        .await?;
    let stuck = rows.into_iter().map(|(kind, count, oldest_at, last_error)| {
        let kind = JobKind::parse(&kind).ok_or(StoreError::Corrupt("kind of job"))?;
        Ok(StuckMessages { kind, count, oldest_at: time(oldest_at), last_error })
    });
    stuck.collect()
}

/// What keeps an organisation's work from being done.
pub struct Troubles {
    /// Whose.
    pub tenant: TenantId,
    /// Since when the oldest message waits that has not gone out.
    pub waits_since: Option<Timestamp>,
    /// Jobs that were given up.
    pub dead: i64,
}

/// Organisations in which messages wait that were left before then, or jobs are dead. The operator's own query: it crosses
/// organisations.
pub async fn list_troubles(db: &Db, before: Timestamp) -> Result<Vec<Troubles>> {
    let sql = format!(
        "SELECT tenant_id, MIN(CASE WHEN dead_at IS NULL THEN created_at END), COUNT(dead_at) FROM jobs \
         WHERE dead_at IS NOT NULL OR (kind IN ({}) AND created_at < $1) GROUP BY tenant_id",
        words(JobKind::is_message)
    );
    let rows: Vec<(String, Option<i64>, i64)> =
        sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(micros(before)).fetch_all(db.reader()).await?;
    let troubles = rows.into_iter().map(|(tenant, since, dead)| Troubles {
        tenant: TenantId::new(tenant),
        waits_since: since.map(time),
        dead,
    });
    Ok(troubles.collect())
}

/// Deletes what died before then: messages, and their texts with them. Recurring work stays until somebody lets it run
/// again: nothing else would ever begin it anew.
pub async fn delete_dead(change: &mut Change<'_>, before: Timestamp) -> Result<()> {
    let tenant = change.tenant().clone();
    let dead = format!("tenant_id = $1 AND dead_at < $2 AND kind IN ({})", words(JobKind::is_message));
    let wipe = format!(
        "UPDATE outbox SET body = '' WHERE tenant_id = $1 AND delivered_at IS NULL \
         AND id IN (SELECT key FROM jobs WHERE {dead})"
    );
    for sql in [wipe, format!("DELETE FROM jobs WHERE {dead}")] {
        let query = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(tenant.as_str()).bind(micros(before));
        query.execute(change.conn()).await?;
    }
    Ok(())
}

row! {
    /// A job that is dead, and the message that it should have sent, where it is one.
    pub struct DeadJob {
        pub id: String,
        pub kind: String,
        pub created_at: i64,
        pub attempts: i64,
        pub dead_at: i64,
        pub last_error: Option<String>,
        pub recipient: Option<String>,
        pub subject: Option<String>,
    }
}

/// Jobs that are dead, those that died last first, at most 200.
pub async fn list_dead(db: &Db, tenant: &TenantId) -> Result<Vec<DeadJob>> {
    let sql = format!(
        "SELECT j.id, j.kind, j.created_at, j.attempts, j.dead_at, j.last_error, o.recipient, o.subject FROM jobs j \
         LEFT JOIN outbox o ON o.tenant_id = j.tenant_id AND o.id = j.key AND j.kind IN ({}) \
         WHERE j.tenant_id = $1 AND j.dead_at IS NOT NULL ORDER BY j.dead_at DESC, j.id LIMIT 200",
        words(JobKind::is_message)
    );
    Ok(sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(tenant.as_str()).fetch_all(db.reader()).await?)
}

/// A dead job by its id.
pub async fn find_dead(db: &Db, tenant: &TenantId, id: &str) -> Result<Option<JobRow>> {
    let sql = format!("SELECT {COLUMNS} FROM jobs WHERE tenant_id = $1 AND id = $2 AND dead_at IS NOT NULL");
    let query = sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(tenant.as_str()).bind(id);
    Ok(query.fetch_optional(db.reader()).await?)
}

/// A dead job lives again, with all its attempts. `Conflict` when it is not dead.
pub async fn revive(change: &mut Change<'_>, id: &str) -> Result<()> {
    let (tenant, at) = (change.tenant().clone(), micros(change.at()));
    let done = sqlx::query(
        "UPDATE jobs SET dead_at = NULL, run_at = $3, attempts = 0, version = version + 1 \
         WHERE tenant_id = $1 AND id = $2 AND dead_at IS NOT NULL",
    )
    .bind(tenant.as_str())
    .bind(id)
    .bind(at)
    .execute(change.conn())
    .await?;
    one_row(&done)
}
