//! `/account/sent-codes`: a person lets codes to sign in go to a number or an address that is on file for them, and is told that it is
//! the weakest way.

use axum::http::HeaderMap;
use axum::response::Response;
use serde::{Deserialize, Serialize};

use crate::actions::add_sent_code::add_sent_code;
use crate::actions::factor_proof::FactorProof;
use crate::actions::{ActionError, Caller};
use crate::scope::Scope;
use crate::store::factors;
use crate::texts::ErrorText;
use crate::web::api::sent_codes::CodeContactView;
use crate::web::cookies;
use crate::web::extract::{Form, Signed};
use crate::web::page::PageView;
use crate::web::problem::Problem;
use crate::web::router::{form_outcome, render_with};
use crate::web::toast::Toast;

/// Which contact, and the proof by a factor that is there.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct AddSentCodeForm {
    contact: String,
    code: String,
    assertion: String,
}

/// What the page shows.
#[derive(Serialize)]
pub struct AddSentCodePage {
    /// What is on file.
    pub contacts: Vec<CodeContactView>,
    /// Whether any of them can be chosen.
    pub can_choose: bool,
    /// Whether a code app works.
    pub has_code: bool,
    /// Whether a passkey works.
    pub has_passkey: bool,
    pub field: Option<&'static str>,
    pub error: Option<ErrorText>,
}

impl PageView for AddSentCodePage {
    const TEMPLATE: &'static str = "account/add_sent_code.html";
}

/// `GET /account/sent-codes`
pub async fn show(scope: Scope, Signed(caller): Signed) -> Result<Response, Problem> {
    page(&scope, &caller, None).await
}

/// `POST /account/sent-codes`
pub async fn submit(
    scope: Scope,
    Signed(caller): Signed,
    headers: HeaderMap,
    Form(form): Form<AddSentCodeForm>,
) -> Result<Response, Problem> {
    let token = cookies::CEREMONY.read(&headers).unwrap_or_default();
    let added = match FactorProof::of_form(&form.code, &form.assertion) {
        Ok(proof) => add_sent_code(&scope, &caller, &form.contact, (&token, &proof)).await,
        Err(error) => Err(error),
    };
    match added {
        Ok(_) => {
            let mut response = Toast::SentCodeAdded.redirect("/account");
            cookies::CEREMONY.clear(response.headers_mut());
            Ok(response)
        }
        Err(error) => page(&scope, &caller, Some(error)).await,
    }
}

async fn page(scope: &Scope, caller: &Caller, error: Option<ActionError>) -> Result<Response, Problem> {
    let (status, field, message) = form_outcome(error)?;
    let own = factors::list(&scope.app.db, &scope.tenant.id, &caller.person.id).await?;
    let (has_code, has_passkey) = factors::which_prove(&own, scope.now);
    let contacts = CodeContactView::list(scope, caller).await?;
    let can_choose = contacts.iter().any(|contact| contact.refusal.is_none() && !contact.is_on);
    let shown = AddSentCodePage { contacts, can_choose, has_code, has_passkey, field, error: message };
    render_with(scope, Some(caller), status, shown)
}
