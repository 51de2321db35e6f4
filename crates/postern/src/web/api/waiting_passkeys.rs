//! Passkeys of staff that wait for a second yes.

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
use crate::actions::decide_on_passkey::{approve_passkey, stop_passkey};
use crate::actions::permit_on_tenant;
use crate::scope::Scope;
use crate::store::factors::waiting::{self, WaitingPasskey};
use crate::store::persons::{self, Person};
use crate::store::time;
use crate::web::problem::Problem;

/// Passkeys that wait, oldest first.
#[derive(Serialize, ToSchema)]
pub struct WaitingPasskeyList {
    /// The passkeys.
    passkeys: Vec<WaitingPasskeyView>,
}

/// One of them.
#[derive(Serialize, ToSchema)]
pub struct WaitingPasskeyView {
    pub id: String,
    pub person_id: String,
    /// Whose it is.
    pub name: String,
    pub login: String,
    /// `auditor`, `agent`, `senior` or `admin`.
    pub role: &'static str,
    /// What its owner calls it.
    pub label: String,
    #[schema(value_type = String, format = DateTime)]
    pub waits_since: Timestamp,
    /// When it works without a yes.
    #[schema(value_type = String, format = DateTime)]
    pub waits_until: Timestamp,
}

/// A passkey in the path.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct WaitingPasskeyPath {
    /// Its `id`, as `GET /api/v1/waiting-passkeys` gives it.
    id: String,
}

/// Why.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DecideOnPasskey {
    #[schema(example = "Ben showed me the key in the office")]
    reason: String,
}

impl WaitingPasskeyView {
    /// One with its owner.
    pub fn of(passkey: WaitingPasskey, owner: &Person) -> Self {
        Self {
            id: passkey.id,
            person_id: passkey.person_id,
            name: owner.name.clone(),
            login: owner.login.clone(),
            role: owner.role.as_str(),
            label: passkey.label,
            waits_since: time(passkey.created_at),
            waits_until: time(passkey.usable_at),
        }
    }

    /// All that wait now, oldest first.
    pub async fn load_all(scope: &Scope) -> Result<Vec<Self>, Problem> {
        let mut all = Vec::new();
        for passkey in waiting::list_waiting(&scope.app.db, &scope.tenant.id, scope.now).await? {
            let owner =
                persons::load(&scope.app.db, &scope.tenant.id, &PersonId::new(&passkey.person_id)).await?;
            all.push(Self::of(passkey, &owner));
        }
        Ok(all)
    }
}

/// `GET /api/v1/waiting-passkeys`
#[utoipa::path(get, path = "/api/v1/waiting-passkeys", tag = "people", operation_id = "list_waiting_passkeys",
    summary = "List passkeys that wait", description = "New passkeys of staff that no passkey proved.",
    security(("session" = [])),
    responses((status = 200, description = "The passkeys.", body = WaitingPasskeyList), ReadErrors))]
pub async fn list(scope: Scope, PersonOnly(caller): PersonOnly) -> Result<Json<WaitingPasskeyList>, Problem> {
    permit_on_tenant::<ViewDesk>(&scope, &caller).await?;
    Ok(Json(WaitingPasskeyList { passkeys: WaitingPasskeyView::load_all(&scope).await? }))
}

/// `POST /api/v1/waiting-passkeys/{id}/approve`
#[utoipa::path(post, path = "/api/v1/waiting-passkeys/{id}/approve", tag = "people", operation_id = "approve_passkey",
    summary = "Let a passkey work before its time",
    description = "A senior or an admin, of the person's rank or above, never on oneself. Wants a passkey touch of the last five minutes.",
    params(WaitingPasskeyPath), request_body = DecideOnPasskey, security(("session" = [])),
    responses((status = 204, description = "It works."), StepErrors))]
pub async fn approve(
    scope: Scope,
    PersonOnly(caller): PersonOnly,
    Path(path): Path<WaitingPasskeyPath>,
    Body(sent): Body<DecideOnPasskey>,
) -> Result<StatusCode, Problem> {
    approve_passkey(&scope, &caller, &path.id, &sent.reason).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// `POST /api/v1/waiting-passkeys/{id}/stop`
#[utoipa::path(post, path = "/api/v1/waiting-passkeys/{id}/stop", tag = "people", operation_id = "stop_passkey",
    summary = "Remove a passkey before it works", description = "A senior or an admin, at any rank.",
    params(WaitingPasskeyPath), request_body = DecideOnPasskey, security(("session" = [])),
    responses((status = 204, description = "It is gone."), StepErrors))]
pub async fn stop(
    scope: Scope,
    PersonOnly(caller): PersonOnly,
    Path(path): Path<WaitingPasskeyPath>,
    Body(sent): Body<DecideOnPasskey>,
) -> Result<StatusCode, Problem> {
    stop_passkey(&scope, &caller, &path.id, &sent.reason).await?;
    Ok(StatusCode::NO_CONTENT)
}
