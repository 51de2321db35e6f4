//! `/desk/imports`: what was taken in of other providers' logs, and the form to bring more.

use axum::extract::{FromRequest as _, Multipart, Request};
use axum::http::StatusCode;
use axum::response::Response;
use postern_core::policy::{ImportSignIns, Request as PolicyRequest, ViewDesk};
use serde::Serialize;

use crate::actions::import_sign_ins::{Upload, Via, admit_import, import_sign_ins};
use crate::actions::{ActionError, Caller, permit_on_tenant};
use crate::scope::Scope;
use crate::web::api::imports::ImportLine;
use crate::web::extract::Signed;
use crate::web::page::PageView;
use crate::web::problem::Problem;
use crate::web::router::{form_error, render_with};
use crate::web::toast::Toast;
use crate::web::upload::form_to_file;

/// What the page shows.
#[derive(Serialize)]
pub struct ImportsPage {
    pub imports: Vec<ImportLine>,
    pub may_import: bool,
    /// Whether a folder is watched.
    pub folder: bool,
    /// How large a file may be.
    pub mib: usize,
    pub keep_days: i64,
    pub error: Option<String>,
}

impl PageView for ImportsPage {
    const TEMPLATE: &'static str = "desk/imports.html";
}

/// `GET /desk/imports`
pub async fn show(scope: Scope, Signed(caller): Signed) -> Result<Response, Problem> {
    page(&scope, &caller, StatusCode::OK, None).await
}

/// `POST /desk/imports`
pub async fn submit(scope: Scope, Signed(caller): Signed, request: Request) -> Result<Response, Problem> {
    // Before the file is read: who may not import, or has no slot, sends nothing to our disk.
    let permit = permit_on_tenant::<ImportSignIns>(&scope, &caller).await?;
    let admission = match admit_import(&scope, &caller, permit).await {
        Ok(admission) => admission,
        Err(error) => return refused(&scope, &caller, error).await,
    };
    let form = Multipart::from_request(request, &()).await;
    let form = form.map_err(|_| Problem::bad_request("Send the form of this page, with a file."))?;
    let Some((name, file)) = form_to_file(&scope, form).await? else {
        return page(&scope, &caller, StatusCode::UNPROCESSABLE_ENTITY, Some("Choose a file.".to_owned()))
            .await;
    };
    let upload = Upload::new(&name, Via::Page, file.path().to_owned());
    match import_sign_ins(&scope, &caller, admission, &upload).await {
        Ok(_) => Ok(Toast::Imported.redirect("/desk/imports")),
        Err(error) => refused(&scope, &caller, error).await,
    }
}

async fn refused(scope: &Scope, caller: &Caller, error: ActionError) -> Result<Response, Problem> {
    let (status, _, message) = form_error(error)?;
    page(scope, caller, status, Some(message)).await
}

async fn page(
    scope: &Scope,
    caller: &Caller,
    status: StatusCode,
    error: Option<String>,
) -> Result<Response, Problem> {
    permit_on_tenant::<ViewDesk>(scope, caller).await?;
    let staff = caller.staff();
    let may_import = scope
        .tenant
        .policies
        .authorize::<ImportSignIns>(&PolicyRequest::on_tenant(&staff, &scope.tenant.id))
        .is_ok();
    let shown = ImportsPage {
        imports: ImportLine::list(scope).await?,
        may_import,
        folder: scope.app.config.signals.import_folder.is_some(),
        mib: scope.app.config.signals.max_import_bytes / (1 << 20),
        keep_days: scope.tenant.settings.keep.as_hours() / 24,
        error,
    };
    render_with(scope, Some(caller), status, shown)
}
