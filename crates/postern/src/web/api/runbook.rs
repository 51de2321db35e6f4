//! The agent's runbook, for programs that show it beside a ticket.

use axum::Json;
use postern_core::policy::ViewDesk;

use super::errors::ReadErrors;
use super::input::PersonOnly;
use crate::actions::permit_on_tenant;
use crate::runbook::{RUNBOOK, Runbook};
use crate::scope::Scope;
use crate::web::problem::Problem;

/// `GET /api/v1/runbook`
#[utoipa::path(get, path = "/api/v1/runbook", tag = "cases", operation_id = "show_runbook",
    summary = "Read the runbook", description = "What agents do and say, of this version of Postern. A desk session only.",
    security(("session" = [])),
    responses((status = 200, description = "The runbook.", body = Runbook), ReadErrors))]
pub async fn show(scope: Scope, PersonOnly(caller): PersonOnly) -> Result<Json<&'static Runbook>, Problem> {
    permit_on_tenant::<ViewDesk>(&scope, &caller).await?;
    Ok(Json(&*RUNBOOK))
}
