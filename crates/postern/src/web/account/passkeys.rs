//! `/account/passkeys`: the browser's half of adding a passkey, called by `passkeys.js`.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::{IntoResponse as _, Response};
use serde_json::json;
use webauthn_rs::prelude::RegisterPublicKeyCredential;

use crate::actions::add_passkey;
use crate::app::App;
use crate::web::cookies;
use crate::web::extract::{self, Signed};
use crate::web::problem::Problem;

/// `POST /account/passkeys/start`
pub async fn start(State(app): State<Arc<App>>, Signed(caller): Signed) -> Result<Response, Problem> {
    let challenge = add_passkey::start(&app, &caller).await?;
    let mut response = Json(challenge.options).into_response();
    cookies::CEREMONY.set(response.headers_mut(), &challenge.token);
    Ok(response)
}

/// `POST /account/passkeys/finish`
pub async fn finish(
    State(app): State<Arc<App>>,
    Signed(caller): Signed,
    headers: HeaderMap,
    extract::Json(answer): extract::Json<RegisterPublicKeyCredential>,
) -> Result<Response, Problem> {
    let token = cookies::CEREMONY.read(&headers).unwrap_or_default();
    add_passkey::finish(&app, &caller, &token, &answer).await?;
    let mut response = Json(json!({ "next": "/account" })).into_response();
    cookies::CEREMONY.clear(response.headers_mut());
    Ok(response)
}
