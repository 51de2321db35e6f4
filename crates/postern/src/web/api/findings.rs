//! What sign-in records show.

use axum::Json;
use axum::extract::Path;
use postern_core::policy::ViewDesk;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::errors::{ReadErrors, StepErrors};
use super::input::{Body, Params};
use crate::actions::close_finding::{self, close_finding};
use crate::actions::permit_on_tenant;
use crate::scope::Scope;
use crate::store::findings::{self, Filter};
use crate::web::desk::incidents::SEVERITIES;
use crate::web::extract::ApiCaller;
use crate::web::finding_view::{FindingView, views};
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

/// A page of findings, at most 200.
#[derive(Serialize, ToSchema)]
pub struct FindingList {
    /// The findings.
    findings: Vec<FindingView>,
    /// Send it as `after` for those that follow; null on the last page.
    next: Option<String>,
}

/// Why it is closed.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CloseFinding {
    /// Stands in the audit log.
    #[schema(example = "Reached the owner: a broken phone, no attack")]
    reason: String,
    /// The `version` that you looked at: if it has grown since, the answer is 409. Without it, what is there now.
    #[serde(default)]
    version: Option<i64>,
}

/// `GET /api/v1/findings`
#[utoipa::path(get, path = "/api/v1/findings", tag = "sign-ins", operation_id = "list_findings",
    summary = "What sign-in records show", description = "The open findings, worst first, or the closed ones.",
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
    let rows =
        findings::list_page(&scope.app.db, &scope.tenant.id, &filter, (&which.after, PAGE_SIZE)).await?;
    let is_full = i64::try_from(rows.len()).unwrap_or(0) == PAGE_SIZE;
    let next = rows.last().filter(|_| is_full).map(|row| row.id.clone());
    Ok(Json(FindingList { findings: views(&scope, rows).await?, next }))
}

/// `GET /api/v1/findings/{id}`
#[utoipa::path(get, path = "/api/v1/findings/{id}", tag = "sign-ins", operation_id = "show_finding",
    summary = "One finding", description = "With the records that back it.",
    params(FindingPath), security(("service_token" = ["findings:read"]), ("session" = [])),
    responses((status = 200, description = "The finding.", body = FindingView), ReadErrors))]
pub async fn show(
    scope: Scope,
    caller: ApiCaller,
    Path(path): Path<FindingPath>,
) -> Result<Json<FindingView>, Problem> {
    let caller = caller.with_scope(&scope, READ).await?;
    permit_on_tenant::<ViewDesk>(&scope, &caller).await?;
    one(&scope, &path.id).await
}

/// `POST /api/v1/findings/{id}/close`
#[utoipa::path(post, path = "/api/v1/findings/{id}/close", tag = "sign-ins", operation_id = "close_finding",
    summary = "Close a finding",
    description = "With a reason. An incident is closed by a senior or an admin, and nobody closes what concerns themselves. \
        If it goes on, it is open again.",
    params(FindingPath), request_body = CloseFinding,
    security(("service_token" = ["findings:close"]), ("session" = [])),
    responses((status = 200, description = "The closed finding.", body = FindingView), StepErrors))]
pub async fn close(
    scope: Scope,
    caller: ApiCaller,
    Path(path): Path<FindingPath>,
    Body(sent): Body<CloseFinding>,
) -> Result<Json<FindingView>, Problem> {
    let caller = caller.with_scope(&scope, "findings:close").await?;
    let which = close_finding::Which { id: &path.id, version: sent.version };
    close_finding(&scope, &caller, which, &sent.reason).await?;
    one(&scope, &path.id).await
}

async fn one(scope: &Scope, id: &str) -> Result<Json<FindingView>, Problem> {
    let row = findings::find(&scope.app.db, &scope.tenant.id, id).await?.ok_or_else(Problem::not_found)?;
    views(scope, vec![row]).await?.pop().map(Json).ok_or_else(Problem::not_found)
}
