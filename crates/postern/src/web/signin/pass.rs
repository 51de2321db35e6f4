//! `/sign-in/pass`: the enrolment pass, after the password.

use axum::response::{IntoResponse as _, Redirect, Response};
use postern_core::signin::Flow;
use serde::Deserialize;
use serde_json::json;

use super::go_on;
use crate::actions::sign_in::Begun;
use crate::actions::use_pass::use_pass;
use crate::rng::token_hash;
use crate::scope::Scope;
use crate::store::flows;
use crate::web::cookies;
use crate::web::extract::{CurrentFlow, Form};
use crate::web::problem::Problem;
use crate::web::router::{form_message, render, render_with};

const PAGE: &str = "signin/pass.html";

/// The form.
#[derive(Deserialize)]
pub struct EnrolmentPassForm {
    pass: String,
}

/// `GET /sign-in/pass`
pub async fn show(scope: Scope, CurrentFlow(row): CurrentFlow) -> Result<Response, Problem> {
    if !matches!(row.flow()?, Flow::EnrolmentPassStep { .. }) {
        return Ok(Redirect::to("/sign-in").into_response());
    }
    render(&scope, None, PAGE, json!({ "error": null }))
}

/// `POST /sign-in/pass`
pub async fn submit(
    scope: Scope,
    CurrentFlow(row): CurrentFlow,
    Form(form): Form<EnrolmentPassForm>,
) -> Result<Response, Problem> {
    match use_pass(&scope, &row, &form.pass).await {
        Ok(begun) => Ok(go_on(&begun)),
        Err(error) => {
            let (status, _, message) = form_message(error)?;
            render_with(&scope, None, status, PAGE, json!({ "error": message }))
        }
    }
}

/// Whether a pass is the next step.
pub(super) fn is_wanted(begun: &Begun) -> bool {
    matches!(begun.flow, Flow::EnrolmentPassStep { .. })
}

/// The pass that came along with the password. A wrong one leads to this page, which says so.
pub(super) async fn submit_carried(scope: &Scope, begun: &Begun, pass: &str) -> Result<Response, Problem> {
    let row = flows::find_live(&scope.app.db, &scope.tenant.id, &token_hash(&begun.token), scope.now).await?;
    let row = row.ok_or_else(Problem::sign_in_first)?;
    match use_pass(scope, &row, pass).await {
        Ok(enrolling) => Ok(go_on(&enrolling)),
        Err(error) => {
            let (status, _, message) = form_message(error)?;
            let mut response = render_with(scope, None, status, PAGE, json!({ "error": message }))?;
            cookies::FLOW.set(response.headers_mut(), &begun.token);
            Ok(response)
        }
    }
}
