//! Our own sign-in records, as `postern diagnose` reads them.

use axum::http::{HeaderMap, HeaderValue, header};
use postern_core::policy::ReadAudit;
use postern_signals::Position;
use postern_signals::postern::to_line;
use serde::Deserialize;
use utoipa::IntoParams;

use super::errors::ReadErrors;
use super::input::{Params, moment};
use crate::actions::permit_on_tenant;
use crate::scope::Scope;
use crate::store::sign_ins::{self, SignInRow};
use crate::web::extract::ApiCaller;
use crate::web::problem::Problem;

const MOST: i64 = 50_000;

/// From where on.
#[derive(Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default, deny_unknown_fields)]
pub struct Since {
    /// Not before, RFC 3339.
    #[param(example = "2026-03-01T00:00:00Z")]
    from: Option<String>,
    /// The cursor: the `id` of the last line of the answer before.
    after: Option<String>,
}

/// `GET /api/v1/sign-ins`
#[utoipa::path(get, path = "/api/v1/sign-ins", tag = "audit", operation_id = "list_sign_ins",
    summary = "Export sign-ins",
    description = "One `signin/v1` line per attempt, oldest first, for `postern diagnose`. Up to 50,000; when there are more, \
        the `Link` header with `rel=next` names the rest.",
    params(Since), security(("service_token" = ["audit:read"]), ("session" = [])),
    responses((status = 200, description = "JSON Lines.", body = String, content_type = "application/jsonl"), ReadErrors))]
pub async fn list(
    scope: Scope,
    caller: ApiCaller,
    Params(since): Params<Since>,
) -> Result<(HeaderMap, String), Problem> {
    let caller = caller.with_scope(&scope, "audit:read").await?;
    permit_on_tenant::<ReadAudit>(&scope, &caller).await?;
    let from = moment("from", since.from.as_deref())?.unwrap_or(i64::MIN);
    let after = since.after.unwrap_or_default();
    let rows = sign_ins::list_after(&scope.app.db, &scope.tenant.id, &after, from, MOST).await?;
    let mut headers = HeaderMap::new();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/jsonl; charset=utf-8"));
    let is_full = i64::try_from(rows.len()).unwrap_or(i64::MAX) == MOST;
    if let Some(last) = rows.last().filter(|_| is_full) {
        headers.insert(header::LINK, next(since.from.as_deref(), &last.id)?);
    }
    Ok((headers, rows.iter().filter_map(line).collect()))
}

fn line(row: &SignInRow) -> Option<String> {
    to_line(&row.record(Position::default())).map(|line| line + "\n")
}

fn next(from: Option<&str>, after: &str) -> Result<HeaderValue, Problem> {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    if let Some(from) = from {
        query.append_pair("from", from);
    }
    let link = format!("</api/v1/sign-ins?{}>; rel=\"next\"", query.append_pair("after", after).finish());
    HeaderValue::from_str(&link).map_err(|error| Problem::internal(error.to_string()))
}
