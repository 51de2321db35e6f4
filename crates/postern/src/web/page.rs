//! Pages, as answers.

use std::sync::atomic::Ordering;

use axum::http::StatusCode;
use axum::response::{Html, IntoResponse as _, Response};
use minijinja::value::Serde;
use minijinja::{Value, context};
use serde::Serialize;

use super::problem::Problem;
use crate::actions::Caller;
use crate::app::App;

/// A page, for whoever is signed in.
pub fn page(
    app: &App,
    caller: Option<&Caller>,
    template: &str,
    values: impl Serialize,
) -> Result<Response, Problem> {
    page_with(app, caller, StatusCode::OK, template, values)
}

/// A page with another status: a form that comes back with its errors.
pub fn page_with(
    app: &App,
    caller: Option<&Caller>,
    status: StatusCode,
    template: &str,
    values: impl Serialize,
) -> Result<Response, Problem> {
    let who = caller.map(|caller| {
        context! {
            name => caller.person.name.clone(),
            role => caller.person.role.as_str(),
            is_staff => caller.person.role.is_staff(),
            reads_audit => ["senior", "admin", "auditor"].contains(&caller.person.role.as_str()),
            is_admin => caller.person.role.as_str() == "admin",
            unknown_proxy => app.unknown_proxy.get().map(ToString::to_string),
            audit_refuses => caller.person.role.is_staff() && app.audit_health.is_refusing(),
            open_incidents => app.open_incidents.load(Ordering::Relaxed),
        }
    });
    let shared =
        context! { organisation => app.config.tenant_name.clone(), who, page => Value::from(Serde(values)) };
    let html = app.pages.render(template, shared).map_err(|error| {
        // The alternate form names the template and the line.
        Problem::internal(format!("template {template}: {error:#}"))
    })?;
    Ok((status, Html(html)).into_response())
}
