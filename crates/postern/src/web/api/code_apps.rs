//! Code apps of one's own account.

use axum::Json;
use axum::http::HeaderMap;
use axum::response::{IntoResponse as _, Response};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::errors::StepErrors;
use super::input::{Body, PersonOnly};
use crate::actions::add_totp::{self, CodeAppAnswer};
use crate::actions::factor_proof::FactorProof;
use crate::scope::Scope;
use crate::web::code_app_view::CodeAppView;
use crate::web::cookies;
use crate::web::problem::Problem;

/// A secret for a new code app, and how its owner proves that it is theirs to add.
#[derive(Serialize, ToSchema)]
pub struct AddTotpOptions {
    #[serde(flatten)]
    app: CodeAppView,
    /// For `navigator.credentials.get`: one of the passkeys or keys that work already. `null` when there is none.
    #[schema(value_type = Option<Object>)]
    get: Option<Value>,
    /// Whether a code from an app that works already proves it too.
    takes_code: bool,
}

/// The new app's first code, and proof by a factor that was there before.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FinishAddTotp {
    /// The six digits that the new app shows.
    #[schema(example = "123456")]
    first_code: String,
    /// `{"code": "123456"}`, or `{"assertion": …}` with the credential of `get` as `toJSON()` gives it.
    #[schema(value_type = Object, example = json!({ "code": "654321" }))]
    proof: FactorProof,
    /// What its owner calls it, up to 60 characters; empty for a plain name.
    #[serde(default)]
    #[schema(example = "New phone")]
    label: String,
}

/// It was added.
#[derive(Serialize, ToSchema)]
pub struct AddedTotp {
    /// Where the browser goes next.
    next: &'static str,
}

/// `POST /api/v1/account/code-apps/start`
#[utoipa::path(post, path = "/api/v1/account/code-apps/start", tag = "account", operation_id = "start_add_totp",
    summary = "Ask for a new code app", description = "Makes a secret for it, and sets a cookie that names the ceremony for fifteen minutes.",
    security(("session" = [])),
    responses((status = 200, description = "The secret.", body = AddTotpOptions), StepErrors))]
pub async fn start(scope: Scope, PersonOnly(caller): PersonOnly) -> Result<Response, Problem> {
    let token = add_totp::start(&scope, &caller).await?;
    let offered = add_totp::offered(&scope, &caller, &token).await?;
    let app = CodeAppView::of(&scope, &caller.person.login, &offered.secret);
    let options = AddTotpOptions { app, get: offered.get, takes_code: offered.takes_code };
    let mut response = Json(options).into_response();
    cookies::CEREMONY.set(response.headers_mut(), &token);
    Ok(response)
}

/// `POST /api/v1/account/code-apps/finish`
#[utoipa::path(post, path = "/api/v1/account/code-apps/finish", tag = "account", operation_id = "finish_add_totp",
    summary = "Add the code app", description = "With proof by a factor that the person has.",
    request_body = FinishAddTotp, security(("session" = [])),
    responses((status = 200, description = "It was added.", body = AddedTotp), StepErrors))]
pub async fn finish(
    scope: Scope,
    PersonOnly(caller): PersonOnly,
    headers: HeaderMap,
    Body(sent): Body<FinishAddTotp>,
) -> Result<Response, Problem> {
    let token = cookies::CEREMONY.read(&headers).unwrap_or_default();
    let answer = CodeAppAnswer { first_code: &sent.first_code, label: &sent.label, proof: &sent.proof };
    add_totp::add_totp(&scope, &caller, &token, answer).await?;
    let mut response = Json(AddedTotp { next: "/account" }).into_response();
    cookies::CEREMONY.clear(response.headers_mut());
    Ok(response)
}
