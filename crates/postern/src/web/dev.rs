//! `/dev`: what the outside world would have seen, a stand-in phone, the clock, and stories that can be made to happen. Development mode only; in
//! production none of these routes exists, and a test says so.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::response::{IntoResponse as _, Redirect, Response};
use axum::routing::get;
use axum::{Json, Router};
use jiff::SignedDuration;
use postern_core::factor::{FactorKind, totp};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::extract::Form;
use super::page::PageView;
use super::problem::Problem;
use super::router::render;
use super::toast::Toast;
use crate::actions::begin_story::{DemoStory, begin_story};
use crate::app::App;
use crate::scope::Scope;
use crate::store::factors::Factor;
use crate::store::outbox::Message;
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
        .route("/dev/stories", get(show_stories).post(submit_story))
}

/// What `/dev/outbox` shows.
#[derive(Serialize)]
pub struct OutboxPage {
    pub messages: Vec<OutboxLine>,
}

impl PageView for OutboxPage {
    const TEMPLATE: &'static str = "dev/outbox.html";
}

/// A message that went out, or would have.
#[derive(Serialize)]
pub struct OutboxLine {
    pub channel: String,
    pub recipient: String,
    pub subject: String,
    pub body: String,
    /// Microseconds.
    pub created_at: i64,
    pub delivered_at: Option<i64>,
}

/// What `/dev/phone` shows: codes by login.
#[derive(Serialize)]
pub struct PhonePage {
    pub codes: BTreeMap<String, String>,
    pub seconds_left: i64,
}

impl PageView for PhonePage {
    const TEMPLATE: &'static str = "dev/phone.html";
}

/// What `/dev/clock` shows.
#[derive(Serialize)]
pub struct ClockPage {
    /// Microseconds.
    pub now: i64,
}

impl PageView for ClockPage {
    const TEMPLATE: &'static str = "dev/clock.html";
}

/// `/dev/stories` always looks the same.
#[derive(Serialize)]
pub struct StoriesPage {}

impl PageView for StoriesPage {
    const TEMPLATE: &'static str = "dev/stories.html";
}

async fn messages(scope: &Scope) -> Result<Vec<OutboxLine>, Problem> {
    let newest = outbox::list_newest(&scope.app.db, &scope.tenant.id).await?;
    let line = |message: Message| OutboxLine {
        channel: message.channel,
        recipient: message.recipient,
        subject: message.subject,
        body: message.body,
        created_at: message.created_at,
        delivered_at: message.delivered_at,
    };
    Ok(newest.into_iter().map(line).collect())
}

async fn show_outbox(scope: Scope) -> Result<Response, Problem> {
    render(&scope, None, OutboxPage { messages: messages(&scope).await? })
}

async fn outbox_json(scope: Scope) -> Result<Json<Vec<OutboxLine>>, Problem> {
    Ok(Json(messages(&scope).await?))
}

/// The current code of everybody's code app.
async fn codes(scope: &Scope) -> Result<BTreeMap<String, String>, Problem> {
    let mut codes = BTreeMap::new();
    for person in persons::list(&scope.app.db, &scope.tenant.id, "", (None, 200)).await?.people {
        for factor in factors::list(&scope.app.db, &scope.tenant.id, &person.id).await? {
            if !factor.is(FactorKind::Totp) {
                continue;
            }
            let secret = scope
                .tenant
                .keys
                .unseal(&Factor::place(&scope.tenant.id, &person.id, &factor.id), &factor.sealed);
            let secret = secret.map_err(|e| Problem::internal(e.to_string()))?;
            if let Some(code) = totp::code_at(&secret, scope.now.as_second()) {
                codes.insert(person.login.clone(), code);
            }
        }
    }
    Ok(codes)
}

async fn show_phone(scope: Scope) -> Result<Response, Problem> {
    let seconds_left = totp::STEP_SECONDS - scope.now.as_second().rem_euclid(totp::STEP_SECONDS);
    render(&scope, None, PhonePage { codes: codes(&scope).await?, seconds_left })
}

async fn phone_json(scope: Scope) -> Result<Json<BTreeMap<String, String>>, Problem> {
    Ok(Json(codes(&scope).await?))
}

/// How far to move.
#[derive(Deserialize)]
struct Advance {
    seconds: i64,
}

async fn show_clock(scope: Scope) -> Result<Response, Problem> {
    render(&scope, None, ClockPage { now: micros(scope.now) })
}

async fn advance_clock(scope: Scope, Form(by): Form<Advance>) -> Response {
    scope.app.clock.advance(SignedDuration::from_secs(by.seconds.clamp(0, 400 * 86_400)));
    Redirect::to("/dev/clock").into_response()
}

/// What is to happen.
#[derive(Deserialize)]
struct PickedStory {
    story: DemoStory,
}

async fn show_stories(scope: Scope) -> Result<Response, Problem> {
    render(&scope, None, StoriesPage {})
}

async fn submit_story(scope: Scope, Form(picked): Form<PickedStory>) -> Result<Response, Problem> {
    begin_story(&scope, picked.story).await?;
    Ok(Toast::StoryBegun.redirect("/dev/stories"))
}

async fn clock_json(scope: Scope) -> Json<Value> {
    Json(json!({ "now": scope.now.as_second() }))
}
