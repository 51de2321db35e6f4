//! `/enrol/done`: the codes are kept, and one full sign-in is left.

use axum::http::HeaderMap;
use axum::response::{IntoResponse as _, Redirect, Response};
use postern_core::factor::FactorKind;
use serde::{Deserialize, Serialize};

use crate::actions::ActionError;
use crate::actions::confirm_backup_codes::{KeptBy, confirm_backup_codes, find_enrolled};
use crate::scope::Scope;
use crate::store::{factors, persons};
use crate::texts::MessageId;
use crate::web::cookies;
use crate::web::extract::Form;
use crate::web::page::PageView;
use crate::web::problem::Problem;
use crate::web::router::render;

/// The person's word that the codes are kept.
#[derive(Deserialize)]
pub struct DoneForm {
    kept: Option<String>,
}

/// What the page shows.
#[derive(Serialize)]
pub struct EnrolledPage {
    pub login: String,
    pub with_passkey: bool,
}

impl PageView for EnrolledPage {
    const TEMPLATE: &'static str = "signin/enrolled.html";
}

/// `GET /enrol/done`: the same after a reload, until the sign-in that is left has begun.
pub async fn show(scope: Scope, headers: HeaderMap) -> Result<Response, Problem> {
    let token = cookies::CEREMONY.read(&headers).unwrap_or_default();
    let Some(id) = find_enrolled(&scope, &token).await? else {
        return Ok(Redirect::to("/sign-in").into_response());
    };
    let person = persons::load(&scope.app.db, &scope.tenant.id, &id).await?;
    let held = factors::list(&scope.app.db, &scope.tenant.id, &id).await?;
    let with_passkey = held.iter().any(|factor| factor.is(FactorKind::Webauthn) && factor.works(scope.now));
    render(&scope, None, EnrolledPage { login: person.login, with_passkey })
}

/// `POST /enrol/done`
pub async fn submit(
    scope: Scope,
    headers: HeaderMap,
    Form(form): Form<DoneForm>,
) -> Result<Response, Problem> {
    if form.kept.is_none() {
        return Err(ActionError::refused(MessageId("say-codes-are-kept")).into());
    }
    let token = cookies::CEREMONY.read(&headers).unwrap_or_default();
    confirm_backup_codes(&scope, KeptBy::Enrolment, &token).await?;
    Ok(Redirect::to("/enrol/done").into_response())
}
