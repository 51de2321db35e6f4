//! `/enrol/passkey`: the browser's half of a first passkey, called by `passkeys.js`; then the backup codes, shown once.

use axum::Json;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use serde::Deserialize;
use webauthn_rs::prelude::RegisterPublicKeyCredential;

use super::{enrol, enrol_code_app};
use crate::actions::enrol_passkey;
use crate::scope::Scope;
use crate::texts::MessageId;
use crate::web::cookies;
use crate::web::extract::{CurrentFlow, Form};
use crate::web::problem::Problem;
use crate::web::router::form_message;

/// What the browser made.
#[derive(Deserialize)]
pub struct CreatedForm {
    /// The new credential, as `toJSON()` gives it.
    created: String,
}

/// `POST /enrol/passkey/start`
pub async fn start(scope: Scope, CurrentFlow(row): CurrentFlow) -> Result<Response, Problem> {
    let challenge = enrol_passkey::start(&scope, &row).await?;
    let mut response = Json(challenge.options).into_response();
    cookies::CEREMONY.set(response.headers_mut(), &challenge.token);
    Ok(response)
}

/// `POST /enrol/passkey`
pub async fn submit(
    scope: Scope,
    CurrentFlow(row): CurrentFlow,
    headers: HeaderMap,
    Form(form): Form<CreatedForm>,
) -> Result<Response, Problem> {
    let Ok(created) = serde_json::from_str::<RegisterPublicKeyCredential>(&form.created) else {
        let message = MessageId("browser-made-no-passkey").into();
        return enrol::page(&scope, &row, StatusCode::UNPROCESSABLE_ENTITY, Some(&message)).await;
    };
    let token = cookies::CEREMONY.read(&headers).unwrap_or_default();
    match enrol_passkey::finish(&scope, &row, &token, &created).await {
        Ok(shown) => enrol_code_app::show_codes(&scope, shown),
        Err(error) => {
            let (status, _, message) = form_message(error)?;
            enrol::page(&scope, &row, status, Some(&message)).await
        }
    }
}
