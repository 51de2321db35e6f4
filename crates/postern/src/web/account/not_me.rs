//! `/account/activity/{id}/not-me`: something on the account was not its owner. Opening the page changes nothing; one press
//! stops what is under way, and the answer says what that was.

use axum::extract::Path;
use axum::response::Response;
use serde::{Deserialize, Serialize};

use crate::actions::disown_activity::disown_activity;
use crate::actions::factor_proof::FactorProof;
use crate::actions::{ActionError, Caller};
use crate::scope::Scope;
use crate::store::factors;
use crate::texts::ErrorText;
use crate::web::api::activity::{ActivityEntry, ActivityView, DisownedView};
use crate::web::cookies;
use crate::web::extract::{Form, Signed};
use crate::web::page::PageView;
use crate::web::problem::Problem;
use crate::web::router::{form_outcome, render, render_with};

/// A code, for who wants to stay signed in here.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct DisownForm {
    code: String,
}

/// What the page shows.
#[derive(Serialize)]
pub struct DisownPage {
    pub entry: ActivityEntry,
    /// Whether this session stays.
    pub stays: bool,
    /// Whether a code app works.
    pub has_code: bool,
    /// Whether a passkey can be touched.
    pub has_passkey: bool,
    pub field: Option<&'static str>,
    pub error: Option<ErrorText>,
}

impl PageView for DisownPage {
    const TEMPLATE: &'static str = "account/not_me.html";
}

/// What has ended, and what to do next.
#[derive(Serialize)]
pub struct DisownedPage {
    pub done: DisownedView,
}

impl PageView for DisownedPage {
    const TEMPLATE: &'static str = "account/not_me_stopped.html";
}

/// `GET /account/activity/{id}/not-me`
pub async fn show(scope: Scope, Signed(caller): Signed, Path(id): Path<String>) -> Result<Response, Problem> {
    page(&scope, &caller, &id, None).await
}

/// `POST /account/activity/{id}/not-me`
pub async fn submit(
    scope: Scope,
    Signed(caller): Signed,
    Path(id): Path<String>,
    Form(form): Form<DisownForm>,
) -> Result<Response, Problem> {
    let proof = (!form.code.trim().is_empty()).then_some(FactorProof::Code(form.code));
    let done: DisownedView = match disown_activity(&scope, &caller, &id, proof.as_ref()).await {
        Ok(done) => done.into(),
        Err(error) => return page(&scope, &caller, &id, Some(error)).await,
    };
    let stays = done.stays;
    let mut response = render(&scope, Some(&caller).filter(|_| stays), DisownedPage { done })?;
    if !stays {
        cookies::SESSION.clear(response.headers_mut());
    }
    Ok(response)
}

async fn page(
    scope: &Scope,
    caller: &Caller,
    id: &str,
    error: Option<ActionError>,
) -> Result<Response, Problem> {
    let (status, field, message) = form_outcome(error)?;
    let entry = ActivityView::find(scope, caller, id).await?.ok_or_else(Problem::not_found)?;
    let own = factors::list(&scope.app.db, &scope.tenant.id, &caller.person.id).await?;
    let (has_code, _) = factors::which_prove(&own, scope.now);
    let shown = DisownPage {
        entry,
        stays: caller.has_just_shown_factor(scope.now),
        has_code,
        has_passkey: own.iter().any(|factor| factor.opens_alone() && factor.works(scope.now)),
        field,
        error: message,
    };
    render_with(scope, Some(caller), status, shown)
}
