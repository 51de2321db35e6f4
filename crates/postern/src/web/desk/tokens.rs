//! `/desk/tokens`: service tokens for integrators.

use std::collections::BTreeMap;

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use postern_core::policy::ManageTokens;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::actions::create_service_token::{SCOPES, create_service_token};
use crate::actions::revoke_service_token::revoke_service_token;
use crate::actions::{Caller, permit_on_tenant};
use crate::scope::Scope;
use crate::store::{micros, service_tokens};
use crate::web::extract::{Form, Signed};
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

impl TokenForm {
    fn scopes(&self) -> Vec<String> {
        let ticked = SCOPES.into_iter().filter(|scope| self.boxes.contains_key(*scope));
        ticked.map(str::to_owned).collect()
    }

    /// What the page shows: the form as it was typed, and what was wrong with it.
    fn values(&self, secret: Option<&str>, error: Option<(Option<&'static str>, String)>) -> Value {
        let (field, message) = error.map_or((None, None), |(field, message)| (field, Some(message)));
        let days = if self.days.is_empty() { "90" } else { &self.days };
        json!({
            "secret": secret, "error": message, "field": field,
            "label": self.label, "days": days, "ticked": self.scopes(),
        })
    }
}

/// `GET /desk/tokens`
pub async fn show(scope: Scope, Signed(caller): Signed) -> Result<Response, Problem> {
    page(&scope, &caller, StatusCode::OK, TokenForm::default().values(None, None)).await
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
            page(&scope, &caller, StatusCode::OK, TokenForm::default().values(Some(&created.secret), None))
                .await
        }
        Err(error) => {
            let (status, field, message) = form_error(error)?;
            page(&scope, &caller, status, form.values(None, Some((field, message)))).await
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

async fn page(scope: &Scope, caller: &Caller, status: StatusCode, form: Value) -> Result<Response, Problem> {
    permit_on_tenant::<ManageTokens>(scope, caller).await?;
    let now = micros(scope.now);
    let tokens: Vec<Value> = service_tokens::list(&scope.app.db, &scope.tenant.id)
        .await?
        .iter()
        .map(|t| {
            json!({
                "id": t.id, "label": t.label, "scopes": t.scopes, "created_at": t.created_at, "expires_at": t.expires_at,
                "live": t.revoked_at.is_none() && t.granted_at.is_some() && t.expires_at > now,
                "waits": t.revoked_at.is_none() && t.granted_at.is_none() && t.expires_at > now,
            })
        })
        .collect();
    render_with(
        scope,
        Some(caller),
        status,
        "desk/tokens.html",
        json!({ "tokens": tokens, "scopes": SCOPES, "form": form }),
    )
}
