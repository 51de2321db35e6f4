//! What became of jobs: kept in one change for many, and soon after the first of them ended, because what went out and was not
//! kept goes out again.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::time::Instant;

use crate::actions::ActionError;
use crate::job::JobKind;
use crate::scope::Scope;
use crate::store::jobs::{self, FailedAttempt, JobRow};
use crate::store::{Change, StoreError, outbox};

/// Others are waited for so long.
const KEPT_WITHIN: Duration = Duration::from_millis(100);
/// What the database does not take is offered again, so many times in all, with a longer pause each time.
const OFFERED: u32 = 4;
const PAUSE: Duration = Duration::from_millis(200);
/// After so many attempts, over some 16 hours, a message waits for somebody who lets it run again.
const MOST_ATTEMPTS: i64 = 16;
/// Recurring work rests at least so long: what failed in it is tried again then.
const LEAST_PAUSE: SignedDuration = SignedDuration::from_secs(5);

/// What became of a piece of work.
pub enum JobOutcome {
    /// A message was accepted; in development its text is kept.
    Delivered {
        /// Whether `/dev/outbox` still shows what it said.
        keep_text: bool,
    },
    /// What a message said counts no more: it is not sent, and its text is wiped.
    Withdrawn,
    /// Recurring work is done for now. `None`: until a change wakes it.
    Next(Option<Timestamp>),
}

/// Why a piece of work was not done. Whoever meets the error says what follows.
pub enum JobError {
    /// It may go well later.
    Retry(String),
    /// It could not even be begun, and neither can others like it until then.
    PutOff(Timestamp, String),
    /// It never will.
    GiveUp(String),
}

impl From<ActionError> for JobError {
    fn from(error: ActionError) -> Self {
        tracing::error!(?error, "a job failed; trying again");
        Self::Retry("It failed. The server's log says why.".to_owned())
    }
}

impl From<StoreError> for JobError {
    fn from(error: StoreError) -> Self {
        Self::from(ActionError::from(error))
    }
}

/// Outcomes of one batch that are not kept yet.
pub(super) struct Outcomes<'a> {
    node: &'a str,
    kind: JobKind,
    ended: Vec<(&'a JobRow, Result<JobOutcome, JobError>)>,
    /// When the first of them ended.
    since: Instant,
    /// Whether the database took nothing more: what is begun now may go out again.
    is_stuck: bool,
}

impl<'a> Outcomes<'a> {
    /// None yet, of jobs of this kind that are leased by this node.
    pub(super) fn new(node: &'a str, kind: JobKind) -> Self {
        Self { node, kind, ended: Vec::new(), since: Instant::now(), is_stuck: false }
    }

    /// Whether the database took nothing more.
    pub(super) fn is_stuck(&self) -> bool {
        self.is_stuck
    }

    /// One more has ended.
    pub(super) fn push(&mut self, row: &'a JobRow, outcome: Result<JobOutcome, JobError>) {
        if self.ended.is_empty() {
            self.since = Instant::now();
        }
        self.ended.push((row, outcome));
    }

    /// Waits for the next one; what ended before is kept meanwhile if that takes long.
    pub(super) async fn wait_for<T>(&mut self, scope: &Scope, next: impl Future<Output = T>) -> T {
        let mut next = std::pin::pin!(next);
        if self.ended.is_empty() {
            return next.await;
        }
        let left = KEPT_WITHIN.saturating_sub(self.since.elapsed());
        if let Ok(ended) = tokio::time::timeout(left, &mut next).await {
            return ended;
        }
        self.is_stuck = self.keep(scope).await.is_err();
        next.await
    }

    /// Keeps what ended.
    pub(super) async fn keep(&mut self, scope: &Scope) -> Result<(), StoreError> {
        if self.ended.is_empty() {
            return Ok(());
        }
        for offered in 1..OFFERED {
            let Err(error) = self.save(&scope.later()).await else {
                self.ended.clear();
                return Ok(());
            };
            tracing::warn!(%error, "what became of jobs was not kept; it is offered again");
            tokio::time::sleep(PAUSE * offered).await;
        }
        self.save(&scope.later()).await?;
        self.ended.clear();
        Ok(())
    }

    async fn save(&self, scope: &Scope) -> Result<(), StoreError> {
        let mut change = scope.begin().await?;
        let mut delivered: BTreeMap<bool, Vec<&JobRow>> = BTreeMap::new();
        let mut withdrawn: Vec<&JobRow> = Vec::new();
        for (row, outcome) in &self.ended {
            match outcome {
                Ok(JobOutcome::Delivered { keep_text }) => {
                    delivered.entry(*keep_text).or_default().push(row);
                }
                Ok(JobOutcome::Withdrawn) => withdrawn.push(row),
                Ok(JobOutcome::Next(next)) => self.save_recurring(&mut change, row, *next).await?,
                Err(error) => {
                    let failed = failed_attempt(scope.now, self.kind, row, error);
                    jobs::save_failure(&mut change, row, self.node, &failed).await?;
                }
            }
        }
        for (keep_text, rows) in delivered {
            jobs::finish_all(&mut change, &rows, self.node).await?;
            let messages: Vec<&str> = rows.iter().map(|row| row.key.as_str()).collect();
            outbox::mark_delivered(&mut change, &messages, keep_text).await?;
        }
        if !withdrawn.is_empty() {
            jobs::finish_all(&mut change, &withdrawn, self.node).await?;
            let messages: Vec<&str> = withdrawn.iter().map(|row| row.key.as_str()).collect();
            outbox::wipe(&mut change, &messages).await?;
        }
        change.commit_unrecorded("what became of jobs").await
    }

    async fn save_recurring(
        &self,
        change: &mut Change<'_>,
        row: &JobRow,
        next: Option<Timestamp>,
    ) -> Result<(), StoreError> {
        let is_settled = match next {
            Some(next) => jobs::reschedule(change, row, next.max(change.at() + LEAST_PAUSE)).await?,
            None => jobs::finish(change, row).await?,
        };
        if !is_settled {
            jobs::run_again(change, row, self.node).await?;
        }
        Ok(())
    }
}

/// What follows from an error.
fn failed_attempt<'a>(now: Timestamp, kind: JobKind, row: &JobRow, error: &'a JobError) -> FailedAttempt<'a> {
    let doublings = u32::try_from(row.attempts.saturating_sub(1)).unwrap_or(0).min(13);
    let wait = |first: i64, most: i64| now + SignedDuration::from_secs((first << doublings).min(most));
    match error {
        JobError::PutOff(until, why) => FailedAttempt::PutOff(*until, why),
        JobError::GiveUp(why) => FailedAttempt::Dead(why),
        JobError::Retry(why) if kind.is_message() && row.attempts >= MOST_ATTEMPTS => {
            FailedAttempt::Dead(why)
        }
        JobError::Retry(why) if kind.is_message() => FailedAttempt::Retry(wait(30, 7200), why),
        // What recurs is not given up for an error that may pass: it comes again by itself.
        JobError::Retry(why) => FailedAttempt::Retry(wait(3, 300), why),
    }
}
