//! `/desk/power-grants`: desk roles and service tokens that wait for a second admin.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use postern_core::policy::ViewDesk;
use serde::Deserialize;
use serde_json::json;

use crate::actions::decide_on_power::{approve_power, load_waiting, stop_power};
use crate::actions::{ActionError, Caller, permit_on_tenant};
use crate::app::App;
use crate::web::api::power_grants::PowerGrantView;
use crate::web::extract::{Form, Signed};
use crate::web::problem::Problem;
use crate::web::router::{form_error, render, render_with};

/// Why.
#[derive(Deserialize)]
pub struct PowerReasonForm {
    #[serde(default)]
    reason: String,
}

/// `GET /desk/power-grants`
pub async fn show_all(State(app): State<Arc<App>>, Signed(caller): Signed) -> Result<Response, Problem> {
    permit_on_tenant::<ViewDesk>(&app, &caller).await?;
    let waiting = PowerGrantView::load_all(&app).await?;
    render(&app, Some(&caller), "desk/power_grants.html", json!({ "waiting": waiting }))
}

/// `GET /desk/power-grants/{id}`
pub async fn show(
    State(app): State<Arc<App>>,
    Signed(caller): Signed,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    page(&app, &caller, &id, None).await
}

/// `POST /desk/power-grants/{id}/approve`
pub async fn approve(
    State(app): State<Arc<App>>,
    Signed(caller): Signed,
    Path(id): Path<String>,
    Form(form): Form<PowerReasonForm>,
) -> Result<Response, Problem> {
    let outcome = approve_power(&app, &caller, &id, &form.reason).await;
    answer(&app, &caller, &id, (outcome, "approve", &form.reason)).await
}

/// `POST /desk/power-grants/{id}/stop`
pub async fn stop(
    State(app): State<Arc<App>>,
    Signed(caller): Signed,
    Path(id): Path<String>,
    Form(form): Form<PowerReasonForm>,
) -> Result<Response, Problem> {
    let outcome = stop_power(&app, &caller, &id, &form.reason).await;
    answer(&app, &caller, &id, (outcome, "stop", &form.reason)).await
}

async fn answer(
    app: &App,
    caller: &Caller,
    id: &str,
    (outcome, form, reason): (Result<(), ActionError>, &str, &str),
) -> Result<Response, Problem> {
    match outcome {
        Ok(()) => Ok(Redirect::to("/desk/power-grants").into_response()),
        Err(error) => page(app, caller, id, Some((form_error(error)?, form, reason))).await,
    }
}

type FormError<'a> = ((StatusCode, Option<&'static str>, String), &'a str, &'a str);

async fn page(
    app: &App,
    caller: &Caller,
    id: &str,
    error: Option<FormError<'_>>,
) -> Result<Response, Problem> {
    permit_on_tenant::<ViewDesk>(app, caller).await?;
    let grant = PowerGrantView::load(app, load_waiting(app, id).await?).await?;
    let (status, field, words, form, reason) = match error {
        Some(((status, field, words), form, reason)) => (status, field, Some(words), form, reason),
        None => (StatusCode::OK, None, None, "", ""),
    };
    let values = json!({
        "grant": grant,
        "field": field, "error": words, "form": form, "reason": reason,
    });
    render_with(app, Some(caller), status, "desk/power_grant.html", values)
}
