//! Where a person is signed in, and ending it.

use axum::Json;
use axum::extract::Path;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::errors::{ReadErrors, StepErrors};
use super::input::{Body, PersonOnly};
use crate::actions::end_session::{self, SessionsToEnd};
use crate::actions::factor_proof::FactorProof;
use crate::scope::Scope;
use crate::store::sessions::{self, Session};
use crate::store::time;
use crate::web::cookies;
use crate::web::problem::Problem;

/// A session in the path.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct SessionPath {
    /// The session's `id`, as `GET /api/v1/account/sessions` gives it.
    id: String,
}

/// Where somebody is signed in.
#[derive(Serialize, ToSchema)]
pub struct OwnSessions {
    /// The sessions, newest first; at most 50.
    sessions: Vec<SessionView>,
}

/// One of them.
#[derive(Serialize, ToSchema)]
pub struct SessionView {
    id: String,
    /// Where it began.
    ip: String,
    user_agent: String,
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    #[schema(value_type = String, format = DateTime)]
    last_seen_at: Timestamp,
    #[schema(value_type = String, format = DateTime)]
    expires_at: Timestamp,
    /// Whether it is the one that asks.
    is_this: bool,
}

impl SessionView {
    fn of(session: Session, own: &str) -> Self {
        Self {
            is_this: session.id == own,
            id: session.id,
            ip: session.ip,
            user_agent: session.user_agent,
            created_at: time(session.created_at),
            last_seen_at: time(session.last_seen_at),
            expires_at: time(session.expires_at),
        }
    }
}

/// Proof by a factor that the person has.
#[derive(Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct EndSession {
    /// `{"code": "123456"}`, or `{"assertion": …}` with the credential as `toJSON()` gives it. Not needed where a factor was shown
    /// in this session within the last five minutes.
    #[schema(value_type = Option<Object>, example = json!({ "code": "123456" }))]
    proof: Option<FactorProof>,
}

/// `GET /api/v1/account/sessions`
#[utoipa::path(get, path = "/api/v1/account/sessions", tag = "account", operation_id = "list_own_sessions",
    summary = "List one's own sessions", description = "What the account page shows.", security(("session" = [])),
    responses((status = 200, description = "The sessions.", body = OwnSessions), ReadErrors))]
pub async fn list(scope: Scope, PersonOnly(caller): PersonOnly) -> Result<Json<OwnSessions>, Problem> {
    let (db, tenant, person) = (&scope.app.db, &scope.tenant.id, &caller.person.id);
    let live = sessions::list(db, tenant, person, scope.now).await?;
    let sessions = live.into_iter().map(|session| SessionView::of(session, &caller.session)).collect();
    Ok(Json(OwnSessions { sessions }))
}

/// `POST /api/v1/account/sessions/end/start`
#[utoipa::path(post, path = "/api/v1/account/sessions/end/start", tag = "account", operation_id = "start_end_session",
    summary = "Ask a passkey before sessions end",
    description = "Not needed where a code proves it, or a factor was shown within the last five minutes. Answers with the options for `navigator.credentials.get`, and a cookie that names the ceremony for five minutes.",
    security(("session" = [])),
    responses((status = 200, description = "What the browser asks the passkey.", body = Object), StepErrors))]
pub async fn start_end(scope: Scope, PersonOnly(caller): PersonOnly) -> Result<Response, Problem> {
    let challenge = end_session::start(&scope, &caller).await?;
    let mut response = Json(challenge.options).into_response();
    cookies::CEREMONY.set(response.headers_mut(), &challenge.token);
    Ok(response)
}

/// `POST /api/v1/account/sessions/{id}/end`
#[utoipa::path(post, path = "/api/v1/account/sessions/{id}/end", tag = "account", operation_id = "end_session",
    summary = "End one session", description = "Whoever is signed in there is out at once.",
    params(SessionPath), request_body = EndSession, security(("session" = [])),
    responses((status = 204, description = "It is ended."), StepErrors))]
pub async fn end_one(
    scope: Scope,
    PersonOnly(caller): PersonOnly,
    Path(path): Path<SessionPath>,
    headers: HeaderMap,
    Body(sent): Body<EndSession>,
) -> Result<StatusCode, Problem> {
    let token = cookies::CEREMONY.read(&headers).unwrap_or_default();
    let which = SessionsToEnd::One(&path.id);
    end_session::end_session(&scope, &caller, which, (&token, sent.proof.as_ref())).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// `POST /api/v1/account/sessions/end-others`
#[utoipa::path(post, path = "/api/v1/account/sessions/end-others", tag = "account", operation_id = "end_other_sessions",
    summary = "End all other sessions",
    description = "Every session of the person but this one ends at once, and so do sign-ins under way. All contacts are told.",
    request_body = EndSession, security(("session" = [])),
    responses((status = 204, description = "They are ended."), StepErrors))]
pub async fn end_others(
    scope: Scope,
    PersonOnly(caller): PersonOnly,
    headers: HeaderMap,
    Body(sent): Body<EndSession>,
) -> Result<StatusCode, Problem> {
    let token = cookies::CEREMONY.read(&headers).unwrap_or_default();
    let which = SessionsToEnd::Others;
    end_session::end_session(&scope, &caller, which, (&token, sent.proof.as_ref())).await?;
    Ok(StatusCode::NO_CONTENT)
}
