//! `/account/contacts/new`: a person adds a number or an address; a code goes there, and `/account/contacts/confirm` asks for it.

use axum::http::HeaderMap;
use axum::response::{IntoResponse as _, Redirect, Response};
use serde::{Deserialize, Serialize};

use crate::actions::add_own_contact::{OwnContact, send_code};
use crate::actions::factor_proof::FactorProof;
use crate::actions::{ActionError, Caller};
use crate::scope::Scope;
use crate::store::factors;
use crate::texts::ErrorText;
use crate::web::cookies;
use crate::web::extract::{Form, Signed};
use crate::web::page::PageView;
use crate::web::problem::Problem;
use crate::web::router::{form_outcome, render_with};

/// What was typed, and the proof where none was shown a moment ago.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct AddOwnContactForm {
    kind: String,
    value: String,
    code: Option<String>,
    assertion: String,
}

/// What the page shows.
#[derive(Default, Serialize)]
pub struct AddOwnContactPage {
    pub kind: String,
    pub value: String,
    /// Whether a factor was shown a moment ago.
    pub has_shown_factor: bool,
    /// Whether a code app works.
    pub has_code: bool,
    /// Whether a passkey works.
    pub has_passkey: bool,
    pub field: Option<&'static str>,
    pub error: Option<ErrorText>,
}

impl PageView for AddOwnContactPage {
    const TEMPLATE: &'static str = "account/add_contact.html";
}

/// `GET /account/contacts/new`
pub async fn show(scope: Scope, Signed(caller): Signed) -> Result<Response, Problem> {
    page(&scope, &caller, AddOwnContactForm::default(), None).await
}

/// `POST /account/contacts/new`
pub async fn submit(
    scope: Scope,
    Signed(caller): Signed,
    headers: HeaderMap,
    Form(form): Form<AddOwnContactForm>,
) -> Result<Response, Problem> {
    let token = cookies::CEREMONY.read(&headers).unwrap_or_default();
    let sent = match FactorProof::of_optional(form.code.as_deref(), &form.assertion) {
        Ok(proof) => {
            let typed = OwnContact { kind: &form.kind, value: &form.value, proof: proof.as_ref() };
            send_code(&scope, &caller, &token, typed).await
        }
        Err(error) => Err(error),
    };
    match sent {
        Ok(waits) => {
            let mut response = Redirect::to("/account/contacts/confirm").into_response();
            cookies::CEREMONY.set(response.headers_mut(), &waits);
            Ok(response)
        }
        Err(error) => page(&scope, &caller, form, Some(error)).await,
    }
}

async fn page(
    scope: &Scope,
    caller: &Caller,
    form: AddOwnContactForm,
    error: Option<ActionError>,
) -> Result<Response, Problem> {
    let (status, field, message) = form_outcome(error)?;
    let own = factors::list(&scope.app.db, &scope.tenant.id, &caller.person.id).await?;
    let (has_code, has_passkey) = factors::which_prove(&own, scope.now);
    let shown = AddOwnContactPage {
        kind: form.kind,
        value: form.value,
        has_shown_factor: caller.has_just_shown_factor(scope.now),
        has_code,
        has_passkey,
        field,
        error: message,
    };
    render_with(scope, Some(caller), status, shown)
}
