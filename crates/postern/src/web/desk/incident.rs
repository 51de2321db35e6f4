//! `/desk/incidents/{id}`: one finding with what backs it, and the form that closes it.

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use postern_core::policy::{Request, ViewDesk};
use serde::Deserialize;
use serde_json::json;

use super::evidence::EvidenceLine;
use crate::actions::close_finding::{Which, close_finding};
use crate::actions::{ActionError, Caller, finding_facts, permit_on_tenant};
use crate::scope::Scope;
use crate::store::findings;
use crate::web::extract::{Form, Signed};
use crate::web::finding_view::views;
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

/// `GET /desk/incidents/{id}`
pub async fn show(scope: Scope, Signed(caller): Signed, Path(id): Path<String>) -> Result<Response, Problem> {
    page(&scope, &caller, &id, Asked::default()).await
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
            Asked { status: StatusCode::CONFLICT, reason: form.reason, error: Some(message) }
        }
        Err(error) => {
            let (status, _, message) = form_error(error)?;
            Asked { status, reason: form.reason, error: Some(message) }
        }
    };
    page(&scope, &caller, &id, asked).await
}

#[derive(Default)]
struct Asked {
    status: StatusCode,
    reason: String,
    error: Option<String>,
}

async fn page(scope: &Scope, caller: &Caller, id: &str, asked: Asked) -> Result<Response, Problem> {
    permit_on_tenant::<ViewDesk>(scope, caller).await?;
    let row = findings::find(&scope.app.db, &scope.tenant.id, id).await?.ok_or_else(Problem::not_found)?;
    let (facts, staff) = (finding_facts(scope, caller, &row).await?, caller.staff());
    let refusal = scope.tenant.policies.authorize(&Request::on_finding(&staff, &facts)).err();
    let view = views(scope, vec![row]).await?.pop().ok_or_else(Problem::not_found)?;
    let mut evidence = Vec::with_capacity(view.evidence.len());
    for piece in &view.evidence {
        evidence.push(EvidenceLine::load(scope, piece.clone()).await?);
    }
    let values = json!({
        "finding": view,
        "evidence": evidence,
        "may_not_close": refusal.map(|denied| denied.message()),
        "reason": asked.reason,
        "error": asked.error,
    });
    render_with(scope, Some(caller), asked.status, "desk/incident.html", values)
}
