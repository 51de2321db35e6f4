//! `/enrol`: a code app, by QR code or by hand; then the backup codes, shown once.

use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::actions::confirm_backup_codes::{KeptBy, confirm_backup_codes};
use crate::actions::enrol_totp::{enrol_totp, secret};
use crate::actions::renew_backup_codes::ShownCodes;
use crate::scope::Scope;
use crate::store::flows::FlowRow;
use crate::web::code_app_view::CodeAppView;
use crate::web::cookies;
use crate::web::extract::{CurrentFlow, Form};
use crate::web::problem::Problem;
use crate::web::router::{form_error, render, render_with};

const PAGE: &str = "signin/enrol.html";

/// The first code.
#[derive(Deserialize)]
pub struct EnrolForm {
    code: String,
}

/// The person's word that the codes are kept.
#[derive(Deserialize)]
pub struct DoneForm {
    kept: Option<String>,
}

/// `GET /enrol`
pub async fn show(scope: Scope, CurrentFlow(row): CurrentFlow) -> Result<Response, Problem> {
    let values = values(&scope, &row, None).await?;
    render(&scope, None, PAGE, values)
}

/// `POST /enrol/codes`
pub async fn submit(
    scope: Scope,
    CurrentFlow(row): CurrentFlow,
    Form(form): Form<EnrolForm>,
) -> Result<Response, Problem> {
    match enrol_totp(&scope, &row, &form.code).await {
        Ok(ShownCodes { codes, token }) => {
            let mut response = render(&scope, None, "signin/codes.html", json!({ "codes": codes }))?;
            cookies::FLOW.clear(response.headers_mut());
            cookies::CEREMONY.set(response.headers_mut(), &token);
            Ok(response)
        }
        Err(error) => {
            let (status, _, message) = form_error(error)?;
            let values = values(&scope, &row, Some(&message)).await?;
            render_with(&scope, None, status, PAGE, values)
        }
    }
}

/// `POST /enrol/done`
pub async fn done(scope: Scope, headers: HeaderMap, Form(form): Form<DoneForm>) -> Result<Response, Problem> {
    if form.kept.is_none() {
        let values = json!({
            "status": 422,
            "title": "Keep the codes first",
            "detail": "Go back with your browser, save the codes, and tick the box. They are not shown again.",
            "request_id": scope.request.id,
        });
        return render_with(&scope, None, StatusCode::UNPROCESSABLE_ENTITY, "problem.html", values);
    }
    let token = cookies::CEREMONY.read(&headers).unwrap_or_default();
    confirm_backup_codes(&scope, KeptBy::Enrolment, &token).await?;
    let mut response = render(&scope, None, "signin/enrolled.html", json!({}))?;
    cookies::CEREMONY.clear(response.headers_mut());
    Ok(response)
}

async fn values(scope: &Scope, row: &FlowRow, error: Option<&str>) -> Result<Value, Problem> {
    let secret = secret(scope, row).await?;
    let app = CodeAppView::of(scope, &secret.person.login, &secret.bytes);
    Ok(json!({ "login": secret.person.login, "qr": app.qr(), "app": app, "error": error }))
}
