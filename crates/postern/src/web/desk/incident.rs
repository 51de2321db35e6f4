//! `/desk/incidents/{id}`: one finding with what backs it, and the form that closes it.

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use postern_core::policy::ViewDesk;
use serde::{Deserialize, Serialize};

use crate::actions::close_finding::{Which, close_finding};
use crate::actions::{ActionError, Caller, permit_on_tenant};
use crate::scope::Scope;
use crate::web::api::incident_view::{EvidenceQuery, IncidentDetail};
use crate::web::extract::{Form, Query, Signed};
use crate::web::page::PageView;
use crate::web::problem::Problem;
use crate::web::router::{form_error, render_with};
use crate::web::toast::Toast;

/// Why, and what was looked at.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct CloseForm {
    reason: String,
    version: Option<i64>,
}

/// What the page shows.
#[derive(Serialize)]
pub struct IncidentPage {
    pub incident: IncidentDetail,
    /// Which records were asked for.
    pub wanted: EvidenceQuery,
    pub reason: String,
    pub error: Option<String>,
}

impl PageView for IncidentPage {
    const TEMPLATE: &'static str = "desk/incident.html";
}

/// `GET /desk/incidents/{id}`
pub async fn show(
    scope: Scope,
    Signed(caller): Signed,
    Path(id): Path<String>,
    Query(wanted): Query<EvidenceQuery>,
) -> Result<Response, Problem> {
    page(&scope, &caller, &id, Asked { wanted, ..Asked::default() }).await
}

/// `POST /desk/incidents/{id}/close`
pub async fn close(
    scope: Scope,
    Signed(caller): Signed,
    Path(id): Path<String>,
    Form(form): Form<CloseForm>,
) -> Result<Response, Problem> {
    let which = Which { id: &id, version: form.version };
    let asked = match close_finding(&scope, &caller, which, &form.reason).await {
        Ok(()) => return Ok(Toast::FindingClosed.redirect("/desk/incidents")),
        Err(ActionError::Conflict) => {
            let message = "It has grown since you looked at it. Look again, then close it.".to_owned();
            Asked::again(StatusCode::CONFLICT, form.reason, message)
        }
        Err(error) => {
            let (status, _, message) = form_error(error)?;
            Asked::again(status, form.reason, message)
        }
    };
    page(&scope, &caller, &id, asked).await
}

#[derive(Default)]
struct Asked {
    status: StatusCode,
    wanted: EvidenceQuery,
    reason: String,
    error: Option<String>,
}

impl Asked {
    /// The form that came back.
    fn again(status: StatusCode, reason: String, message: String) -> Self {
        Self { status, reason, error: Some(message), ..Self::default() }
    }
}

async fn page(scope: &Scope, caller: &Caller, id: &str, asked: Asked) -> Result<Response, Problem> {
    permit_on_tenant::<ViewDesk>(scope, caller).await?;
    let shown = IncidentPage {
        incident: IncidentDetail::load(scope, caller, id, &asked.wanted).await?,
        wanted: asked.wanted,
        reason: asked.reason,
        error: asked.error,
    };
    render_with(scope, Some(caller), asked.status, shown)
}
