//! `/desk/jobs`: messages that wait, and jobs that were given up.

use axum::extract::Path;
use axum::response::{IntoResponse as _, Redirect, Response};
use postern_core::policy::ManageJobs;

use crate::actions::permit_on_tenant;
use crate::actions::run_job_again::run_job_again;
use crate::scope::Scope;
use crate::web::api::jobs::JobList;
use crate::web::extract::Signed;
use crate::web::problem::Problem;
use crate::web::router::render;

/// `GET /desk/jobs`
pub async fn show(scope: Scope, Signed(caller): Signed) -> Result<Response, Problem> {
    permit_on_tenant::<ManageJobs>(&scope, &caller).await?;
    render(&scope, Some(&caller), "desk/jobs.html", JobList::load(&scope).await?)
}

/// `POST /desk/jobs/{id}/run-again`
pub async fn run_again(
    scope: Scope,
    Signed(caller): Signed,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    run_job_again(&scope, &caller, &id).await?;
    Ok(Redirect::to("/desk/jobs").into_response())
}
