//! `/enrol/code-app`: a code app, by picture, by a link on the same phone, or by hand; then the backup codes, shown once.

use axum::response::Response;
use serde::{Deserialize, Serialize};

use crate::actions::enrol_passkey::is_offered;
use crate::actions::enrol_totp::{enrol_totp, secret};
use crate::actions::renew_backup_codes::ShownCodes;
use crate::scope::Scope;
use crate::store::flows::FlowRow;
use crate::texts::ErrorText;
use crate::web::code_app_view::CodeAppView;
use crate::web::cookies;
use crate::web::extract::{CurrentFlow, Form};
use crate::web::page::PageView;
use crate::web::problem::Problem;
use crate::web::router::{form_message, render, render_with};

/// The first code.
#[derive(Deserialize)]
pub struct EnrolForm {
    code: String,
}

/// What the page shows.
#[derive(Serialize)]
pub struct EnrolCodeAppPage {
    pub login: String,
    pub app: CodeAppView,
    /// SVG.
    pub qr: Option<String>,
    /// Whether a passkey can be enrolled instead.
    pub passkey: bool,
    pub error: Option<ErrorText>,
}

impl PageView for EnrolCodeAppPage {
    const TEMPLATE: &'static str = "signin/enrol_code_app.html";
}

/// The codes, this once.
#[derive(Serialize)]
pub struct EnrolledCodesPage {
    pub codes: Vec<String>,
}

impl PageView for EnrolledCodesPage {
    const TEMPLATE: &'static str = "signin/codes.html";
}

/// `GET /enrol/code-app`
pub async fn show(scope: Scope, CurrentFlow(row): CurrentFlow) -> Result<Response, Problem> {
    render(&scope, None, page(&scope, &row, None).await?)
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
            render_with(&scope, None, status, page(&scope, &row, Some(message)).await?)
        }
    }
}

/// The codes that came with what was enrolled, this once.
pub(super) fn show_codes(scope: &Scope, shown: ShownCodes) -> Result<Response, Problem> {
    let mut response = render(scope, None, EnrolledCodesPage { codes: shown.codes })?;
    cookies::FLOW.clear(response.headers_mut());
    cookies::CEREMONY.set(response.headers_mut(), &shown.token);
    Ok(response)
}

async fn page(scope: &Scope, row: &FlowRow, error: Option<ErrorText>) -> Result<EnrolCodeAppPage, Problem> {
    let secret = secret(scope, row).await?;
    let app = CodeAppView::of(scope, &secret.person.login, &secret.bytes);
    let passkey = is_offered(scope, row).await?;
    Ok(EnrolCodeAppPage { login: secret.person.login.clone(), qr: app.qr(), app, passkey, error })
}
