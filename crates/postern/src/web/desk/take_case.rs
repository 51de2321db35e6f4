//! `/desk/cases/{id}/take`, `/hand-back` and `/contact-lost`: one button each on the case page.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;
use postern_core::id::CaseId;
use serde::Deserialize;

use super::case::answer;
use crate::actions::report_contact_lost::report_contact_lost;
use crate::actions::take_case::{hand_back_case, take_case};
use crate::app::App;
use crate::web::extract::{Form, Signed};
use crate::web::problem::Problem;

/// `POST /desk/cases/{id}/take`
pub async fn take(
    State(app): State<Arc<App>>,
    Signed(caller): Signed,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let id = CaseId::new(id);
    let outcome = take_case(&app, &caller, &id).await;
    answer(&app, &caller, &id, outcome).await
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
    State(app): State<Arc<App>>,
    Signed(caller): Signed,
    Path(id): Path<String>,
    Form(form): Form<LostForm>,
) -> Result<Response, Problem> {
    let id = CaseId::new(id);
    let outcome = report_contact_lost(&app, &caller, &id, &form.contact, &form.reason).await;
    answer(&app, &caller, &id, outcome).await
}

/// `POST /desk/cases/{id}/hand-back`
pub async fn hand_back(
    State(app): State<Arc<App>>,
    Signed(caller): Signed,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let id = CaseId::new(id);
    let outcome = hand_back_case(&app, &caller, &id).await;
    answer(&app, &caller, &id, outcome).await
}
