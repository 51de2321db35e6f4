//! `/sign-in/second-step/passkey`: a passkey or a security key after the password, called by `passkeys.js`.

use axum::Json;
use axum::http::HeaderMap;
use axum::response::{IntoResponse as _, Response};
use serde_json::json;
use webauthn_rs::prelude::PublicKeyCredential;

use super::keep;
use crate::actions::use_passkey;
use crate::scope::Scope;
use crate::web::cookies;
use crate::web::extract::{self, CurrentFlow};
use crate::web::problem::Problem;

/// `POST /sign-in/second-step/passkey/start`
pub async fn start(scope: Scope, CurrentFlow(row): CurrentFlow) -> Result<Response, Problem> {
    let challenge = use_passkey::start(&scope, &row).await?;
    let mut response = Json(challenge.options).into_response();
    cookies::CEREMONY.set(response.headers_mut(), &challenge.token);
    Ok(response)
}

/// `POST /sign-in/second-step/passkey/finish`
pub async fn finish(
    scope: Scope,
    CurrentFlow(row): CurrentFlow,
    headers: HeaderMap,
    extract::Json(answer): extract::Json<PublicKeyCredential>,
) -> Result<Response, Problem> {
    let token = cookies::CEREMONY.read(&headers).unwrap_or_default();
    let signed_in = use_passkey::finish(&scope, &row, &token, &answer).await?;
    Ok(keep(&signed_in, Json(json!({ "next": "/" })).into_response()))
}
