//! `/account/factors/{id}/resync`: a person sets a code app or a hardware token right, on a page that needs no script where a code of another
//! app proves it.

use axum::extract::Path;
use axum::http::HeaderMap;
use axum::response::Response;
use postern_core::factor::FactorKind;
use serde::{Deserialize, Serialize};

use crate::actions::factor_proof::FactorProof;
use crate::actions::resync_totp::{self, ResyncAnswer};
use crate::actions::{ActionError, Caller};
use crate::scope::Scope;
use crate::store::factors::{self, Factor};
use crate::texts::ErrorText;
use crate::web::cookies;
use crate::web::extract::{Form, Signed};
use crate::web::factor_view::ClockOff;
use crate::web::page::PageView;
use crate::web::problem::Problem;
use crate::web::router::{form_outcome, render_with};
use crate::web::toast::Toast;

/// Two codes of the app, and the proof by another factor.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct ResyncForm {
    first_code: String,
    second_code: String,
    code: String,
    assertion: String,
}

/// What the page shows.
#[derive(Serialize)]
pub struct ResyncPage {
    pub id: String,
    pub label: String,
    /// Whether it is a hardware token, and not an app.
    pub is_token: bool,
    /// How far its clock is known to be off.
    pub clock: Option<ClockOff>,
    /// Whether another code app or hardware token works.
    pub has_code: bool,
    /// Whether a passkey works.
    pub has_passkey: bool,
    pub field: Option<&'static str>,
    pub error: Option<ErrorText>,
}

impl PageView for ResyncPage {
    const TEMPLATE: &'static str = "account/resync.html";
}

/// `GET /account/factors/{id}/resync`
pub async fn show(scope: Scope, Signed(caller): Signed, Path(id): Path<String>) -> Result<Response, Problem> {
    page(&scope, &caller, &id, None).await
}

/// `POST /account/factors/{id}/resync`
pub async fn submit(
    scope: Scope,
    Signed(caller): Signed,
    Path(id): Path<String>,
    headers: HeaderMap,
    Form(form): Form<ResyncForm>,
) -> Result<Response, Problem> {
    let token = cookies::CEREMONY.read(&headers).unwrap_or_default();
    let set = match FactorProof::of_form(&form.code, &form.assertion) {
        Ok(proof) => {
            let answer = ResyncAnswer { first: &form.first_code, second: &form.second_code, proof: &proof };
            resync_totp::resync_totp(&scope, &caller, &id, (&token, answer)).await
        }
        Err(error) => Err(error),
    };
    match set {
        Ok(()) => {
            let mut response = Toast::ClockSet.redirect("/account");
            cookies::CEREMONY.clear(response.headers_mut());
            Ok(response)
        }
        Err(error) => page(&scope, &caller, &id, Some(error)).await,
    }
}

async fn page(
    scope: &Scope,
    caller: &Caller,
    id: &str,
    error: Option<ActionError>,
) -> Result<Response, Problem> {
    let (status, field, message) = form_outcome(error)?;
    let own = factors::list(&scope.app.db, &scope.tenant.id, &caller.person.id).await?;
    let shows_codes = |factor: &Factor| factor.is(FactorKind::Totp) || factor.is(FactorKind::HardwareToken);
    let app = own.iter().find(|factor| factor.id == id && shows_codes(factor));
    let app = app.filter(|factor| factor.works(scope.now)).ok_or_else(Problem::not_found)?;
    let others = || own.iter().filter(|other| other.id != app.id && other.works(scope.now));
    let shown = ResyncPage {
        id: app.id.clone(),
        label: app.label.clone(),
        is_token: app.is(FactorKind::HardwareToken),
        clock: ClockOff::of(app),
        has_code: others().any(shows_codes),
        has_passkey: others().any(|other| other.is(FactorKind::Webauthn)),
        field,
        error: message,
    };
    render_with(scope, Some(caller), status, shown)
}
