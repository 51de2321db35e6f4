//! Pages, as answers.

use std::sync::atomic::Ordering;

use axum::http::StatusCode;
use axum::response::{Html, IntoResponse as _, Response};
use minijinja::value::Serde;
use minijinja::{Value, context};
use serde::Serialize;

use super::cookies;
use super::problem::Problem;
use super::toast::Toast;
use crate::actions::Caller;
use crate::scope::Scope;

/// What a page shows. Its template is made of it, and is given nothing else but what stands on every page.
pub trait PageView: Serialize {
    /// The template, as it is named in `templates/`.
    const TEMPLATE: &'static str;
}

impl<V: PageView> PageView for &V {
    const TEMPLATE: &'static str = V::TEMPLATE;
}

/// A page, for whoever is signed in.
pub fn page(scope: &Scope, caller: Option<&Caller>, view: impl PageView) -> Result<Response, Problem> {
    page_with(scope, caller, StatusCode::OK, view)
}

/// How to reach the help desk, as far as the organisation says.
fn desk_line(scope: &Scope) -> Option<String> {
    let set = &scope.tenant.settings;
    let said: Vec<&str> =
        [&set.desk_phone, &set.desk_hours].into_iter().flatten().map(String::as_str).collect();
    (!said.is_empty()).then(|| said.join(", "))
}

/// A page with another status: a form that comes back with its errors.
pub fn page_with<V: PageView>(
    scope: &Scope,
    caller: Option<&Caller>,
    status: StatusCode,
    view: V,
) -> Result<Response, Problem> {
    let html = scope.app.pages.render(V::TEMPLATE, given(scope, caller, view)).map_err(|error| {
        // The alternate form names the template and the line.
        Problem::internal(format!("template {}: {error:#}", V::TEMPLATE))
    })?;
    let mut response = (status, Html(html)).into_response();
    if scope.request.toast.is_some() {
        cookies::TOAST.clear(response.headers_mut());
    }
    Ok(response)
}

/// What the template of a page is given: what stands on every page, and as `page` what it shows.
pub fn given(scope: &Scope, caller: Option<&Caller>, view: impl PageView) -> Value {
    let who = caller.map(|caller| {
        context! {
            name => caller.person.name.clone(),
            login => caller.person.login.clone(),
            session_seconds_left => caller.session_ends_at.map(|end| end.duration_since(scope.now).as_secs()),
            role => caller.person.role.as_str(),
            is_staff => caller.person.role.is_staff(),
            reads_audit => ["senior", "admin", "auditor"].contains(&caller.person.role.as_str()),
            is_admin => caller.person.role.as_str() == "admin",
            unknown_proxy => scope.app.unknown_proxy.get().map(ToString::to_string),
            audit_refuses => caller.person.role.is_staff() && scope.tenant.activity.audit_health.is_refusing(),
            messages_wait_since => caller.person.role.is_staff().then(|| scope.tenant.activity.messages_wait_since()).flatten(),
            dead_jobs => scope.tenant.activity.dead_jobs.load(Ordering::Relaxed),
            waiting_cases => caller.waiting_cases,
            open_incidents => scope.tenant.activity.open_incidents.load(Ordering::Relaxed),
        }
    });
    let toast =
        scope.request.toast.as_deref().and_then(Toast::parse).map(|toast| Value::from(Serde(toast.text())));
    context! {
        organisation => scope.tenant.name.clone(),
        desk_line => desk_line(scope), path => scope.request.path.clone(), toast, who,
        page => Value::from(Serde(view)),
    }
}
