//! `/enrol/code-app`: a code app, by picture, by a link on the same phone, or by hand; then the backup codes, shown once.

use axum::response::Response;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::actions::enrol_passkey::is_offered;
use crate::actions::enrol_totp::{enrol_totp, secret};
use crate::actions::renew_backup_codes::ShownCodes;
use crate::scope::Scope;
use crate::store::flows::FlowRow;
use crate::texts::ErrorText;
use crate::web::code_app_view::CodeAppView;
use crate::web::cookies;
use crate::web::extract::{CurrentFlow, Form};
use crate::web::problem::Problem;
use crate::web::router::{form_message, render, render_with};

const PAGE: &str = "signin/enrol_code_app.html";

/// The first code.
#[derive(Deserialize)]
pub struct EnrolForm {
    code: String,
}

/// `GET /enrol/code-app`
pub async fn show(scope: Scope, CurrentFlow(row): CurrentFlow) -> Result<Response, Problem> {
    let values = values(&scope, &row, None).await?;
    render(&scope, None, PAGE, values)
}

/// `POST /enrol/code-app`
pub async fn submit(
    scope: Scope,
    CurrentFlow(row): CurrentFlow,
    Form(form): Form<EnrolForm>,
) -> Result<Response, Problem> {
    match enrol_totp(&scope, &row, &form.code).await {
        Ok(shown) => show_codes(&scope, shown),
        Err(error) => {
            let (status, _, message) = form_message(error)?;
            let values = values(&scope, &row, Some(&message)).await?;
            render_with(&scope, None, status, PAGE, values)
        }
    }
}

/// The codes that came with what was enrolled, this once.
pub(super) fn show_codes(scope: &Scope, shown: ShownCodes) -> Result<Response, Problem> {
    let mut response = render(scope, None, "signin/codes.html", json!({ "codes": shown.codes }))?;
    cookies::FLOW.clear(response.headers_mut());
    cookies::CEREMONY.set(response.headers_mut(), &shown.token);
    Ok(response)
}

async fn values(scope: &Scope, row: &FlowRow, error: Option<&ErrorText>) -> Result<Value, Problem> {
    let secret = secret(scope, row).await?;
    let app = CodeAppView::of(scope, &secret.person.login, &secret.bytes);
    let passkey = is_offered(scope, row).await?;
    Ok(
        json!({ "login": secret.person.login, "qr": app.qr(), "app": app, "passkey": passkey, "error": error }),
    )
}
