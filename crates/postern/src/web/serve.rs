//! Listening, and stopping gracefully.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::sync::watch;

use super::router;
use crate::app::App;
use crate::jobs;

/// Serves until `stop` turns true: running requests and jobs end first.
pub async fn serve(app: Arc<App>, listener: TcpListener, stop: watch::Receiver<bool>) -> std::io::Result<()> {
    let jobs = tokio::spawn(jobs::run(Arc::clone(&app), stop.clone()));
    let service = router(Arc::clone(&app)).into_make_service_with_connect_info::<SocketAddr>();
    let mut stopping = stop.clone();
    let graceful = async move {
        let _ = stopping.wait_for(|stop| *stop).await;
    };
    let server = axum::serve(listener, service).with_graceful_shutdown(graceful);
    let mut late = stop;
    let overdue = async move {
        let _ = late.wait_for(|stop| *stop).await;
        tokio::time::sleep(Duration::from_secs(10)).await;
    };
    tokio::select! {
        done = async { server.await } => done?,
        () = overdue => tracing::warn!("some requests did not end within 10 seconds"),
    }
    let _ = jobs.await;
    app.db.close().await;
    Ok(())
}
