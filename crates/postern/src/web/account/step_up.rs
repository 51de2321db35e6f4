//! `/account/step-up`: the browser's half of a passkey touch. `/api/v1/account/step-up` is the same.

use axum::Json;
use axum::http::HeaderMap;
use axum::response::{IntoResponse as _, Response};
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;
use webauthn_rs::prelude::PublicKeyCredential;

use crate::actions::step_up;
use crate::config::Config;
use crate::scope::Scope;
use crate::web::api::errors::StepErrors;
use crate::web::api::input::{Body, PersonOnly};
use crate::web::cookies;
use crate::web::problem::Problem;

/// A passkey was touched.
#[derive(Serialize, ToSchema)]
pub struct SteppedUp {
    /// Until when it is fresh enough for sensitive actions.
    #[schema(value_type = String, format = DateTime)]
    stepped_up_until: Timestamp,
}

/// `POST /account/step-up/start`
#[utoipa::path(post, path = "/api/v1/account/step-up/start", tag = "account", operation_id = "start_step_up",
    summary = "Ask for a passkey touch",
    description = "Answers with the options for `navigator.credentials.get`, and a cookie that names the ceremony for five minutes.",
    security(("session" = [])),
    responses((status = 200, description = "What the browser asks the passkey.", body = Object), StepErrors))]
pub async fn start(scope: Scope, PersonOnly(caller): PersonOnly) -> Result<Response, Problem> {
    let challenge = step_up::start(&scope, &caller).await?;
    let mut response = Json(challenge.options).into_response();
    cookies::CEREMONY.set(response.headers_mut(), &challenge.token);
    Ok(response)
}

/// `POST /account/step-up/finish`
#[utoipa::path(post, path = "/api/v1/account/step-up/finish", tag = "account", operation_id = "finish_step_up",
    summary = "Answer with a passkey touch",
    description = "What wants a touch of the last five minutes answers 403 with the type `step-up` until then. The session \
        has a new token from then on, in the cookie of the answer.",
    request_body(content = ref("#/components/schemas/PasskeyAnswer"), description = "The credential as `toJSON()` gives it."), security(("session" = [])),
    responses((status = 200, description = "The session is stepped up.", body = SteppedUp), StepErrors))]
pub async fn finish(
    scope: Scope,
    PersonOnly(caller): PersonOnly,
    headers: HeaderMap,
    Body(answer): Body<PublicKeyCredential>,
) -> Result<Response, Problem> {
    let token = cookies::CEREMONY.read(&headers).unwrap_or_default();
    let session = step_up::finish(&scope, &caller, &token, &answer).await?;
    let stepped_up_until = scope.now + Config::STEP_UP_LIFE;
    let mut response = Json(SteppedUp { stepped_up_until }).into_response();
    cookies::CEREMONY.clear(response.headers_mut());
    cookies::SESSION.set(response.headers_mut(), &session);
    Ok(response)
}
