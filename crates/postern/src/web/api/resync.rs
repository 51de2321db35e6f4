//! The clock of a code app of one's own. The account page asks for a passkey here too.

use axum::Json;
use axum::extract::Path;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use serde::Deserialize;
use utoipa::ToSchema;

use super::errors::StepErrors;
use super::factors::FactorPath;
use super::input::{Body, PersonOnly};
use crate::actions::factor_proof::FactorProof;
use crate::actions::resync_totp::{self, ResyncAnswer};
use crate::scope::Scope;
use crate::web::cookies;
use crate::web::problem::Problem;

/// Two codes of the app, and proof by another factor that the person has.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FinishResyncTotp {
    /// A code of the app.
    #[schema(example = "123456")]
    first_code: String,
    /// The code that the app showed next.
    #[schema(example = "654321")]
    second_code: String,
    /// `{"code": "123456"}` of another app, or `{"assertion": …}` with the credential as `toJSON()` gives it.
    #[schema(value_type = Object, example = json!({ "code": "123456" }))]
    proof: FactorProof,
}

/// `POST /api/v1/account/factors/{id}/resync/start`
#[utoipa::path(post, path = "/api/v1/account/factors/{id}/resync/start", tag = "account", operation_id = "start_resync_totp",
    summary = "Ask a passkey before a clock is set",
    description = "Not needed where a code of another app proves it. Answers with the options for `navigator.credentials.get`, and a cookie that names the ceremony for five minutes.",
    params(FactorPath), security(("session" = [])),
    responses((status = 200, description = "What the browser asks the passkey.", body = Object), StepErrors))]
pub async fn start(
    scope: Scope,
    PersonOnly(caller): PersonOnly,
    Path(path): Path<FactorPath>,
) -> Result<Response, Problem> {
    resync_totp::load_app(&scope, &caller, &path.id).await?;
    let challenge = resync_totp::start(&scope, &caller).await?;
    let mut response = Json(challenge.options).into_response();
    cookies::CEREMONY.set(response.headers_mut(), &challenge.token);
    Ok(response)
}

/// `POST /api/v1/account/factors/{id}/resync/finish`
#[utoipa::path(post, path = "/api/v1/account/factors/{id}/resync/finish", tag = "account", operation_id = "finish_resync_totp",
    summary = "Set the clock of a code app",
    description = "For a phone whose clock is up to an hour off and can't be set. From then on codes count that fit its clock. Wrong codes count with those at sign-in.",
    params(FactorPath), request_body = FinishResyncTotp, security(("session" = [])),
    responses((status = 204, description = "It is set."), StepErrors))]
pub async fn finish(
    scope: Scope,
    PersonOnly(caller): PersonOnly,
    Path(path): Path<FactorPath>,
    headers: HeaderMap,
    Body(sent): Body<FinishResyncTotp>,
) -> Result<Response, Problem> {
    let token = cookies::CEREMONY.read(&headers).unwrap_or_default();
    let answer = ResyncAnswer { first: &sent.first_code, second: &sent.second_code, proof: &sent.proof };
    resync_totp::resync_totp(&scope, &caller, &path.id, (&token, answer)).await?;
    let mut response = StatusCode::NO_CONTENT.into_response();
    cookies::CEREMONY.clear(response.headers_mut());
    Ok(response)
}
