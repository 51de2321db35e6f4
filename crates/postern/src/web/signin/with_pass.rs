//! `/sign-in/with-pass`: sign-in with the pass that the claimant page shows, so that nobody has to type it.

use axum::response::{IntoResponse as _, Redirect, Response};

use super::sign_in::SignInPage;
use crate::actions::show_pass::find_shown;
use crate::scope::Scope;
use crate::web::extract::ClaimantPageCase;
use crate::web::problem::Problem;
use crate::web::router::render;

/// `GET /sign-in/with-pass`
pub async fn show(scope: Scope, page: Result<ClaimantPageCase, Problem>) -> Result<Response, Problem> {
    let row = match page {
        Ok(ClaimantPageCase(row)) => row,
        Err(problem) if problem.is_not_found() => return Ok(back()),
        Err(problem) => return Err(problem),
    };
    let Some(pass) = find_shown(&scope, &row).await? else { return Ok(back()) };
    let values =
        SignInPage { login: &row.claimed_login, pass: &pass.code, providers: Vec::new(), error: None };
    render(&scope, None, values)
}

/// The claimant page says what there is instead.
fn back() -> Response {
    Redirect::to("/recover/case").into_response()
}
