//! Service tokens: made, listed and revoked by an admin in person. A token can't make tokens.

use axum::Json;
use axum::extract::Path;
use axum::http::StatusCode;
use jiff::Timestamp;
use postern_core::policy::ManageTokens;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::errors::{ReadErrors, StepErrors};
use super::input::{Body, PersonOnly, whole};
use crate::actions::{self, permit_on_tenant};
use crate::scope::Scope;
use crate::store::service_tokens::{self, ServiceToken};
use crate::store::{persons, time};
use crate::web::problem::Problem;

/// A token in the path.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct TokenPath {
    /// The token's `id`, as `GET /api/v1/tokens` gives it.
    id: String,
}

/// Tokens, newest first, at most 200.
#[derive(Serialize, ToSchema)]
pub struct TokenList {
    /// The tokens.
    pub tokens: Vec<TokenLine>,
}

/// A token. Its secret is not here.
#[derive(Serialize, ToSchema)]
pub struct TokenLine {
    pub id: String,
    /// The program that uses it.
    pub label: String,
    /// The admin it acts for.
    pub owner_id: String,
    /// Their name.
    pub owner: String,
    /// What it may do.
    pub scopes: Vec<String>,
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    #[schema(value_type = String, format = DateTime)]
    pub expires_at: Timestamp,
    /// Since when it works; null while it waits for a second admin.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub granted_at: Option<Timestamp>,
    /// When it was revoked.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub revoked_at: Option<Timestamp>,
    /// Whether it works now.
    pub live: bool,
    /// Whether it waits for a second admin, and will work.
    pub waits: bool,
}

/// A token to make.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateServiceToken {
    /// The program that will use it, in up to 100 characters.
    #[schema(example = "Ticket system")]
    label: String,
    /// At least one of `cases:read`, `cases:act`, `people:read`, `audit:read`, `signins:import`, `findings:read`,
    /// `findings:close`.
    #[schema(example = json!(["cases:read"]))]
    scopes: Vec<String>,
    /// How long it lives: 1 to 365 days.
    #[serde(deserialize_with = "whole")]
    #[schema(example = 90, minimum = 1, maximum = 365)]
    days: i64,
}

/// A token that was made.
#[derive(Serialize, ToSchema)]
pub struct CreatedToken {
    /// The secret: send it as `Authorization: Bearer`. It is shown only here.
    #[schema(example = "pst_…")]
    token: String,
    /// When it works if no second admin says yes before.
    #[schema(value_type = String, format = DateTime)]
    waits_until: Timestamp,
}

/// `GET /api/v1/tokens`
#[utoipa::path(get, path = "/api/v1/tokens", tag = "tokens", operation_id = "list_tokens",
    summary = "List service tokens", description = "An admin's session only.",
    security(("session" = [])),
    responses((status = 200, description = "The tokens.", body = TokenList), ReadErrors))]
pub async fn list(scope: Scope, PersonOnly(caller): PersonOnly) -> Result<Json<TokenList>, Problem> {
    permit_on_tenant::<ManageTokens>(&scope, &caller).await?;
    Ok(Json(TokenList::load(&scope).await?))
}

/// `POST /api/v1/tokens`
#[utoipa::path(post, path = "/api/v1/tokens", tag = "tokens", operation_id = "create_service_token",
    summary = "Make a service token",
    description = "It acts for the admin who made it, with the scopes it was given: policies hold for it as for them.",
    request_body = CreateServiceToken, security(("session" = [])),
    responses((status = 201, description = "The token.", body = CreatedToken), StepErrors))]
pub async fn create_service_token(
    scope: Scope,
    PersonOnly(caller): PersonOnly,
    Body(sent): Body<CreateServiceToken>,
) -> Result<(StatusCode, Json<CreatedToken>), Problem> {
    let create = actions::create_service_token::create_service_token;
    let created = create(&scope, &caller, &sent.label, &sent.scopes, sent.days).await?;
    let answer = CreatedToken { token: created.secret, waits_until: created.waits_until };
    Ok((StatusCode::CREATED, Json(answer)))
}

/// `DELETE /api/v1/tokens/{id}`
#[utoipa::path(delete, path = "/api/v1/tokens/{id}", tag = "tokens", operation_id = "revoke_service_token",
    summary = "Revoke a service token", description = "It is dead at once.",
    params(TokenPath), security(("session" = [])),
    responses((status = 204, description = "It is revoked."), StepErrors))]
pub async fn revoke_service_token(
    scope: Scope,
    PersonOnly(caller): PersonOnly,
    Path(path): Path<TokenPath>,
) -> Result<StatusCode, Problem> {
    actions::revoke_service_token::revoke_service_token(&scope, &caller, &path.id).await?;
    Ok(StatusCode::NO_CONTENT)
}

impl TokenList {
    /// As they are now, for the page and for the API.
    pub async fn load(scope: &Scope) -> Result<Self, Problem> {
        let found = service_tokens::list(&scope.app.db, &scope.tenant.id).await?;
        let owners = found.iter().map(|token| token.owner_id.as_str()).collect();
        let names = persons::list_names(&scope.app.db, &scope.tenant.id, &owners).await?;
        let line = |token: ServiceToken| {
            let owner = names.get(&token.owner_id).cloned();
            TokenLine::of(token, owner, scope.now)
        };
        Ok(Self { tokens: found.into_iter().map(line).collect() })
    }
}

impl TokenLine {
    fn of(token: ServiceToken, owner: Option<String>, now: Timestamp) -> Self {
        let expires_at = time(token.expires_at);
        let is_over = token.revoked_at.is_some() || expires_at <= now;
        Self {
            scopes: token.scopes.split(' ').map(str::to_owned).collect(),
            created_at: time(token.created_at),
            expires_at,
            revoked_at: token.revoked_at.map(time),
            live: !is_over && token.granted_at.is_some(),
            waits: !is_over && token.granted_at.is_none(),
            granted_at: token.granted_at.map(time),
            id: token.id,
            label: token.label,
            owner: owner.unwrap_or_else(|| token.owner_id.clone()),
            owner_id: token.owner_id,
        }
    }
}
