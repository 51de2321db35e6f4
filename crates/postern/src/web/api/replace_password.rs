//! Another password for one's own account, in the place of a forgotten one.

use axum::Json;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use serde::Deserialize;
use utoipa::ToSchema;
use webauthn_rs::prelude::PublicKeyCredential;
use zeroize::Zeroizing;

use super::errors::StepErrors;
use super::input::{Body, PersonOnly};
use crate::actions::replace_password;
use crate::scope::Scope;
use crate::web::cookies;
use crate::web::problem::Problem;

/// The new password, and the answer of a passkey that stands in for the one from before.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FinishReplacePassword {
    /// 12 to 128 characters, and hard to guess.
    new_password: String,
    /// The credential as `toJSON()` gives it.
    #[schema(value_type = Object)]
    assertion: Box<PublicKeyCredential>,
}

/// `POST /api/v1/account/replace-password/start`
#[utoipa::path(post, path = "/api/v1/account/replace-password/start", tag = "account", operation_id = "start_replace_password",
    summary = "Ask a passkey in the place of a forgotten password",
    description = "One that verifies its user and was added a day ago or earlier. Answers with the options for \
        `navigator.credentials.get`, and a cookie that names the ceremony for five minutes.",
    security(("session" = [])),
    responses((status = 200, description = "What the browser asks the passkey.", body = Object), StepErrors))]
pub async fn start(scope: Scope, PersonOnly(caller): PersonOnly) -> Result<Response, Problem> {
    let challenge = replace_password::start(&scope, &caller).await?;
    let mut response = Json(challenge.options).into_response();
    cookies::CEREMONY.set(response.headers_mut(), &challenge.token);
    Ok(response)
}

/// `POST /api/v1/account/replace-password/finish`
#[utoipa::path(post, path = "/api/v1/account/replace-password/finish", tag = "account", operation_id = "finish_replace_password",
    summary = "Set another password in the place of a forgotten one",
    description = "All other sessions of the person end, and all contacts are told. The session has a new token from then on, \
        in the cookie of the answer.",
    request_body = FinishReplacePassword, security(("session" = [])),
    responses((status = 204, description = "It is changed."), StepErrors))]
pub async fn finish(
    scope: Scope,
    PersonOnly(caller): PersonOnly,
    headers: HeaderMap,
    Body(sent): Body<FinishReplacePassword>,
) -> Result<Response, Problem> {
    let token = cookies::CEREMONY.read(&headers).unwrap_or_default();
    let new = Zeroizing::new(sent.new_password);
    let session =
        replace_password::replace_password(&scope, &caller, (&token, &sent.assertion), &new).await?;
    let mut response = StatusCode::NO_CONTENT.into_response();
    cookies::CEREMONY.clear(response.headers_mut());
    cookies::SESSION.set(response.headers_mut(), &session);
    Ok(response)
}
