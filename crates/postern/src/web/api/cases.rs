//! Cases, as the desk sees them.

use axum::Json;
use axum::extract::Path;
use postern_core::id::CaseId;
use postern_core::policy::{ViewCase, ViewDesk};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::case_view::CaseDetail;
use super::errors::ReadErrors;
use super::input::{CasePath, Params};
use crate::actions::{case_for, permit_on_case, permit_on_tenant};
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
