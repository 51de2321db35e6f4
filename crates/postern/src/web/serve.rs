//! Listening, and stopping gracefully.

use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::sync::watch;

use super::connections::{ConnectionLimits, accept_until};
use super::metrics::serve_metrics;
use super::router;
use crate::app::App;
use crate::jobs;

/// Requests that run when the server is to stop have so long to end.
const LAST_REQUESTS: Duration = Duration::from_secs(10);

/// Serves until `stop` turns true: running requests and jobs end first.
pub async fn serve(app: Arc<App>, listener: TcpListener, stop: watch::Receiver<bool>) -> std::io::Result<()> {
    if let Some(address) = app.config.metrics_listen {
        let named = |error| std::io::Error::other(format!("metrics_listen: {address}: {error}"));
        let listener = TcpListener::bind(address).await.map_err(named)?;
        tokio::spawn(serve_metrics(Arc::clone(&app), listener, stop.clone()));
    }
    let jobs = tokio::spawn(jobs::run(Arc::clone(&app), stop.clone()));
    let proxies = app.config.trusted_proxies.clone();
    let limits = ConnectionLimits { proxies, ..ConnectionLimits::default() };
    let open = accept_until(stop, listener, router(Arc::clone(&app)), limits).await;
    // Pages that are open are told nothing more: nobody waits for them.
    app.case_feeds.end();
    tokio::select! {
        () = open.shutdown() => {}
        () = tokio::time::sleep(LAST_REQUESTS) => tracing::warn!("some requests did not end within 10 seconds"),
    }
    let _ = jobs.await;
    app.db.close().await;
    Ok(())
}
