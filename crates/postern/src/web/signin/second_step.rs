//! `/sign-in/second-step`: one way first, with its form, and the others below it. Choosing another changes nothing.

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
use crate::store::flows::FlowRow;
use crate::store::persons::{self, Person};
use crate::store::{backup_codes, factors};
use crate::texts::ErrorText;
use crate::web::extract::{CurrentFlow, Device, Form, Query};
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

/// Which form the reader wants, by a link of the page.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct SecondStepQuery {
    with: String,
}

/// A way to take the second step.
#[derive(Serialize)]
#[serde(tag = "way", rename_all = "snake_case")]
pub enum SecondStepWay {
    CodeApp,
    HardwareToken,
    Passkey,
    Push,
    SentCode(CodeWay),
    BackupCode,
}

impl SecondStepWay {
    /// What this person has and what works now. The first is offered first: what is in the hand, then what must come, and what
    /// is used up by it last.
    async fn list(scope: &Scope, person: &Person) -> Result<Vec<Self>, Problem> {
        let (db, tenant) = (&scope.app.db, &scope.tenant.id);
        let factors = factors::list(db, tenant, &person.id).await?;
        let has = |kind| factors.iter().any(|f| f.is(kind) && f.works(scope.now));
        let codes_left = backup_codes::count_left(db, tenant, &person.id, scope.now).await?;
        let mut ways = Vec::new();
        ways.extend(has(FactorKind::Totp).then_some(Self::CodeApp));
        ways.extend(has(FactorKind::HardwareToken).then_some(Self::HardwareToken));
        ways.extend(has(FactorKind::Webauthn).then_some(Self::Passkey));
        ways.extend(has(FactorKind::Push).then_some(Self::Push));
        ways.extend(CodeWay::list(scope, person).await?.into_iter().map(Self::SentCode));
        ways.extend((codes_left > 0).then_some(Self::BackupCode));
        Ok(ways)
    }

    /// The word of those that have a form of their own on this page.
    fn form(&self) -> Option<&'static str> {
        match self {
            Self::CodeApp => Some("code_app"),
            Self::HardwareToken => Some("hardware_token"),
            Self::BackupCode => Some("backup_code"),
            Self::Passkey | Self::Push | Self::SentCode(_) => None,
        }
    }
}

/// What the page shows.
#[derive(Serialize)]
pub struct SecondStepPage {
    /// The one that is offered first; none: this person has none that works.
    pub first: Option<SecondStepWay>,
    /// The others.
    pub others: Vec<SecondStepWay>,
    /// As it stands in the code app.
    pub login: String,
    /// The end of this sign-in, in microseconds.
    pub until: i64,
    /// Whether `error` is of what was typed into the first one's form.
    pub is_wrong: bool,
    pub error: Option<ErrorText>,
}

impl PageView for SecondStepPage {
    const TEMPLATE: &'static str = "signin/second_step.html";
}

/// `GET /sign-in/second-step`
pub async fn show(
    scope: Scope,
    CurrentFlow(row): CurrentFlow,
    Query(query): Query<SecondStepQuery>,
) -> Result<Response, Problem> {
    if row.flow.step() != FlowStep::Second {
        return Ok(Redirect::to("/sign-in").into_response());
    }
    render(&scope, None, page(&scope, &row, &query.with, None).await?)
}

/// `POST /sign-in/second-step`
pub async fn submit(
    scope: Scope,
    CurrentFlow(row): CurrentFlow,
    Device(device): Device,
    Form(form): Form<CodeForm>,
) -> Result<Response, Problem> {
    let outcome = use_totp(&scope, &row, &form.code, device.as_deref()).await;
    answer(&scope, &row, outcome, "code_app").await
}

/// `POST /sign-in/hardware-token`
pub async fn submit_token_code(
    scope: Scope,
    CurrentFlow(row): CurrentFlow,
    Device(device): Device,
    Form(form): Form<TokenCodeForm>,
) -> Result<Response, Problem> {
    let outcome = use_hardware_token(&scope, &row, &form.token_code, device.as_deref()).await;
    answer(&scope, &row, outcome, "hardware_token").await
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
    form: &'static str,
) -> Result<Response, Problem> {
    match outcome {
        Ok(signed_in) => Ok(keep(&signed_in, Redirect::to("/").into_response())),
        Err(error) => failed(scope, row, (error, form)).await,
    }
}

/// The page again, with what went wrong, and the form that it went wrong with.
pub(super) async fn failed(
    scope: &Scope,
    row: &FlowRow,
    (error, form): (ActionError, &'static str),
) -> Result<Response, Problem> {
    let (status, _, message) = form_message(error)?;
    render_with(scope, None, status, page(scope, row, form, Some(message)).await?)
}

async fn page(
    scope: &Scope,
    row: &FlowRow,
    form: &str,
    error: Option<ErrorText>,
) -> Result<SecondStepPage, Problem> {
    let person = persons::load(&scope.app.db, &scope.tenant.id, row.flow.person()).await?;
    let mut others = SecondStepWay::list(scope, &person).await?;
    let wanted = others.iter().position(|way| way.form() == Some(form));
    let first = (!others.is_empty()).then(|| others.remove(wanted.unwrap_or_default()));
    Ok(SecondStepPage {
        first,
        others,
        login: person.login,
        until: row.expires_at,
        is_wrong: error.is_some() && wanted.is_some(),
        error,
    })
}
