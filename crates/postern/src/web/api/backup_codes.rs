//! Backup codes of one's own account.

use axum::Json;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::errors::StepErrors;
use super::input::{Body, PersonOnly};
use crate::actions::confirm_backup_codes::{KeptBy, confirm_backup_codes};
use crate::actions::factor_proof::FactorProof;
use crate::actions::renew_backup_codes;
use crate::scope::Scope;
use crate::web::cookies;
use crate::web::problem::Problem;

/// Proof by a factor that the person has.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FinishRenewBackupCodes {
    /// `{"code": "123456"}`, or `{"assertion": …}` with the credential as `toJSON()` gives it.
    #[schema(value_type = Object, example = json!({ "code": "123456" }))]
    proof: FactorProof,
}

/// Codes that were made. They are shown only here.
#[derive(Serialize, ToSchema)]
pub struct NewBackupCodes {
    /// The codes. Each opens the account once, after the password, from the confirmation on.
    codes: Vec<String>,
}

/// `POST /api/v1/account/backup-codes/start`
#[utoipa::path(post, path = "/api/v1/account/backup-codes/start", tag = "account", operation_id = "start_renew_backup_codes",
    summary = "Ask a passkey before new backup codes",
    description = "Not needed where a code proves it. Answers with the options for `navigator.credentials.get`, and a cookie that names the ceremony for five minutes.",
    security(("session" = [])),
    responses((status = 200, description = "What the browser asks the passkey.", body = Object), StepErrors))]
pub async fn start(scope: Scope, PersonOnly(caller): PersonOnly) -> Result<Response, Problem> {
    let challenge = renew_backup_codes::start(&scope, &caller).await?;
    let mut response = Json(challenge.options).into_response();
    cookies::CEREMONY.set(response.headers_mut(), &challenge.token);
    Ok(response)
}

/// `POST /api/v1/account/backup-codes/finish`
#[utoipa::path(post, path = "/api/v1/account/backup-codes/finish", tag = "account", operation_id = "finish_renew_backup_codes",
    summary = "Make new backup codes",
    description = "They are good once they are confirmed; until then those from before are. Sets a cookie that names the confirmation for half an hour.",
    request_body = FinishRenewBackupCodes, security(("session" = [])),
    responses((status = 200, description = "The codes.", body = NewBackupCodes), StepErrors))]
pub async fn finish(
    scope: Scope,
    PersonOnly(caller): PersonOnly,
    headers: HeaderMap,
    Body(sent): Body<FinishRenewBackupCodes>,
) -> Result<Response, Problem> {
    let token = cookies::CEREMONY.read(&headers).unwrap_or_default();
    let made = renew_backup_codes::renew_backup_codes(&scope, &caller, (&token, &sent.proof)).await?;
    let mut response = Json(NewBackupCodes { codes: made.codes }).into_response();
    cookies::CEREMONY.set(response.headers_mut(), &made.token);
    Ok(response)
}

/// `POST /api/v1/account/backup-codes/confirm`
#[utoipa::path(post, path = "/api/v1/account/backup-codes/confirm", tag = "account", operation_id = "confirm_backup_codes",
    summary = "Say that the new codes are kept", description = "From now on they are good, and those from before are not.",
    security(("session" = [])),
    responses((status = 204, description = "They are good."), StepErrors))]
pub async fn confirm(
    scope: Scope,
    PersonOnly(caller): PersonOnly,
    headers: HeaderMap,
) -> Result<StatusCode, Problem> {
    let token = cookies::CEREMONY.read(&headers).unwrap_or_default();
    confirm_backup_codes(&scope, KeptBy::Owner(&caller), &token).await?;
    Ok(StatusCode::NO_CONTENT)
}
