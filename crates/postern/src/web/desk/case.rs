//! `/desk/cases/{id}`: everything an agent needs to decide, and what the policy still wants.

pub(in crate::web) mod values;

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use postern_core::evidence::{EvidenceOutcome, Kind};
use postern_core::id::CaseId;
use postern_core::policy::ViewCase;
use serde::Deserialize;

use crate::actions::add_evidence::Verification;
use crate::actions::{
    ActionError, Caller, add_evidence, bind_claimant_page, case_for, permit_on_case, propose_remedy,
};
use crate::scope::Scope;
use crate::web::extract::{Form, Signed};
use crate::web::problem::Problem;
use crate::web::router::{form_error, render_with};

/// What was heard on the call.
#[derive(Deserialize)]
pub struct BindForm {
    #[serde(default)]
    contact: String,
    phrase: String,
}

/// A verification.
#[derive(Deserialize)]
pub struct EvidenceForm {
    kind: Kind,
    #[serde(default = "confirmed")]
    outcome: EvidenceOutcome,
    contact: Option<String>,
    reference: String,
}

fn confirmed() -> EvidenceOutcome {
    EvidenceOutcome::Confirmed
}

/// What went wrong with which form.
#[derive(Default)]
pub(super) struct FormState {
    status: StatusCode,
    field: Option<&'static str>,
    error: Option<String>,
    warning: Option<String>,
}

/// `GET /desk/cases/{id}`
pub async fn show(scope: Scope, Signed(caller): Signed, Path(id): Path<String>) -> Result<Response, Problem> {
    page(&scope, &caller, &CaseId::new(id), FormState::default()).await
}

/// `POST /desk/cases/{id}/bind-claimant-page`
pub async fn bind_claimant_page(
    scope: Scope,
    Signed(caller): Signed,
    Path(id): Path<String>,
    Form(form): Form<BindForm>,
) -> Result<Response, Problem> {
    let id = CaseId::new(id);
    let outcome =
        bind_claimant_page::bind_claimant_page(&scope, &caller, &id, &form.contact, &form.phrase).await;
    answer(&scope, &caller, &id, outcome).await
}

/// What is to be done for the person.
#[derive(Deserialize)]
pub struct RemedyForm {
    #[serde(default)]
    remedy: String,
    #[serde(default)]
    reason: String,
}

/// `POST /desk/cases/{id}/propose-remedy`
pub async fn propose_remedy(
    scope: Scope,
    Signed(caller): Signed,
    Path(id): Path<String>,
    Form(form): Form<RemedyForm>,
) -> Result<Response, Problem> {
    let id = CaseId::new(id);
    let outcome = propose_remedy::propose_remedy(&scope, &caller, &id, (&form.remedy, &form.reason)).await;
    answer(&scope, &caller, &id, outcome).await
}

/// `POST /desk/cases/{id}/evidence`
pub async fn add_evidence(
    scope: Scope,
    Signed(caller): Signed,
    Path(id): Path<String>,
    Form(form): Form<EvidenceForm>,
) -> Result<Response, Problem> {
    let id = CaseId::new(id);
    let EvidenceForm { kind, outcome, contact, reference } = &form;
    let said = Verification { kind: *kind, outcome: *outcome, contact: contact.as_deref(), reference };
    match add_evidence::add_evidence(&scope, &caller, &id, said).await {
        Ok(EvidenceOutcome::Rejected) => {
            let warning = format!(
                "\"{}\" is never accepted as proof: attackers have it too. That it was offered is on the record, and the \
                 case's risk went up. Use one of the accepted kinds, refuse, or escalate.",
                kind.title()
            );
            let state = FormState {
                status: StatusCode::UNPROCESSABLE_ENTITY,
                warning: Some(warning),
                ..FormState::default()
            };
            page(&scope, &caller, &id, state).await
        }
        Ok(_) => Ok(back_to(&id)),
        Err(error) => again(&scope, &caller, &id, error).await,
    }
}

/// Back to the case page; with what went wrong, if something did.
pub(super) async fn answer(
    scope: &Scope,
    caller: &Caller,
    id: &CaseId,
    outcome: Result<(), ActionError>,
) -> Result<Response, Problem> {
    match outcome {
        Ok(()) => Ok(back_to(id)),
        Err(error) => again(scope, caller, id, error).await,
    }
}

async fn again(scope: &Scope, caller: &Caller, id: &CaseId, error: ActionError) -> Result<Response, Problem> {
    let (status, field, message) = form_error(error)?;
    let state = FormState { status, field, error: Some(message), warning: None };
    page(scope, caller, id, state).await
}

fn back_to(id: &CaseId) -> Response {
    Redirect::to(&format!("/desk/cases/{id}")).into_response()
}

async fn page(scope: &Scope, caller: &Caller, id: &CaseId, state: FormState) -> Result<Response, Problem> {
    let (row, case, now) = case_for(scope, caller, id).await?;
    permit_on_case::<ViewCase>(scope, caller, &case).await?;
    let values = values::values(scope, caller, &row, &case, now).await?;
    let status = state.status;
    let values = minijinja::context! {
        field => state.field, error => state.error, warning => state.warning,
        ..minijinja::Value::from(minijinja::value::Serde(values))
    };
    render_with(scope, Some(caller), status, "desk/case.html", values)
}
