//! Analyses sign-in records as they come: our own and those taken in, on every node for itself. What a node knows it can
//! make anew from the tables; what it finds is kept once, whoever finds it first.

mod analysed_records;
mod rebuild;

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use tokio::sync::watch as stopping;
use tokio::task::JoinHandle;
use tokio::time::Instant;

use crate::actions::ActionError;
use crate::actions::record_finding::{Found, record_finding};
use crate::actions::tell_seniors::tell_of_the_rest;
use crate::app::App;
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
    let mut detector = DetectionJob::default();
    while !*stop.borrow() {
        if let Err(error) = detector.detect(&app).await {
            tracing::error!(%error, "sign-in records were not analysed; trying again");
        }
        tokio::time::sleep(AT_MOST_EVERY).await;
        tokio::select! {
            () = app.records.notified() => {}
            () = tokio::time::sleep(EVERY) => {}
            changed = stop.changed() => if changed.is_err() { break },
        }
    }
    if let Some(building) = detector.building {
        building.abort();
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

impl DetectionJob {
    async fn detect(&mut self, app: &Arc<App>) -> Result<(), ActionError> {
        self.build(app);
        if self.building.as_ref().is_some_and(JoinHandle::is_finished) {
            self.take_over().await?;
        }
        if let Some(watch) = &mut self.watch {
            let taken = watch.take_new(app).await;
            self.is_stale |= watch.is_stale();
            taken?;
            self.pending.extend(watch.found());
        }
        self.keep(app).await;
        tell_of_the_rest(app).await?;
        let open = findings::count_open_incidents(&app.db, &app.tenant).await?;
        app.open_incidents.store(open, Ordering::Relaxed);
        Ok(())
    }

    /// Makes the watch anew where that is due; the old one goes on meanwhile.
    fn build(&mut self, app: &Arc<App>) {
        let is_old = self.began.is_some_and(|began| began.elapsed() > LIFE);
        let is_wanted = self.watch.is_none() || self.is_stale || is_old;
        let is_due = self.not_before.is_none_or(|not_before| Instant::now() >= not_before);
        if self.building.is_none() && is_wanted && is_due {
            self.began = Some(Instant::now());
            self.building = Some(tokio::spawn(rebuild(Arc::clone(app))));
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
    async fn keep(&mut self, app: &App) {
        let mut failed = Vec::new();
        for found in std::mem::take(&mut self.pending) {
            match record_finding(app, &found).await {
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
