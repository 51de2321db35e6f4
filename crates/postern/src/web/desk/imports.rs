//! `/desk/imports`: what was taken in of other providers' logs, and the form to bring more.

use std::sync::Arc;

use axum::extract::{FromRequest as _, Multipart, Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use postern_core::policy::{ImportSignIns, Request as PolicyRequest, ViewDesk};
use serde_json::json;

use crate::actions::import_sign_ins::{Upload, Via, admit_import, import_sign_ins};
use crate::actions::{ActionError, Caller, permit_on_tenant};
use crate::app::App;
use crate::web::api::imports::ImportLine;
use crate::web::extract::Signed;
use crate::web::problem::Problem;
use crate::web::router::{form_error, render_with};
use crate::web::upload::form_to_file;

/// `GET /desk/imports`
pub async fn show(State(app): State<Arc<App>>, Signed(caller): Signed) -> Result<Response, Problem> {
    page(&app, &caller, StatusCode::OK, None).await
}

/// `POST /desk/imports`
pub async fn submit(
    State(app): State<Arc<App>>,
    Signed(caller): Signed,
    request: Request,
) -> Result<Response, Problem> {
    // Before the file is read: who may not import, or has no turn, sends nothing to our disk.
    let permit = permit_on_tenant::<ImportSignIns>(&app, &caller).await?;
    let admission = match admit_import(&app, &caller, permit).await {
        Ok(admission) => admission,
        Err(error) => return refused(&app, &caller, error).await,
    };
    let form = Multipart::from_request(request, &()).await;
    let form = form.map_err(|_| Problem::bad_request("Send the form of this page, with a file."))?;
    let Some((name, file)) = form_to_file(&app, form).await? else {
        return page(&app, &caller, StatusCode::UNPROCESSABLE_ENTITY, Some("Choose a file.".to_owned()))
            .await;
    };
    let upload = Upload::new(&name, Via::Page, file.path().to_owned());
    match import_sign_ins(&app, &caller, admission, &upload).await {
        Ok(_) => Ok(Redirect::to("/desk/imports").into_response()),
        Err(error) => refused(&app, &caller, error).await,
    }
}

async fn refused(app: &App, caller: &Caller, error: ActionError) -> Result<Response, Problem> {
    let (status, _, words) = form_error(error)?;
    page(app, caller, status, Some(words)).await
}

async fn page(
    app: &App,
    caller: &Caller,
    status: StatusCode,
    error: Option<String>,
) -> Result<Response, Problem> {
    permit_on_tenant::<ViewDesk>(app, caller).await?;
    let staff = caller.staff();
    let may_import =
        app.policies.authorize::<ImportSignIns>(&PolicyRequest::on_tenant(&staff, &app.tenant)).is_ok();
    let values = json!({
        "imports": ImportLine::list(app).await?,
        "may_import": may_import,
        "folder": app.config.signals.import_folder.is_some(),
        "mib": app.config.signals.max_import_bytes / (1 << 20),
        "keep_days": app.config.signals.keep.as_hours() / 24,
        "error": error,
    });
    render_with(app, Some(caller), status, "desk/imports.html", values)
}
