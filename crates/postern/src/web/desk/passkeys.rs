//! `/desk/passkeys`: new passkeys of staff that wait for a second yes.

use axum::extract::Path;
use axum::response::Response;
use postern_core::policy::ViewDesk;
use serde::Serialize;

use crate::actions::decide_on_passkey::{approve_passkey, load_waiting, stop_passkey};
use crate::actions::{ActionError, Caller, permit_on_tenant};
use crate::scope::Scope;
use crate::web::api::waiting_passkeys::WaitingPasskeyView;
use crate::web::desk::ReasonForm;
use crate::web::desk::second_yes::FailedAnswer;
use crate::web::extract::{Form, Signed};
use crate::web::page::PageView;
use crate::web::problem::Problem;
use crate::web::router::{render, render_with};
use crate::web::toast::Toast;

/// Those that wait.
#[derive(Serialize)]
pub struct WaitingPasskeysPage {
    pub waiting: Vec<WaitingPasskeyView>,
}

impl PageView for WaitingPasskeysPage {
    const TEMPLATE: &'static str = "desk/passkeys.html";
}

/// One of them, with the forms for yes and no.
#[derive(Serialize)]
pub struct WaitingPasskeyPage {
    pub passkey: WaitingPasskeyView,
    pub answer: FailedAnswer,
}

impl PageView for WaitingPasskeyPage {
    const TEMPLATE: &'static str = "desk/passkey.html";
}

/// `GET /desk/passkeys`
pub async fn show_all(scope: Scope, Signed(caller): Signed) -> Result<Response, Problem> {
    permit_on_tenant::<ViewDesk>(&scope, &caller).await?;
    let waiting = WaitingPasskeyView::load_all(&scope).await?;
    render(&scope, Some(&caller), WaitingPasskeysPage { waiting })
}

/// `GET /desk/passkeys/{id}`
pub async fn show(scope: Scope, Signed(caller): Signed, Path(id): Path<String>) -> Result<Response, Problem> {
    page(&scope, &caller, &id, FailedAnswer::default()).await
}

/// `POST /desk/passkeys/{id}/approve`
pub async fn approve(
    scope: Scope,
    Signed(caller): Signed,
    Path(id): Path<String>,
    Form(form): Form<ReasonForm>,
) -> Result<Response, Problem> {
    let outcome = approve_passkey(&scope, &caller, &id, &form.reason).await;
    answer(&scope, &caller, &id, "approve", (form, outcome)).await
}

/// `POST /desk/passkeys/{id}/stop`
pub async fn stop(
    scope: Scope,
    Signed(caller): Signed,
    Path(id): Path<String>,
    Form(form): Form<ReasonForm>,
) -> Result<Response, Problem> {
    let outcome = stop_passkey(&scope, &caller, &id, &form.reason).await;
    answer(&scope, &caller, &id, "stop", (form, outcome)).await
}

async fn answer(
    scope: &Scope,
    caller: &Caller,
    id: &str,
    form: &'static str,
    (typed, outcome): (ReasonForm, Result<(), ActionError>),
) -> Result<Response, Problem> {
    match outcome {
        Ok(()) => Ok(Toast::SecondYesGiven.redirect("/desk/passkeys")),
        Err(error) => page(scope, caller, id, FailedAnswer::of(form, typed, error)?).await,
    }
}

async fn page(scope: &Scope, caller: &Caller, id: &str, answer: FailedAnswer) -> Result<Response, Problem> {
    permit_on_tenant::<ViewDesk>(scope, caller).await?;
    let (passkey, owner) = load_waiting(scope, id).await?;
    let passkey = WaitingPasskeyView::of(passkey, &owner);
    render_with(scope, Some(caller), answer.status, WaitingPasskeyPage { passkey, answer })
}
