//! `/enrol`: which way to sign in is set up. A passkey first, where it works at once.

use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use serde::Serialize;

use crate::actions::enrol_passkey::is_offered;
use crate::actions::enrol_totp::secret;
use crate::scope::Scope;
use crate::store::flows::FlowRow;
use crate::texts::ErrorText;
use crate::web::extract::CurrentFlow;
use crate::web::page::PageView;
use crate::web::problem::Problem;
use crate::web::router::render_with;

/// What the page shows.
#[derive(Serialize)]
pub struct EnrolPage {
    pub login: String,
    /// Where a passkey will work.
    pub host: Option<String>,
    pub error: Option<ErrorText>,
}

impl PageView for EnrolPage {
    const TEMPLATE: &'static str = "signin/enrol.html";
}

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
    let host = scope.tenant.origin.host_str().map(str::to_owned);
    let shown = EnrolPage { login: person.login.clone(), host, error: error.cloned() };
    render_with(scope, None, status, shown)
}
