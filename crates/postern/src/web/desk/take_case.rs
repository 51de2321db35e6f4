//! `/desk/cases/{id}/take`, `/hand-back` and `/contact-lost`: one button each on the case page.

use axum::extract::Path;
use axum::response::Response;
use postern_core::id::CaseId;
use serde::Deserialize;

use super::case::{TypedFields, answer};
use crate::actions::report_contact_lost::report_contact_lost;
use crate::actions::take_case::{hand_back_case, take_case};
use crate::scope::Scope;
use crate::web::extract::{Form, Signed};
use crate::web::problem::Problem;
use crate::web::toast::Toast;

/// `POST /desk/cases/{id}/take`
pub async fn take(scope: Scope, Signed(caller): Signed, Path(id): Path<String>) -> Result<Response, Problem> {
    let id = CaseId::new(id);
    let outcome = take_case(&scope, &caller, &id).await.map(|()| Toast::CaseTaken);
    answer(&scope, &caller, &id, (outcome, TypedFields::default())).await
}

/// Which contact, and how it is known.
#[derive(Deserialize)]
pub struct LostForm {
    contact: String,
    #[serde(default)]
    reason: String,
}

/// `POST /desk/cases/{id}/contact-lost`
pub async fn contact_lost(
    scope: Scope,
    Signed(caller): Signed,
    Path(id): Path<String>,
    Form(form): Form<LostForm>,
) -> Result<Response, Problem> {
    let id = CaseId::new(id);
    let outcome = report_contact_lost(&scope, &caller, &id, &form.contact, &form.reason)
        .await
        .map(|()| Toast::ContactReportedLost);
    answer(&scope, &caller, &id, (outcome, TypedFields::default())).await
}

/// `POST /desk/cases/{id}/hand-back`
pub async fn hand_back(
    scope: Scope,
    Signed(caller): Signed,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let id = CaseId::new(id);
    let outcome = hand_back_case(&scope, &caller, &id).await.map(|()| Toast::CaseHandedBack);
    answer(&scope, &caller, &id, (outcome, TypedFields::default())).await
}
