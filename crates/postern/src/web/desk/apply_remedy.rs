//! `/desk/cases/{id}/apply-remedy`: what goes, what ends, what comes, and who is told; then the reason.

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use postern_core::id::CaseId;
use postern_core::policy::ApplyRemedy;
use postern_core::remedy::PlanHash;
use serde::Serialize;

use crate::actions::remedies::texts;
use crate::actions::{Caller, apply_remedy, case_for, permit_on_case};
use crate::scope::Scope;
use crate::store::persons;
use crate::web::api::case_view::{PlanEffects, PlanView, why_locked};
use crate::web::desk::PlanForm;
use crate::web::extract::{Form, Signed};
use crate::web::page::PageView;
use crate::web::problem::Problem;
use crate::web::router::{form_error, render_with};
use crate::web::toast::Toast;

/// What the page shows.
#[derive(Serialize)]
pub struct ApplyRemedyPage {
    pub id: String,
    pub reference: String,
    /// Whom it is for.
    pub name: String,
    pub plan: PlanView,
    pub effects: PlanEffects,
    /// What the button says.
    pub button: &'static str,
    pub reason: String,
    pub error: Option<String>,
    /// Why it can't be done.
    pub locked: Option<String>,
}

impl PageView for ApplyRemedyPage {
    const TEMPLATE: &'static str = "desk/apply_remedy.html";
}

/// `GET /desk/cases/{id}/apply-remedy`
pub async fn show(scope: Scope, Signed(caller): Signed, Path(id): Path<String>) -> Result<Response, Problem> {
    page(&scope, &caller, &CaseId::new(id), "", None).await
}

/// `POST /desk/cases/{id}/apply-remedy`
pub async fn submit(
    scope: Scope,
    Signed(caller): Signed,
    Path(id): Path<String>,
    Form(form): Form<PlanForm>,
) -> Result<Response, Problem> {
    let id = CaseId::new(id);
    let plan = PlanHash::claimed(&form.plan);
    match apply_remedy::apply_remedy(&scope, &caller, &id, (Some(&plan), &form.reason)).await {
        Ok(()) => Ok(Toast::RemedyApplied.redirect(&format!("/desk/cases/{id}"))),
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
    let (row, case, now) = case_for(scope, caller, id).await?;
    permit_on_case::<ApplyRemedy>(scope, caller, &case).await?;
    if row.person_id.is_none() {
        return Err(Problem::not_found());
    }
    let person = persons::load(&scope.app.db, &scope.tenant.id, &case.subject().person).await?;
    let (status, message) = error.map_or((StatusCode::OK, None), |(status, message)| (status, Some(message)));
    let shown = ApplyRemedyPage {
        name: person.name,
        plan: PlanView::of(&case),
        effects: PlanEffects::load(scope, &case).await?,
        button: texts(case.remedy()).button,
        reason: reason.to_owned(),
        error: message,
        locked: why_locked(scope, caller, &row, &case, now),
        id: row.id,
        reference: row.reference,
    };
    render_with(scope, Some(caller), status, shown)
}
