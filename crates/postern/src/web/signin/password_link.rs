//! `/forgotten-password/link`: behind a link from a mailbox. Looking at the page changes nothing: mail scanners look too.

use axum::response::Response;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::actions::use_password_link::{LinkUse, use_password_link};
use crate::scope::Scope;
use crate::store::micros;
use crate::texts::ErrorText;
use crate::web::extract::Form;
use crate::web::page::PageView;
use crate::web::problem::Problem;
use crate::web::router::{form_outcome, render, render_with};

/// What was typed; the token is from the link.
#[derive(Deserialize)]
pub struct PasswordLinkForm {
    token: String,
    code: String,
    new_password: String,
}

/// What the page shows.
#[derive(Serialize)]
pub struct PasswordLinkPage {
    /// Once it is set: when it counts. Microseconds.
    pub counts_from: Option<i64>,
    /// Shown again after a mistake: the page's address does not have it any more.
    pub token: String,
    pub field: Option<&'static str>,
    pub error: Option<ErrorText>,
}

impl PageView for PasswordLinkPage {
    const TEMPLATE: &'static str = "signin/password_link.html";
}

/// `GET /forgotten-password/link`
pub async fn show(scope: Scope) -> Result<Response, Problem> {
    render(
        &scope,
        None,
        PasswordLinkPage { counts_from: None, token: String::new(), field: None, error: None },
    )
}

/// `POST /forgotten-password/link`
pub async fn submit(scope: Scope, Form(form): Form<PasswordLinkForm>) -> Result<Response, Problem> {
    let new = Zeroizing::new(form.new_password);
    let typed = LinkUse { token: &form.token, code: &form.code, new: &new };
    let (counts_from, error) = match use_password_link(&scope, &typed).await {
        Ok(at) => (Some(micros(at)), None),
        Err(error) => (None, Some(error)),
    };
    let (status, field, error) = form_outcome(error)?;
    let token = if counts_from.is_some() { String::new() } else { form.token };
    render_with(&scope, None, status, PasswordLinkPage { counts_from, token, field, error })
}
