//! `/desk/runbook`: what to do, and what to say.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use postern_core::policy::ViewDesk;
use serde_json::json;

use crate::actions::permit_on_tenant;
use crate::app::App;
use crate::runbook::RUNBOOK;
use crate::web::extract::Signed;
use crate::web::problem::Problem;
use crate::web::router::render;

/// `GET /desk/runbook`
pub async fn show(State(app): State<Arc<App>>, Signed(caller): Signed) -> Result<Response, Problem> {
    permit_on_tenant::<ViewDesk>(&app, &caller).await?;
    render(&app, Some(&caller), "desk/runbook.html", json!(*RUNBOOK))
}
