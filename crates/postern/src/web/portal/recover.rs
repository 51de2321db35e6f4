//! `/recover`: who are you? The answer is alike for friends and strangers.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use serde_json::json;

use super::options;
use crate::app::App;
use crate::web::extract::Form;
use crate::web::problem::Problem;
use crate::web::router::render;

/// The form.
#[derive(Deserialize)]
pub struct RecoverForm {
    login: String,
}

/// `GET /recover`
pub async fn show(State(app): State<Arc<App>>) -> Result<Response, Problem> {
    render(&app, None, "portal/recover.html", json!({}))
}

/// `POST /recover`: nothing is looked up, so nothing can leak.
pub async fn submit(State(app): State<Arc<App>>, Form(form): Form<RecoverForm>) -> Result<Response, Problem> {
    options::page(&app, &options::anybody(&form.login))
}
