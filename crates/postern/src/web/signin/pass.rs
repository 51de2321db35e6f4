//! `/sign-in/pass`: the enrolment pass, after the password.

use axum::response::{IntoResponse as _, Redirect, Response};
use postern_core::signin::Flow;
use serde::Deserialize;
use serde_json::json;

use super::go_on;
use crate::actions::use_pass::use_pass;
use crate::scope::Scope;
use crate::web::extract::{CurrentFlow, Form};
use crate::web::problem::Problem;
use crate::web::router::{form_error, render, render_with};

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
            let (status, _, message) = form_error(error)?;
            render_with(&scope, None, status, PAGE, json!({ "error": message }))
        }
    }
}
