//! `/enrol`: a code app, by QR code or by hand; then the backup codes, shown once.

use axum::http::StatusCode;
use axum::response::Response;
use fast_qr::QRBuilder;
use fast_qr::convert::svg::SvgBuilder;
use postern_core::factor::totp;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::actions::enrol_totp::{enrol_totp, secret};
use crate::scope::Scope;
use crate::store::flows::FlowRow;
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
        Ok(codes) => {
            let mut response = render(&scope, None, "signin/codes.html", json!({ "codes": codes }))?;
            cookies::FLOW.clear(response.headers_mut());
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
pub async fn done(scope: Scope, Form(form): Form<DoneForm>) -> Result<Response, Problem> {
    if form.kept.is_none() {
        let values = json!({
            "status": 422,
            "title": "Keep the codes first",
            "detail": "Go back with your browser, save the codes, and tick the box. They are not shown again.",
            "request_id": scope.request.id,
        });
        return render_with(&scope, None, StatusCode::UNPROCESSABLE_ENTITY, "problem.html", values);
    }
    render(&scope, None, "signin/enrolled.html", json!({}))
}

async fn values(scope: &Scope, row: &FlowRow, error: Option<&str>) -> Result<Value, Problem> {
    let secret = secret(scope, row).await?;
    let url = totp::enrolment_url(&secret.bytes, &scope.tenant.name, &secret.person.login);
    let qr = url.and_then(|url| QRBuilder::new(url).build().ok()).map(|qr| SvgBuilder::default().to_str(&qr));
    Ok(json!({
        "login": secret.person.login,
        "qr": qr,
        "key": totp::text_key(&secret.bytes),
        "error": error,
    }))
}
