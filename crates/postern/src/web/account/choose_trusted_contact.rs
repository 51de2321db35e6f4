//! `/account/trusted-contacts/new`: a person asks a colleague to be a trusted contact.

use axum::http::HeaderMap;
use axum::response::Response;
use postern_core::trusted_contact::MOST_CHOSEN;
use serde::{Deserialize, Serialize};

use crate::actions::choose_trusted_contact::{TypedColleague, choose_trusted_contact};
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
use crate::web::toast::Toast;

/// What was typed, and the proof where none was shown a moment ago.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct ChooseTrustedContactForm {
    who: String,
    code: Option<String>,
    assertion: String,
}

/// What the page shows.
#[derive(Default, Serialize)]
pub struct ChooseTrustedContactPage {
    pub who: String,
    /// Most that one person chooses.
    pub most: i64,
    /// Whether a factor was shown a moment ago.
    pub has_shown_factor: bool,
    /// Whether a code app works.
    pub has_code: bool,
    /// Whether a passkey works.
    pub has_passkey: bool,
    pub field: Option<&'static str>,
    pub error: Option<ErrorText>,
}

impl PageView for ChooseTrustedContactPage {
    const TEMPLATE: &'static str = "account/choose_trusted_contact.html";
}

/// `GET /account/trusted-contacts/new`
pub async fn show(scope: Scope, Signed(caller): Signed) -> Result<Response, Problem> {
    page(&scope, &caller, ChooseTrustedContactForm::default(), None).await
}

/// `POST /account/trusted-contacts/new`
pub async fn submit(
    scope: Scope,
    Signed(caller): Signed,
    headers: HeaderMap,
    Form(form): Form<ChooseTrustedContactForm>,
) -> Result<Response, Problem> {
    let token = cookies::CEREMONY.read(&headers).unwrap_or_default();
    let asked = match FactorProof::of_optional(form.code.as_deref(), &form.assertion) {
        Ok(proof) => {
            let typed = TypedColleague { who: &form.who, proof: proof.as_ref() };
            choose_trusted_contact(&scope, &caller, &token, typed).await
        }
        Err(error) => Err(error),
    };
    if let Err(error) = asked {
        return page(&scope, &caller, form, Some(error)).await;
    }
    let mut response = Toast::TrustedContactAsked.redirect("/account");
    cookies::CEREMONY.clear(response.headers_mut());
    Ok(response)
}

async fn page(
    scope: &Scope,
    caller: &Caller,
    form: ChooseTrustedContactForm,
    error: Option<ActionError>,
) -> Result<Response, Problem> {
    let (status, field, message) = form_outcome(error)?;
    let own = factors::list(&scope.app.db, &scope.tenant.id, &caller.person.id).await?;
    let (has_code, has_passkey) = factors::which_prove(&own, scope.now);
    let shown = ChooseTrustedContactPage {
        who: form.who,
        most: MOST_CHOSEN,
        has_shown_factor: caller.has_just_shown_factor(scope.now),
        has_code,
        has_passkey,
        field,
        error: message,
    };
    render_with(scope, Some(caller), status, shown)
}
