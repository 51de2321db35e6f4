//! Pages: templates in the binary, strict about names, escaped by default.

use std::sync::atomic::Ordering;

use axum::http::StatusCode;
use axum::response::{Html, IntoResponse as _, Response};
use minijinja::value::Serde;
use minijinja::{Environment, UndefinedBehavior, Value, context};
use rust_embed::RustEmbed;
use serde::Serialize;

use super::assets;
use super::problem::Problem;
use crate::actions::Caller;
use crate::app::App;
use crate::store::time;

#[derive(RustEmbed)]
#[folder = "templates"]
struct Templates;

/// The loaded templates.
pub struct Pages {
    environment: Environment<'static>,
}

impl Pages {
    /// Parses every template: a broken one stops the start, not a request.
    pub fn load(development: bool) -> Result<Self, minijinja::Error> {
        let mut environment = Environment::new();
        environment.set_undefined_behavior(UndefinedBehavior::Strict);
        environment.add_filter("when", when);
        environment.add_filter("day", day);
        environment.add_global("development", development);
        environment.add_global("assets", assets::version());
        for name in Templates::iter() {
            let Some(file) = Templates::get(&name) else {
                continue;
            };
            let text = String::from_utf8_lossy(&file.data).into_owned();
            environment.add_template_owned(name.into_owned(), text)?;
        }
        Ok(Self { environment })
    }

    fn render(&self, template: &str, values: Value) -> Result<String, minijinja::Error> {
        self.environment.get_template(template)?.render(values)
    }
}

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

/// A time in the reader's zone, the exact one on hover; without JavaScript, UTC. Microseconds, or RFC 3339.
fn when(at: Value) -> Result<Value, minijinja::Error> {
    let at = match at.as_str() {
        Some(text) => text.parse::<jiff::Timestamp>().map_err(|_| {
            minijinja::Error::new(minijinja::ErrorKind::InvalidOperation, "not a time as in RFC 3339")
        })?,
        None => time(at.try_into()?),
    };
    let exact = at.strftime("%Y-%m-%d %H:%M:%S UTC").to_string();
    let shown = at.strftime("%-d %b %Y, %H:%M UTC").to_string();
    let html = format!("<time datetime=\"{at}\" title=\"{exact}\" data-local>{shown}</time>");
    Ok(Value::from_safe_string(html))
}

/// A date.
fn day(micros: i64) -> String {
    time(micros).strftime("%-d %b %Y").to_string()
}
