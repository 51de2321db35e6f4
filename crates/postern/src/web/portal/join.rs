//! `/recover/join`: who has a reference, from the help desk or from another browser, goes on with that request.

use axum::response::{IntoResponse as _, Redirect, Response};
use serde::{Deserialize, Serialize};

use crate::actions::ActionError;
use crate::actions::join_case::join_case;
use crate::scope::Scope;
use crate::texts::{ErrorText, MessageId};
use crate::web::cookies;
use crate::web::extract::{Device, Form, MaybeSigned};
use crate::web::page::PageView;
use crate::web::problem::Problem;
use crate::web::router::{form_message, render, render_with};

/// The form.
#[derive(Default, Deserialize, Serialize)]
#[serde(default)]
pub struct JoinForm {
    pub login: String,
    pub reference: String,
}

/// What the page shows.
#[derive(Default, Serialize)]
pub struct JoinPage {
    pub form: JoinForm,
    pub error: Option<ErrorText>,
}

impl PageView for JoinPage {
    const TEMPLATE: &'static str = "portal/join.html";
}

/// `GET /recover/join`
pub async fn show(scope: Scope) -> Result<Response, Problem> {
    render(&scope, None, JoinPage::default())
}

/// `POST /recover/join`
pub async fn submit(
    scope: Scope,
    MaybeSigned(caller): MaybeSigned,
    Device(device): Device,
    Form(form): Form<JoinForm>,
) -> Result<Response, Problem> {
    // Whoever rings the owner never holds the page whose words they ask for.
    let joined = if caller.is_some_and(|caller| caller.person.role.is_staff()) {
        Err(ActionError::refused(MessageId("caller-joins-elsewhere")))
    } else {
        join_case(&scope, &form.login, &form.reference, device.as_deref()).await
    };
    match joined {
        Ok(joined) => {
            let mut response = Redirect::to("/recover/case").into_response();
            cookies::CASE.set(response.headers_mut(), &joined.claimant_page_token);
            Ok(response)
        }
        Err(error) => {
            let (status, _, message) = form_message(error)?;
            render_with(&scope, None, status, JoinPage { form, error: Some(message) })
        }
    }
}
