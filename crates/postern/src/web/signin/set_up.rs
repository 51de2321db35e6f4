//! `/set-up`: the first steps into an account, with a set-up code.

use axum::response::Response;
use serde::Deserialize;
use serde_json::json;
use zeroize::Zeroizing;

use super::go_on;
use crate::actions::set_up::{SetUp, set_up};
use crate::scope::Scope;
use crate::store::persons;
use crate::web::extract::Form;
use crate::web::problem::Problem;
use crate::web::router::{form_message, render, render_with};

const PAGE: &str = "signin/set_up.html";

/// The form.
#[derive(Deserialize)]
pub struct SetUpForm {
    code: String,
    login: String,
    #[serde(default)]
    name: String,
    #[serde(default)]
    email: String,
    password: String,
}

/// `GET /set-up`
pub async fn show(scope: Scope) -> Result<Response, Problem> {
    let first = persons::is_empty(&scope.app.db, &scope.tenant.id).await?;
    let values =
        json!({ "first": first, "login": "", "name": "", "email": "", "field": null, "error": null });
    render(&scope, None, PAGE, values)
}

/// `POST /set-up`
pub async fn submit(scope: Scope, Form(form): Form<SetUpForm>) -> Result<Response, Problem> {
    let typed = SetUp {
        code: &form.code,
        login: &form.login,
        name: &form.name,
        email: &form.email,
        password: Zeroizing::new(form.password.clone()),
    };
    match set_up(&scope, typed).await {
        Ok(begun) => Ok(go_on(&begun)),
        Err(error) => {
            let (status, field, message) = form_message(error)?;
            let first = persons::is_empty(&scope.app.db, &scope.tenant.id).await?;
            let values = json!({
                "first": first, "login": form.login, "name": form.name, "email": form.email,
                "field": field, "error": message,
            });
            render_with(&scope, None, status, PAGE, values)
        }
    }
}
