//! `/metrics`, at an address of its own (`metrics_listen`): the operator's alone, and no page of any organisation.

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use tokio::net::TcpListener;
use tokio::sync::watch;

use super::connections::{ConnectionLimits, accept_until};
use crate::app::App;

const OPEN_METRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// Serves until `stop` turns true.
pub async fn serve_metrics(app: Arc<App>, listener: TcpListener, stop: watch::Receiver<bool>) {
    let routes = Router::new().route("/metrics", get(show)).with_state(app);
    // A scrape under way when the server stops is of no use to anybody.
    drop(accept_until(stop, listener, routes, ConnectionLimits::default()).await);
}

async fn show(State(app): State<Arc<App>>) -> Response {
    match app.metrics.encode(&app.tenants, app.clock.now()) {
        Ok(text) => ([(header::CONTENT_TYPE, OPEN_METRICS)], text).into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}
