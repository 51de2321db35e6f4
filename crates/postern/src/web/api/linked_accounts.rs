//! Accounts at identity providers, in a session: which there may be, and the way to link one. It is unlinked as any factor is
//! removed. The provider sends the browser back to a page: what it brings is for that browser alone.

use axum::Json;
use axum::extract::Path;
use axum::http::HeaderMap;
use axum::response::{IntoResponse as _, Response};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::errors::{ReadErrors, StepErrors};
use super::input::{Body, PersonOnly};
use crate::actions::factor_proof::FactorProof;
use crate::actions::link_account;
use crate::scope::Scope;
use crate::web::cookies;
use crate::web::problem::Problem;

/// Where an account can be linked.
#[derive(Clone, Serialize, ToSchema)]
pub struct ProviderView {
    /// In addresses.
    #[schema(example = "staff")]
    pub name: String,
    /// What people call it.
    #[schema(example = "Staff account")]
    pub title: String,
}

impl ProviderView {
    /// Those of the organisation.
    pub(in crate::web) fn list(scope: &Scope) -> Vec<Self> {
        let all = scope.tenant.settings.identity_providers.iter();
        all.map(|provider| Self { name: provider.name.clone(), title: provider.title.clone() }).collect()
    }
}

/// Proof by a factor that the person has.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FinishProveLink {
    /// `{"code": "123456"}`, or `{"assertion": …}` with the credential as `toJSON()` gives it.
    #[schema(value_type = Object, example = json!({ "code": "123456" }))]
    proof: FactorProof,
}

/// Where the browser goes.
#[derive(Serialize, ToSchema)]
pub struct ProviderLink {
    /// The provider's sign-in page: good for five minutes, once, in the browser that has the cookie.
    url: String,
}

/// `GET /api/v1/account/linked-accounts`
#[utoipa::path(get, path = "/api/v1/account/linked-accounts", tag = "account", operation_id = "list_identity_providers",
    summary = "Where an account can be linked",
    description = "The identity providers of the organisation. What is linked already is among the factors.",
    security(("session" = [])),
    responses((status = 200, description = "The providers.", body = Vec<ProviderView>), ReadErrors))]
pub async fn list(scope: Scope, PersonOnly(_caller): PersonOnly) -> Json<Vec<ProviderView>> {
    Json(ProviderView::list(&scope))
}

/// `POST /api/v1/account/linked-accounts/{provider}/start`
#[utoipa::path(post, path = "/api/v1/account/linked-accounts/{provider}/start", tag = "account", operation_id = "start_link_account",
    summary = "Ask a passkey before an account is linked",
    description = "Not needed where a code proves it. Answers with the options for `navigator.credentials.get`, and a cookie that names the ceremony for five minutes.",
    params(("provider" = String, Path, description = "The name of a provider.")), security(("session" = [])),
    responses((status = 200, description = "The options.", body = Object), StepErrors))]
pub async fn start(scope: Scope, PersonOnly(caller): PersonOnly) -> Result<Response, Problem> {
    let challenge = link_account::start(&scope, &caller).await?;
    let mut response = Json(challenge.options).into_response();
    cookies::CEREMONY.set(response.headers_mut(), &challenge.token);
    Ok(response)
}

/// `POST /api/v1/account/linked-accounts/{provider}/finish`
#[utoipa::path(post, path = "/api/v1/account/linked-accounts/{provider}/finish", tag = "account",
    operation_id = "finish_link_account", summary = "Go and link an account",
    description = "With proof by a factor that the person has. The browser goes to the address, the person signs in there anew, and comes back to a page of Postern, in the same session and with the cookie that is set here: then it is linked, and all contacts are told.",
    params(("provider" = String, Path, description = "The name of a provider.")),
    request_body = FinishProveLink, security(("session" = [])),
    responses((status = 200, description = "Where the browser goes.", body = ProviderLink), StepErrors))]
pub async fn finish(
    scope: Scope,
    PersonOnly(caller): PersonOnly,
    Path(provider): Path<String>,
    headers: HeaderMap,
    Body(sent): Body<FinishProveLink>,
) -> Result<Response, Problem> {
    let token = cookies::CEREMONY.read(&headers).unwrap_or_default();
    let to = link_account::offer(&scope, &caller, &provider, (&token, &sent.proof)).await?;
    let mut response = Json(ProviderLink { url: to.url.to_string() }).into_response();
    cookies::CEREMONY.clear(response.headers_mut());
    cookies::FEDERATED.set(response.headers_mut(), &to.token);
    Ok(response)
}
