//! A new password that waits for the person's own account, and the way to stop it.

use axum::Json;
use axum::http::StatusCode;
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use super::errors::{ReadErrors, StepErrors};
use super::input::PersonOnly;
use crate::actions::end_waiting_password::{find_own, stop_own};
use crate::scope::Scope;
use crate::web::problem::Problem;

/// Whether a new password waits.
#[derive(Serialize, ToSchema)]
pub struct WaitingPasswordView {
    /// When it counts, unless it is stopped. `null`: none waits.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub counts_from: Option<Timestamp>,
}

/// `GET /api/v1/account/waiting-password`
#[utoipa::path(get, path = "/api/v1/account/waiting-password", tag = "account", operation_id = "show_waiting_password",
    summary = "See whether a new password waits",
    description = "One that somebody set by a link from your mailbox and a code of a device of yours. It works after 24 hours, unless it is stopped.",
    security(("session" = [])),
    responses((status = 200, description = "When it counts.", body = WaitingPasswordView), ReadErrors))]
pub async fn show(
    scope: Scope,
    PersonOnly(caller): PersonOnly,
) -> Result<Json<WaitingPasswordView>, Problem> {
    Ok(Json(WaitingPasswordView { counts_from: find_own(&scope, &caller).await? }))
}

/// `POST /api/v1/account/waiting-password/stop`
#[utoipa::path(post, path = "/api/v1/account/waiting-password/stop", tag = "account", operation_id = "stop_waiting_password",
    summary = "Stop a new password that waits",
    description = "It never counts; the one from before goes on working. An incident is opened, and all contacts are told. It wants no factor.",
    security(("session" = [])),
    responses((status = 204, description = "It is stopped."), StepErrors))]
pub async fn stop(scope: Scope, PersonOnly(caller): PersonOnly) -> Result<StatusCode, Problem> {
    stop_own(&scope, &caller).await?;
    Ok(StatusCode::NO_CONTENT)
}
