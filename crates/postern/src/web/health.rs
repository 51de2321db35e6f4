//! For those who watch: `/healthz` (the process lives) and `/readyz` (it can do its work).

use std::sync::Arc;
use std::sync::atomic::Ordering;

use axum::extract::State;
use axum::http::StatusCode;

use crate::app::App;

/// `GET /healthz`
pub async fn healthz() -> &'static str {
    "ok\n"
}

/// `GET /readyz`
pub async fn readyz(State(app): State<Arc<App>>) -> (StatusCode, &'static str) {
    match app.db.ping().await {
        Ok(()) if app.audit_health.is_refusing() => {
            (StatusCode::SERVICE_UNAVAILABLE, "the audit log does not go on; the log says why\n")
        }
        Ok(()) if app.jobs_down.load(Ordering::Relaxed) > 0 => {
            (StatusCode::SERVICE_UNAVAILABLE, "a job is down; the log says which\n")
        }
        Ok(()) => (StatusCode::OK, "ready\n"),
        Err(error) => {
            tracing::error!(%error, "not ready");
            (StatusCode::SERVICE_UNAVAILABLE, "the database does not answer\n")
        }
    }
}
