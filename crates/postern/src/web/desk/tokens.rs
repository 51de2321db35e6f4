//! `/desk/tokens`: service tokens for integrators.

use std::collections::BTreeMap;

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use postern_core::policy::ManageTokens;
use serde::{Deserialize, Serialize};

use crate::actions::create_service_token::{SCOPES, create_service_token};
use crate::actions::revoke_service_token::revoke_service_token;
use crate::actions::{Caller, permit_on_tenant};
use crate::scope::Scope;
use crate::web::api::tokens::TokenList;
use crate::web::extract::{Form, Signed};
use crate::web::page::PageView;
use crate::web::problem::Problem;
use crate::web::router::{form_error, render_with};
use crate::web::toast::Toast;

/// The form. Each scope is a box of its own, named like it.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct TokenForm {
    label: String,
    days: String,
    #[serde(flatten)]
    boxes: BTreeMap<String, String>,
}

/// What the page shows.
#[derive(Serialize)]
pub struct TokensPage {
    #[serde(flatten)]
    pub list: TokenList,
    /// What there is to tick.
    pub scopes: Vec<&'static str>,
    pub form: TokenFormState,
}

impl PageView for TokensPage {
    const TEMPLATE: &'static str = "desk/tokens.html";
}

/// The form as it was typed, and what was wrong with it; or the token that it made, this once.
#[derive(Serialize)]
pub struct TokenFormState {
    pub secret: Option<String>,
    pub error: Option<String>,
    pub field: Option<&'static str>,
    pub label: String,
    pub days: String,
    pub ticked: Vec<String>,
}

impl TokenForm {
    fn scopes(&self) -> Vec<String> {
        let ticked = SCOPES.into_iter().filter(|scope| self.boxes.contains_key(*scope));
        ticked.map(str::to_owned).collect()
    }

    fn state(self, secret: Option<String>, error: Option<(Option<&'static str>, String)>) -> TokenFormState {
        let (field, error) = error.map_or((None, None), |(field, message)| (field, Some(message)));
        let ticked = self.scopes();
        let days = if self.days.is_empty() { "90".to_owned() } else { self.days };
        TokenFormState { secret, error, field, label: self.label, days, ticked }
    }
}

/// `GET /desk/tokens`
pub async fn show(scope: Scope, Signed(caller): Signed) -> Result<Response, Problem> {
    page(&scope, &caller, StatusCode::OK, TokenForm::default().state(None, None)).await
}

/// `POST /desk/tokens`
pub async fn create(
    scope: Scope,
    Signed(caller): Signed,
    Form(form): Form<TokenForm>,
) -> Result<Response, Problem> {
    let days = form.days.trim().parse().unwrap_or(0);
    match create_service_token(&scope, &caller, &form.label, &form.scopes(), days).await {
        Ok(created) => {
            let state = TokenForm::default().state(Some(created.secret), None);
            page(&scope, &caller, StatusCode::OK, state).await
        }
        Err(error) => {
            let (status, field, message) = form_error(error)?;
            page(&scope, &caller, status, form.state(None, Some((field, message)))).await
        }
    }
}

/// `POST /desk/tokens/{id}/revoke`
pub async fn revoke(
    scope: Scope,
    Signed(caller): Signed,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    revoke_service_token(&scope, &caller, &id).await?;
    Ok(Toast::TokenRevoked.redirect("/desk/tokens"))
}

async fn page(
    scope: &Scope,
    caller: &Caller,
    status: StatusCode,
    form: TokenFormState,
) -> Result<Response, Problem> {
    permit_on_tenant::<ManageTokens>(scope, caller).await?;
    let shown = TokensPage { list: TokenList::load(scope).await?, scopes: SCOPES.into(), form };
    render_with(scope, Some(caller), status, shown)
}
