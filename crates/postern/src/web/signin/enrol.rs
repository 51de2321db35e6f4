//! `/enrol`: a code app, by QR code or by hand; then the backup codes, shown once.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use fast_qr::QRBuilder;
use fast_qr::convert::svg::SvgBuilder;
use postern_core::factor::totp;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::actions::enrol_totp::{enrol_totp, secret};
use crate::app::App;
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
pub async fn show(State(app): State<Arc<App>>, CurrentFlow(row): CurrentFlow) -> Result<Response, Problem> {
    let values = values(&app, &row, None).await?;
    render(&app, None, PAGE, values)
}

/// `POST /enrol/codes`
pub async fn submit(
    State(app): State<Arc<App>>,
    CurrentFlow(row): CurrentFlow,
    Form(form): Form<EnrolForm>,
) -> Result<Response, Problem> {
    match enrol_totp(&app, &row, &form.code).await {
        Ok(codes) => {
            let mut response = render(&app, None, "signin/codes.html", json!({ "codes": codes }))?;
            cookies::FLOW.clear(response.headers_mut());
            Ok(response)
        }
        Err(error) => {
            let (status, _, words) = form_error(error)?;
            let values = values(&app, &row, Some(&words)).await?;
            render_with(&app, None, status, PAGE, values)
        }
    }
}

/// `POST /enrol/done`
pub async fn done(State(app): State<Arc<App>>, Form(form): Form<DoneForm>) -> Result<Response, Problem> {
    if form.kept.is_none() {
        let values = json!({
            "status": 422,
            "title": "Keep the codes first",
            "detail": "Go back with your browser, save the codes, and tick the box. They are not shown again.",
            "request_id": crate::request::current_request().id,
        });
        return render_with(&app, None, StatusCode::UNPROCESSABLE_ENTITY, "problem.html", values);
    }
    render(&app, None, "signin/enrolled.html", json!({}))
}

async fn values(app: &App, row: &FlowRow, error: Option<&str>) -> Result<Value, Problem> {
    let secret = secret(app, row).await?;
    let url = totp::enrolment_url(&secret.bytes, &app.config.tenant_name, &secret.person.login);
    let qr = url.and_then(|url| QRBuilder::new(url).build().ok()).map(|qr| SvgBuilder::default().to_str(&qr));
    Ok(json!({
        "login": secret.person.login,
        "qr": qr,
        "key": totp::text_key(&secret.bytes),
        "error": error,
    }))
}
