//! Cases, as the desk sees them.

use axum::Json;
use axum::extract::Path;
use axum::http::StatusCode;
use postern_core::id::{CaseId, PersonId};
use postern_core::policy::{ViewCase, ViewDesk};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::case_view::{CaseDetail, CaseState};
use super::errors::{ReadErrors, StepErrors};
use super::input::{Body, CasePath, Params};
use crate::actions::{case_for, open_case_at_desk, permit_on_case, permit_on_tenant};
use crate::scope::Scope;
use crate::store::cases::queue;
use crate::web::case_line::{CaseLine, load_page};
use crate::web::desk::queue::parse;
use crate::web::extract::ApiCaller;
use crate::web::problem::Problem;

const PAGE_SIZE: i64 = 200;

/// Which cases.
#[derive(Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default, deny_unknown_fields)]
pub struct CasesQuery {
    /// `queue`: the open ones, oldest first. `strangers`: those of them that somebody opened who had nothing to show, and
    /// that nobody has taken up; they stand in no other list. `closed`: the closed ones, newest first.
    #[param(required = false, example = "queue")]
    list: String,
    /// Instead of a list: open and closed cases whose reference, login or name holds this, newest first.
    #[param(required = false, example = "C-7K3M9Q")]
    q: String,
    /// The cursor: the `next` of the answer before.
    #[param(required = false)]
    after: String,
}

/// A page of cases, at most 200.
#[derive(Serialize, ToSchema)]
pub struct CaseList {
    /// The cases.
    cases: Vec<CaseLine>,
    /// Send it as `after` for those that follow; null on the last page.
    next: Option<String>,
    /// How many stand in the list of strangers' cases.
    strangers: i64,
}

/// `GET /api/v1/cases`
#[utoipa::path(get, path = "/api/v1/cases", tag = "cases", operation_id = "list_cases",
    summary = "Who is waiting", description = "The desk's queue, the strangers' cases, the closed ones, or a search.",
    params(CasesQuery), security(("service_token" = ["cases:read"]), ("session" = [])),
    responses((status = 200, description = "The cases.", body = CaseList), ReadErrors))]
pub async fn list(
    scope: Scope,
    caller: ApiCaller,
    Params(which): Params<CasesQuery>,
) -> Result<Json<CaseList>, Problem> {
    let caller = caller.with_scope(&scope, "cases:read").await?;
    permit_on_tenant::<ViewDesk>(&scope, &caller).await?;
    let list = parse(&which.list, &which.q)
        .ok_or_else(|| Problem::bad_request("list must be queue, strangers or closed."))?;
    let page = load_page(&scope, &list, (&which.after, PAGE_SIZE)).await?;
    let strangers = queue::count_strangers(&scope.app.db, &scope.tenant.id).await?;
    Ok(Json(CaseList { cases: page.cases, next: page.next, strangers }))
}

/// Somebody who asks in another way than on the recovery page.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OpenCaseAtDesk {
    /// The person's `id`, as `GET /api/v1/people` gives it.
    person: String,
    /// How they asked. Stands in the audit log.
    #[schema(example = "Rang from a borrowed phone, HW-4711")]
    reason: String,
}

/// `POST /api/v1/cases`
#[utoipa::path(post, path = "/api/v1/cases", tag = "cases", operation_id = "open_case_at_desk",
    summary = "Open a case for a caller",
    description = "The answer has the `reference` to give them: with it and their login they join at the recovery page. The owner is told.",
    request_body = OpenCaseAtDesk, security(("service_token" = ["cases:act"]), ("session" = [])),
    responses((status = 201, description = "The case.", body = CaseState), StepErrors))]
pub async fn open_at_desk(
    scope: Scope,
    caller: ApiCaller,
    Body(sent): Body<OpenCaseAtDesk>,
) -> Result<(StatusCode, Json<CaseState>), Problem> {
    let caller = caller.with_scope(&scope, "cases:act").await?;
    let person = PersonId::new(sent.person);
    let id = open_case_at_desk::open_case_at_desk(&scope, &caller, &person, &sent.reason).await?;
    Ok((StatusCode::CREATED, CaseState::load(&scope, &caller, &id).await?))
}

/// `GET /api/v1/cases/{id}`
#[utoipa::path(get, path = "/api/v1/cases/{id}", tag = "cases", operation_id = "show_case",
    summary = "One case",
    description = "Everything that the desk's page shows: the person, the proof at hand, what the policy still wants, and \
        whether the reset is open. Never the phrase and never a pass: those are the claimant's.",
    params(CasePath), security(("service_token" = ["cases:read"]), ("session" = [])),
    responses((status = 200, description = "The case.", body = CaseDetail), ReadErrors))]
pub async fn show(
    scope: Scope,
    caller: ApiCaller,
    Path(path): Path<CasePath>,
) -> Result<Json<CaseDetail>, Problem> {
    let caller = caller.with_scope(&scope, "cases:read").await?;
    let (row, case, now) = case_for(&scope, &caller, &CaseId::new(path.id)).await?;
    permit_on_case::<ViewCase>(&scope, &caller, &case).await?;
    Ok(Json(CaseDetail::load(&scope, &caller, &row, &case, now).await?))
}
