//! `/phone`: the app that approves sign-ins, as a page that can be installed. It keeps its keys in the browser, and speaks the
//! protocol of `/api/v1/push` like any other app; the page itself knows nobody.

use axum::Json;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse as _, Response};
use serde::Serialize;
use serde_json::json;

use crate::assets;
use crate::scope::Scope;
use crate::texts::MessageId;
use crate::vapid::VapidKey;
use crate::web::page::PageView;
use crate::web::problem::Problem;
use crate::web::router::render;

/// What the page shows.
#[derive(Serialize)]
pub struct PhoneAppPage {
    /// The server's clock, in milliseconds since 1970: what the app says carries its time.
    pub now: i64,
    /// The key with which this organisation wakes phones, where it has one.
    pub vapid: Option<String>,
}

impl PageView for PhoneAppPage {
    const TEMPLATE: &'static str = "signin/phone.html";
}

/// `GET /phone`
pub async fn show(scope: Scope) -> Result<Response, Problem> {
    let vapid = VapidKey::of(&scope.tenant.keys).map(|key| key.public_key());
    render(&scope, None, PhoneAppPage { now: scope.now.as_millisecond(), vapid })
}

/// `GET /phone/worker.js`: not below `/static`, because it watches over `/phone`.
pub async fn worker() -> Response {
    let headers = [("content-type", "text/javascript; charset=utf-8"), ("service-worker-allowed", "/phone")];
    (headers, assets::find("phone-worker.js").unwrap_or_default()).into_response()
}

/// `GET /phone/manifest.json`
pub async fn manifest(scope: Scope) -> Response {
    let name = MessageId("phone-app-name")
        .with("organisation", scope.tenant.name.as_str())
        .in_language(scope.app.pages.language());
    let icon = format!("/static/{}/postern.svg", assets::version());
    let manifest = json!({
        "id": "/phone", "start_url": "/phone", "scope": "/phone", "display": "standalone", "name": name,
        "short_name": scope.tenant.name, "icons": [{ "src": icon, "sizes": "any", "type": "image/svg+xml" }],
    });
    let mut response = Json(manifest).into_response();
    response
        .headers_mut()
        .insert(header::CONTENT_TYPE, HeaderValue::from_static("application/manifest+json"));
    response
}
