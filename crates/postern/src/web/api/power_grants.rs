//! Desk roles and service tokens that wait for a second admin.

use axum::Json;
use axum::extract::Path;
use axum::http::StatusCode;
use jiff::Timestamp;
use postern_core::id::PersonId;
use postern_core::policy::ViewDesk;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::errors::{ReadErrors, StepErrors};
use super::input::{Body, PersonOnly};
use crate::actions::decide_on_power::{approve_power, stop_power};
use crate::actions::permit_on_tenant;
use crate::scope::Scope;
use crate::store::power_grants::{self, PowerGrant};
use crate::store::{persons, service_tokens, time};
use crate::web::problem::Problem;

/// What waits, the next to take effect first.
#[derive(Serialize, ToSchema)]
pub struct PowerGrantList {
    /// The desk roles and tokens.
    grants: Vec<PowerGrantView>,
}

/// One of them.
#[derive(Serialize, ToSchema)]
pub struct PowerGrantView {
    pub id: String,
    pub person_id: String,
    /// Who gets it.
    pub name: String,
    /// The desk role: `auditor`, `agent`, `senior` or `admin`; null for a token.
    pub role: Option<String>,
    /// The token's label and scopes; null for a role.
    pub token: Option<String>,
    /// The admin who asked for it.
    pub requested_by: String,
    #[schema(value_type = String, format = DateTime)]
    pub requested_at: Timestamp,
    /// When it works if nobody stops it.
    #[schema(value_type = String, format = DateTime)]
    pub takes_effect_at: Timestamp,
}

/// One in the path.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct PowerGrantPath {
    /// Its `id`, as `GET /api/v1/power-grants` gives it.
    id: String,
}

/// Why.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DecideOnPower {
    #[schema(example = "Bea starts at the help desk on Monday, HR-4711")]
    reason: String,
}

impl PowerGrantView {
    /// One with its names.
    pub async fn load(scope: &Scope, grant: PowerGrant) -> Result<Self, Problem> {
        let name = async |id: &str| {
            let found = persons::find(&scope.app.db, &scope.tenant.id, &PersonId::new(id)).await?;
            Ok::<_, Problem>(found.map_or_else(|| id.to_owned(), |person| person.name))
        };
        let token = match &grant.token_id {
            Some(id) => service_tokens::find(&scope.app.db, &scope.tenant.id, id).await?,
            None => None,
        };
        Ok(Self {
            name: name(&grant.person_id).await?,
            requested_by: name(&grant.requested_by).await?,
            token: token.map(|token| format!("{}: {}", token.label, token.scopes)),
            requested_at: time(grant.requested_at),
            takes_effect_at: time(grant.takes_effect_at),
            id: grant.id,
            person_id: grant.person_id,
            role: grant.role,
        })
    }

    /// All that wait.
    pub async fn load_all(scope: &Scope) -> Result<Vec<Self>, Problem> {
        let mut all = Vec::new();
        for grant in power_grants::list_waiting(&scope.app.db, &scope.tenant.id).await? {
            all.push(Self::load(scope, grant).await?);
        }
        Ok(all)
    }
}

/// `GET /api/v1/power-grants`
#[utoipa::path(get, path = "/api/v1/power-grants", tag = "people", operation_id = "list_power_grants",
    summary = "List power that waits",
    description = "Desk roles and service tokens that an admin asked for. Each works when a second admin says yes, or after 72 hours.",
    security(("session" = [])),
    responses((status = 200, description = "What waits.", body = PowerGrantList), ReadErrors))]
pub async fn list(scope: Scope, PersonOnly(caller): PersonOnly) -> Result<Json<PowerGrantList>, Problem> {
    permit_on_tenant::<ViewDesk>(&scope, &caller).await?;
    Ok(Json(PowerGrantList { grants: PowerGrantView::load_all(&scope).await? }))
}

/// `POST /api/v1/power-grants/{id}/approve`
#[utoipa::path(post, path = "/api/v1/power-grants/{id}/approve", tag = "people", operation_id = "approve_power",
    summary = "Say the second yes",
    description = "Another admin than the one who asked, and nobody whom that one made an admin within seven days. Wants a passkey \
        touch of the last five minutes.",
    params(PowerGrantPath), request_body = DecideOnPower, security(("session" = [])),
    responses((status = 204, description = "It works."), StepErrors))]
pub async fn approve(
    scope: Scope,
    PersonOnly(caller): PersonOnly,
    Path(path): Path<PowerGrantPath>,
    Body(sent): Body<DecideOnPower>,
) -> Result<StatusCode, Problem> {
    approve_power(&scope, &caller, &path.id, &sent.reason).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// `POST /api/v1/power-grants/{id}/stop`
#[utoipa::path(post, path = "/api/v1/power-grants/{id}/stop", tag = "people", operation_id = "stop_power",
    summary = "Stop it before it works", description = "A senior or an admin. A token that was stopped is revoked.",
    params(PowerGrantPath), request_body = DecideOnPower, security(("session" = [])),
    responses((status = 204, description = "It will never work."), StepErrors))]
pub async fn stop(
    scope: Scope,
    PersonOnly(caller): PersonOnly,
    Path(path): Path<PowerGrantPath>,
    Body(sent): Body<DecideOnPower>,
) -> Result<StatusCode, Problem> {
    stop_power(&scope, &caller, &path.id, &sent.reason).await?;
    Ok(StatusCode::NO_CONTENT)
}
