//! A person's own factors. The account page calls the removal by passkey here too.

use axum::Json;
use axum::extract::Path;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::errors::{ReadErrors, StepErrors};
use super::input::{Body, PersonOnly};
use crate::actions::factor_proof::FactorProof;
use crate::actions::{name_factor, remove_factor};
use crate::scope::Scope;
use crate::store::{backup_codes, factors};
use crate::web::cookies;
use crate::web::factor_view::FactorView;
use crate::web::problem::Problem;

/// A factor in the path.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct FactorPath {
    /// The factor's `id`, as `GET /api/v1/account/factors` gives it.
    pub(super) id: String,
}

/// How somebody signs in.
#[derive(Serialize, ToSchema)]
pub struct OwnFactors {
    /// The factors, oldest first.
    factors: Vec<FactorView>,
    /// Backup codes that were not used yet.
    backup_codes_left: i64,
}

/// A new name.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NameFactor {
    /// 1 to 60 characters.
    #[schema(example = "Blue security key")]
    label: String,
}

/// Proof by a factor that the person still has.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FinishRemoveFactor {
    /// `{"code": "123456"}`, or `{"assertion": …}` with the credential as `toJSON()` gives it.
    #[schema(value_type = Object, example = json!({ "code": "123456" }))]
    proof: FactorProof,
}

/// It was removed.
#[derive(Serialize, ToSchema)]
pub struct RemovedFactor {
    /// Where the browser goes next.
    next: &'static str,
}

/// `GET /api/v1/account/factors`
#[utoipa::path(get, path = "/api/v1/account/factors", tag = "account", operation_id = "list_own_factors",
    summary = "List one's own factors", description = "What the account page shows.", security(("session" = [])),
    responses((status = 200, description = "The factors.", body = OwnFactors), ReadErrors))]
pub async fn list(scope: Scope, PersonOnly(caller): PersonOnly) -> Result<Json<OwnFactors>, Problem> {
    let now = scope.now;
    let own = factors::list(&scope.app.db, &scope.tenant.id, &caller.person.id).await?;
    let backup_codes_left =
        backup_codes::count_left(&scope.app.db, &scope.tenant.id, &caller.person.id, now).await?;
    let factors = own.iter().map(|factor| FactorView::of(factor, now)).collect();
    Ok(Json(OwnFactors { factors, backup_codes_left }))
}

/// `POST /api/v1/account/factors/{id}/name`
#[utoipa::path(post, path = "/api/v1/account/factors/{id}/name", tag = "account", operation_id = "name_factor",
    summary = "Name a factor", description = "So that its owner knows later which device it is.",
    params(FactorPath), request_body = NameFactor, security(("session" = [])),
    responses((status = 204, description = "It has the name."), StepErrors))]
pub async fn name(
    scope: Scope,
    PersonOnly(caller): PersonOnly,
    Path(path): Path<FactorPath>,
    Body(sent): Body<NameFactor>,
) -> Result<StatusCode, Problem> {
    name_factor::name_factor(&scope, &caller, &path.id, &sent.label).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// `POST /api/v1/account/factors/{id}/remove/start`
#[utoipa::path(post, path = "/api/v1/account/factors/{id}/remove/start", tag = "account",
    operation_id = "start_remove_factor", summary = "Ask a passkey before a removal",
    description = "Not needed where a code proves it. Answers with the options for `navigator.credentials.get`, and a cookie that names the ceremony for five minutes.",
    params(FactorPath), security(("session" = [])),
    responses((status = 200, description = "What the browser asks the passkey.", body = Object), StepErrors))]
pub async fn start_remove(
    scope: Scope,
    PersonOnly(caller): PersonOnly,
    Path(path): Path<FactorPath>,
) -> Result<Response, Problem> {
    let challenge = remove_factor::start(&scope, &caller, &path.id).await?;
    let mut response = Json(challenge.options).into_response();
    cookies::CEREMONY.set(response.headers_mut(), &challenge.token);
    Ok(response)
}

/// `POST /api/v1/account/factors/{id}/remove/finish`
#[utoipa::path(post, path = "/api/v1/account/factors/{id}/remove/finish", tag = "account",
    operation_id = "finish_remove_factor", summary = "Remove a factor",
    description = "The last one that works is not removed. All other sessions of the person end.",
    params(FactorPath), request_body = FinishRemoveFactor, security(("session" = [])),
    responses((status = 200, description = "It is gone.", body = RemovedFactor), StepErrors))]
pub async fn finish_remove(
    scope: Scope,
    PersonOnly(caller): PersonOnly,
    Path(path): Path<FactorPath>,
    headers: HeaderMap,
    Body(sent): Body<FinishRemoveFactor>,
) -> Result<Response, Problem> {
    let token = cookies::CEREMONY.read(&headers).unwrap_or_default();
    remove_factor::remove_factor(&scope, &caller, &path.id, (&token, &sent.proof)).await?;
    let mut response = Json(RemovedFactor { next: "/account" }).into_response();
    cookies::CEREMONY.clear(response.headers_mut());
    Ok(response)
}
