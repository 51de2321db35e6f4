//! What sign-in records show.

use axum::Json;
use axum::extract::Path;
use postern_core::policy::ViewDesk;
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use super::errors::{ReadErrors, StepErrors};
use super::incident_view::{EvidenceQuery, FindingList, IncidentDetail};
use super::input::{Body, Params, whole_or_none};
use crate::actions::close_finding::{self, close_finding};
use crate::actions::permit_on_tenant;
use crate::scope::Scope;
use crate::store::findings::Filter;
use crate::web::desk::incidents::SEVERITIES;
use crate::web::extract::ApiCaller;
use crate::web::problem::Problem;

const READ: &str = "findings:read";
const PAGE_SIZE: i64 = 200;

/// Which findings.
#[derive(Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default, deny_unknown_fields)]
pub struct FindingsQuery {
    /// `true`: the closed ones, newest first. Otherwise the open ones, worst first.
    #[param(required = false, default = false)]
    closed: bool,
    /// One severity: `notice`, `warning`, `incident` or `likely_breach`.
    #[param(required = false, example = "incident")]
    severity: String,
    /// The cursor: the `next` of the answer before.
    #[param(required = false)]
    after: String,
}

/// A finding in the path.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct FindingPath {
    /// The finding's `id`, as `GET /api/v1/findings` gives it.
    id: String,
}

/// Why it is closed.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CloseFinding {
    /// Stands in the audit log.
    #[schema(example = "Reached the owner: a broken phone, no attack")]
    reason: String,
    /// The `version` that you looked at: if it has grown since, the answer is 409. Without it, what is there now.
    #[serde(default, deserialize_with = "whole_or_none")]
    version: Option<i64>,
}

/// `GET /api/v1/findings`
#[utoipa::path(get, path = "/api/v1/findings", tag = "sign-ins", operation_id = "list_findings",
    summary = "What sign-in records show", description = "The open findings, worst first, or the closed ones; at most 200.",
    params(FindingsQuery), security(("service_token" = ["findings:read"]), ("session" = [])),
    responses((status = 200, description = "The findings.", body = FindingList), ReadErrors))]
pub async fn list(
    scope: Scope,
    caller: ApiCaller,
    Params(which): Params<FindingsQuery>,
) -> Result<Json<FindingList>, Problem> {
    let caller = caller.with_scope(&scope, READ).await?;
    permit_on_tenant::<ViewDesk>(&scope, &caller).await?;
    if !which.severity.is_empty() && !SEVERITIES.contains(&which.severity.as_str()) {
        return Err(Problem::bad_request(format!("severity must be one of {}.", SEVERITIES.join(", "))));
    }
    let filter = Filter { closed: which.closed, severity: which.severity };
    Ok(Json(FindingList::load(&scope, &filter, (&which.after, PAGE_SIZE)).await?))
}

/// `GET /api/v1/findings/{id}`
#[utoipa::path(get, path = "/api/v1/findings/{id}", tag = "sign-ins", operation_id = "show_finding",
    summary = "One finding",
    description = "What the desk's page of it shows: with what its records say, and whom it is about.",
    params(FindingPath, EvidenceQuery), security(("service_token" = ["findings:read"]), ("session" = [])),
    responses((status = 200, description = "The finding.", body = IncidentDetail), ReadErrors))]
pub async fn show(
    scope: Scope,
    caller: ApiCaller,
    Path(path): Path<FindingPath>,
    Params(wanted): Params<EvidenceQuery>,
) -> Result<Json<IncidentDetail>, Problem> {
    let caller = caller.with_scope(&scope, READ).await?;
    permit_on_tenant::<ViewDesk>(&scope, &caller).await?;
    Ok(Json(IncidentDetail::load(&scope, &caller, &path.id, &wanted).await?))
}

/// `POST /api/v1/findings/{id}/close`
#[utoipa::path(post, path = "/api/v1/findings/{id}/close", tag = "sign-ins", operation_id = "close_finding",
    summary = "Close a finding",
    description = "With a reason. An incident is closed by a senior or an admin, and nobody closes what concerns themselves. \
        If it goes on, it is open again.",
    params(FindingPath), request_body = CloseFinding,
    security(("service_token" = ["findings:close"]), ("session" = [])),
    responses((status = 200, description = "The closed finding.", body = IncidentDetail), StepErrors))]
pub async fn close(
    scope: Scope,
    caller: ApiCaller,
    Path(path): Path<FindingPath>,
    Body(sent): Body<CloseFinding>,
) -> Result<Json<IncidentDetail>, Problem> {
    let caller = caller.with_scope(&scope, "findings:close").await?;
    let which = close_finding::Which { id: &path.id, version: sent.version };
    close_finding(&scope, &caller, which, &sent.reason).await?;
    Ok(Json(IncidentDetail::load(&scope, &caller, &path.id, &EvidenceQuery::default()).await?))
}
