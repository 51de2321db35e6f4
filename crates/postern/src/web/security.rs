//! What holds for every answer: an id, a record of the request, and the headers that keep browsers honest.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Instant;

use axum::extract::{ConnectInfo, Request, State};
use axum::http::uri::Authority;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{Html, IntoResponse as _, Response};
use tracing::Instrument as _;
use tracing::field::Empty;

use super::cookies;
use super::problem::Problem;
use crate::actions::sender_limit::admit_request;
use crate::app::App;
use crate::request::RequestInfo;
use crate::rng::token_hash;
use crate::scope::Scope;

const CSP: &str = "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self' data:; connect-src 'self'; \
                   form-action 'self'; manifest-src 'self'; worker-src 'self'; frame-ancestors 'none'; base-uri 'none'";

/// Names the request, finds whose page it is, and logs one line for it.
pub async fn name_request(State(app): State<Arc<App>>, mut request: Request, next: Next) -> Response {
    let Ok(id) = app.rng.id(app.clock.now()) else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    let info = RequestInfo {
        id: id.clone(),
        path: request.uri().path().to_owned(),
        ip: peer(&app, &request),
        user_agent: user_agent(&request),
        device: cookies::DEVICE.read(request.headers()),
        session: cookies::SESSION.read(request.headers()).map(|token| token_hash(&token)),
        factor_shown: cookies::FACTOR_SHOWN.read(request.headers()).map(|token| token_hash(&token)),
        // A list that looks for news by itself says nothing to anybody.
        toast: cookies::TOAST
            .read(request.headers())
            .filter(|_| !request.headers().contains_key("hx-request")),
    };
    let tenant = host(&request).and_then(|host| app.tenants.of_host(&host));
    let (method, path, began) = (request.method().clone(), request.uri().path().to_owned(), Instant::now());
    let named = tenant.as_ref().map_or("-", |tenant| tenant.id.as_str());
    // The path holds ids, never secrets (ASVS 14.2.1); the query is left out all the same. Who it is, is known later.
    let span = tracing::info_span!("request", request_id = id, %method, path, tenant = %named, actor = Empty);
    let mut response = match tenant.clone() {
        Some(tenant) => {
            let scope = Scope::of_request(Arc::clone(&app), tenant, info);
            let factor_shown = Arc::clone(&scope.factor_shown);
            request.extensions_mut().insert(scope);
            let mut response = next.run(request).instrument(span.clone()).await;
            if let Some(token) = factor_shown.take() {
                cookies::FACTOR_SHOWN.set(response.headers_mut(), &token);
            }
            response
        }
        None if OF_THE_PROCESS.contains(&path.as_str()) => next.run(request).instrument(span.clone()).await,
        None => nobody_here(),
    };
    app.metrics.count_request(tenant.as_deref(), response.status().as_u16());
    let millis = began.elapsed().as_millis();
    span.in_scope(|| tracing::info!(status = response.status().as_u16(), millis, "request"));
    if let Ok(value) = HeaderValue::from_str(&id) {
        response.headers_mut().insert("x-request-id", value);
    }
    response
}

/// What is asked by whoever watches the process, at any host.
const OF_THE_PROCESS: [&str; 2] = ["/healthz", "/readyz"];

/// The host that the request names, where it names one: an address in the first line must be the header's.
fn host(request: &Request) -> Option<String> {
    let mut lines = request.headers().get_all(header::HOST).iter();
    let header = match (lines.next(), lines.next()) {
        (Some(line), None) => Some(line.to_str().ok()?),
        (None, _) => None,
        (Some(_), Some(_)) => return None,
    };
    let authority = request.uri().authority().map(Authority::as_str);
    match (authority, header) {
        (Some(authority), Some(header)) if !authority.eq_ignore_ascii_case(header) => None,
        (Some(host), _) | (None, Some(host)) => Some(host.to_ascii_lowercase()),
        (None, None) => None,
    }
}

/// The same for every path and method: a host that nobody has, and one whose organisation is suspended, tell nothing.
fn nobody_here() -> Response {
    let page = include_str!("../../templates/nobody_here.html");
    (StatusCode::NOT_FOUND, Html(page)).into_response()
}

/// Where the request came from: the connection's address, or, if that is a configured proxy's, the nearest address in
/// `X-Forwarded-For` that is not. Anything else in that header is the sender's own invention (authentik CVE-2024-47070).
fn peer(app: &App, request: &Request) -> String {
    let Some(ConnectInfo(address)) = request.extensions().get::<ConnectInfo<SocketAddr>>() else {
        return "-".to_owned();
    };
    let trusted = |ip: &IpAddr| app.config.trusted_proxies.iter().any(|net| net.contains(ip));
    let mut nearest = address.ip().to_canonical();
    if !trusted(&nearest) && request.headers().contains_key("x-forwarded-for") {
        note_unknown_proxy(app, nearest);
    }
    let lines: Vec<&HeaderValue> = request.headers().get_all("x-forwarded-for").iter().collect();
    let hops = lines.iter().rev().flat_map(|line| line.as_bytes().rsplit(|byte| *byte == b','));
    for hop in hops {
        if !trusted(&nearest) {
            break;
        }
        // A proxy that writes nonsense is believed no further.
        let Some(ip) = parse_hop(hop) else { break };
        nearest = ip.to_canonical();
    }
    nearest.to_string()
}

/// An address, which some proxies write with its port.
fn parse_hop(hop: &[u8]) -> Option<IpAddr> {
    let text = std::str::from_utf8(hop).ok()?.trim();
    text.parse().ok().or_else(|| text.parse::<SocketAddr>().ok().map(|address| address.ip()))
}

/// Either a proxy that the settings do not name, so that everybody behind it is one sender, or somebody who reaches the
/// port past the proxy. Said once, not for each request; the desk shows it to admins.
fn note_unknown_proxy(app: &App, from: IpAddr) {
    if app.unknown_proxy.set(from).is_ok() {
        tracing::warn!(
            %from,
            "X-Forwarded-For from an address that is not in trusted_proxies is not believed: name it there if it is your \
             proxy; if not, somebody reaches Postern past the proxy"
        );
    }
}

fn user_agent(request: &Request) -> String {
    let value =
        request.headers().get(header::USER_AGENT).and_then(|value| value.to_str().ok()).unwrap_or("-");
    value.chars().filter(|c| !c.is_control()).take(200).collect()
}

/// Security headers (ASVS 3.4), and no cache for anything but static files.
pub async fn headers(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    let fixed: [(HeaderName, &str); 7] = [
        (header::CONTENT_SECURITY_POLICY, CSP),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::STRICT_TRANSPORT_SECURITY, "max-age=63072000; includeSubDomains"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        (HeaderName::from_static("permissions-policy"), "camera=(), microphone=(), geolocation=()"),
    ];
    for (name, value) in fixed {
        headers.insert(name, HeaderValue::from_static(value));
    }
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response
}

/// A form must come from our own pages. Browsers say so in `Sec-Fetch-Site` or `Origin`; a request with a cookie that
/// says neither is not from a browser we know, and is refused (fails closed, unlike the field's usual reading).
pub async fn same_site_only(scope: Scope, request: Request, next: Next) -> Response {
    let safe = request.method().is_safe();
    let has_cookie = request.headers().contains_key(header::COOKIE);
    if safe || is_same_origin(&scope, &request).unwrap_or(!has_cookie) {
        return next.run(request).await;
    }
    Problem::cross_site().into_response()
}

fn is_same_origin(scope: &Scope, request: &Request) -> Option<bool> {
    let text = |name: &str| request.headers().get(name).and_then(|value| value.to_str().ok());
    if let Some(site) = text("sec-fetch-site") {
        return Some(site == "same-origin" || site == "none");
    }
    text("origin").map(|origin| origin == scope.tenant.origin.origin().ascii_serialization())
}

/// Whose right code is never held up: it is a bearer token of 256 bits, or a signature by a key that is known, and costs a
/// look-up or two. A wrong one is limited by the action.
const NEVER_HELD_UP: [&str; 7] = [
    "/not-me",
    "/not-me/others",
    "/api/v1/portal/contest",
    "/api/v1/portal/contest/others",
    "/api/v1/push/requests",
    "/api/v1/push/answer",
    "/api/v1/push/subscribe",
];

/// What anybody may send is counted before it is read.
pub async fn limit_senders(scope: Scope, request: Request, next: Next) -> Response {
    let is_counted = !request.method().is_safe() && !NEVER_HELD_UP.contains(&request.uri().path());
    if is_counted && let Err(error) = admit_request(&scope).await {
        return Problem::from(error).into_response();
    }
    next.run(request).await
}
