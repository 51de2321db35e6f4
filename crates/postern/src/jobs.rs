//! What runs beside the requests: messages are delivered, log entries get their place, sign-in records are judged, and
//! the watched folder is read. Three loops, so that a slow mail server keeps nobody from seeing an attack.

pub mod deliver_outbox;
pub mod detect;
pub mod sequence_audit;
pub mod sweep;
pub mod watch_folder;

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;

use crate::actions::import_sign_ins::delete_left_over_uploads;
use crate::app::App;

const SWEEP_EVERY: Duration = Duration::from_mins(10);

/// Runs the jobs until `stop` turns true.
pub async fn run(app: Arc<App>, stop: watch::Receiver<bool>) {
    tokio::join!(
        serve_changes(Arc::clone(&app), stop.clone()),
        detect::run(Arc::clone(&app), stop.clone()),
        watch_folder::run(app, stop),
    );
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
