//! Who is at the other end, read from cookies and tokens for this request.

use std::sync::Arc;

use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::Method;
use axum::http::request::Parts;
use axum::http::{StatusCode, header};
use jiff::SignedDuration;
use serde::de::DeserializeOwned;

use super::cookies;
use super::desk::live::asks_for_stream;
use super::plain::{checked_form, checked_json};
use super::problem::Problem;
use crate::actions::{Caller, record_missing_scope};
use crate::app::App;
use crate::rng::token_hash;
use crate::scope::Scope;
use crate::store::cases::CaseRow;
use crate::store::flows::FlowRow;
use crate::store::persons::Person;
use crate::store::sessions::LiveSession;
use crate::store::{cases, flows, service_tokens, sessions, time};
use crate::texts::{ErrorText, MessageId};

/// A signed-in person, by cookie.
pub struct Signed(pub Caller);

/// A signed-in person, if there is one.
pub struct MaybeSigned(pub Option<Caller>);

/// A caller of the API: a service token, or a signed-in person's browser.
pub struct ApiCaller(pub Caller);

/// A sign-in under way, with its device cookie.
pub struct CurrentFlow(pub FlowRow);

/// The case whose claimant page is asked for.
pub struct ClaimantPageCase(pub CaseRow);

/// The device cookie, if there is one.
pub struct Device(pub Option<String>);

impl ApiCaller {
    /// The caller, if it is a person: for what no token may do, whatever its scopes. A refusal is on the record.
    pub async fn person_only(self, scope: &Scope) -> Result<Caller, Problem> {
        if self.0.scopes.is_none() {
            return Ok(self.0);
        }
        record_missing_scope(scope, &self.0, "what only a person may do").await?;
        Err(Problem::person_only())
    }

    /// The caller, if its token may do this. A person may do what policies say. A refusal is on the record.
    pub async fn with_scope(self, scope: &Scope, wanted: &str) -> Result<Caller, Problem> {
        let lacking = self.0.scopes.as_ref().is_some_and(|scopes| !scopes.iter().any(|s| s == wanted));
        if !lacking {
            return Ok(self.0);
        }
        record_missing_scope(scope, &self.0, wanted).await?;
        Err(Problem::scope(wanted))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Scope {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let scope = parts.extensions.get::<Self>().cloned();
        scope.ok_or_else(|| Problem::internal("a route outside of every organisation".to_owned()))
    }
}

impl FromRequestParts<Arc<App>> for MaybeSigned {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Problem> {
        let scope = &Scope::from_request_parts(parts, app).await?;
        let Some(token) = cookies::SESSION.read(&parts.headers) else {
            return Ok(Self(None));
        };
        let is_asked_by_page = parts.headers.contains_key("hx-request") || asks_for_stream(&parts.headers);
        let by_itself = parts.method == Method::GET && is_asked_by_page;
        Ok(Self(by_session(scope, &token, by_itself).await?))
    }
}

impl FromRequestParts<Arc<App>> for Signed {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Problem> {
        let MaybeSigned(caller) = MaybeSigned::from_request_parts(parts, app).await?;
        caller.map(Self).ok_or_else(Problem::sign_in_first)
    }
}

impl FromRequestParts<Arc<App>> for ApiCaller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Problem> {
        let scope = &Scope::from_request_parts(parts, app).await?;
        if let Some(token) = bearer(parts) {
            return by_token(scope, &token).await?.map(Self).ok_or_else(Problem::sign_in_first);
        }
        Signed::from_request_parts(parts, app).await.map(|Signed(caller)| Self(caller))
    }
}

impl FromRequestParts<Arc<App>> for CurrentFlow {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Problem> {
        let scope = &Scope::from_request_parts(parts, app).await?;
        let token = cookies::FLOW.read(&parts.headers).ok_or_else(Problem::sign_in_first)?;
        let now = scope.now;
        let row = flows::find_live(&scope.app.db, &scope.tenant.id, &token_hash(&token), now).await?;
        row.map(Self).ok_or_else(Problem::sign_in_first)
    }
}

impl FromRequestParts<Arc<App>> for ClaimantPageCase {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Problem> {
        let scope = &Scope::from_request_parts(parts, app).await?;
        // A program names the page by its token, a browser by its cookie.
        let token =
            bearer(parts).or_else(|| cookies::CASE.read(&parts.headers)).ok_or_else(Problem::not_found)?;
        let row =
            cases::find_by_claimant_page(&scope.app.db, &scope.tenant.id, &token_hash(&token), scope.now)
                .await?;
        row.map(Self).ok_or_else(Problem::not_found)
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Device {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        Ok(Self(cookies::DEVICE.read(&parts.headers)))
    }
}

/// A form, whose mistakes become a problem that says what is wrong.
pub struct Form<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Form<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let form = axum::Form::<T>::from_request(checked_form(request).await?, state).await;
        form.map(|axum::Form(form)| Self(form))
            .map_err(|e| unreadable(e.status(), plain_words(&e.body_text())))
    }
}

/// The query, likewise.
pub struct Query<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Query<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let query = axum::extract::Query::<T>::from_request_parts(parts, state).await;
        query
            .map(|axum::extract::Query(query)| Self(query))
            .map_err(|e| Problem::bad_request(plain_words(&e.body_text())))
    }
}

/// A JSON body, likewise.
pub struct Json<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Json<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let body = axum::Json::<T>::from_request(checked_json(request).await?, state).await;
        body.map(|axum::Json(body)| Self(body)).map_err(|e| unreadable(e.status(), e.body_text().into()))
    }
}

fn unreadable(status: StatusCode, why: ErrorText) -> Problem {
    if status == StatusCode::PAYLOAD_TOO_LARGE || why.to_string().contains("length limit") {
        return Problem::too_large();
    }
    Problem::bad_request(why)
}

/// Which parameter or field it is, and what it takes. Serde's own words are a programmer's.
pub(super) fn plain_words(why: &str) -> ErrorText {
    let Some((_, what)) = why.strip_prefix("Failed to deserialize").and_then(|why| why.split_once(": "))
    else {
        return why.to_owned().into();
    };
    if let Some(name) = what.split_once("missing field `").and_then(|(_, rest)| rest.split('`').next()) {
        return MessageId("field-missing").with("field", name).into();
    }
    let listed = |text: &str| Some(text.split_once("expected ")?.1.replace('`', ""));
    // What was typed is not said again: it may be a secret.
    if what.contains("unknown field") {
        return MessageId("field-unknown").with("known", listed(what).unwrap_or_default()).into();
    }
    let (name, problem) = what.split_once(": ").unwrap_or(("A value", what));
    let message = if problem.contains("digit") || problem.contains("integer") {
        MessageId("field-wants-whole-number").with("field", name)
    } else if problem.contains("number too") {
        MessageId("field-wants-smaller-number").with("field", name)
    } else if problem.contains("`true` or `false`") {
        MessageId("field-wants-true-or-false").with("field", name)
    } else if let Some(known) = listed(problem) {
        MessageId("field-wants-one-of").with("field", name).with("known", known)
    } else {
        MessageId("field-does-not-fit").with("field", name)
    };
    message.into()
}

fn bearer(parts: &Parts) -> Option<String> {
    let value = parts.headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    Some(value.strip_prefix("Bearer ")?.trim().to_owned())
}

/// `by_itself`: an open page asks what is new, and nobody is there for it.
pub(super) async fn by_session(
    scope: &Scope,
    token: &str,
    by_itself: bool,
) -> Result<Option<Caller>, Problem> {
    let now = scope.now;
    let (tenant, hash) = (&scope.tenant.id, token_hash(token));
    let found = sessions::find_signed_in(&scope.app.db, tenant, &hash, now).await?;
    let Some(found) = found else { return Ok(None) };
    if found.person.suspended_at.is_some() {
        return Ok(None);
    }
    let mut last_seen_at = time(found.session.last_seen_at);
    if !by_itself && now.duration_since(last_seen_at) > SignedDuration::from_mins(1) {
        last_seen_at = now;
        let mut change = scope.begin().await?;
        sessions::touch(&mut change, &found.session.id).await?;
        change.commit_unrecorded("when a session was last used").await?;
    }
    note_actor(&found.person);
    let session_ends_at = Some(found.end(last_seen_at));
    let LiveSession { session, person, waiting_cases } = found;
    let phishing_resistant = session.phishing_resistant == 1;
    // A copy of the session's cookie from before it was shown is not who showed it.
    let has_shown =
        session.factor_shown_hash.is_some() && session.factor_shown_hash == scope.request.factor_shown;
    Ok(Some(Caller {
        person,
        session: session.id,
        phishing_resistant,
        stepped_up_at: session.stepped_up_at.map(time),
        factor_shown_at: session.factor_shown_at.filter(|_| has_shown).map(time),
        session_ends_at,
        waiting_cases,
        scopes: None,
    }))
}

async fn by_token(scope: &Scope, token: &str) -> Result<Option<Caller>, Problem> {
    let found =
        service_tokens::find_live(&scope.app.db, &scope.tenant.id, &token_hash(token), scope.now).await?;
    let Some(found) = found.filter(|found| found.owner.suspended_at.is_none()) else { return Ok(None) };
    note_actor(&found.owner);
    let scopes = found.scopes.split(' ').map(str::to_owned).collect();
    // A token cannot be phished out of a person at a fake page; it was made in a session that a passkey opened.
    Ok(Some(Caller {
        person: found.owner,
        session: found.id,
        phishing_resistant: true,
        stepped_up_at: None,
        factor_shown_at: None,
        session_ends_at: None,
        waiting_cases: 0,
        scopes: Some(scopes),
    }))
}

/// The span of the request names who is behind it from here on.
fn note_actor(person: &Person) {
    tracing::Span::current().record("actor", person.id.as_str());
}
