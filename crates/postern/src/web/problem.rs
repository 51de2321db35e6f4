//! The only place that turns an error into a status: a page for people, RFC 9457 for programs.

use std::cell::Cell;

use axum::Json;
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};
use postern_core::people_file::PeopleFileError;
use serde::Serialize;
use url::Url;
use utoipa::ToSchema;

use super::cookies;
use super::desk::live::asks_for_stream;
use super::extract::by_session;
use super::form_again::{FormAgain, page_of_form};
use super::page::{PageView, page_with};
use crate::actions::{ActionError, whole_seconds};
use crate::request::RequestInfo;
use crate::scope::Scope;
use crate::store::StoreError;
use crate::texts::{ErrorText, Language, MessageId};

/// So long whoever found no room should wait. Unit: seconds.
pub(super) const BUSY_SECONDS: i64 = 60;
/// The kind of a refusal that a passkey touch lifts.
const STEP_UP: &str = "step-up";

/// What went wrong, ready to be told.
#[derive(Clone, Debug)]
pub struct Problem {
    status: StatusCode,
    /// Stable, dotted: programs match on it.
    kind: &'static str,
    detail: ErrorText,
    /// Which field it is about. Programs read it before the detail; a page shows the form.
    field: Option<&'static str>,
    retry_after: Option<i64>,
    /// A form that no handler saw, to be sent again.
    form: Option<Box<FormAgain>>,
}

tokio::task_local! {
    /// How long whoever is answered has to wait. Unit: seconds. A form that comes back with 429 is no problem page, and
    /// programs and browsers read the header all the same.
    static WAIT: Cell<Option<i64>>;
}

/// Has the answer to this request say how long to wait, if it says that there was too much.
pub(super) fn note_wait(seconds: i64) {
    // Nobody is answered outside of a request.
    let _ = WAIT.try_with(|wait| wait.set(Some(seconds)));
}

/// The body of an error answer, RFC 9457.
#[derive(Serialize, ToSchema)]
pub struct ProblemBody {
    /// `https://postern.invalid/problems/…`, stable.
    #[serde(rename = "type")]
    pub kind: String,
    /// The status in words.
    pub title: String,
    /// The status.
    pub status: u16,
    /// Who is at fault and what to do.
    pub detail: String,
    /// The id of what `detail` says, where that has one. The id stays when the words change.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message_id: Option<String>,
    /// Names this request in the log.
    pub request_id: String,
}

/// What the page of a problem shows.
#[derive(Serialize)]
pub struct ProblemPage {
    pub title: MessageId,
    pub detail: ErrorText,
    pub request_id: String,
    /// Whether a passkey touch lifts it: a page that was asked for is asked for again then; a form has to be sent again by hand.
    pub step_up: bool,
    pub is_read: bool,
    /// Where the form is of an address that takes nothing else.
    pub form_page: Option<String>,
    /// A form that no handler saw.
    pub form: Option<FormAgain>,
}

impl PageView for ProblemPage {
    const TEMPLATE: &'static str = "problem.html";
}

impl Problem {
    /// Nobody is signed in.
    pub fn sign_in_first() -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "sign-in-first", MessageId("sign-in-first"))
    }

    /// Our fault.
    pub fn internal(cause: String) -> Self {
        // The span of the request names it.
        tracing::error!(cause, "internal error");
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", MessageId("internal-error"))
    }

    /// There is nothing here, or not for this caller.
    pub fn not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, "not-found", MessageId("nothing-here"))
    }

    /// The request itself is broken.
    pub fn bad_request(detail: impl Into<ErrorText>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "bad-request", detail)
    }

    /// There is an address like this, for another method.
    pub fn method_not_allowed() -> Self {
        Self::new(StatusCode::METHOD_NOT_ALLOWED, "method-not-allowed", MessageId("nothing-to-look-at"))
    }

    /// A field, named if it can be one of ours, holds what no text holds.
    pub fn control_characters(field: Option<&str>) -> Self {
        let detail = match field {
            Some(field) => MessageId("control-characters-in").with("field", field),
            None => MessageId("control-characters").into(),
        };
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid", detail)
    }

    /// The same, with the form that it was found in.
    pub(super) fn with_form(self, form: FormAgain) -> Self {
        Self { form: Some(Box::new(form)), ..self }
    }

    /// More was sent than is read.
    pub fn too_large() -> Self {
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, "too-large", MessageId("request-too-large"))
    }

    /// An import that is larger than the settings allow.
    pub fn import_too_large(limit: usize) -> Self {
        let mib = limit / (1 << 20);
        let limit = if mib > 0 { format!("{mib} MiB") } else { format!("{limit} bytes") };
        let detail = format!(
            "What you sent is larger than {limit}, which is the most that this server takes in at once. Nothing was \
             changed. Send it in parts or compressed, or put it into the watched folder."
        );
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, "too-large", detail)
    }

    /// A file of people that is larger than is read.
    pub fn people_file_too_large() -> Self {
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, "too-large", PeopleFileError::TooLarge.to_string())
    }

    /// The token lacks a scope.
    pub fn scope(scope: &str) -> Self {
        Self::new(StatusCode::FORBIDDEN, "scope", format!("This token lacks the scope {scope}."))
    }

    /// A service token did what only a person may do.
    pub fn person_only() -> Self {
        let detail = "Only a person can do this, signed in with a passkey. A service token can't.";
        Self::new(StatusCode::FORBIDDEN, "person-only", detail)
    }

    /// Came from another site.
    pub fn cross_site() -> Self {
        Self::new(StatusCode::FORBIDDEN, "cross-site", MessageId("cross-site-request"))
    }

    /// Whether it says that nothing is there.
    pub fn is_not_found(&self) -> bool {
        self.status == StatusCode::NOT_FOUND
    }

    /// The desk's English says which field; a message says it by itself.
    fn on_page(&self) -> ErrorText {
        match (&self.detail, self.field) {
            (ErrorText::English(english), Some(field)) => format!("{field}: {english}").into(),
            _ => self.detail.clone(),
        }
    }

    fn new(status: StatusCode, kind: &'static str, detail: impl Into<ErrorText>) -> Self {
        Self { status, kind, detail: detail.into(), field: None, retry_after: None, form: None }
    }

    /// For a page's own script, in the page's language; for any other program, in English.
    fn body(&self, request: &RequestInfo, language: Option<Language>) -> ProblemBody {
        let detail = match (language, self.field) {
            (Some(language), _) => self.detail.in_language(language),
            (None, Some(field)) => format!("{field}: {}", self.detail),
            (None, None) => self.detail.to_string(),
        };
        ProblemBody {
            kind: format!("https://postern.invalid/problems/{}", self.kind),
            title: self.status.canonical_reason().unwrap_or("Error").to_owned(),
            status: self.status.as_u16(),
            detail,
            message_id: self.detail.id().map(|id| id.0.to_owned()),
            request_id: request.id.clone(),
        }
    }
}

impl From<ActionError> for Problem {
    fn from(error: ActionError) -> Self {
        let detail = error.text();
        match error {
            ActionError::Denied(_) => Self::new(StatusCode::FORBIDDEN, "denied", detail),
            ActionError::Invalid { field, .. } => {
                tracing::debug!(field, "refused input");
                let problem = Self::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid", detail);
                Self { field: Some(field), ..problem }
            }
            ActionError::Refused(_) => Self::new(StatusCode::CONFLICT, "refused", detail),
            ActionError::Wrong(_) => Self::new(StatusCode::UNAUTHORIZED, "wrong", detail),
            ActionError::StepUp => Self::new(StatusCode::FORBIDDEN, STEP_UP, detail),
            ActionError::Throttled(wait) => Self {
                retry_after: Some(whole_seconds(wait)),
                ..Self::new(StatusCode::TOO_MANY_REQUESTS, "throttled", detail)
            },
            ActionError::Busy(_) => Self {
                retry_after: Some(BUSY_SECONDS),
                ..Self::new(StatusCode::TOO_MANY_REQUESTS, "busy", detail)
            },
            ActionError::Contended => Self {
                retry_after: Some(1),
                ..Self::new(StatusCode::SERVICE_UNAVAILABLE, "contended", detail)
            },
            ActionError::NotFound => Self::not_found(),
            ActionError::Conflict => Self::new(StatusCode::CONFLICT, "conflict", detail),
            ActionError::Internal(cause) => Self::internal(cause),
        }
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        ActionError::from(error).into()
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = self.status.into_response();
        if let Some(seconds) = self.retry_after {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response.extensions_mut().insert(self);
        response
    }
}

/// Gives problems their body: here the request is known, and with it whether a person or a program reads.
pub async fn render_problems(scope: Scope, request: Request, next: Next) -> Response {
    let is_api = request.uri().path().starts_with("/api/");
    let for_program = is_api || accepts_json(&request) || asks_for_stream(request.headers());
    let language = (!is_api).then(|| scope.app.pages.language());
    let is_read = request.method() == Method::GET;
    let asked_for = is_read.then(|| request.uri().path_and_query().map(ToString::to_string)).flatten();
    let session = cookies::SESSION.read(request.headers());
    // An open page asks by itself: nobody is there, and what it is told is for the page as a whole.
    let asked_by_page =
        request.headers().contains_key("hx-request").then(|| page_that_asks(request.headers()));
    let mut response = answer(request, next).await;
    let Some(problem) = response.extensions_mut().remove::<Problem>() else {
        return response;
    };
    if for_program {
        let mut answer = (problem.status, Json(problem.body(&scope.request, language))).into_response();
        let kind = HeaderValue::from_static("application/problem+json");
        answer.headers_mut().insert(header::CONTENT_TYPE, kind);
        carry_retry(&response, &mut answer);
        return answer;
    }
    if problem.status == StatusCode::UNAUTHORIZED && problem.kind == "sign-in-first" {
        if let Some(page) = asked_by_page {
            return go_as_a_whole(&page);
        }
        let mut answer = Redirect::to("/sign-in").into_response();
        if let Some(page) = asked_for.filter(|page| is_own_page(page)) {
            cookies::RETURN.set(answer.headers_mut(), &page);
        }
        return answer;
    }
    let shown = ProblemPage {
        title: title(problem.status),
        request_id: scope.request.id.clone(),
        step_up: problem.kind == STEP_UP,
        is_read,
        form_page: (problem.status == StatusCode::METHOD_NOT_ALLOWED)
            .then(|| page_of_form(&scope.request.path)),
        detail: problem.on_page(),
        form: problem.form.map(|form| *form),
    };
    // Whoever is signed in keeps the menu, unless there is too much to do to look it up. If it can't be read, the page is there
    // without.
    let is_pressed =
        [StatusCode::TOO_MANY_REQUESTS, StatusCode::SERVICE_UNAVAILABLE].contains(&problem.status);
    let caller = match session.filter(|_| !is_pressed) {
        Some(token) => by_session(&scope, &token, asked_by_page.is_some()).await.ok().flatten(),
        None => None,
    };
    match page_with(&scope, caller.as_ref(), problem.status, shown) {
        Ok(mut answer) => {
            carry_retry(&response, &mut answer);
            if let Some(allowed) = response.headers().get(header::ALLOW) {
                answer.headers_mut().insert(header::ALLOW, allowed.clone());
            }
            answer
        }
        Err(_) => problem.status.into_response(),
    }
}

/// Where the page is that asks by itself; without a page of ours, where everybody signs in.
fn page_that_asks(headers: &HeaderMap) -> String {
    let current = headers.get("hx-current-url").and_then(|value| value.to_str().ok());
    let path = current.and_then(|address| Url::parse(address).ok()).map(|address| address.path().to_owned());
    path.filter(|path| is_own_page(path)).map_or_else(|| "/sign-in".to_owned(), |path| shown_page(&path))
}

/// A form that came back stands at an address which takes nothing else: who signs in goes on at the page that it is of.
fn shown_page(path: &str) -> String {
    let is_below_one = path.split('/').skip(1).count() > 3;
    if is_below_one { page_of_form(path) } else { path.to_owned() }
}

/// Asked for as a whole, the page leads to sign-in and comes back.
fn go_as_a_whole(page: &str) -> Response {
    let mut response = StatusCode::NO_CONTENT.into_response();
    if let Ok(page) = HeaderValue::from_str(page) {
        response.headers_mut().insert("hx-redirect", page);
    }
    response
}

async fn answer(request: Request, next: Next) -> Response {
    let answer = async {
        let response = next.run(request).await;
        (response, WAIT.with(Cell::get))
    };
    let (mut response, wait) = WAIT.scope(Cell::new(None), answer).await;
    if let Some(seconds) = wait.filter(|_| response.status() == StatusCode::TOO_MANY_REQUESTS) {
        response.headers_mut().entry(header::RETRY_AFTER).or_insert(HeaderValue::from(seconds));
    }
    response
}

/// Whether it is the address of a page that wants a session, short, and made of what a cookie may hold.
pub(super) fn is_own_page(address: &str) -> bool {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "/-_.~?=&%+".contains(c);
    ["/desk", "/account"].iter().any(|place| address.starts_with(place))
        && address.len() <= 500
        && address.chars().all(is_plain)
        && !is_download(address)
}

/// A file is no page to come back to: whoever has signed in would see none.
fn is_download(address: &str) -> bool {
    let path = address.split('?').next().unwrap_or_default();
    // Addresses are exactly as the router names them.
    path.ends_with("/export") || path.ends_with("/export.csv")
}

fn carry_retry(from: &Response, to: &mut Response) {
    if let Some(retry) = from.headers().get(header::RETRY_AFTER) {
        to.headers_mut().insert(header::RETRY_AFTER, retry.clone());
    }
}

fn accepts_json(request: &Request) -> bool {
    let accept =
        request.headers().get(header::ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    accept.contains("json") && !accept.contains("text/html")
}

fn title(status: StatusCode) -> MessageId {
    match status {
        StatusCode::FORBIDDEN => MessageId("problem-not-allowed"),
        StatusCode::NOT_FOUND => MessageId("problem-nothing-here"),
        StatusCode::METHOD_NOT_ALLOWED => MessageId("problem-nothing-to-look-at"),
        StatusCode::CONFLICT => MessageId("problem-does-not-fit"),
        StatusCode::TOO_MANY_REQUESTS => MessageId("problem-too-many"),
        StatusCode::UNAUTHORIZED => MessageId("problem-not-right"),
        status if status.is_client_error() => MessageId("problem-unusable"),
        _ => MessageId("problem-our-fault"),
    }
}
