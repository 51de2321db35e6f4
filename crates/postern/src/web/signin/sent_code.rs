//! `/sign-in/sent-code`: sends a code to a number or an address of the person's, takes it, and says how its delivery goes.

use axum::response::{IntoResponse as _, Redirect, Response};
use postern_core::contact::masked;
use postern_core::signin::FlowStep;
use serde::{Deserialize, Serialize};

use super::{keep, second_step};
use crate::actions::ActionError;
use crate::actions::send_code::{self, CodeDelivery};
use crate::actions::sent_code_rules::list_usable;
use crate::actions::use_sent_code::use_sent_code;
use crate::scope::Scope;
use crate::store::flows::FlowRow;
use crate::store::persons::{self, Person};
use crate::store::sent_codes::CodeContact;
use crate::texts::ErrorText;
use crate::web::extract::{CurrentFlow, Device, Form};
use crate::web::page::PageView;
use crate::web::problem::Problem;
use crate::web::router::{form_outcome, render_with};

/// Where a code can be sent.
#[derive(Serialize)]
pub struct CodeWay {
    /// The factor.
    pub factor: String,
    /// `sms`, `voice` or `email`.
    pub kind: String,
    /// Enough of the number or address to know it.
    pub to: String,
}

impl CodeWay {
    /// Of everybody's own, those that work in this organisation.
    pub(super) async fn list(scope: &Scope, person: &Person) -> Result<Vec<Self>, Problem> {
        Ok(list_usable(scope, person).await?.into_iter().map(Self::of).collect())
    }

    fn of(contact: CodeContact) -> Self {
        let to = masked(&contact.kind, &contact.value);
        Self { factor: contact.factor_id, kind: contact.kind, to }
    }
}

/// Which factor a code is to go to.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct SendCodeForm {
    factor: String,
}

/// A code that was sent.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct SentCodeForm {
    code: String,
}

/// What the page shows.
#[derive(Serialize)]
pub struct SentCodePage {
    /// Where the code went; none: it goes nowhere any more.
    pub way: Option<CodeWay>,
    /// `on_its_way`, `sent`, `late` or `failed`.
    pub delivery: &'static str,
    /// Microseconds; none: it is over.
    pub until: Option<i64>,
    pub error: Option<ErrorText>,
}

impl PageView for SentCodePage {
    const TEMPLATE: &'static str = "signin/sent_code.html";
}

/// `GET /sign-in/sent-code`
pub async fn show(scope: Scope, CurrentFlow(row): CurrentFlow) -> Result<Response, Problem> {
    page(&scope, &row, None).await
}

/// `POST /sign-in/sent-code`
pub async fn submit(
    scope: Scope,
    CurrentFlow(row): CurrentFlow,
    Form(form): Form<SendCodeForm>,
) -> Result<Response, Problem> {
    match send_code::send_code(&scope, &row, &form.factor).await {
        Ok(()) => Ok(Redirect::to("/sign-in/sent-code").into_response()),
        Err(error) => second_step::failed(&scope, &row, (error, "sent_code")).await,
    }
}

/// `POST /sign-in/sent-code/finish`
pub async fn finish(
    scope: Scope,
    CurrentFlow(row): CurrentFlow,
    Device(device): Device,
    Form(form): Form<SentCodeForm>,
) -> Result<Response, Problem> {
    match use_sent_code(&scope, &row, &form.code, device.as_deref()).await {
        Ok(signed_in) => Ok(keep(&signed_in, Redirect::to("/").into_response())),
        Err(error @ ActionError::Refused(_)) => second_step::failed(&scope, &row, (error, "sent_code")).await,
        Err(error) => page(&scope, &row, Some(error)).await,
    }
}

async fn page(scope: &Scope, row: &FlowRow, error: Option<ActionError>) -> Result<Response, Problem> {
    if row.flow.step() != FlowStep::Second {
        return Ok(Redirect::to("/sign-in").into_response());
    }
    let Some(progress) = send_code::progress(scope, row).await? else {
        return Ok(Redirect::to("/sign-in/second-step").into_response());
    };
    let (status, _, message) = form_outcome(error)?;
    let person = persons::load(&scope.app.db, &scope.tenant.id, row.flow.person()).await?;
    let ways = CodeWay::list(scope, &person).await?;
    let code = &progress.code;
    let shown = SentCodePage {
        way: ways.into_iter().find(|way| way.factor == code.factor_id),
        delivery: match progress.delivery {
            CodeDelivery::OnItsWay => "on_its_way",
            CodeDelivery::Sent => "sent",
            CodeDelivery::Late => "late",
            CodeDelivery::Failed => "failed",
        },
        until: code.waits(scope.now).then_some(code.expires_at),
        error: message,
    };
    render_with(scope, None, status, shown)
}
