//! `/recover`: who are you? The answer is alike for friends and strangers.

use axum::response::Response;
use serde::Deserialize;
use serde_json::json;

use super::options;
use crate::scope::Scope;
use crate::web::extract::Form;
use crate::web::problem::Problem;
use crate::web::router::render;

/// The form.
#[derive(Deserialize)]
pub struct RecoverForm {
    login: String,
}

/// `GET /recover`
pub async fn show(scope: Scope) -> Result<Response, Problem> {
    render(&scope, None, "portal/recover.html", json!({}))
}

/// `POST /recover`: nothing is looked up, so nothing can leak.
pub async fn submit(scope: Scope, Form(form): Form<RecoverForm>) -> Result<Response, Problem> {
    options::page(&scope, &options::anybody(&form.login))
}
