//! `/desk/power-grants`: desk roles and service tokens that wait for a second admin.

use axum::extract::Path;
use axum::response::Response;
use postern_core::policy::ViewDesk;
use serde::Serialize;

use crate::actions::decide_on_power::{approve_power, load_waiting, stop_power};
use crate::actions::{ActionError, Caller, permit_on_tenant};
use crate::scope::Scope;
use crate::web::api::power_grants::PowerGrantView;
use crate::web::desk::ReasonForm;
use crate::web::desk::second_yes::FailedAnswer;
use crate::web::extract::{Form, Signed};
use crate::web::page::PageView;
use crate::web::problem::Problem;
use crate::web::router::{render, render_with};
use crate::web::toast::Toast;

/// What waits.
#[derive(Serialize)]
pub struct PowerGrantsPage {
    pub waiting: Vec<PowerGrantView>,
}

impl PageView for PowerGrantsPage {
    const TEMPLATE: &'static str = "desk/power_grants.html";
}

/// One of them, with the forms for yes and no.
#[derive(Serialize)]
pub struct PowerGrantPage {
    pub grant: PowerGrantView,
    pub answer: FailedAnswer,
}

impl PageView for PowerGrantPage {
    const TEMPLATE: &'static str = "desk/power_grant.html";
}

/// `GET /desk/power-grants`
pub async fn show_all(scope: Scope, Signed(caller): Signed) -> Result<Response, Problem> {
    permit_on_tenant::<ViewDesk>(&scope, &caller).await?;
    let waiting = PowerGrantView::load_all(&scope).await?;
    render(&scope, Some(&caller), PowerGrantsPage { waiting })
}

/// `GET /desk/power-grants/{id}`
pub async fn show(scope: Scope, Signed(caller): Signed, Path(id): Path<String>) -> Result<Response, Problem> {
    page(&scope, &caller, &id, FailedAnswer::default()).await
}

/// `POST /desk/power-grants/{id}/approve`
pub async fn approve(
    scope: Scope,
    Signed(caller): Signed,
    Path(id): Path<String>,
    Form(form): Form<ReasonForm>,
) -> Result<Response, Problem> {
    let outcome = approve_power(&scope, &caller, &id, &form.reason).await;
    answer(&scope, &caller, &id, "approve", (form, outcome)).await
}

/// `POST /desk/power-grants/{id}/stop`
pub async fn stop(
    scope: Scope,
    Signed(caller): Signed,
    Path(id): Path<String>,
    Form(form): Form<ReasonForm>,
) -> Result<Response, Problem> {
    let outcome = stop_power(&scope, &caller, &id, &form.reason).await;
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
        Ok(()) => Ok(Toast::SecondYesGiven.redirect("/desk/power-grants")),
        Err(error) => page(scope, caller, id, FailedAnswer::of(form, typed, error)?).await,
    }
}

async fn page(scope: &Scope, caller: &Caller, id: &str, answer: FailedAnswer) -> Result<Response, Problem> {
    permit_on_tenant::<ViewDesk>(scope, caller).await?;
    let grant = PowerGrantView::load(scope, load_waiting(scope, id).await?).await?;
    render_with(scope, Some(caller), answer.status, PowerGrantPage { grant, answer })
}
