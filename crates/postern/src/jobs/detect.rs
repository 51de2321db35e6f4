//! Analyses sign-in records as they come: our own and those taken in, on every node for itself. What a node knows it can
//! make anew from the tables; what it finds is kept once, whoever finds it first.

mod analysed_records;
mod rebuild;

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use jiff::Timestamp;
use postern_core::id::TenantId;
use tokio::sync::watch as stopping;
use tokio::task::JoinHandle;
use tokio::time::Instant;
use tracing::Instrument as _;

use crate::actions::ActionError;
use crate::actions::record_finding::{Found, record_finding};
use crate::app::App;
use crate::scope::Scope;
use crate::store::{StoreError, arrivals, findings};
use analysed_records::{AnalysedRecords, COMMITTED_WITHIN};
use rebuild::rebuild;

/// Where nothing wakes it: for records that another node took in.
const EVERY: Duration = Duration::from_secs(2);
/// The open incidents are counted this often where this node found nothing: for those that another one opened or closed.
const COUNT_EVERY: Duration = Duration::from_secs(4);
/// A flood of records wakes it no more often than this.
const AT_MOST_EVERY: Duration = Duration::from_millis(50);
/// A watch is made anew after so long: what is older than the look-back is forgotten then.
const LIFE: Duration = Duration::from_hours(24);
/// After a rebuild the next one waits so many times as long as it took: a log that keeps coming late must not keep a
/// node from everything else.
const PAUSE: u32 = 10;
const LEAST_PAUSE: Duration = Duration::from_millis(200);
const MOST_PAUSE: Duration = Duration::from_mins(10);
/// A node looks this often at an organisation in which a record came within [`BUSY_FOR`], and else this often: what was
/// never answered shows when time has passed.
const BUSY_FOR: Duration = Duration::from_mins(10);
const LOOK_AGAIN: Duration = Duration::from_mins(1);
/// So many findings wait for the database; the next rebuild finds the others again.
const MOST_PENDING: usize = 1_000;

/// Analyses until `stop` turns true: when a record wakes it, and every two seconds. An organisation without records costs
/// nothing: one question for all of them says where some came.
pub async fn run(app: Arc<App>, mut stop: stopping::Receiver<bool>) {
    let mut detectors: HashMap<TenantId, DetectionJob> = HashMap::new();
    let (mut last_look, mut last_count): (Option<Timestamp>, Option<Instant>) = (None, None);
    while !*stop.borrow() {
        let arrived = arrived_since(&app, &mut last_look).await.unwrap_or_else(|error| {
            tracing::error!(%error, "new sign-in records were not looked for; trying again");
            HashSet::new()
        });
        let mut has_looked = false;
        let mut next = HashMap::new();
        for tenant in app.tenants.list() {
            let has_new = arrived.contains(&tenant.id);
            let known = detectors.remove(&tenant.id);
            if known.is_none() && !has_new {
                continue;
            }
            if tenant.suspended_at.is_some() {
                // It begins anew when the organisation is served again.
                next.insert(tenant.id.clone(), DetectionJob::default());
                continue;
            }
            let mut detector = known.unwrap_or_default();
            if has_new {
                detector.busy_until = Instant::now().checked_add(BUSY_FOR);
            }
            if !detector.is_due() {
                next.insert(tenant.id.clone(), detector);
                continue;
            }
            let span = tracing::info_span!("tenant", tenant = %tenant.id);
            let id = tenant.id.clone();
            let scope = Scope::of_job(&app, tenant);
            has_looked = true;
            // As a task of its own: a record that breaks the analysis takes only its own organisation's knowledge with it.
            match tokio::spawn(detector.look(scope).instrument(span)).await {
                Ok(detector) => drop(next.insert(id, detector)),
                Err(error) => {
                    tracing::error!(%error, tenant = %id, "the analysis of sign-in records broke; it begins anew");
                    next.insert(id, DetectionJob::in_a_while());
                }
            }
        }
        // What is left belongs to organisations that are not served any more.
        detectors = next;
        if has_looked || last_count.is_none_or(|last| last.elapsed() >= COUNT_EVERY) {
            last_count = Some(Instant::now());
            if let Err(error) = count_open_incidents(&app).await {
                tracing::error!(%error, "open incidents were not counted; trying again");
            }
        }
        tokio::time::sleep(AT_MOST_EVERY).await;
        tokio::select! {
            () = app.jobs.records.notified() => {}
            () = tokio::time::sleep(EVERY) => {}
            changed = stop.changed() => if changed.is_err() { break },
        }
    }
}

/// Organisations in which records were committed since the last look; at the first one, all that have any.
async fn arrived_since(
    app: &App,
    last_look: &mut Option<Timestamp>,
) -> Result<HashSet<TenantId>, StoreError> {
    let now = app.clock.now();
    let arrived = match *last_look {
        None => arrivals::list_tenants_with_records(&app.db).await?,
        Some(last) => {
            let since = last.saturating_sub(COMMITTED_WITHIN).unwrap_or(last);
            arrivals::list_tenants_since(&app.db, since).await?
        }
    };
    *last_look = Some(now);
    Ok(arrived)
}

/// For the head of each page.
async fn count_open_incidents(app: &App) -> Result<(), StoreError> {
    let open: HashMap<TenantId, i64> =
        findings::count_open_incidents_of_all(&app.db).await?.into_iter().collect();
    for tenant in app.tenants.list() {
        let count = open.get(&tenant.id).copied().unwrap_or_default();
        tenant.activity.open_incidents.store(count, Ordering::Relaxed);
    }
    Ok(())
}

type Building = JoinHandle<Result<AnalysedRecords, StoreError>>;

/// What one node knows.
#[derive(Default)]
struct DetectionJob {
    watch: Option<AnalysedRecords>,
    building: Option<Building>,
    /// A record came that belongs before others that were analysed.
    is_stale: bool,
    began: Option<Instant>,
    not_before: Option<Instant>,
    /// Found, and not kept yet.
    pending: Vec<Found>,
    /// Records came a short while before.
    busy_until: Option<Instant>,
    looked: Option<Instant>,
}

impl Drop for DetectionJob {
    fn drop(&mut self) {
        if let Some(building) = &self.building {
            building.abort();
        }
    }
}

impl DetectionJob {
    /// What broke breaks again, most likely: not at once.
    fn in_a_while() -> Self {
        let mut anew = Self::default();
        anew.not_before = Instant::now().checked_add(LOOK_AGAIN);
        anew
    }

    /// Whether it is time to look: records came, some work is under way or waits, or time has passed.
    fn is_due(&self) -> bool {
        let now = Instant::now();
        let is_busy = self.busy_until.is_some_and(|until| now < until);
        let is_working =
            self.watch.is_none() || self.building.is_some() || self.is_stale || !self.pending.is_empty();
        let waits_for_time = self.watch.as_ref().is_some_and(AnalysedRecords::waits_for_time);
        let rested = self.looked.is_none_or(|looked| looked.elapsed() >= LOOK_AGAIN);
        is_busy || is_working || waits_for_time || rested
    }

    async fn look(mut self, scope: Scope) -> Self {
        if let Err(error) = self.detect(&scope).await {
            tracing::error!(%error, "sign-in records were not analysed; trying again");
        }
        self
    }

    async fn detect(&mut self, scope: &Scope) -> Result<(), ActionError> {
        self.build(scope);
        if self.building.as_ref().is_some_and(JoinHandle::is_finished) {
            self.take_over().await?;
        }
        if let Some(watch) = &mut self.watch {
            let taken = watch.take_new(scope).await;
            self.is_stale |= watch.is_stale();
            taken?;
            self.pending.extend(watch.found());
        }
        self.keep(scope).await;
        self.looked = Some(Instant::now());
        Ok(())
    }

    /// Makes the watch anew where that is due; the old one goes on meanwhile.
    fn build(&mut self, scope: &Scope) {
        let is_old = self.began.is_some_and(|began| began.elapsed() > LIFE);
        let is_wanted = self.watch.is_none() || self.is_stale || is_old;
        let is_due = self.not_before.is_none_or(|not_before| Instant::now() >= not_before);
        if self.building.is_none() && is_wanted && is_due {
            self.began = Some(Instant::now());
            self.building = Some(tokio::spawn(rebuild(scope.clone())));
        }
    }

    async fn take_over(&mut self) -> Result<(), ActionError> {
        let Some(building) = self.building.take() else { return Ok(()) };
        let took = self.began.map_or(Duration::ZERO, |began| began.elapsed());
        self.not_before = Instant::now().checked_add((took * PAUSE).clamp(LEAST_PAUSE, MOST_PAUSE));
        match building.await {
            Ok(watch) => self.watch = Some(watch?),
            Err(error) => return Err(ActionError::Internal(format!("analysing records anew: {error}"))),
        }
        // What the old one missed is in the new one, or the new one will notice it too.
        self.is_stale = false;
        Ok(())
    }

    /// Keeps what was found. What cannot be kept now is tried again.
    async fn keep(&mut self, scope: &Scope) {
        let mut failed = Vec::new();
        for found in std::mem::take(&mut self.pending) {
            match record_finding(scope, &found).await {
                Ok(()) => {}
                // Another node was faster; the next look sees what it kept.
                Err(ActionError::Conflict) => failed.push(found),
                Err(error) => {
                    tracing::error!(?error, rule = %found.finding.rule, "a finding was not kept; trying again");
                    failed.push(found);
                }
            }
        }
        failed.truncate(MOST_PENDING);
        self.pending = failed;
    }
}
