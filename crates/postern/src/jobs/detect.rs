//! Analyses sign-in records as they come: our own and those taken in, on every node for itself. What a node knows it can
//! make anew from the tables; what it finds is kept once, whoever finds it first.

mod analysed_records;
mod rebuild;

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use postern_core::id::TenantId;
use tokio::sync::watch as stopping;
use tokio::task::JoinHandle;
use tokio::time::Instant;
use tracing::Instrument as _;

use crate::actions::ActionError;
use crate::actions::notify_seniors::notify_of_the_rest;
use crate::actions::record_finding::{Found, record_finding};
use crate::app::App;
use crate::scope::Scope;
use crate::store::{StoreError, findings};
use analysed_records::AnalysedRecords;
use rebuild::rebuild;

const EVERY: Duration = Duration::from_millis(500);
/// A flood of records wakes it no more often than this.
const AT_MOST_EVERY: Duration = Duration::from_millis(50);
/// A watch is made anew after so long: what is older than the look-back is forgotten then.
const LIFE: Duration = Duration::from_hours(24);
/// After a rebuild the next one waits so many times as long as it took: a log that keeps coming late must not keep a
/// node from everything else.
const PAUSE: u32 = 10;
const LEAST_PAUSE: Duration = Duration::from_millis(200);
const MOST_PAUSE: Duration = Duration::from_mins(10);
/// So many findings wait for the database; the next rebuild finds the others again.
const MOST_PENDING: usize = 1_000;

/// Analyses until `stop` turns true: when a record wakes it, and twice a second.
pub async fn run(app: Arc<App>, mut stop: stopping::Receiver<bool>) {
    let mut detectors: HashMap<TenantId, DetectionJob> = HashMap::new();
    while !*stop.borrow() {
        let mut next = HashMap::new();
        for scope in Scope::of_served(&app) {
            let detector = detectors.remove(&scope.tenant.id).unwrap_or_default();
            let span = tracing::info_span!("tenant", tenant = %scope.tenant.id);
            let id = scope.tenant.id.clone();
            // As a task of its own: a record that breaks the analysis takes only its own organisation's knowledge with it.
            match tokio::spawn(detector.look(scope).instrument(span)).await {
                Ok(detector) => drop(next.insert(id, detector)),
                Err(error) => {
                    tracing::error!(%error, tenant = %id, "the analysis of sign-in records broke; it begins anew");
                }
            }
        }
        // What is left belongs to organisations that are not served any more.
        detectors = next;
        tokio::time::sleep(AT_MOST_EVERY).await;
        tokio::select! {
            () = app.jobs.records.notified() => {}
            () = tokio::time::sleep(EVERY) => {}
            changed = stop.changed() => if changed.is_err() { break },
        }
    }
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
}

impl Drop for DetectionJob {
    fn drop(&mut self) {
        if let Some(building) = &self.building {
            building.abort();
        }
    }
}

impl DetectionJob {
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
        notify_of_the_rest(scope).await?;
        let open = findings::count_open_incidents(&scope.app.db, &scope.tenant.id).await?;
        scope.tenant.activity.open_incidents.store(open, Ordering::Relaxed);
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
