//! Works off the table of jobs. A kind has slots of its own, and an organisation has one of them at a time: neither a mail
//! server that hangs nor an organisation with very many messages keeps anything else waiting.
//!
//! Idle, it asks one question a second for all organisations together.

mod outcomes;

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use postern_core::id::TenantId;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::Instant;
use tracing::Instrument as _;

use outcomes::Outcomes;
pub use outcomes::{JobError, JobOutcome};

use super::deliver_message::{self, Carriers};
use super::deliver_push::{self, PushServices};
use super::{
    announce_openings, find_floods, grant_powers, lapse_cases, notify_seniors, publish_checkpoint,
    review_trusted_contacts, set_passwords, start_holds, sweep,
};
use crate::app::App;
use crate::job::{Job, JobKind};
use crate::scope::Scope;
use crate::store::jobs::{self, DueJobs, JobRow, Lease, Troubles};
use crate::store::outbox::{self, Message};
use crate::store::{StoreError, micros};

/// Looked at again after so long, where nothing wakes it: for what other nodes left, and what time makes due.
const EVERY: Duration = Duration::from_secs(1);
/// What is left and what ends within so long is looked at together.
const GATHERED: Duration = Duration::from_millis(20);
/// Organisations that are served at once, of each kind.
const SLOTS: usize = 32;
/// More than all slots together: those that are being served don't fill the list.
const MOST_DUE: i64 = 500;
/// Leased together. Each of them may take as long as a mail server that does not answer.
const BATCH: i64 = 10;
const LOOK_FOR_STUCK_EVERY: Duration = Duration::from_secs(5);
const LEASE: SignedDuration = SignedDuration::from_mins(5);
/// Of that, what has to be left where a piece of work is begun: longer than a mail server is waited for.
const LEAST_LEASE: SignedDuration = SignedDuration::from_secs(30);
/// When the program stops, what is under way has so long to end.
const LAST_JOBS: Duration = Duration::from_secs(10);

/// Works off jobs until `stop` turns true.
pub async fn run(app: Arc<App>, mut stop: watch::Receiver<bool>) {
    let (carriers, services) = (Arc::new(Carriers::new(&app)), Arc::new(PushServices::new(&app)));
    let workers = Workers { carriers, services, app, stop: stop.clone() };
    let (mut busy, mut tasks) = (HashSet::new(), JoinSet::new());
    let mut looked: Option<Instant> = None;
    while !*stop.borrow_and_update() {
        if looked.is_none_or(|last| last.elapsed() >= LOOK_FOR_STUCK_EVERY) {
            looked = Some(Instant::now());
            if let Err(error) = workers.look_for_stuck().await {
                tracing::error!(%error, "messages that wait were not looked for; trying again");
            }
        }
        if let Err(error) = workers.begin_due(&mut busy, &mut tasks).await {
            tracing::error!(%error, "the table of jobs was not read; trying again");
        }
        tokio::select! {
            () = workers.app.jobs.due.notified() => {}
            () = tokio::time::sleep(EVERY) => {}
            Some(Ok(ended)) = tasks.join_next() => { busy.remove(&ended); }
            _ = stop.wait_for(|stop| *stop) => {}
        }
        tokio::time::sleep(GATHERED).await;
        while let Some(Ok(ended)) = tasks.try_join_next() {
            busy.remove(&ended);
        }
    }
    let rest = async { while tasks.join_next().await.is_some() {} };
    if tokio::time::timeout(LAST_JOBS, rest).await.is_err() {
        tracing::warn!("some jobs were under way; they are begun again when their lease has ended");
    }
}

#[derive(Clone)]
struct Workers {
    app: Arc<App>,
    carriers: Arc<Carriers>,
    services: Arc<PushServices>,
    stop: watch::Receiver<bool>,
}

impl Workers {
    /// Notes where messages have waited for long or jobs were given up, for the head of each page.
    async fn look_for_stuck(&self) -> Result<(), StoreError> {
        let now = self.app.clock.now();
        let before = now.saturating_sub(Job::STUCK_AFTER).unwrap_or(now);
        let troubles = jobs::list_troubles(&self.app.db, before).await?.into_iter();
        let troubles: HashMap<TenantId, Troubles> = troubles.map(|of| (of.tenant.clone(), of)).collect();
        for tenant in self.app.tenants.list() {
            let troubles = troubles.get(&tenant.id);
            let since = troubles.and_then(|of| of.waits_since).map_or(0, micros);
            tenant.activity.messages_wait_since.store(since, Ordering::Relaxed);
            tenant.activity.dead_jobs.store(troubles.map_or(0, |of| of.dead), Ordering::Relaxed);
        }
        Ok(())
    }

    /// Begins what is due, as far as there are slots.
    async fn begin_due(
        &self,
        busy: &mut HashSet<DueJobs>,
        tasks: &mut JoinSet<DueJobs>,
    ) -> Result<(), StoreError> {
        loop {
            let mut room: HashMap<JobKind, usize> = JobKind::ALL.iter().map(|kind| (*kind, SLOTS)).collect();
            for due in busy.iter() {
                room.entry(due.kind).and_modify(|room| *room = room.saturating_sub(1));
            }
            // In one order always: the list is part of the statement's text, and a new text is prepared anew.
            let has_room = |kind: &JobKind| room.get(kind).is_some_and(|room| *room > 0);
            let free: Vec<JobKind> = JobKind::ALL.iter().copied().filter(has_room).collect();
            let due = jobs::list_due(&self.app.db, &free, self.app.clock.now(), MOST_DUE).await?;
            // A kind that has filled its slots leaves the next list to the others.
            let is_cut = i64::try_from(due.len()) == Ok(MOST_DUE);
            let mut begun = 0_usize;
            for due in due {
                let left = room.entry(due.kind).or_default();
                if *left == 0 || busy.contains(&due) {
                    continue;
                }
                *left -= 1;
                begun += 1;
                busy.insert(due.clone());
                tasks.spawn(self.clone().work_off(due));
            }
            if begun == 0 || !is_cut {
                return Ok(());
            }
        }
    }

    /// Does what an organisation has due of a kind, one batch. It never panics, so that the slot is free again.
    async fn work_off(self, due: DueJobs) -> DueJobs {
        let span = tracing::info_span!("job", tenant = %due.tenant, kind = due.kind.as_str());
        let work = self.clone().work_off_batch(due.clone());
        let done = tokio::spawn(work.instrument(span.clone())).await;
        let has_moved = span.in_scope(|| match done {
            Ok(Ok(has_moved)) => has_moved,
            Ok(Err(error)) => {
                tracing::error!(%error, "a job's outcome was not kept; it is done again");
                false
            }
            Err(error) => {
                tracing::error!(%error, "a worker broke; its jobs begin anew");
                false
            }
        });
        if !has_moved {
            // It is still due, and would be begun again at once: on a full disk, thousands of times a second.
            tokio::time::sleep(EVERY).await;
        }
        due
    }

    /// One batch: an organisation with thousands waiting stands in line again, behind who has waited longer. The answer:
    /// whether anything moved.
    async fn work_off_batch(self, due: DueJobs) -> Result<bool, StoreError> {
        let kind = due.kind;
        // Read anew each time: it may have been suspended, or its settings may have changed. One that another node has just
        // added is known a second later.
        let Some(tenant) = self.app.tenants.of_id(&due.tenant) else { return Ok(false) };
        let scope = Scope::of_job(&self.app, tenant);
        if scope.tenant.suspended_at.is_some() && !kind.runs_while_suspended() {
            return Ok(false);
        }
        if let Some((until, why)) = self.carriers.obstacle(&scope, kind) {
            // Without a way to do it, what is due waits, and counts no attempts.
            let mut change = scope.begin().await?;
            jobs::put_off_due(&mut change, kind, until, &why).await?;
            change.commit_unrecorded("jobs that can't be begun now").await?;
            return Ok(true);
        }
        let (rows, mut messages) = self.lease(&scope, kind).await?;
        if rows.is_empty() {
            return Ok(false);
        }
        let mut put_off: Option<(Timestamp, String)> = None;
        let mut outcomes = Outcomes::new(&self.app.node, kind);
        for row in &rows {
            let why = self.why_begin_no_more(&scope, outcomes.is_stuck());
            put_off = put_off.or_else(|| why.map(|why| (scope.now, why.to_owned())));
            let outcome = if let Some((until, why)) = &put_off {
                Err(JobError::PutOff(*until, why.clone()))
            } else {
                let (scope, message) = (scope.later(), messages.remove(&row.key));
                outcomes.wait_for(&scope, self.attempt(&scope, row, message)).await
            };
            if let Err(JobError::PutOff(until, why)) = &outcome {
                put_off = Some((*until, why.clone()));
            }
            outcomes.push(row, outcome);
        }
        outcomes.keep(&scope).await?;
        Ok(true)
    }

    /// Why the rest of a batch is left to a later one, if it is. `is_stuck`: the database took no outcome.
    fn why_begin_no_more(&self, scope: &Scope, is_stuck: bool) -> Option<&'static str> {
        let left = (scope.now + LEASE).duration_since(self.app.clock.now());
        if *self.stop.borrow() {
            return Some("The server was stopped.");
        }
        if is_stuck {
            return Some("The database took nothing more.");
        }
        // Who has it next would do it at the same time.
        (left < LEAST_LEASE).then_some("It took too long to come to it.")
    }

    /// Leases what is due of a kind; with the messages that it sends, by their ids.
    async fn lease(
        &self,
        scope: &Scope,
        kind: JobKind,
    ) -> Result<(Vec<JobRow>, HashMap<String, Message>), StoreError> {
        let mut change = scope.begin().await?;
        let lease = Lease { by: &self.app.node, until: scope.now + LEASE };
        let rows = jobs::lease(&mut change, kind, lease, BATCH).await?;
        let mut messages = HashMap::new();
        if kind.is_message() && !rows.is_empty() {
            let ids: Vec<&str> = rows.iter().map(|row| row.key.as_str()).collect();
            let read = outbox::list(&mut change, &ids).await?.into_iter();
            messages.extend(read.map(|message| (message.id.clone(), message)));
        }
        if !rows.is_empty() {
            change.commit_unrecorded("a lease of jobs").await?;
        }
        Ok((rows, messages))
    }

    /// As a task of its own: one that panics takes nothing with it.
    async fn attempt(
        &self,
        scope: &Scope,
        row: &JobRow,
        message: Option<Message>,
    ) -> Result<JobOutcome, JobError> {
        let job = row.job().map_err(|_| JobError::GiveUp("Its arguments can't be read.".to_owned()))?;
        let (workers, scope) = (self.clone(), scope.clone());
        let work = async move { workers.work(&scope, job, message).await };
        tokio::spawn(work.in_current_span()).await.unwrap_or_else(|error| {
            tracing::error!(%error, "a job broke; trying again");
            Err(JobError::Retry("It broke. The server's log says why.".to_owned()))
        })
    }

    async fn work(&self, scope: &Scope, job: Job, message: Option<Message>) -> Result<JobOutcome, JobError> {
        let next = match job {
            Job::DeliverMail { .. } | Job::DeliverText { .. } => {
                return deliver_message::deliver(scope, &self.carriers, message).await;
            }
            Job::DeliverPush { request } => {
                return deliver_push::deliver_push(scope, &self.services, &request).await;
            }
            Job::GrantPowers => grant_powers::grant_powers(scope).await?,
            Job::SetPasswords => set_passwords::set_passwords(scope).await?,
            Job::StartHolds => start_holds::start_holds(scope).await?,
            Job::LapseCases => lapse_cases::lapse_cases(scope).await?,
            Job::AnnounceOpenings => announce_openings::announce_openings(scope).await?,
            Job::FindFloods => find_floods::find_floods(scope).await?,
            Job::ReviewTrustedContacts => review_trusted_contacts::review_trusted_contacts(scope).await?,
            Job::NotifySeniors => notify_seniors::notify_seniors(scope).await?,
            Job::PublishCheckpoint => publish_checkpoint::publish_checkpoint(scope).await?,
            Job::Sweep => sweep::sweep(scope).await?,
        };
        Ok(JobOutcome::Next(next))
    }
}
