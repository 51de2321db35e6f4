//! `/sign-in/passkey`: the browser's half of a passkey sign-in, called by `passkeys.js`.

use axum::Json;
use axum::http::HeaderMap;
use axum::response::{IntoResponse as _, Response};
use serde_json::json;
use webauthn_rs::prelude::PublicKeyCredential;

use super::keep;
use crate::actions::sign_in_with_passkey;
use crate::scope::Scope;
use crate::web::cookies;
use crate::web::extract;
use crate::web::problem::Problem;

/// `POST /sign-in/passkey/start`
pub async fn start(scope: Scope) -> Result<Response, Problem> {
    let challenge = sign_in_with_passkey::start(&scope).await?;
    let mut response = Json(challenge.options).into_response();
    cookies::CEREMONY.set(response.headers_mut(), &challenge.token);
    Ok(response)
}

/// `POST /sign-in/passkey/finish`
pub async fn finish(
    scope: Scope,
    headers: HeaderMap,
    extract::Json(answer): extract::Json<PublicKeyCredential>,
) -> Result<Response, Problem> {
    let token = cookies::CEREMONY.read(&headers).unwrap_or_default();
    let signed_in = sign_in_with_passkey::finish(&scope, &token, &answer).await?;
    Ok(keep(&signed_in, Json(json!({ "next": "/" })).into_response()))
}
