//! Work that did not go out: messages that wait, and jobs that were given up.

use axum::Json;
use axum::extract::Path;
use axum::http::StatusCode;
use jiff::Timestamp;
use postern_core::policy::ManageJobs;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::case_steps::Why;
use super::errors::{ReadErrors, StepErrors};
use super::input::{Body, PersonOnly};
use crate::actions::{permit_on_tenant, run_job_again};
use crate::job::{Job, JobKind};
use crate::scope::Scope;
use crate::store::jobs::{self, DeadJob, StuckMessages};
use crate::store::time;
use crate::web::problem::Problem;

/// What did not go out.
#[derive(Serialize, ToSchema)]
pub struct JobList {
    /// Messages that have waited for longer than two minutes, by the way they go; they are still tried.
    pub stuck: Vec<StuckView>,
    /// Jobs that were given up: those of the last days, the newest first, at most 200.
    pub dead: Vec<DeadJobView>,
}

/// Messages that wait.
#[derive(Serialize, ToSchema)]
pub struct StuckView {
    /// `deliver_mail` or `deliver_text`.
    pub kind: &'static str,
    /// What the desk calls it.
    pub title: &'static str,
    /// How many wait.
    pub count: i64,
    /// Since when the oldest waits.
    #[schema(value_type = String, format = DateTime)]
    pub oldest_at: Timestamp,
    /// What went wrong with one of them; null while the first attempt is under way.
    pub last_error: Option<String>,
}

/// A job that was given up.
#[derive(Serialize, ToSchema)]
pub struct DeadJobView {
    pub id: String,
    /// Which work.
    pub kind: String,
    /// What the desk calls it.
    pub title: &'static str,
    /// For a message: to whom it was to go.
    pub recipient: Option<String>,
    /// For a message: what stands at its head.
    pub subject: Option<String>,
    /// How often it was tried.
    pub attempts: i64,
    /// What went wrong the last time.
    pub last_error: Option<String>,
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    /// When it was given up.
    #[schema(value_type = String, format = DateTime)]
    pub dead_at: Timestamp,
}

/// A job in the path.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct JobPath {
    /// The job's `id`, as `GET /api/v1/jobs` gives it.
    id: String,
}

impl JobList {
    /// As it is now.
    pub async fn load(scope: &Scope) -> Result<Self, Problem> {
        let (db, tenant) = (&scope.app.db, &scope.tenant.id);
        let before = scope.now.saturating_sub(Job::STUCK_AFTER).unwrap_or(scope.now);
        let stuck = jobs::list_stuck(db, tenant, before).await?.into_iter().map(StuckView::of).collect();
        let dead = jobs::list_dead(db, tenant).await?.into_iter().map(DeadJobView::of).collect();
        Ok(Self { stuck, dead })
    }
}

impl StuckView {
    fn of(stuck: StuckMessages) -> Self {
        let kind = stuck.kind;
        Self {
            kind: kind.as_str(),
            title: kind.title(),
            count: stuck.count,
            oldest_at: stuck.oldest_at,
            last_error: stuck.last_error,
        }
    }
}

impl DeadJobView {
    fn of(job: DeadJob) -> Self {
        Self {
            title: JobKind::parse(&job.kind).map_or("Work of another version", JobKind::title),
            id: job.id,
            kind: job.kind,
            recipient: job.recipient,
            subject: job.subject,
            attempts: job.attempts,
            last_error: job.last_error,
            created_at: time(job.created_at),
            dead_at: time(job.dead_at),
        }
    }
}

/// `GET /api/v1/jobs`
#[utoipa::path(get, path = "/api/v1/jobs", tag = "jobs", operation_id = "list_jobs",
    summary = "List what did not go out", description = "Messages that wait for long, and jobs that were given up. An admin's session only.",
    security(("session" = [])),
    responses((status = 200, description = "What did not go out.", body = JobList), ReadErrors))]
pub async fn list(scope: Scope, PersonOnly(caller): PersonOnly) -> Result<Json<JobList>, Problem> {
    permit_on_tenant::<ManageJobs>(&scope, &caller).await?;
    Ok(Json(JobList::load(&scope).await?))
}

/// `POST /api/v1/jobs/{id}/run-again`
#[utoipa::path(post, path = "/api/v1/jobs/{id}/run-again", tag = "jobs", operation_id = "run_job_again",
    summary = "Let a job run again", description = "One that was given up is tried at once, with all its attempts.",
    params(JobPath), request_body = Why, security(("session" = [])),
    responses((status = 204, description = "It runs."), StepErrors))]
pub async fn run_again(
    scope: Scope,
    PersonOnly(caller): PersonOnly,
    Path(path): Path<JobPath>,
    Body(why): Body<Why>,
) -> Result<StatusCode, Problem> {
    run_job_again::run_job_again(&scope, &caller, &path.id, &why.reason).await?;
    Ok(StatusCode::NO_CONTENT)
}
