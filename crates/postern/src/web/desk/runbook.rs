//! `/desk/runbook`: what to do, and what to say.

use axum::response::Response;
use postern_core::policy::ViewDesk;
use serde_json::json;

use crate::actions::permit_on_tenant;
use crate::runbook::RUNBOOK;
use crate::scope::Scope;
use crate::web::extract::Signed;
use crate::web::problem::Problem;
use crate::web::router::render;

/// `GET /desk/runbook`
pub async fn show(scope: Scope, Signed(caller): Signed) -> Result<Response, Problem> {
    permit_on_tenant::<ViewDesk>(&scope, &caller).await?;
    render(&scope, Some(&caller), "desk/runbook.html", json!(*RUNBOOK))
}
