//! `/desk/cases/{id}/take` and `/hand-back`: one button each on the case page.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;
use postern_core::id::CaseId;

use super::case::answer;
use crate::actions::take_case::{hand_back_case, take_case};
use crate::app::App;
use crate::web::extract::Signed;
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
