//! `/sign-in`: login and password.

use axum::response::Response;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::{go_on, pass};
use crate::actions::sign_in::{Credentials, sign_in};
use crate::scope::Scope;
use crate::texts::ErrorText;
use crate::web::api::linked_accounts::ProviderView;
use crate::web::extract::{Device, Form};
use crate::web::page::PageView;
use crate::web::problem::Problem;
use crate::web::router::{form_message, render, render_with};

/// What the page shows.
#[derive(Serialize)]
pub struct SignInPage<'a> {
    pub login: &'a str,
    /// A pass that comes along from the claimant page of this browser; empty for none.
    pub pass: &'a str,
    /// Where people may sign in besides.
    pub providers: Vec<ProviderView>,
    pub error: Option<ErrorText>,
}

impl PageView for SignInPage<'_> {
    const TEMPLATE: &'static str = "signin/sign_in.html";
}

/// The form.
#[derive(Deserialize)]
pub struct SignInForm {
    login: String,
    password: String,
    #[serde(default)]
    pass: String,
}

/// `GET /sign-in`
pub async fn show(scope: Scope) -> Result<Response, Problem> {
    let providers = ProviderView::list(&scope);
    render(&scope, None, SignInPage { login: "", pass: "", providers, error: None })
}

/// `POST /sign-in`
pub async fn submit(
    scope: Scope,
    Device(device): Device,
    Form(form): Form<SignInForm>,
) -> Result<Response, Problem> {
    let password = Zeroizing::new(form.password);
    match sign_in(&scope, Credentials { login: &form.login, password, device: device.as_deref() }).await {
        Ok(begun) if pass::is_wanted(&begun) && !form.pass.is_empty() => {
            pass::submit_carried(&scope, &begun, &form.pass).await
        }
        Ok(begun) => Ok(go_on(&begun)),
        Err(error) => {
            let (status, _, message) = form_message(error)?;
            let providers = ProviderView::list(&scope);
            let values = SignInPage { login: &form.login, pass: &form.pass, providers, error: Some(message) };
            render_with(&scope, None, status, values)
        }
    }
}
