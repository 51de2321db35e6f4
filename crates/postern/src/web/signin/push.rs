//! `/sign-in/push`: the number to type into the phone, and what became of it. The page asks again by itself, with a script or
//! without; it goes on by a form, because a page that is looked at changes nothing.

use axum::response::{IntoResponse as _, Redirect, Response};
use postern_core::signin::FlowStep;
use serde::Serialize;

use super::{keep, second_step};
use crate::actions::ask_push::{self, PushProgress};
use crate::actions::use_push;
use crate::scope::Scope;
use crate::web::extract::{CurrentFlow, Device};
use crate::web::page::PageView;
use crate::web::problem::Problem;
use crate::web::router::render;

/// What the page shows.
#[derive(Serialize)]
pub struct PushPage {
    /// `waits`, `approved`, `denied`, `wrong_numbers` or `over`.
    pub state: &'static str,
    /// What is typed into the phone, while it waits.
    pub number: Option<String>,
    /// Microseconds.
    pub until: Option<i64>,
    /// Where the app is.
    pub app: String,
}

impl PageView for PushPage {
    const TEMPLATE: &'static str = "signin/push.html";
}

/// `GET /sign-in/push`
pub async fn show(scope: Scope, CurrentFlow(row): CurrentFlow) -> Result<Response, Problem> {
    if row.flow.step() != FlowStep::Second {
        return Ok(Redirect::to("/sign-in").into_response());
    }
    let plain = |state| PushPage { state, number: None, until: None, app: scope.tenant.link("/phone") };
    let shown = match ask_push::progress(&scope, &row).await? {
        PushProgress::NotAsked => return Ok(Redirect::to("/sign-in/second-step").into_response()),
        PushProgress::Waits { number, until } => {
            PushPage { number: Some(number), until: Some(until.as_microsecond()), ..plain("waits") }
        }
        PushProgress::Approved => plain("approved"),
        PushProgress::Denied => plain("denied"),
        PushProgress::WrongNumbers => plain("wrong_numbers"),
        PushProgress::Over => plain("over"),
    };
    render(&scope, None, shown)
}

/// `POST /sign-in/push`
pub async fn submit(
    scope: Scope,
    CurrentFlow(row): CurrentFlow,
    Device(device): Device,
) -> Result<Response, Problem> {
    match ask_push::ask_push(&scope, &row, device.as_deref()).await {
        Ok(()) => Ok(Redirect::to("/sign-in/push").into_response()),
        Err(error) => second_step::failed(&scope, &row, (error, "push")).await,
    }
}

/// `POST /sign-in/push/finish`
pub async fn finish(
    scope: Scope,
    CurrentFlow(row): CurrentFlow,
    Device(device): Device,
) -> Result<Response, Problem> {
    match use_push::use_push(&scope, &row, device.as_deref()).await {
        Ok(signed_in) => Ok(keep(&signed_in, Redirect::to("/").into_response())),
        Err(error) => second_step::failed(&scope, &row, (error, "push")).await,
    }
}
