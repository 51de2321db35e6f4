//! `/recover`: who are you? The answer is alike for friends and strangers.

use axum::response::Response;
use serde::{Deserialize, Serialize};

use super::options;
use crate::scope::Scope;
use crate::web::extract::Form;
use crate::web::page::PageView;
use crate::web::problem::Problem;
use crate::web::router::render;

/// The form.
#[derive(Deserialize)]
pub struct RecoverForm {
    login: String,
}

/// The page always looks the same.
#[derive(Serialize)]
pub struct RecoverPage {}

impl PageView for RecoverPage {
    const TEMPLATE: &'static str = "portal/recover.html";
}

/// `GET /recover`
pub async fn show(scope: Scope) -> Result<Response, Problem> {
    render(&scope, None, RecoverPage {})
}

/// `POST /recover`: nothing is looked up, so nothing can leak.
pub async fn submit(scope: Scope, Form(form): Form<RecoverForm>) -> Result<Response, Problem> {
    render(&scope, None, options::anybody(&scope, &form.login).await?)
}
