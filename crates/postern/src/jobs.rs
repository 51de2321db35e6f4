//! What runs beside the requests: messages are delivered, log entries get their place, sign-in records are judged, and
//! the watched folder is read. Three loops, each on a task of its own: a slow mail server keeps nobody from seeing an
//! attack, and a large log no entry from its place in the audit log.

pub mod deliver_outbox;
pub mod detect;
pub mod sequence_audit;
pub mod sweep;
pub mod watch_folder;

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use tokio::sync::watch;

use crate::actions::import_sign_ins::delete_left_over_uploads;
use crate::app::App;

/// A job that broke begins anew after so long.
const PAUSE: Duration = Duration::from_secs(3);
const SWEEP_EVERY: Duration = Duration::from_mins(10);

/// Runs the jobs until `stop` turns true.
pub async fn run(app: Arc<App>, stop: watch::Receiver<bool>) {
    let watching = async {
        if app.config.signals.import_folder.is_some() {
            keep_running(&app, "watched folder", &stop, watch_folder::run).await;
        }
    };
    tokio::join!(
        keep_running(&app, "messages and audit log", &stop, serve_changes),
        keep_running(&app, "judging of sign-in records", &stop, detect::run),
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
        let ended = tokio::spawn(work(Arc::clone(app), stop.clone())).await;
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

/// Messages and the audit log: when a change wakes it, and once a second.
async fn serve_changes(app: Arc<App>, mut stop: watch::Receiver<bool>) {
    let sender = deliver_outbox::Sender::new(&app);
    if let Err(error) = delete_left_over_uploads(&app).await {
        tracing::error!(%error, "uploads that were left half done are still there");
    }
    let mut swept = tokio::time::Instant::now();
    loop {
        if swept.elapsed() > SWEEP_EVERY {
            swept = tokio::time::Instant::now();
            if let Err(error) = sweep::sweep(&app).await {
                tracing::error!(%error, "what has run out was not swept; trying again");
            }
        }
        if let Err(error) = sequence_audit::sequence_audit(&app).await {
            tracing::error!(%error, "the audit log was not sequenced; trying again");
        }
        if let Err(error) = deliver_outbox::deliver_outbox(&app, &sender).await {
            tracing::error!(%error, "the outbox was not read; trying again");
        }
        tokio::select! {
            () = app.wake.notified() => {}
            () = tokio::time::sleep(Duration::from_secs(1)) => {}
            changed = stop.changed() => {
                if changed.is_err() || *stop.borrow() {
                    break;
                }
            }
        }
    }
    // What was confirmed before the stop is in the database; a last round saves the next start some work.
    if let Err(error) = sequence_audit::sequence_audit(&app).await {
        tracing::warn!(%error, "the last entries will be sequenced at the next start");
    }
}
