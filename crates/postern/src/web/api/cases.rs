//! Cases, as the desk sees them.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use jiff::Timestamp;
use postern_core::id::{CaseId, PersonId};
use postern_core::policy::{ViewCase, ViewDesk};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::case_view::CaseDetail;
use super::errors::ReadErrors;
use super::input::{CasePath, Params};
use crate::actions::{case_for, permit_on_case, permit_on_tenant};
use crate::app::App;
use crate::store::cases::CaseRow;
use crate::store::{cases, persons, time};
use crate::web::desk::{stage_words, waits_for_desk};
use crate::web::extract::ApiCaller;
use crate::web::problem::Problem;

/// Which cases.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct Which {
    /// `true`: the closed ones, newest first. Otherwise the open ones, oldest first.
    #[serde(default)]
    #[param(required = false, default = false)]
    closed: bool,
}

/// Cases, at most 200.
#[derive(Serialize, ToSchema)]
pub struct CaseList {
    /// The cases.
    cases: Vec<CaseLine>,
}

/// A case in the queue.
#[derive(Serialize, ToSchema)]
pub struct CaseLine {
    /// Its id.
    id: String,
    /// Its name in talk: `C-7K3M9Q`.
    reference: String,
    /// The person's name; null when nobody signs in with the claimed login.
    name: Option<String>,
    /// The login that was given.
    claimed_login: String,
    /// `standard`, `sensitive` or `privileged`.
    tier: Option<&'static str>,
    /// `verifying`, `awaiting_approval`, `on_hold`, `ready`, `remedied`, `contested` or `closed`.
    stage: String,
    /// The stage in the desk's words.
    stage_words: &'static str,
    /// Whether it waits for the desk, rather than for the person or the clock.
    waits_for_desk: bool,
    /// Whether a senior has it.
    escalated: bool,
    /// How often proof that never counts was offered.
    risk: i64,
    /// The address that the request came from.
    ip: String,
    /// When it was opened.
    #[schema(value_type = String, format = DateTime)]
    opened_at: Timestamp,
    /// When it was closed.
    #[schema(value_type = Option<String>, format = DateTime)]
    closed_at: Option<Timestamp>,
}

/// `GET /api/v1/cases`
#[utoipa::path(get, path = "/api/v1/cases", tag = "cases", operation_id = "list_cases",
    summary = "Who is waiting", description = "The desk's queue, or the closed cases.",
    params(Which), security(("service_token" = ["cases:read"]), ("session" = [])),
    responses((status = 200, description = "The cases.", body = CaseList), ReadErrors))]
pub async fn list(
    State(app): State<Arc<App>>,
    caller: ApiCaller,
    Params(which): Params<Which>,
) -> Result<Json<CaseList>, Problem> {
    let caller = caller.with_scope(&app, "cases:read").await?;
    permit_on_tenant::<ViewDesk>(&app, &caller).await?;
    let mut listed = Vec::new();
    for row in cases::list(&app.db, &app.tenant, !which.closed).await? {
        listed.push(line(&app, row).await?);
    }
    Ok(Json(CaseList { cases: listed }))
}

/// `GET /api/v1/cases/{id}`
#[utoipa::path(get, path = "/api/v1/cases/{id}", tag = "cases", operation_id = "show_case",
    summary = "One case",
    description = "Everything that the desk's page shows: the person, the proof at hand, what the policy still wants, and \
        whether the reset is open. Never the phrase and never a pass: those are the claimant's.",
    params(CasePath), security(("service_token" = ["cases:read"]), ("session" = [])),
    responses((status = 200, description = "The case.", body = CaseDetail), ReadErrors))]
pub async fn show(
    State(app): State<Arc<App>>,
    caller: ApiCaller,
    Path(path): Path<CasePath>,
) -> Result<Json<CaseDetail>, Problem> {
    let caller = caller.with_scope(&app, "cases:read").await?;
    let (row, case, now) = case_for(&app, &caller, &CaseId::new(path.id)).await?;
    permit_on_case::<ViewCase>(&app, &caller, &case).await?;
    Ok(Json(CaseDetail::load(&app, &caller, &row, &case, now).await?))
}

async fn line(app: &App, row: CaseRow) -> Result<CaseLine, Problem> {
    let case = row.case(app.clock.now())?;
    let person = match &row.person_id {
        Some(id) => persons::find(&app.db, &app.tenant, &PersonId::new(id)).await?,
        None => None,
    };
    let stage = case.as_ref().map_or(row.stage.as_str(), |case| case.stage().as_str()).to_owned();
    Ok(CaseLine {
        stage_words: stage_words(&stage),
        waits_for_desk: row.closed_at.is_none() && case.as_ref().is_none_or(waits_for_desk),
        escalated: case.as_ref().is_some_and(postern_core::case::Case::is_escalated),
        risk: case.as_ref().map_or(0, postern_core::case::Case::risk),
        name: person.as_ref().map(|person| person.name.clone()),
        tier: person.as_ref().map(|person| person.tier.as_str()),
        opened_at: time(row.opened_at),
        closed_at: row.closed_at.map(time),
        id: row.id,
        reference: row.reference,
        claimed_login: row.claimed_login,
        stage,
        ip: row.ip,
    })
}
