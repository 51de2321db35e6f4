//! What runs beside the requests: messages are delivered, log entries get their place, what ran out is swept, cases that
//! nobody moved in time are closed, sign-in records are analysed, and the watched folder is read. Each is a loop on a task of
//! its own: a mail server that hangs keeps no entry from its place in the audit log, and nobody from seeing an attack.

pub mod deliver_outbox;
pub mod detect;
pub mod find_floods;
pub mod lapse_cases;
pub mod sequence_audit;
pub mod start_holds;
pub mod sweep;
pub mod watch_folder;

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use tokio::sync::{Notify, watch};
use tracing::Instrument as _;

use crate::actions::announce_openings::announce_openings;
use crate::actions::decide_on_power::grant_due_powers;
use crate::actions::publish_checkpoint::publish_checkpoint;
use crate::app::App;
use crate::scope::Scope;
use deliver_outbox::Channels;

/// A job that broke begins anew after so long.
const PAUSE: Duration = Duration::from_secs(3);
/// A job that nothing wakes looks again after so long.
const EVERY: Duration = Duration::from_secs(1);
const GRANT_EVERY: Duration = Duration::from_secs(10);
const PUBLISH_EVERY: Duration = Duration::from_hours(24);
const LAPSE_EVERY: Duration = Duration::from_mins(1);
const SWEEP_EVERY: Duration = Duration::from_mins(10);

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
        keep_running(&app, "power that waits", &stop, grant_powers),
        keep_running(&app, "checkpoints", &stop, publish_checkpoints),
        keep_running(&app, "mail", &stop, |app, stop| deliver_messages(app, Channels::Mail, stop)),
        keep_running(&app, "text and voice", &stop, |app, stop| deliver_messages(app, Channels::Phone, stop)),
        keep_running(&app, "sweeping", &stop, sweep_regularly),
        keep_running(&app, "cases that lapse", &stop, lapse_regularly),
        keep_running(&app, "holds", &stop, start_holds_regularly),
        keep_running(&app, "openings of cases", &stop, watch_openings),
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

/// Gives entries their place: when a change wakes it, and once a second. A suspended organisation's too.
async fn sequence_entries(app: Arc<App>, mut stop: watch::Receiver<bool>) {
    let sequence = |scope: Scope| async move {
        sequence_audit::sequence_audit(&scope).await.map_err(|error| error.to_string())
    };
    while !*stop.borrow() {
        for_each(Scope::of_all(&app), "sequencing the audit log", sequence).await;
        pause(&app.jobs.audit, EVERY, &mut stop).await;
    }
    // What was confirmed before the stop is in the database; a last round saves the next start some work.
    for_each(Scope::of_all(&app), "sequencing the audit log once more", sequence).await;
}

/// Delivers what goes out one way: when a change wakes it, and once a second. What was written before an organisation was
/// suspended goes out too.
async fn deliver_messages(app: Arc<App>, channels: Channels, mut stop: watch::Receiver<bool>) {
    let mut deliveries = deliver_outbox::Deliveries::new(&app, channels);
    while !*stop.borrow() {
        if let Err(error) = deliveries.send_due(&app).await {
            tracing::error!(%error, "the outbox was not read; trying again");
        }
        let wake = if channels == Channels::Mail { &app.jobs.mail } else { &app.jobs.phone };
        pause(wake, EVERY, &mut stop).await;
    }
    deliveries.finish().await;
}

/// What nobody stopped in time takes effect; not in a suspended organisation, where nobody could.
async fn grant_powers(app: Arc<App>, mut stop: watch::Receiver<bool>) {
    while !*stop.borrow() {
        for_each(Scope::of_served(&app), "giving power whose time has come", |scope| async move {
            grant_due_powers(&scope).await.map_err(|error| format!("{error:?}"))
        })
        .await;
        pause(&Notify::new(), GRANT_EVERY, &mut stop).await;
    }
}

/// A checkpoint goes out at each start and every day.
async fn publish_checkpoints(app: Arc<App>, mut stop: watch::Receiver<bool>) {
    while !*stop.borrow() {
        for_each(Scope::of_served(&app), "publishing the newest checkpoint", |scope| async move {
            publish_checkpoint(&scope).await.map_err(|error| format!("{error:?}"))
        })
        .await;
        pause(&Notify::new(), PUBLISH_EVERY, &mut stop).await;
    }
}

async fn start_holds_regularly(app: Arc<App>, mut stop: watch::Receiver<bool>) {
    while !*stop.borrow() {
        for_each(Scope::of_served(&app), "looking at cases that wait for a notice", |scope| async move {
            start_holds::start_holds(&scope).await.map_err(|error| format!("{error:?}"))
        })
        .await;
        pause(&Notify::new(), EVERY, &mut stop).await;
    }
}

/// Tells owners of openings that were gathered, and finds floods of them.
async fn watch_openings(app: Arc<App>, mut stop: watch::Receiver<bool>) {
    let floods = Arc::new(find_floods::Floods::default());
    while !*stop.borrow() {
        for_each(Scope::of_served(&app), "telling of openings that were gathered", |scope| async move {
            announce_openings(&scope).await.map_err(|error| format!("{error:?}"))
        })
        .await;
        for_each(Scope::of_served(&app), "looking for floods of openings", |scope| {
            let floods = Arc::clone(&floods);
            async move { floods.find(&scope).await.map_err(|error| format!("{error:?}")) }
        })
        .await;
        pause(&Notify::new(), EVERY, &mut stop).await;
    }
}

async fn sweep_regularly(app: Arc<App>, mut stop: watch::Receiver<bool>) {
    while !*stop.borrow() {
        for_each(Scope::of_all(&app), "sweeping what has run out", |scope| async move {
            sweep::sweep(&scope).await.map_err(|error| format!("{error:?}"))
        })
        .await;
        pause(&Notify::new(), SWEEP_EVERY, &mut stop).await;
    }
}

/// Late or not, it lets nobody in: a case whose time is over reads as closed already.
async fn lapse_regularly(app: Arc<App>, mut stop: watch::Receiver<bool>) {
    while !*stop.borrow() {
        for_each(Scope::of_served(&app), "closing cases whose time is over", |scope| async move {
            lapse_cases::lapse_cases(&scope).await.map_err(|error| format!("{error:?}"))
        })
        .await;
        pause(&Notify::new(), LAPSE_EVERY, &mut stop).await;
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
