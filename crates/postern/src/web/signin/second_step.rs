//! `/sign-in/second-step`: a code from the app, or a saved one.

use axum::response::{IntoResponse as _, Redirect, Response};
use postern_core::factor::FactorKind;
use postern_core::signin::FlowStep;
use serde::{Deserialize, Serialize};

use super::keep;
use super::sent_code::CodeWay;
use crate::actions::use_backup_code::use_backup_code;
use crate::actions::use_hardware_token::use_hardware_token;
use crate::actions::use_totp::use_totp;
use crate::actions::{ActionError, SignedIn};
use crate::scope::Scope;
use crate::store::factors;
use crate::store::flows::FlowRow;
use crate::texts::ErrorText;
use crate::web::extract::{CurrentFlow, Device, Form};
use crate::web::page::PageView;
use crate::web::problem::Problem;
use crate::web::router::{form_message, render, render_with};

/// A code from the app.
#[derive(Deserialize)]
pub struct CodeForm {
    code: String,
}

/// A code from a hardware token.
#[derive(Deserialize)]
pub struct TokenCodeForm {
    token_code: String,
}

/// A saved code.
#[derive(Deserialize)]
pub struct BackupCodeForm {
    backup_code: String,
}

/// What the page shows.
#[derive(Serialize)]
#[expect(clippy::struct_excessive_bools, reason = "each is the answer to a question of its own")]
pub struct SecondStepPage {
    pub has_totp: bool,
    pub has_passkey: bool,
    pub has_push: bool,
    pub has_token: bool,
    /// Where a code can be sent.
    pub code_ways: Vec<CodeWay>,
    pub field: Option<&'static str>,
    pub error: Option<ErrorText>,
}

impl PageView for SecondStepPage {
    const TEMPLATE: &'static str = "signin/second_step.html";
}

/// `GET /sign-in/second-step`
pub async fn show(scope: Scope, CurrentFlow(row): CurrentFlow) -> Result<Response, Problem> {
    if row.flow.step() != FlowStep::Second {
        return Ok(Redirect::to("/sign-in").into_response());
    }
    render(&scope, None, page(&scope, &row, None, None).await?)
}

/// `POST /sign-in/second-step`
pub async fn submit(
    scope: Scope,
    CurrentFlow(row): CurrentFlow,
    Device(device): Device,
    Form(form): Form<CodeForm>,
) -> Result<Response, Problem> {
    let outcome = use_totp(&scope, &row, &form.code, device.as_deref()).await;
    answer(&scope, &row, outcome, "code").await
}

/// `POST /sign-in/hardware-token`
pub async fn submit_token_code(
    scope: Scope,
    CurrentFlow(row): CurrentFlow,
    Device(device): Device,
    Form(form): Form<TokenCodeForm>,
) -> Result<Response, Problem> {
    let outcome = use_hardware_token(&scope, &row, &form.token_code, device.as_deref()).await;
    answer(&scope, &row, outcome, "token_code").await
}

/// `POST /sign-in/backup-code`
pub async fn submit_backup_code(
    scope: Scope,
    CurrentFlow(row): CurrentFlow,
    Device(device): Device,
    Form(form): Form<BackupCodeForm>,
) -> Result<Response, Problem> {
    let outcome = use_backup_code(&scope, &row, &form.backup_code, device.as_deref()).await;
    answer(&scope, &row, outcome, "backup_code").await
}

async fn answer(
    scope: &Scope,
    row: &FlowRow,
    outcome: Result<SignedIn, ActionError>,
    field: &'static str,
) -> Result<Response, Problem> {
    match outcome {
        Ok(signed_in) => Ok(keep(&signed_in, Redirect::to("/").into_response())),
        Err(error) => failed(scope, row, (error, field)).await,
    }
}

/// The page again, with what went wrong.
pub(super) async fn failed(
    scope: &Scope,
    row: &FlowRow,
    (error, field): (ActionError, &'static str),
) -> Result<Response, Problem> {
    let (status, _, message) = form_message(error)?;
    render_with(scope, None, status, page(scope, row, Some(field), Some(message)).await?)
}

async fn page(
    scope: &Scope,
    row: &FlowRow,
    field: Option<&'static str>,
    error: Option<ErrorText>,
) -> Result<SecondStepPage, Problem> {
    let factors = factors::list(&scope.app.db, &scope.tenant.id, row.flow.person()).await?;
    let has = |kind| factors.iter().any(|f| f.is(kind) && f.works(scope.now));
    Ok(SecondStepPage {
        has_totp: has(FactorKind::Totp),
        has_passkey: has(FactorKind::Webauthn),
        has_push: has(FactorKind::Push),
        has_token: has(FactorKind::HardwareToken),
        code_ways: CodeWay::list(scope, row).await?,
        field,
        error,
    })
}
