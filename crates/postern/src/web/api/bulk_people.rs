//! The directory in bulk: people by a file, and everybody as one.

use axum::Json;
use axum::body::Bytes;
use axum::extract::{FromRequest as _, Request};
use axum::http::StatusCode;
use axum::response::Response;
use postern_core::people_file::{Newcomer, PeopleColumn, PeopleImport, RowProblem};
use postern_core::policy::ManagePeople;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::errors::{ReadErrors, StepErrors};
use super::input::{Params, PersonOnly};
use crate::actions::export_people::begin_export;
use crate::actions::import_people::{ImportOutcome, import_people as import, preview_import};
use crate::actions::{ActionError, permit_on_tenant};
use crate::scope::Scope;
use crate::web::extract::ApiCaller;
use crate::web::people_csv::download;
use crate::web::plain::incomplete;
use crate::web::problem::Problem;

/// Whether to look or to act.
#[derive(Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default, deny_unknown_fields)]
pub struct ImportQuery {
    /// Only say what the file would do.
    #[param(required = false, example = true)]
    dry_run: bool,
    /// The `plan` of the dry run of the same file: without it, nothing is carried out.
    #[param(required = false)]
    plan: String,
}

/// What a file would do, or did.
#[derive(Serialize, ToSchema)]
pub struct PeopleImportView {
    /// Names what the file would do. Send it, with the same file, to have it done.
    plan: String,
    /// Who would be added, or was.
    added: Vec<NewcomerView>,
    /// Who is there already: they are left alone.
    left_alone: Vec<KnownRowView>,
    /// What is wrong; with one problem, nothing is done.
    problems: Vec<RowProblemView>,
}

/// Somebody whom a file adds.
#[derive(Serialize, ToSchema)]
pub struct NewcomerView {
    /// The line in the file; its header is line 1.
    line: u64,
    login: String,
    name: String,
    email: String,
    mobile: Option<String>,
    office_phone: Option<String>,
    /// The manager's login.
    manager: Option<String>,
    tier: String,
}

/// Somebody who is there already.
#[derive(Serialize, ToSchema)]
pub struct KnownRowView {
    /// The line in the file.
    line: u64,
    login: String,
}

/// What is wrong with a row.
#[derive(Serialize, ToSchema)]
pub struct RowProblemView {
    /// The line in the file.
    line: u64,
    /// The column; null where it is the whole row.
    column: Option<&'static str>,
    /// What is wrong, and what to do.
    message: String,
}

/// `POST /api/v1/people/import`
#[utoipa::path(post, path = "/api/v1/people/import", tag = "people", operation_id = "import_people",
    summary = "Add people by a file",
    description = "First with `dry_run=true`, which does nothing and needs no touch; then the same file with the `plan` of that answer, in an \
        admin's session with a passkey touch of the last five minutes: all of it is done, or nothing. Up to 5,000 rows and 2 MiB, in UTF-8. \
        The first line names the columns: `login`, `name` and `email`; and `mobile`, `office_phone`, `manager`, `tier`. Whoever is there already \
        is left alone, no file gives a desk role, and no contact counts as proof until an admin attests it.",
    params(ImportQuery),
    request_body(content = String, content_type = "text/csv", description = "The file."),
    security(("session" = [])),
    responses((status = 200, description = "What the file would do.", body = PeopleImportView),
        (status = 201, description = "What was done.", body = PeopleImportView), StepErrors))]
pub async fn import_people(
    scope: Scope,
    PersonOnly(caller): PersonOnly,
    Params(query): Params<ImportQuery>,
    request: Request,
) -> Result<(StatusCode, Json<PeopleImportView>), Problem> {
    // Before the file is read.
    permit_on_tenant::<ManagePeople>(&scope, &caller).await?;
    let bytes = Bytes::from_request(request, &()).await.map_err(|why| {
        if why.status() == StatusCode::PAYLOAD_TOO_LARGE {
            Problem::people_file_too_large()
        } else {
            incomplete(&why)
        }
    })?;
    if query.dry_run {
        let plan = preview_import(&scope, &caller, &bytes).await?;
        return Ok((StatusCode::OK, Json(plan.into())));
    }
    if query.plan.is_empty() {
        let message = "Send the plan that a dry run of the same file gave, or dry_run=true for one.";
        return Err(ActionError::invalid("plan", message).into());
    }
    match import(&scope, &caller, &bytes, &query.plan).await? {
        ImportOutcome::Done(plan) => Ok((StatusCode::CREATED, Json(plan.into()))),
        ImportOutcome::Differs(plan) => Err(ActionError::refused(differs(&plan)).into()),
    }
}

/// `GET /api/v1/people/export`
#[utoipa::path(get, path = "/api/v1/people/export", tag = "people", operation_id = "export_people",
    summary = "Export the directory",
    description = "For admins, and for tokens of theirs: everybody, in the columns that an import reads, by login. That it was read out is on the \
        log, and every admin and auditor is told. A session wants a passkey touch of the last five minutes.",
    security(("service_token" = ["people:read"]), ("session" = [])),
    responses((status = 200, description = "CSV.", body = String, content_type = "text/csv"), ReadErrors))]
pub async fn export_people(scope: Scope, caller: ApiCaller) -> Result<Response, Problem> {
    let caller = caller.with_scope(&scope, "people:read").await?;
    begin_export(&scope, &caller).await?;
    Ok(download(scope))
}

/// Why it was not done, with what is wrong by now.
fn differs(plan: &PeopleImport) -> String {
    let problems: Vec<String> = plan
        .problems
        .iter()
        .take(5)
        .map(|problem| {
            let column = problem.column.map_or("the row", PeopleColumn::as_str);
            format!(" Line {}, {column}: {}", problem.line, problem.message)
        })
        .collect();
    format!(
        "The file would not do now what the plan says: the file or the directory has changed. Nothing was changed. Send a dry \
         run again.{}",
        problems.concat()
    )
}

impl From<PeopleImport> for PeopleImportView {
    fn from(import: PeopleImport) -> Self {
        Self {
            plan: import.plan_hash(),
            added: import.newcomers.into_iter().map(NewcomerView::from).collect(),
            left_alone: import
                .known
                .into_iter()
                .map(|row| KnownRowView { line: row.line, login: row.login })
                .collect(),
            problems: import.problems.into_iter().map(RowProblemView::from).collect(),
        }
    }
}

impl From<Newcomer> for NewcomerView {
    fn from(newcomer: Newcomer) -> Self {
        let Newcomer { line, login, name, email, mobile, office_phone, manager, tier } = newcomer;
        Self { line, login, name, email, mobile, office_phone, manager, tier }
    }
}

impl From<RowProblem> for RowProblemView {
    fn from(problem: RowProblem) -> Self {
        let RowProblem { line, column, message } = problem;
        Self { line, column: column.map(PeopleColumn::as_str), message }
    }
}
