//! `/desk/cases/{id}/approve`: a second yes, to exactly the plan that the page shows, on all the proof.

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use postern_core::id::CaseId;
use postern_core::policy::ViewCase;
use postern_core::remedy::PlanHash;
use serde::Serialize;

use crate::actions::{Caller, approve_case, case_for, permit_on_case};
use crate::scope::Scope;
use crate::store::persons;
use crate::web::api::case_view::{PlanEffects, PlanView, RecordedEvidence, StopView, second_look};
use crate::web::desk::PlanForm;
use crate::web::extract::{Form, Signed};
use crate::web::page::PageView;
use crate::web::problem::Problem;
use crate::web::router::{form_error, render_with};
use crate::web::toast::Toast;

/// What the page shows: whoever approves says yes to that, and to nothing else.
#[derive(Serialize)]
pub struct ApprovePage {
    /// Whose word stopped it, of a case that is stopped.
    pub stop: Option<StopView>,
    /// Why somebody else has to look.
    pub second_look: Option<&'static str>,
    pub id: String,
    pub reference: String,
    /// Whom it is for.
    pub name: String,
    /// Whether there is anything to decide.
    pub open: bool,
    pub evidence: Vec<RecordedEvidence>,
    pub plan: PlanView,
    pub effects: PlanEffects,
    pub reason: String,
    pub error: Option<String>,
}

impl PageView for ApprovePage {
    const TEMPLATE: &'static str = "desk/approve.html";
}

/// `GET /desk/cases/{id}/approve`
pub async fn show(scope: Scope, Signed(caller): Signed, Path(id): Path<String>) -> Result<Response, Problem> {
    page(&scope, &caller, &CaseId::new(id), "", None).await
}

/// `POST /desk/cases/{id}/approve`
pub async fn submit(
    scope: Scope,
    Signed(caller): Signed,
    Path(id): Path<String>,
    Form(form): Form<PlanForm>,
) -> Result<Response, Problem> {
    let id = CaseId::new(id);
    let plan = PlanHash::claimed(&form.plan);
    match approve_case::approve_case(&scope, &caller, &id, (&plan, &form.reason)).await {
        Ok(()) => Ok(Toast::CaseApproved.redirect(&format!("/desk/cases/{id}"))),
        Err(error) => {
            let (status, _, message) = form_error(error)?;
            page(&scope, &caller, &id, &form.reason, Some((status, message))).await
        }
    }
}

async fn page(
    scope: &Scope,
    caller: &Caller,
    id: &CaseId,
    reason: &str,
    error: Option<(StatusCode, String)>,
) -> Result<Response, Problem> {
    let (row, case, _) = case_for(scope, caller, id).await?;
    permit_on_case::<ViewCase>(scope, caller, &case).await?;
    if row.person_id.is_none() {
        return Err(Problem::not_found());
    }
    let name = persons::load(&scope.app.db, &scope.tenant.id, &case.subject().person).await?.name;
    let (status, message) = error.map_or((StatusCode::OK, None), |(status, message)| (status, Some(message)));
    let shown = ApprovePage {
        name,
        open: row.closed_at.is_none(),
        // Whoever approves says yes to what the page shows, and to nothing else.
        stop: StopView::of(scope, &case).await?,
        second_look: second_look(&case),
        evidence: RecordedEvidence::list(scope, &case, scope.now).await?,
        plan: PlanView::of(&case),
        effects: PlanEffects::load(scope, &case).await?,
        reason: reason.to_owned(),
        error: message,
        id: row.id,
        reference: row.reference,
    };
    render_with(scope, Some(caller), status, shown)
}
