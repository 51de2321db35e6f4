//! Cases, as the desk sees them.

use axum::Json;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use postern_core::id::{CaseId, PersonId};
use postern_core::policy::{ViewCase, ViewDesk};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::case_view::{CaseDetail, CaseState};
use super::errors::{ReadErrors, StepErrors};
use super::input::{Body, CasePath, Params};
use crate::actions::export_cases::begin_export;
use crate::actions::{Caller, case_for, open_case_at_desk, permit_on_case, permit_on_tenant};
use crate::case_query::CaseQuery;
use crate::scope::Scope;
use crate::store::cases::queue::{self, CaseCounts};
use crate::web::case_line::csv::download;
use crate::web::case_line::{CaseLine, load_page, read_query};
use crate::web::extract::ApiCaller;
use crate::web::problem::Problem;

const PAGE_SIZE: i64 = 200;

/// Which cases.
#[derive(Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default, deny_unknown_fields)]
pub struct CasesQuery {
    /// `queue`: the open ones. `strangers`: those of them that somebody opened who had nothing to show, and that nobody has taken
    /// up; they stand in no other list. `closed`: the closed ones, newest first.
    #[param(required = false, example = "queue")]
    list: String,
    /// Instead of a list: open and closed cases whose reference begins so, with or without its "C-", whose login does, or whose
    /// person has each of these words at the beginning of a word of the name, of the login or of a mail address; newest first. Nothing
    /// narrows a search down. What many have may find fewer than asked for, or nothing, and go on all the same.
    #[param(required = false, example = "C-7K3M9Q")]
    q: String,
    /// Of the queue: `desk`, which needs the desk now; `others`, which waits for somebody else or for the clock; `contested`.
    #[param(required = false, example = "desk")]
    step: String,
    /// Of the queue: the name of the person's tier.
    #[param(required = false, example = "privileged")]
    tier: String,
    /// Of the queue: the least risk of the case's own, 1 to 9.
    #[param(required = false, example = "1")]
    risk: String,
    /// Who has it: `me`, `nobody`, or the `id` of a colleague. Of closed ones: who worked on it.
    #[param(required = false, example = "me")]
    who: String,
    /// Of the queue: `yes` for those that only a senior may work on.
    #[param(required = false, example = "yes")]
    escalated: String,
    /// Of closed ones: `proven`, `refused`, `withdrawn`, `superseded` or `lapsed`.
    #[param(required = false, example = "refused")]
    outcome: String,
    /// Of open ones: `oldest`, where what is contested comes first of all; `newest`; and of the queue `risk`, the highest first.
    #[param(required = false, example = "oldest")]
    sort: String,
    /// The cursor: the `next` of the answer before.
    #[param(required = false)]
    after: String,
}

impl From<CasesQuery> for CaseQuery {
    fn from(sent: CasesQuery) -> Self {
        let CasesQuery { list, q, step, tier, risk, who, escalated, outcome, sort, after } = sent;
        Self { list, q, step, tier, risk, who, escalated, outcome, sort, after }
    }
}

/// How many open cases stand in each list. None is counted further than 1,000.
#[derive(Serialize, ToSchema)]
pub struct CaseTotals {
    /// In the queue.
    queue: i64,
    /// Of those: the caller's.
    mine: i64,
    /// Of those: nobody's.
    unassigned: i64,
    /// Of those: only a senior may work on them.
    escalated: i64,
    /// In the list of strangers' cases.
    strangers: i64,
}

impl CaseTotals {
    /// Of this moment, for this caller.
    pub async fn load(scope: &Scope, caller: &Caller) -> Result<Self, Problem> {
        let counts = queue::count_all(&scope.app.db, &scope.tenant.id, &caller.person.id).await?;
        let CaseCounts { queue, mine, unassigned, escalated, strangers } = counts;
        Ok(Self { queue, mine, unassigned, escalated, strangers })
    }
}

/// A page of cases, at most 200.
#[derive(Serialize, ToSchema)]
pub struct CaseList {
    /// The cases.
    cases: Vec<CaseLine>,
    /// Send it as `after` for those that follow; null on the last page.
    next: Option<String>,
    /// How many open ones stand in each list.
    counts: CaseTotals,
}

/// `GET /api/v1/cases`
#[utoipa::path(get, path = "/api/v1/cases", tag = "cases", operation_id = "list_cases",
    summary = "Who is waiting", description = "The desk's queue, the strangers' cases or the closed ones, narrowed down and in an order; or a search.",
    params(CasesQuery), security(("service_token" = ["cases:read"]), ("session" = [])),
    responses((status = 200, description = "The cases.", body = CaseList), ReadErrors))]
pub async fn list(
    scope: Scope,
    caller: ApiCaller,
    Params(which): Params<CasesQuery>,
) -> Result<Json<CaseList>, Problem> {
    let caller = caller.with_scope(&scope, "cases:read").await?;
    permit_on_tenant::<ViewDesk>(&scope, &caller).await?;
    let (listing, after) = read_query(&scope, &caller, &which.into()).await?;
    let page = load_page(&scope, &caller, &listing, (after.as_ref(), PAGE_SIZE)).await?;
    let counts = CaseTotals::load(&scope, &caller).await?;
    Ok(Json(CaseList { cases: page.cases, next: page.next.map(|next| next.to_string()), counts }))
}

/// `GET /api/v1/cases/export`
#[utoipa::path(get, path = "/api/v1/cases/export", tag = "cases", operation_id = "export_cases",
    summary = "Export a list of cases",
    description = "For seniors, admins and auditors, and for tokens of theirs: the whole list, narrowed down and in the order that is asked for, from \
        its beginning (`after` counts for nothing). That it was read out is on the log, and every admin and auditor is told. A session wants a passkey \
        touch of the last five minutes.",
    params(CasesQuery), security(("service_token" = ["cases:read"]), ("session" = [])),
    responses((status = 200, description = "CSV.", body = String, content_type = "text/csv"), ReadErrors))]
pub async fn export(
    scope: Scope,
    caller: ApiCaller,
    Params(which): Params<CasesQuery>,
) -> Result<Response, Problem> {
    let caller = caller.with_scope(&scope, "cases:read").await?;
    let query = CaseQuery::from(which).with("after", "");
    let (listing, _) = read_query(&scope, &caller, &query).await?;
    begin_export(&scope, &caller, (&listing, &query.write())).await?;
    Ok(download(scope, caller, listing))
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
