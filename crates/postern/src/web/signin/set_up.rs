//! `/set-up`: the first steps into an account, with a set-up code.

use axum::response::Response;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::go_on;
use crate::actions::set_up::{SetUp, set_up};
use crate::scope::Scope;
use crate::store::persons;
use crate::texts::ErrorText;
use crate::web::extract::Form;
use crate::web::page::PageView;
use crate::web::problem::Problem;
use crate::web::router::{form_message, render, render_with};

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

/// What the page shows.
#[derive(Default, Serialize)]
pub struct SetUpPage {
    /// Whether nobody is here yet.
    pub first: bool,
    pub login: String,
    pub name: String,
    pub email: String,
    pub field: Option<&'static str>,
    pub error: Option<ErrorText>,
}

impl PageView for SetUpPage {
    const TEMPLATE: &'static str = "signin/set_up.html";
}

/// `GET /set-up`
pub async fn show(scope: Scope) -> Result<Response, Problem> {
    let first = persons::is_empty(&scope.app.db, &scope.tenant.id).await?;
    render(&scope, None, SetUpPage { first, ..SetUpPage::default() })
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
            let SetUpForm { login, name, email, .. } = form;
            let shown = SetUpPage { first, login, name, email, field, error: Some(message) };
            render_with(&scope, None, status, shown)
        }
    }
}
