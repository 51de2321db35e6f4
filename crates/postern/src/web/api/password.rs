//! The password of one's own account.

use axum::Json;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use serde::Deserialize;
use utoipa::ToSchema;
use zeroize::Zeroizing;

use super::errors::StepErrors;
use super::input::{Body, PersonOnly};
use crate::actions::change_password::{self, PasswordChange};
use crate::actions::factor_proof::FactorProof;
use crate::scope::Scope;
use crate::web::cookies;
use crate::web::problem::Problem;

/// The password from before, the new one, and proof by a factor that the person has.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FinishChangePassword {
    /// The password that counts now.
    current_password: String,
    /// 12 to 128 characters, and hard to guess.
    new_password: String,
    /// `{"code": "123456"}`, or `{"assertion": …}` with the credential as `toJSON()` gives it.
    #[schema(value_type = Object, example = json!({ "code": "123456" }))]
    proof: FactorProof,
}

/// `POST /api/v1/account/password/start`
#[utoipa::path(post, path = "/api/v1/account/password/start", tag = "account", operation_id = "start_change_password",
    summary = "Ask a passkey before another password",
    description = "Not needed where a code proves it. Answers with the options for `navigator.credentials.get`, and a cookie that names the ceremony for five minutes.",
    security(("session" = [])),
    responses((status = 200, description = "What the browser asks the passkey.", body = Object), StepErrors))]
pub async fn start(scope: Scope, PersonOnly(caller): PersonOnly) -> Result<Response, Problem> {
    let challenge = change_password::start(&scope, &caller).await?;
    let mut response = Json(challenge.options).into_response();
    cookies::CEREMONY.set(response.headers_mut(), &challenge.token);
    Ok(response)
}

/// `POST /api/v1/account/password/finish`
#[utoipa::path(post, path = "/api/v1/account/password/finish", tag = "account", operation_id = "finish_change_password",
    summary = "Change the password",
    description = "All other sessions of the person end, and all contacts are told. Wrong passwords count with those at sign-in.",
    request_body = FinishChangePassword, security(("session" = [])),
    responses((status = 204, description = "It is changed."), StepErrors))]
pub async fn finish(
    scope: Scope,
    PersonOnly(caller): PersonOnly,
    headers: HeaderMap,
    Body(sent): Body<FinishChangePassword>,
) -> Result<Response, Problem> {
    let token = cookies::CEREMONY.read(&headers).unwrap_or_default();
    let (current, new) = (Zeroizing::new(sent.current_password), Zeroizing::new(sent.new_password));
    let typed = PasswordChange { current, new, proof: &sent.proof };
    change_password::change_password(&scope, &caller, &token, &typed).await?;
    let mut response = StatusCode::NO_CONTENT.into_response();
    cookies::CEREMONY.clear(response.headers_mut());
    Ok(response)
}
