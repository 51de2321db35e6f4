//! `/forgotten-password`: the ways on. Alike for everybody: whoever asks for a link by mail learns nothing of who exists.

use axum::response::Response;
use serde::{Deserialize, Serialize};

use crate::actions::ActionError;
use crate::actions::forgotten_password::{ask_for_link, is_on};
use crate::scope::Scope;
use crate::texts::ErrorText;
use crate::web::extract::Form;
use crate::web::page::PageView;
use crate::web::problem::Problem;
use crate::web::router::{form_outcome, render_with};

/// Who asks for a link.
#[derive(Deserialize)]
pub struct ForgottenPasswordForm {
    login: String,
}

/// What the page shows.
#[derive(Serialize)]
pub struct ForgottenPasswordPage {
    /// Whether the organisation mails links.
    pub by_mail: bool,
    /// Whether one was asked for just now.
    pub is_asked: bool,
    pub error: Option<ErrorText>,
}

impl PageView for ForgottenPasswordPage {
    const TEMPLATE: &'static str = "signin/forgotten_password.html";
}

/// `GET /forgotten-password`
pub async fn show(scope: Scope) -> Result<Response, Problem> {
    page(&scope, false, None)
}

/// `POST /forgotten-password`
pub async fn submit(scope: Scope, Form(form): Form<ForgottenPasswordForm>) -> Result<Response, Problem> {
    match ask_for_link(&scope, &form.login).await {
        Ok(()) => page(&scope, true, None),
        Err(error) => page(&scope, false, Some(error)),
    }
}

fn page(scope: &Scope, is_asked: bool, error: Option<ActionError>) -> Result<Response, Problem> {
    let (status, _, error) = form_outcome(error)?;
    let by_mail = is_on(scope);
    render_with(scope, None, status, ForgottenPasswordPage { by_mail, is_asked, error })
}
