//! `/forgotten-password`: the ways on. Alike for everybody: nothing is asked, and nobody is looked up.

use axum::response::Response;
use serde::Serialize;

use crate::scope::Scope;
use crate::web::page::PageView;
use crate::web::problem::Problem;
use crate::web::router::render;

/// The same in every state.
#[derive(Serialize)]
pub struct ForgottenPasswordPage {}

impl PageView for ForgottenPasswordPage {
    const TEMPLATE: &'static str = "signin/forgotten_password.html";
}

/// `GET /forgotten-password`
pub async fn show(scope: Scope) -> Result<Response, Problem> {
    render(&scope, None, ForgottenPasswordPage {})
}
