//! Refuse, escalate, approve, begin the hold: one question each, with a reason.

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use postern_core::id::CaseId;
use postern_core::policy::ViewCase;
use postern_core::remedy::PlanHash;
use serde_json::json;

use crate::actions::{
    ActionError, Caller, approve_case, case_for, escalate_case, permit_on_case, refuse_case, start_hold,
};
use crate::scope::Scope;
use crate::web::api::case_view::PlanView;
use crate::web::desk::case::values;
use crate::web::desk::{PlanForm, ReasonForm};
use crate::web::extract::{Form, Signed};
use crate::web::problem::Problem;
use crate::web::router::{form_error, render_with};
use crate::web::toast::Toast;

/// One of the questions.
#[derive(Clone, Copy)]
struct Question {
    path: &'static str,
    title: &'static str,
    description: &'static str,
    button: &'static str,
    done: Toast,
}

const REFUSE: Question = Question {
    path: "refuse",
    title: "Refuse this case",
    description: "Nothing is changed on the account. The claimant's page says that the request was closed and how to \
                  reach you. A refusal is a good outcome: if you are not sure, refuse.",
    button: "Refuse the case",
    done: Toast::CaseRefused,
};
const ESCALATE: Question = Question {
    path: "escalate",
    title: "Escalate to a senior",
    description: "A senior or an admin takes over. You can still look, but no longer act on it.",
    button: "Hand to a senior",
    done: Toast::CaseEscalated,
};
const APPROVE: Question = Question {
    path: "approve",
    title: "Approve this case",
    description: "You say that the evidence convinces you too, and yes to what stands below. The owner is told; the waiting \
                  period starts when that message went out.",
    button: "Approve the case",
    done: Toast::CaseApproved,
};

const START_HOLD: Question = Question {
    path: "start-hold",
    title: "Begin the waiting period",
    description: "No message about the verification went out to a contact that counts. You say that the waiting period \
                  shall begin all the same. It begins when a second senior from outside the case says so too, and lasts \
                  twice as long. Try first to reach the owner yourself.",
    button: "Begin it",
    done: Toast::HoldWanted,
};

/// `GET /desk/cases/{id}/refuse`
pub async fn show_refuse(
    scope: Scope,
    Signed(caller): Signed,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    page(&scope, &caller, &CaseId::new(id), REFUSE, AskedReason::default()).await
}

/// `POST /desk/cases/{id}/refuse`
pub async fn refuse(
    scope: Scope,
    Signed(caller): Signed,
    Path(id): Path<String>,
    Form(form): Form<ReasonForm>,
) -> Result<Response, Problem> {
    let id = CaseId::new(id);
    let outcome = refuse_case::refuse_case(&scope, &caller, &id, &form.reason).await;
    answer(&scope, &caller, &id, REFUSE, (outcome, form.reason)).await
}

/// `GET /desk/cases/{id}/escalate`
pub async fn show_escalate(
    scope: Scope,
    Signed(caller): Signed,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    page(&scope, &caller, &CaseId::new(id), ESCALATE, AskedReason::default()).await
}

/// `POST /desk/cases/{id}/escalate`
pub async fn escalate(
    scope: Scope,
    Signed(caller): Signed,
    Path(id): Path<String>,
    Form(form): Form<ReasonForm>,
) -> Result<Response, Problem> {
    let id = CaseId::new(id);
    let outcome = escalate_case::escalate_case(&scope, &caller, &id, &form.reason).await;
    answer(&scope, &caller, &id, ESCALATE, (outcome, form.reason)).await
}

/// `GET /desk/cases/{id}/approve`
pub async fn show_approve(
    scope: Scope,
    Signed(caller): Signed,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    page(&scope, &caller, &CaseId::new(id), APPROVE, AskedReason::default()).await
}

/// `POST /desk/cases/{id}/approve`
pub async fn approve(
    scope: Scope,
    Signed(caller): Signed,
    Path(id): Path<String>,
    Form(form): Form<PlanForm>,
) -> Result<Response, Problem> {
    let id = CaseId::new(id);
    let plan = PlanHash::claimed(&form.plan);
    let outcome = approve_case::approve_case(&scope, &caller, &id, (&plan, &form.reason)).await;
    answer(&scope, &caller, &id, APPROVE, (outcome, form.reason)).await
}

/// `GET /desk/cases/{id}/start-hold`
pub async fn show_start_hold(
    scope: Scope,
    Signed(caller): Signed,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    page(&scope, &caller, &CaseId::new(id), START_HOLD, AskedReason::default()).await
}

/// `POST /desk/cases/{id}/start-hold`
pub async fn start_hold(
    scope: Scope,
    Signed(caller): Signed,
    Path(id): Path<String>,
    Form(form): Form<ReasonForm>,
) -> Result<Response, Problem> {
    let id = CaseId::new(id);
    let outcome = start_hold::want_hold(&scope, &caller, &id, &form.reason).await;
    answer(&scope, &caller, &id, START_HOLD, (outcome, form.reason)).await
}

#[derive(Default)]
struct AskedReason {
    status: StatusCode,
    reason: String,
    error: Option<String>,
}

async fn answer(
    scope: &Scope,
    caller: &Caller,
    id: &CaseId,
    question: Question,
    (outcome, reason): (Result<(), ActionError>, String),
) -> Result<Response, Problem> {
    match outcome {
        Ok(()) => Ok(question.done.redirect(&format!("/desk/cases/{id}"))),
        Err(error) => {
            let (status, _, message) = form_error(error)?;
            page(scope, caller, id, question, AskedReason { status, reason, error: Some(message) }).await
        }
    }
}

async fn page(
    scope: &Scope,
    caller: &Caller,
    id: &CaseId,
    question: Question,
    asked: AskedReason,
) -> Result<Response, Problem> {
    let (row, case, _) = case_for(scope, caller, id).await?;
    permit_on_case::<ViewCase>(scope, caller, &case).await?;
    let values = json!({
        "id": row.id, "reference": row.reference, "path": question.path, "title": question.title,
        "open": row.closed_at.is_none(), "description": question.description, "button": question.button,
        "reason": asked.reason, "error": asked.error,
        // Whoever approves says yes to what the page shows, and to nothing else.
        "evidence": if question.path == APPROVE.path { values::evidence(scope, &case, scope.now).await? } else { Vec::new() },
        "plan": (question.path == APPROVE.path).then(|| PlanView::of(&case)),
    });
    render_with(scope, Some(caller), asked.status, "desk/decide.html", values)
}
