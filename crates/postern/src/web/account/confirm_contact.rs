//! `/account/contacts/confirm`: the code that went to a new number or address.

use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use serde::{Deserialize, Serialize};

use crate::actions::add_own_contact::confirm;
use crate::scope::Scope;
use crate::texts::ErrorText;
use crate::web::cookies;
use crate::web::extract::{Form, Signed};
use crate::web::page::PageView;
use crate::web::problem::Problem;
use crate::web::router::{form_message, render, render_with};
use crate::web::toast::Toast;

/// What was typed.
#[derive(Deserialize)]
pub struct ConfirmContactForm {
    code: String,
}

/// What the page shows.
#[derive(Serialize)]
pub struct ConfirmContactPage {
    pub error: Option<ErrorText>,
}

impl PageView for ConfirmContactPage {
    const TEMPLATE: &'static str = "account/confirm_contact.html";
}

/// `GET /account/contacts/confirm`
pub async fn show(scope: Scope, Signed(caller): Signed) -> Result<Response, Problem> {
    render(&scope, Some(&caller), ConfirmContactPage { error: None })
}

/// `POST /account/contacts/confirm`
pub async fn submit(
    scope: Scope,
    Signed(caller): Signed,
    headers: HeaderMap,
    Form(form): Form<ConfirmContactForm>,
) -> Result<Response, Problem> {
    let token = cookies::CEREMONY.read(&headers).unwrap_or_default();
    match confirm(&scope, &caller, &token, &form.code).await {
        Ok(_) => {
            let mut response = Toast::OwnContactAdded.redirect("/account");
            cookies::CEREMONY.clear(response.headers_mut());
            Ok(response)
        }
        Err(error) => {
            let (status, _, message): (StatusCode, _, _) = form_message(error)?;
            render_with(&scope, Some(&caller), status, ConfirmContactPage { error: Some(message) })
        }
    }
}
