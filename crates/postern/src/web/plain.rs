//! Text as it enters. What `postern_core::sent_text` refuses belongs in no field, query or path.

use axum::body::{Body, Bytes};
use axum::extract::rejection::BytesRejection;
use axum::extract::{FromRequest as _, Request};
use axum::http::StatusCode;
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use postern_core::sent_text::{has_refused, is_refused, refused_field, refused_member};
use url::form_urlencoded;

use super::form_again::FormAgain;
use super::problem::Problem;
use crate::texts::MessageId;

/// A path or a query with control characters is refused, whatever it leads to.
pub async fn refuse_control_characters(request: Request, next: Next) -> Response {
    let uri = request.uri();
    // What is no UTF-8 is read as the replacement character.
    let has_any = |text: &str| text.chars().any(|c| c.is_control() || c == char::REPLACEMENT_CHARACTER);
    if form_urlencoded::parse(uri.path().as_bytes()).any(|(name, value)| has_any(&name) || has_any(&value)) {
        return Problem::bad_request(MessageId("unreadable-address")).into_response();
    }
    match uri.query().map_or(Ok(()), |query| check_pairs(query.as_bytes())) {
        Ok(()) => next.run(request).await,
        Err(problem) => problem.into_response(),
    }
}

/// A form's body, or the problem that one of its fields is.
pub(super) async fn checked_form(request: Request) -> Result<Request, Problem> {
    let (request, bytes) = whole(request).await?;
    check_pairs(&bytes).map_err(|problem| {
        let action = request.uri().path_and_query().map_or("/", |address| address.as_str());
        problem.with_form(FormAgain::of(action, &bytes, is_refused))
    })?;
    Ok(request)
}

/// A JSON body, likewise.
pub(super) async fn checked_json(request: Request) -> Result<Request, Problem> {
    let (request, bytes) = whole(request).await?;
    check_json(&bytes)?;
    Ok(request)
}

/// The bytes of a JSON body. What is not JSON is left to the parser, whose words are better.
pub(super) fn check_json(bytes: &[u8]) -> Result<(), Problem> {
    let Ok(value) = serde_json::from_slice(bytes) else { return Ok(()) };
    refused_member("body", &value).map_or(Ok(()), |name| Err(refused(name)))
}

/// The name of a file that somebody sends.
pub(super) fn check_file_name(name: &str) -> Result<(), Problem> {
    if has_refused(name) { Err(refused("file name")) } else { Ok(()) }
}

/// A body that did not arrive, or is larger than any form.
pub fn incomplete(why: &BytesRejection) -> Problem {
    if why.status() == StatusCode::PAYLOAD_TOO_LARGE {
        Problem::too_large()
    } else {
        Problem::bad_request(MessageId("request-cut-short"))
    }
}

async fn whole(request: Request) -> Result<(Request, Bytes), Problem> {
    let (parts, body) = request.into_parts();
    let for_bytes = Request::from_parts(parts.clone(), body);
    let bytes = Bytes::from_request(for_bytes, &()).await.map_err(|why| incomplete(&why))?;
    Ok((Request::from_parts(parts, Body::from(bytes.clone())), bytes))
}

fn check_pairs(encoded: &[u8]) -> Result<(), Problem> {
    refused_field(form_urlencoded::parse(encoded)).map_or(Ok(()), |name| Err(refused(&name)))
}

fn refused(name: &str) -> Problem {
    let is_name = name.len() <= 40 && name.chars().all(|c| c.is_ascii_alphanumeric() || "_- ".contains(c));
    Problem::control_characters(Some(name).filter(|name| is_name && !name.is_empty()))
}
