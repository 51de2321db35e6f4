//! `/desk/runbook`: what to do, and what to say.

use axum::response::Response;
use postern_core::policy::ViewDesk;

use crate::actions::permit_on_tenant;
use crate::runbook::{RUNBOOK, Runbook};
use crate::scope::Scope;
use crate::web::extract::Signed;
use crate::web::page::PageView;
use crate::web::problem::Problem;
use crate::web::router::render;

impl PageView for Runbook {
    const TEMPLATE: &'static str = "desk/runbook.html";
}

/// `GET /desk/runbook`
pub async fn show(scope: Scope, Signed(caller): Signed) -> Result<Response, Problem> {
    permit_on_tenant::<ViewDesk>(&scope, &caller).await?;
    render(&scope, Some(&caller), &*RUNBOOK)
}
