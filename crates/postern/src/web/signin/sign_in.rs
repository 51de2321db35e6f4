//! `/sign-in`: login and password.

use axum::response::Response;
use serde::Deserialize;
use serde_json::json;
use zeroize::Zeroizing;

use super::go_on;
use crate::actions::sign_in::{Credentials, sign_in};
use crate::scope::Scope;
use crate::web::extract::{Device, Form};
use crate::web::problem::Problem;
use crate::web::router::{form_error, render, render_with};

const PAGE: &str = "signin/sign_in.html";

/// The form.
#[derive(Deserialize)]
pub struct SignInForm {
    login: String,
    password: String,
}

/// `GET /sign-in`
pub async fn show(scope: Scope) -> Result<Response, Problem> {
    render(&scope, None, PAGE, json!({ "login": "", "error": null }))
}

/// `POST /sign-in`
pub async fn submit(
    scope: Scope,
    Device(device): Device,
    Form(form): Form<SignInForm>,
) -> Result<Response, Problem> {
    let password = Zeroizing::new(form.password);
    match sign_in(&scope, Credentials { login: &form.login, password, device: device.as_deref() }).await {
        Ok(begun) => Ok(go_on(&begun)),
        Err(error) => {
            let (status, _, message) = form_error(error)?;
            render_with(&scope, None, status, PAGE, json!({ "login": form.login, "error": message }))
        }
    }
}
