//! `/account/sessions/{id}/end` and `/account/sessions/end-others`: a person ends one session of theirs, or all but this. Whoever
//! showed a factor within the last five minutes presses once; others show one on this page.

use axum::extract::Path;
use axum::http::HeaderMap;
use axum::response::Response;
use serde::{Deserialize, Serialize};

use super::overview::OwnSession;
use crate::actions::end_session::{SessionsToEnd, end_session};
use crate::actions::factor_proof::FactorProof;
use crate::actions::{ActionError, Caller};
use crate::scope::Scope;
use crate::store::{factors, sessions};
use crate::texts::ErrorText;
use crate::web::cookies;
use crate::web::extract::{Form, Signed};
use crate::web::page::PageView;
use crate::web::problem::Problem;
use crate::web::router::{form_outcome, render_with};
use crate::web::toast::Toast;

/// Proof by a factor that is there, where none was shown a moment ago.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct EndSessionForm {
    code: Option<String>,
    assertion: String,
}

/// What the page shows.
#[derive(Serialize)]
pub struct EndSessionPage {
    /// Those that would end.
    pub sessions: Vec<OwnSession>,
    /// The one that was chosen; `None`: all others.
    pub one: Option<String>,
    /// Whether one press is enough.
    pub has_shown_factor: bool,
    /// Whether a code app works.
    pub has_code: bool,
    /// Whether a passkey works.
    pub has_passkey: bool,
    pub field: Option<&'static str>,
    pub error: Option<ErrorText>,
}

impl PageView for EndSessionPage {
    const TEMPLATE: &'static str = "account/end_session.html";
}

/// `GET /account/sessions/{id}/end`
pub async fn show(scope: Scope, Signed(caller): Signed, Path(id): Path<String>) -> Result<Response, Problem> {
    page(&scope, &caller, SessionsToEnd::One(&id), None).await
}

/// `POST /account/sessions/{id}/end`
pub async fn submit(
    scope: Scope,
    Signed(caller): Signed,
    Path(id): Path<String>,
    headers: HeaderMap,
    Form(form): Form<EndSessionForm>,
) -> Result<Response, Problem> {
    end(&scope, &caller, SessionsToEnd::One(&id), (&headers, &form)).await
}

/// `GET /account/sessions/end-others`
pub async fn show_others(scope: Scope, Signed(caller): Signed) -> Result<Response, Problem> {
    page(&scope, &caller, SessionsToEnd::Others, None).await
}

/// `POST /account/sessions/end-others`
pub async fn submit_others(
    scope: Scope,
    Signed(caller): Signed,
    headers: HeaderMap,
    Form(form): Form<EndSessionForm>,
) -> Result<Response, Problem> {
    end(&scope, &caller, SessionsToEnd::Others, (&headers, &form)).await
}

async fn end(
    scope: &Scope,
    caller: &Caller,
    which: SessionsToEnd<'_>,
    (headers, form): (&HeaderMap, &EndSessionForm),
) -> Result<Response, Problem> {
    let token = cookies::CEREMONY.read(headers).unwrap_or_default();
    let ended = match FactorProof::of_optional(form.code.as_deref(), &form.assertion) {
        Ok(proof) => end_session(scope, caller, which, (&token, proof.as_ref())).await,
        Err(error) => Err(error),
    };
    if let Err(error) = ended {
        return page(scope, caller, which, Some(error)).await;
    }
    let done = match which {
        SessionsToEnd::One(_) => Toast::SessionEnded,
        SessionsToEnd::Others => Toast::OtherSessionsEnded,
    };
    let mut response = done.redirect("/account");
    cookies::CEREMONY.clear(response.headers_mut());
    Ok(response)
}

async fn page(
    scope: &Scope,
    caller: &Caller,
    which: SessionsToEnd<'_>,
    error: Option<ActionError>,
) -> Result<Response, Problem> {
    let (status, field, message) = form_outcome(error)?;
    let (db, tenant, person, now) = (&scope.app.db, &scope.tenant.id, &caller.person.id, scope.now);
    let live = sessions::list(db, tenant, person, now).await?;
    let one = if let SessionsToEnd::One(id) = which { Some(id.to_owned()) } else { None };
    let is_meant = |id: &str| one.as_deref().map_or(id != caller.session, |one| one == id);
    let meant = live.into_iter().filter(|live| is_meant(&live.id));
    let meant: Vec<_> = meant.map(|live| OwnSession::of(live, caller)).collect();
    if one.is_some() && meant.is_empty() {
        return Err(Problem::not_found());
    }
    let own = factors::list(db, tenant, person).await?;
    let (has_code, has_passkey) = factors::which_prove(&own, now);
    let shown = EndSessionPage {
        sessions: meant,
        one,
        has_shown_factor: caller.has_just_shown_factor(now),
        has_code,
        has_passkey,
        field,
        error: message,
    };
    render_with(scope, Some(caller), status, shown)
}
