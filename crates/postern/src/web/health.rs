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
        Ok(()) if no_log_goes_on(&app) => {
            (StatusCode::SERVICE_UNAVAILABLE, "the audit log does not go on; the log says why\n")
        }
        Ok(()) if app.jobs_down.load(Ordering::Relaxed) > 0 => {
            (StatusCode::SERVICE_UNAVAILABLE, "a job is down; the log says which\n")
        }
        Ok(()) if some_log_is_stuck(&app) => (
            StatusCode::OK,
            "ready; an organisation's audit log does not go on: the log says which and why\n",
        ),
        Ok(()) => (StatusCode::OK, "ready\n"),
        Err(error) => {
            tracing::error!(%error, "not ready");
            (StatusCode::SERVICE_UNAVAILABLE, "the database does not answer\n")
        }
    }
}

fn some_log_is_stuck(app: &App) -> bool {
    app.tenants.list().iter().any(|tenant| tenant.activity.audit_health.is_refusing())
}

/// Where one organisation's log is stuck, the others must not lose the server too.
fn no_log_goes_on(app: &App) -> bool {
    let tenants = app.tenants.list();
    !tenants.is_empty() && tenants.iter().all(|tenant| tenant.activity.audit_health.is_refusing())
}
