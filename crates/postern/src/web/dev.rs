//! `/dev`: what the outside world would have seen, a stand-in phone, and the clock. Development mode only; in
//! production none of these routes exists, and a test says so.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::State;
use axum::response::{IntoResponse as _, Redirect, Response};
use axum::routing::get;
use axum::{Json, Router};
use jiff::SignedDuration;
use postern_core::factor::{FactorKind, totp};
use serde::Deserialize;
use serde_json::{Value, json};

use super::extract::Form;
use super::problem::Problem;
use super::router::render;
use crate::app::App;
use crate::store::factors::Factor;
use crate::store::{factors, micros, outbox, persons};

/// The routes.
pub fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/dev/outbox", get(show_outbox))
        .route("/dev/outbox.json", get(outbox_json))
        .route("/dev/phone", get(show_phone))
        .route("/dev/phone.json", get(phone_json))
        .route("/dev/clock", get(show_clock).post(advance_clock))
        .route("/dev/clock.json", get(clock_json))
}

async fn messages(app: &App) -> Result<Vec<Value>, Problem> {
    let newest = outbox::list_newest(&app.db, &app.tenant).await?;
    Ok(newest
        .iter()
        .map(|m| {
            json!({
                "channel": m.channel, "recipient": m.recipient, "subject": m.subject, "body": m.body,
                "created_at": m.created_at, "delivered_at": m.delivered_at,
            })
        })
        .collect())
}

async fn show_outbox(State(app): State<Arc<App>>) -> Result<Response, Problem> {
    let messages = messages(&app).await?;
    render(&app, None, "dev/outbox.html", json!({ "messages": messages }))
}

async fn outbox_json(State(app): State<Arc<App>>) -> Result<Json<Vec<Value>>, Problem> {
    Ok(Json(messages(&app).await?))
}

/// The current code of everybody's code app.
async fn codes(app: &App) -> Result<BTreeMap<String, String>, Problem> {
    let mut codes = BTreeMap::new();
    for person in persons::list(&app.db, &app.tenant, "").await? {
        for factor in factors::list(&app.db, &app.tenant, &person.id).await? {
            if !factor.is(FactorKind::Totp) {
                continue;
            }
            let secret = app.keys.unseal(&Factor::place(&app.tenant, &person.id, &factor.id), &factor.sealed);
            let secret = secret.map_err(|e| Problem::internal(e.to_string()))?;
            if let Some(code) = totp::code_at(&secret, app.clock.now().as_second()) {
                codes.insert(person.login.clone(), code);
            }
        }
    }
    Ok(codes)
}

async fn show_phone(State(app): State<Arc<App>>) -> Result<Response, Problem> {
    let left = totp::STEP_SECONDS - app.clock.now().as_second().rem_euclid(totp::STEP_SECONDS);
    let codes = codes(&app).await?;
    render(&app, None, "dev/phone.html", json!({ "codes": codes, "seconds_left": left }))
}

async fn phone_json(State(app): State<Arc<App>>) -> Result<Json<BTreeMap<String, String>>, Problem> {
    Ok(Json(codes(&app).await?))
}

/// How far to move.
#[derive(Deserialize)]
struct Advance {
    seconds: i64,
}

async fn show_clock(State(app): State<Arc<App>>) -> Result<Response, Problem> {
    render(&app, None, "dev/clock.html", json!({ "now": micros(app.clock.now()) }))
}

async fn advance_clock(State(app): State<Arc<App>>, Form(by): Form<Advance>) -> Response {
    app.clock.advance(SignedDuration::from_secs(by.seconds.clamp(0, 400 * 86_400)));
    Redirect::to("/dev/clock").into_response()
}

async fn clock_json(State(app): State<Arc<App>>) -> Json<Value> {
    Json(json!({ "now": app.clock.now().as_second() }))
}
