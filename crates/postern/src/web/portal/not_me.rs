//! `/not-me`: the owner stops what a notice told of. Looking at the page stops nothing: mail scanners look too.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use serde_json::json;

use crate::actions::contest::contest;
use crate::app::App;
use crate::web::extract::Form;
use crate::web::problem::Problem;
use crate::web::router::{form_error, render, render_with};

const PAGE: &str = "portal/not_me.html";

/// The form.
#[derive(Deserialize)]
pub struct NotMeForm {
    code: String,
}

/// `GET /not-me`
pub async fn show(State(app): State<Arc<App>>) -> Result<Response, Problem> {
    render(&app, None, PAGE, json!({ "error": null }))
}

/// `POST /not-me`
pub async fn submit(State(app): State<Arc<App>>, Form(form): Form<NotMeForm>) -> Result<Response, Problem> {
    match contest(&app, &form.code).await {
        Ok(stopped) => render(
            &app,
            None,
            "portal/stopped.html",
            json!({ "account_suspended": stopped.account_suspended }),
        ),
        Err(error) => {
            let (status, _, words) = form_error(error)?;
            render_with(&app, None, status, PAGE, json!({ "error": words }))
        }
    }
}
