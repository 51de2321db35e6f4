//! What runs beside the requests. Most of it are jobs: rows of one table, left by changes and worked off by `runner`. The rest
//! are loops on tasks of their own: organisations are read anew, log entries get their place, logs are checked, sign-in records
//! are analysed, the watched folder is read, and uploads that were left over are deleted. A mail server that hangs keeps no entry from its
//! place in the audit log, and nobody from seeing an attack.

mod announce_openings;
pub mod check_logs;
pub mod deliver_message;
pub mod deliver_push;
pub mod detect;
pub mod find_floods;
mod grant_powers;
pub mod lapse_cases;
mod notify_seniors;
mod publish_checkpoint;
mod review_trusted_contacts;
pub mod runner;
pub mod sequence_audit;
pub mod set_passwords;
pub mod start_holds;
pub mod sweep;
pub mod watch_folder;

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use tokio::sync::{Notify, watch};
use tokio::time::Instant;
use tracing::Instrument as _;

use crate::actions::import_sign_ins::delete_left_over_uploads;
use crate::app::App;
use crate::scope::Scope;
use crate::store::audit;

/// A job that broke begins anew after so long.
const PAUSE: Duration = Duration::from_secs(3);
/// A loop that nothing wakes looks again after so long.
const EVERY: Duration = Duration::from_secs(1);
/// Entries that another node left when it died are looked for after so long; its own wake a node.
const LEFT_EVERY: Duration = Duration::from_secs(2);
/// Entries of so long get their places together: a round costs for one entry what it costs for many.
const GATHERED: Duration = Duration::from_millis(100);
/// A log to which nothing is added is compared with what this node remembers of it after so long.
const COMPARE_EVERY: Duration = Duration::from_mins(10);
const UPLOADS_EVERY: Duration = Duration::from_mins(10);

/// Runs the jobs until `stop` turns true.
pub async fn run(app: Arc<App>, stop: watch::Receiver<bool>) {
    let watching = async {
        if app.config.signals.import_folder.is_some() {
            keep_running(&app, "watched folder", &stop, watch_folder::run).await;
        }
    };
    tokio::join!(
        keep_running(&app, "organisations", &stop, reload_tenants),
        keep_running(&app, "audit log", &stop, sequence_entries),
        keep_running(&app, "check of audit logs", &stop, check_logs::run),
        keep_running(&app, "jobs", &stop, runner::run),
        keep_running(&app, "left-over uploads", &stop, delete_uploads),
        keep_running(&app, "analysis of sign-in records", &stop, detect::run),
        watching,
    );
}

/// Runs a loop as a task of its own, so that none holds up another, and begins it anew after a pause when it ends or
/// panics. Meanwhile this server is not ready.
pub async fn keep_running<F: Future<Output = ()> + Send + 'static>(
    app: &Arc<App>,
    name: &'static str,
    stop: &watch::Receiver<bool>,
    work: impl Fn(Arc<App>, watch::Receiver<bool>) -> F,
) {
    let mut stop = stop.clone();
    // Whoever could say stop is gone too when the channel is closed.
    while !*stop.borrow_and_update() && stop.has_changed().is_ok() {
        let span = tracing::info_span!("job", name);
        let ended = tokio::spawn(work(Arc::clone(app), stop.clone()).instrument(span)).await;
        if *stop.borrow_and_update() || stop.has_changed().is_err() {
            break;
        }
        let why = ended.err().map_or_else(|| "it ended".to_owned(), |error| error.to_string());
        tracing::error!(job = name, why, "a job is down; it begins anew in a moment");
        app.jobs_down.fetch_add(1, Ordering::Relaxed);
        tokio::select! {
            () = tokio::time::sleep(PAUSE) => {}
            _ = stop.wait_for(|stop| *stop) => {}
        }
        app.jobs_down.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Does one piece of work for some organisations, one after the other, each as a task of its own: one that fails or
/// panics holds up no other.
async fn for_each<F>(scopes: Vec<Scope>, what: &'static str, work: impl Fn(Scope) -> F)
where
    F: Future<Output = Result<(), String>> + Send + 'static,
{
    for scope in scopes {
        let span = tracing::info_span!("tenant", tenant = %scope.tenant.id);
        let done = tokio::spawn(work(scope).instrument(span.clone())).await;
        let why = match done {
            Ok(Ok(())) => continue,
            Ok(Err(why)) => why,
            Err(broken) => broken.to_string(),
        };
        span.in_scope(|| tracing::error!(what, why, "a job failed; trying again"));
    }
}

/// Notices organisations that were added, renamed, moved, suspended or enabled, on this node or another.
async fn reload_tenants(app: Arc<App>, mut stop: watch::Receiver<bool>) {
    while !*stop.borrow() {
        if let Err(error) = app.tenants.reload(&app.db, app.clock.now()).await {
            tracing::error!(%error, "organisations were not read anew; trying again");
        }
        pause(&Notify::new(), EVERY, &mut stop).await;
    }
}

/// Gives entries their place: when a change wakes it, and every two seconds, in those organisations that have any. A suspended
/// one's too. No row in the table of jobs: every recorded change would write that one row, and wait for the one before it.
async fn sequence_entries(app: Arc<App>, mut stop: watch::Receiver<bool>) {
    let mut last_comparison: Option<Instant> = None;
    while !*stop.borrow() {
        // At the start, and now and then: whoever takes records out of a log that is at rest is seen too.
        let is_due = last_comparison.is_none_or(|last| last.elapsed() >= COMPARE_EVERY);
        if is_due {
            last_comparison = Some(Instant::now());
        }
        sequence(&app, is_due).await;
        pause(&Notify::new(), GATHERED, &mut stop).await;
        pause(&app.jobs.audit, LEFT_EVERY, &mut stop).await;
    }
    // What was confirmed before the stop is in the database; a last round saves the next start some work.
    sequence(&app, false).await;
}

async fn sequence(app: &Arc<App>, all: bool) {
    let waiting: HashSet<String> = match audit::list_tenants_with_unsequenced(&app.db).await {
        Ok(waiting) => waiting.into_iter().collect(),
        Err(error) => {
            tracing::error!(%error, "the audit logs were not looked at; trying again");
            return;
        }
    };
    let mut tenants = app.tenants.list();
    // One that does not go on is looked at again and again: somebody may have repaired it.
    tenants.retain(|tenant| {
        let is_stuck = tenant.activity.audit_health.is_refusing();
        all || is_stuck || waiting.contains(tenant.id.as_str())
    });
    let scopes = tenants.into_iter().map(|tenant| Scope::of_job(app, tenant)).collect();
    for_each(scopes, "sequencing the audit log", |scope| async move {
        sequence_audit::sequence_audit(&scope).await.map_err(|error| error.to_string())
    })
    .await;
}

/// On each node for itself: uploads are files of its own.
async fn delete_uploads(app: Arc<App>, mut stop: watch::Receiver<bool>) {
    while !*stop.borrow() {
        if let Err(error) = delete_left_over_uploads(&app).await {
            tracing::error!(?error, "left-over uploads were not deleted; trying again");
        }
        pause(&Notify::new(), UPLOADS_EVERY, &mut stop).await;
    }
}

/// Until it is woken, the time has passed, or the program stops.
async fn pause(wake: &Notify, time: Duration, stop: &mut watch::Receiver<bool>) {
    tokio::select! {
        () = wake.notified() => {}
        () = tokio::time::sleep(time) => {}
        _ = stop.wait_for(|stop| *stop) => {}
    }
}
