//! `/desk/cases/{id}`: everything an agent needs to decide, and what the policy still wants.

pub mod choices;

use axum::extract::Path;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use postern_core::evidence::{EvidenceOutcome, Kind};
use postern_core::id::CaseId;
use postern_core::policy::{ViewCase, ViewDesk};
use serde::{Deserialize, Serialize};

use self::choices::{KindChoice, OutcomeChoice};
use crate::actions::add_evidence::Verification;
use crate::actions::record_call::RecordedCall;
use crate::actions::remedies::texts;
use crate::actions::{
    ActionError, Caller, add_evidence, case_for, permit_on_case, permit_on_tenant, propose_remedy,
    record_call,
};
use crate::scope::Scope;
use crate::store::cases;
use crate::web::api::case_view::CaseDetail;
use crate::web::extract::{Form, Query, Signed};
use crate::web::page::PageView;
use crate::web::problem::Problem;
use crate::web::router::{form_error, render_with};
use crate::web::toast::Toast;

/// A call to a number on file.
#[derive(Deserialize)]
pub struct CallForm {
    #[serde(default)]
    contact: String,
    outcome: Option<EvidenceOutcome>,
    /// `yes` or `no`; nothing where nobody was asked.
    began_it: Option<String>,
    #[serde(default)]
    phrase: String,
    #[serde(default)]
    reference: String,
}

/// A verification.
#[derive(Deserialize)]
pub struct EvidenceForm {
    kind: Kind,
    #[serde(default = "confirmed")]
    outcome: EvidenceOutcome,
    reference: String,
}

fn confirmed() -> EvidenceOutcome {
    EvidenceOutcome::Confirmed
}

/// What the page shows.
#[derive(Serialize)]
pub struct CasePage {
    #[serde(flatten)]
    pub case: CaseDetail,
    /// What the remedy does, on the button that does it.
    pub button: &'static str,
    pub kinds: Vec<KindChoice>,
    pub outcomes: Vec<OutcomeChoice>,
    #[serde(flatten)]
    pub form: FormState,
}

impl PageView for CasePage {
    const TEMPLATE: &'static str = "desk/case.html";
}

/// What went wrong with which form.
#[derive(Default, Serialize)]
pub struct FormState {
    #[serde(skip)]
    pub status: StatusCode,
    pub field: Option<&'static str>,
    pub error: Option<String>,
    pub warning: Option<String>,
    pub typed: TypedFields,
}

/// What was typed into a form that comes back.
#[derive(Default, Serialize)]
pub struct TypedFields {
    pub contact: String,
    pub began_it: String,
    pub phrase: String,
    pub call_reference: String,
    pub kind: String,
    pub outcome: String,
    pub reference: String,
    pub remedy: String,
    pub reason: String,
    pub note: String,
}

impl TypedFields {
    pub(super) fn of_note(note: String) -> Self {
        Self { note, ..Self::default() }
    }
}

/// What an open page has shown last.
#[derive(Deserialize)]
pub struct SeenCase {
    seen: Option<i64>,
}

/// `GET /desk/cases/{id}`: an open page asks by itself now and then, and hears nothing while its case is what it was.
pub async fn show(
    scope: Scope,
    Signed(caller): Signed,
    Path(id): Path<String>,
    headers: HeaderMap,
    Query(page_of): Query<SeenCase>,
) -> Result<Response, Problem> {
    let id = CaseId::new(id);
    // Only a page that asks by itself can do with no answer.
    if let Some(seen) = page_of.seen.filter(|_| headers.contains_key("hx-request")) {
        permit_on_tenant::<ViewDesk>(&scope, &caller).await?;
        if cases::load_version(&scope.app.db, &scope.tenant.id, &id).await? == seen {
            return Ok(StatusCode::NO_CONTENT.into_response());
        }
    }
    page(&scope, &caller, &id, FormState::default()).await
}

/// `POST /desk/cases/{id}/call`
pub async fn record_call(
    scope: Scope,
    Signed(caller): Signed,
    Path(id): Path<String>,
    Form(form): Form<CallForm>,
) -> Result<Response, Problem> {
    let id = CaseId::new(id);
    let call = RecordedCall {
        contact: &form.contact,
        outcome: form.outcome,
        began_it: form.began_it.as_deref().map(|answer| answer == "yes"),
        phrase: &form.phrase,
        reference: &form.reference,
    };
    let outcome = record_call::record_call(&scope, &caller, &id, call).await.map(|_| Toast::CallRecorded);
    let typed = TypedFields {
        call_reference: form.reference,
        contact: form.contact,
        began_it: form.began_it.unwrap_or_default(),
        phrase: form.phrase,
        ..TypedFields::default()
    };
    answer(&scope, &caller, &id, (outcome, typed)).await
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
    let changed = propose_remedy::propose_remedy(&scope, &caller, &id, (&form.remedy, &form.reason)).await;
    let outcome = changed.map(|()| Toast::RemedyProposed);
    let typed = TypedFields { remedy: form.remedy, reason: form.reason, ..TypedFields::default() };
    answer(&scope, &caller, &id, (outcome, typed)).await
}

/// `POST /desk/cases/{id}/evidence`
pub async fn add_evidence(
    scope: Scope,
    Signed(caller): Signed,
    Path(id): Path<String>,
    Form(form): Form<EvidenceForm>,
) -> Result<Response, Problem> {
    let id = CaseId::new(id);
    let EvidenceForm { kind, outcome, reference } = &form;
    if *kind == Kind::CallPlaced {
        let error = ActionError::invalid("contact", "A call is recorded in the form of the call.");
        return again(&scope, &caller, &id, (error, TypedFields::default())).await;
    }
    let said = Verification { kind: *kind, outcome: *outcome, contact: None, reference };
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
        Ok(_) => Ok(Toast::EvidenceRecorded.redirect(&format!("/desk/cases/{id}"))),
        Err(error) => {
            let typed = TypedFields {
                kind: kind.as_str().to_owned(),
                outcome: outcome.as_str().to_owned(),
                reference: form.reference,
                ..TypedFields::default()
            };
            again(&scope, &caller, &id, (error, typed)).await
        }
    }
}

/// Back to the case page; with what went wrong, if something did.
pub(super) async fn answer(
    scope: &Scope,
    caller: &Caller,
    id: &CaseId,
    (outcome, typed): (Result<Toast, ActionError>, TypedFields),
) -> Result<Response, Problem> {
    match outcome {
        Ok(done) => Ok(done.redirect(&format!("/desk/cases/{id}"))),
        Err(error) => again(scope, caller, id, (error, typed)).await,
    }
}

async fn again(
    scope: &Scope,
    caller: &Caller,
    id: &CaseId,
    (error, typed): (ActionError, TypedFields),
) -> Result<Response, Problem> {
    let (status, field, message) = form_error(error)?;
    let state = FormState { status, field, error: Some(message), warning: None, typed };
    page(scope, caller, id, state).await
}

async fn page(scope: &Scope, caller: &Caller, id: &CaseId, state: FormState) -> Result<Response, Problem> {
    let (row, case, now) = case_for(scope, caller, id).await?;
    permit_on_case::<ViewCase>(scope, caller, &case).await?;
    let status = state.status;
    let page = CasePage {
        case: CaseDetail::load(scope, caller, &row, &case, now).await?,
        button: texts(case.remedy()).button,
        kinds: choices::kinds(),
        outcomes: choices::outcomes(),
        form: state,
    };
    render_with(scope, Some(caller), status, page)
}
