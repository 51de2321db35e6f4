//! `/desk/jobs`: messages that wait, and jobs that were given up.

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use postern_core::policy::ManageJobs;
use serde::Serialize;

use crate::actions::run_job_again::run_job_again;
use crate::actions::{Caller, permit_on_tenant};
use crate::scope::Scope;
use crate::web::api::jobs::JobList;
use crate::web::desk::ReasonForm;
use crate::web::extract::{Form, Signed};
use crate::web::page::PageView;
use crate::web::problem::Problem;
use crate::web::router::{form_error, render_with};
use crate::web::toast::Toast;

/// What the page shows.
#[derive(Serialize)]
pub struct JobsPage {
    pub jobs: JobList,
    pub failed: Option<NotRunAgain>,
}

impl PageView for JobsPage {
    const TEMPLATE: &'static str = "desk/jobs.html";
}

/// Which job was not let run again, why, and what was typed.
#[derive(Serialize)]
pub struct NotRunAgain {
    pub id: String,
    pub message: String,
    pub reason: String,
}

/// `GET /desk/jobs`
pub async fn show(scope: Scope, Signed(caller): Signed) -> Result<Response, Problem> {
    page(&scope, &caller, None).await
}

/// `POST /desk/jobs/{id}/run-again`
pub async fn run_again(
    scope: Scope,
    Signed(caller): Signed,
    Path(id): Path<String>,
    Form(form): Form<ReasonForm>,
) -> Result<Response, Problem> {
    match run_job_again(&scope, &caller, &id, &form.reason).await {
        Ok(()) => Ok(Toast::JobRunsAgain.redirect("/desk/jobs")),
        Err(error) => {
            let (status, _, message) = form_error(error)?;
            let failed = NotRunAgain { id, message, reason: form.reason };
            page(&scope, &caller, Some((status, failed))).await
        }
    }
}

async fn page(
    scope: &Scope,
    caller: &Caller,
    failed: Option<(StatusCode, NotRunAgain)>,
) -> Result<Response, Problem> {
    permit_on_tenant::<ManageJobs>(scope, caller).await?;
    let (status, failed) = failed.map_or((StatusCode::OK, None), |(status, failed)| (status, Some(failed)));
    render_with(scope, Some(caller), status, JobsPage { jobs: JobList::load(scope).await?, failed })
}
