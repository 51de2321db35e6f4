//! `/enrol`: which way to sign in is set up. A passkey first, where it works at once.

use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use serde_json::json;

use crate::actions::enrol_passkey::is_offered;
use crate::actions::enrol_totp::secret;
use crate::scope::Scope;
use crate::store::flows::FlowRow;
use crate::texts::ErrorText;
use crate::web::extract::CurrentFlow;
use crate::web::problem::Problem;
use crate::web::router::render_with;

/// `GET /enrol`
pub async fn show(scope: Scope, CurrentFlow(row): CurrentFlow) -> Result<Response, Problem> {
    if !is_offered(&scope, &row).await? {
        return Ok(Redirect::to("/enrol/code-app").into_response());
    }
    page(&scope, &row, StatusCode::OK, None).await
}

/// The page, with what went wrong.
pub(super) async fn page(
    scope: &Scope,
    row: &FlowRow,
    status: StatusCode,
    error: Option<&ErrorText>,
) -> Result<Response, Problem> {
    // Whoever may not enrol is told so here.
    let person = secret(scope, row).await?.person;
    let values = json!({ "login": person.login, "host": scope.tenant.origin.host_str(), "error": error });
    render_with(scope, None, status, "signin/enrol.html", values)
}
