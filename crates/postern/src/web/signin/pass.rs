//! `/sign-in/pass`: the enrolment pass, after the password.

use axum::response::{IntoResponse as _, Redirect, Response};
use postern_core::signin::FlowStep;
use serde::{Deserialize, Serialize};

use super::go_on;
use crate::actions::sign_in::Begun;
use crate::actions::use_pass::use_pass;
use crate::rng::token_hash;
use crate::scope::Scope;
use crate::store::flows;
use crate::texts::ErrorText;
use crate::web::cookies;
use crate::web::extract::{CurrentFlow, Form};
use crate::web::page::PageView;
use crate::web::problem::Problem;
use crate::web::router::{form_message, render, render_with};

/// The form.
#[derive(Deserialize)]
pub struct EnrolmentPassForm {
    pass: String,
}

/// What the page shows.
#[derive(Serialize)]
pub struct EnrolmentPassPage {
    pub error: Option<ErrorText>,
}

impl PageView for EnrolmentPassPage {
    const TEMPLATE: &'static str = "signin/pass.html";
}

/// `GET /sign-in/pass`
pub async fn show(scope: Scope, CurrentFlow(row): CurrentFlow) -> Result<Response, Problem> {
    if row.flow.step() != FlowStep::Pass {
        return Ok(Redirect::to("/sign-in").into_response());
    }
    render(&scope, None, EnrolmentPassPage { error: None })
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
            render_with(&scope, None, status, EnrolmentPassPage { error: Some(message) })
        }
    }
}

/// Whether a pass is the next step.
pub(super) fn is_wanted(begun: &Begun) -> bool {
    begun.flow.step() == FlowStep::Pass
}

/// The pass that came along with the password. A wrong one leads to this page, which says so.
pub(super) async fn submit_carried(scope: &Scope, begun: &Begun, pass: &str) -> Result<Response, Problem> {
    let row = flows::find_live(&scope.app.db, &scope.tenant.id, &token_hash(&begun.token), scope.now).await?;
    let row = row.ok_or_else(Problem::sign_in_first)?;
    match use_pass(scope, &row, pass).await {
        Ok(enrolling) => Ok(go_on(&enrolling)),
        Err(error) => {
            let (status, _, message) = form_message(error)?;
            let mut response = render_with(scope, None, status, EnrolmentPassPage { error: Some(message) })?;
            cookies::FLOW.set(response.headers_mut(), &begun.token);
            Ok(response)
        }
    }
}
