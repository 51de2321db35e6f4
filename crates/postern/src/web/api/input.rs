//! What programs send, parsed strictly: an unknown field or a wrong type is told, never guessed and never echoed, for
//! what was typed may be a secret.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, Query, Request};
use axum::http::request::Parts;
use axum::http::{Uri, header};
use jiff::Timestamp;
use serde::de::{DeserializeOwned, Error as _};
use serde::{Deserialize, Deserializer};
use serde_json::Number;
use serde_json::error::Category;
use url::form_urlencoded;
use utoipa::IntoParams;

use crate::actions::Caller;
use crate::app::App;
use crate::scope::Scope;
use crate::web::extract::{ApiCaller, plain_words};
use crate::web::plain::{check_json, incomplete};
use crate::web::problem::Problem;

/// A JSON body.
pub struct Body<T>(pub T);

/// A query string.
pub struct Params<T>(pub T);

/// A query string, with `limit` beside what `T` holds: for lists whose filter serves where no limit does.
pub struct Paged<T> {
    /// The rest of it.
    pub params: T,
    /// As typed.
    pub limit: Option<i64>,
}

/// How many.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
pub struct PageLimit {
    /// Entries in one answer: 1 to 1000, 100 when left out.
    #[param(minimum = 1, maximum = 1000)]
    #[expect(dead_code, reason = "`Paged` reads it; the description is made from this")]
    limit: Option<i64>,
}

/// A signed-in person, never a token: what no program may do for them.
pub struct PersonOnly(pub Caller);

/// A case in the path.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct CasePath {
    /// The case's `id`, as `GET /api/v1/cases` gives it.
    pub id: String,
}

/// A person in the path.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct PersonPath {
    /// The person's `id`, as `GET /api/v1/people` gives it.
    pub id: String,
}

/// A contact of a person in the path.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct ContactPath {
    /// The person's `id`.
    pub id: String,
    /// The `id` of one of the person's `contacts`.
    pub contact: String,
}

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Body<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        if !is_json(&request) {
            return Err(Problem::bad_request(
                "Send a JSON body, with the header Content-Type: application/json.",
            ));
        }
        let bytes = Bytes::from_request(request, state).await.map_err(|why| incomplete(&why))?;
        check_json(&bytes)?;
        serde_json::from_slice(&bytes).map(Self).map_err(|error| Problem::bad_request(error_message(&error)))
    }
}

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Params<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        parse_query(&parts.uri).map(Self)
    }
}

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Paged<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let pairs = form_urlencoded::parse(parts.uri.query().unwrap_or_default().as_bytes());
        let (limits, rest): (Vec<_>, Vec<_>) = pairs.partition(|(name, _)| name == "limit");
        let rest = form_urlencoded::Serializer::new(String::new()).extend_pairs(rest).finish();
        let uri = Uri::builder().path_and_query(format!("/?{rest}")).build();
        let params = parse_query(&uri.map_err(|error| Problem::internal(error.to_string()))?)?;
        let limit =
            match limits.as_slice() {
                [] => None,
                [(_, one)] => Some(one.parse().map_err(|_| {
                    Problem::bad_request("The query does not fit: limit takes a whole number.")
                })?),
                _ => return Err(Problem::bad_request("limit stands there more than once.")),
            };
        Ok(Self { params, limit })
    }
}

fn parse_query<T: DeserializeOwned>(uri: &Uri) -> Result<T, Problem> {
    match Query::try_from_uri(uri) {
        Ok(Query(params)) => Ok(params),
        Err(rejection) => {
            let what = plain_words(&rejection.body_text());
            Err(Problem::bad_request(format!("The query does not fit: {what}")))
        }
    }
}

impl FromRequestParts<Arc<App>> for PersonOnly {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Problem> {
        let caller = ApiCaller::from_request_parts(parts, app).await?;
        let scope = Scope::from_request_parts(parts, app).await?;
        caller.person_only(&scope).await.map(Self)
    }
}

/// A moment in a query, as microseconds.
pub fn moment(name: &str, typed: Option<&str>) -> Result<Option<i64>, Problem> {
    let Some(typed) = typed else { return Ok(None) };
    let at: Timestamp = typed.parse().map_err(|_| {
        Problem::bad_request(format!("{name} must be a time as in RFC 3339, such as 2026-03-02T08:00:00Z."))
    })?;
    Ok(Some(at.as_microsecond()))
}

/// How many, within what one answer holds.
pub fn limit(typed: Option<i64>, most: i64) -> Result<i64, Problem> {
    match typed {
        None => Ok(most.min(100)),
        Some(wanted) if (1..=most).contains(&wanted) => Ok(wanted),
        Some(_) => Err(Problem::bad_request(format!("limit must be 1 to {most}."))),
    }
}

/// A whole number, as JSON means it: `30` and `30.0` are one.
pub fn whole<'de, D: Deserializer<'de>>(typed: D) -> Result<i64, D::Error> {
    let number = Number::deserialize(typed)?;
    let whole = number.as_i64().or_else(|| number.to_string().strip_suffix(".0")?.parse().ok());
    whole.ok_or_else(|| D::Error::custom("invalid type: a number, expected a whole one"))
}

/// The same, where it may be left out.
pub fn whole_or_none<'de, D: Deserializer<'de>>(typed: D) -> Result<Option<i64>, D::Error> {
    let Some(number) = Option::<Number>::deserialize(typed)? else { return Ok(None) };
    whole(number).map(Some).map_err(D::Error::custom)
}

fn is_json(request: &Request) -> bool {
    let kind =
        request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let essence = kind.split(';').next().unwrap_or_default().trim();
    essence.eq_ignore_ascii_case("application/json")
}

fn error_message(error: &serde_json::Error) -> String {
    let place = format!("line {}, column {}", error.line(), error.column());
    match error.classify() {
        Category::Data => format!("The JSON body does not fit: {}.", without_value(&error.to_string())),
        Category::Syntax | Category::Eof => {
            format!("The body is not JSON: it breaks off or goes wrong at {place}.")
        }
        Category::Io => "The body could not be read.".to_owned(),
    }
}

/// serde says ``invalid type: integer `834512`, expected a string``: the value goes, the rest is help.
fn without_value(message: &str) -> &str {
    if !message.starts_with("invalid") {
        return message;
    }
    message.split_once(", ").map_or("a value is of the wrong type", |(_, rest)| rest)
}
