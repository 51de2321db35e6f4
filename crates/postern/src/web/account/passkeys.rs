//! `/account/passkeys`: the browser's half of adding a passkey, called by `passkeys.js`. `/api/v1/account/passkeys` is
//! the same.

use axum::Json;
use axum::http::HeaderMap;
use axum::response::{IntoResponse as _, Response};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use webauthn_rs::prelude::RegisterPublicKeyCredential;

use crate::actions::add_passkey::{self, PasskeyAnswer};
use crate::actions::factor_proof::FactorProof;
use crate::scope::Scope;
use crate::web::api::errors::StepErrors;
use crate::web::api::input::{Body, PersonOnly};
use crate::web::cookies;
use crate::web::problem::Problem;

/// What is to be added.
#[derive(Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct StartAddPasskey {
    /// A security key that does not verify its user: it works after the password only.
    second_step_only: bool,
}

/// What the browser is asked.
#[derive(Serialize, ToSchema)]
pub struct AddPasskeyOptions {
    /// For `navigator.credentials.create`.
    #[schema(value_type = Object)]
    create: Value,
    /// For `navigator.credentials.get`: one of the passkeys or keys that work already. `null` when there is none.
    #[schema(value_type = Option<Object>)]
    get: Option<Value>,
    /// Whether a code from the person's app proves it too.
    takes_code: bool,
}

/// The new key, and proof by a factor that was there before.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FinishAddPasskey {
    /// The credential of `create`, as `toJSON()` gives it.
    #[schema(value_type = Object)]
    created: RegisterPublicKeyCredential,
    /// `{"code": "123456"}`, or `{"assertion": …}` with the credential of `get` as `toJSON()` gives it.
    #[schema(value_type = Object, example = json!({ "code": "123456" }))]
    proof: FactorProof,
    /// What its owner calls it, up to 60 characters; empty for a plain name.
    #[serde(default)]
    #[schema(example = "Blue security key")]
    label: String,
}

/// It was added.
#[derive(Serialize, ToSchema)]
pub struct AddedPasskey {
    /// Until when it waits, where staff's first one does. `null`: it works now.
    #[schema(value_type = Option<String>, format = DateTime)]
    waits_until: Option<Timestamp>,
    /// Where the browser goes next.
    next: &'static str,
}

/// `POST /account/passkeys/start`
#[utoipa::path(post, path = "/api/v1/account/passkeys/start", tag = "account", operation_id = "start_add_passkey",
    summary = "Ask for a new passkey", description = "Sets a cookie that names the ceremony for five minutes.",
    request_body = StartAddPasskey, security(("session" = [])),
    responses((status = 200, description = "What the browser is asked.", body = AddPasskeyOptions), StepErrors))]
pub async fn start(
    scope: Scope,
    PersonOnly(caller): PersonOnly,
    Body(sent): Body<StartAddPasskey>,
) -> Result<Response, Problem> {
    let asked = add_passkey::start(&scope, &caller, sent.second_step_only).await?;
    let options = AddPasskeyOptions { create: asked.create, get: asked.get, takes_code: asked.takes_code };
    let mut response = Json(options).into_response();
    cookies::CEREMONY.set(response.headers_mut(), &asked.token);
    Ok(response)
}

/// `POST /account/passkeys/finish`
#[utoipa::path(post, path = "/api/v1/account/passkeys/finish", tag = "account", operation_id = "finish_add_passkey",
    summary = "Add the passkey",
    description = "With proof by a factor that the person has. A passkey of staff that no passkey proved waits for 24 hours, or for a second yes.",
    request_body = FinishAddPasskey, security(("session" = [])),
    responses((status = 200, description = "It was added.", body = AddedPasskey), StepErrors))]
pub async fn finish(
    scope: Scope,
    PersonOnly(caller): PersonOnly,
    headers: HeaderMap,
    Body(sent): Body<FinishAddPasskey>,
) -> Result<Response, Problem> {
    let token = cookies::CEREMONY.read(&headers).unwrap_or_default();
    let answer = PasskeyAnswer { created: &sent.created, proof: &sent.proof, label: &sent.label };
    let added = add_passkey::finish(&scope, &caller, &token, answer).await?;
    let answer = AddedPasskey { waits_until: added.waits_until, next: "/account" };
    let mut response = Json(answer).into_response();
    cookies::CEREMONY.clear(response.headers_mut());
    Ok(response)
}
