//! `/account/hardware-token`: a person makes a hardware token theirs, on a page that needs no script where a code proves it.

use axum::http::HeaderMap;
use axum::response::Response;
use serde::{Deserialize, Serialize};

use crate::actions::add_hardware_token::{self, TokenAnswer};
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

/// The token, and the proof by a factor that is there.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct AddHardwareTokenForm {
    serial: String,
    first_code: String,
    second_code: String,
    label: String,
    code: String,
    assertion: String,
}

/// What the page shows.
#[derive(Serialize)]
pub struct AddHardwareTokenPage {
    pub serial: String,
    pub label: String,
    /// Whether a code app or another token works.
    pub has_code: bool,
    /// Whether a passkey works.
    pub has_passkey: bool,
    pub field: Option<&'static str>,
    pub error: Option<ErrorText>,
}

impl PageView for AddHardwareTokenPage {
    const TEMPLATE: &'static str = "account/add_hardware_token.html";
}

/// `GET /account/hardware-token`
pub async fn show(scope: Scope, Signed(caller): Signed) -> Result<Response, Problem> {
    page(&scope, &caller, (AddHardwareTokenForm::default(), None)).await
}

/// `POST /account/hardware-token`
pub async fn submit(
    scope: Scope,
    Signed(caller): Signed,
    headers: HeaderMap,
    Form(form): Form<AddHardwareTokenForm>,
) -> Result<Response, Problem> {
    let token = cookies::CEREMONY.read(&headers).unwrap_or_default();
    let added = match FactorProof::of_form(&form.code, &form.assertion) {
        Ok(proof) => {
            let answer = TokenAnswer {
                serial: &form.serial,
                first: &form.first_code,
                second: &form.second_code,
                label: &form.label,
                proof: &proof,
            };
            add_hardware_token::add_hardware_token(&scope, &caller, (&token, answer)).await
        }
        Err(error) => Err(error),
    };
    match added {
        Ok(()) => {
            let mut response = Toast::HardwareTokenAdded.redirect("/account");
            cookies::CEREMONY.clear(response.headers_mut());
            Ok(response)
        }
        Err(error) => page(&scope, &caller, (form, Some(error))).await,
    }
}

async fn page(
    scope: &Scope,
    caller: &Caller,
    (form, error): (AddHardwareTokenForm, Option<ActionError>),
) -> Result<Response, Problem> {
    let (status, field, message) = form_outcome(error)?;
    let own = factors::list(&scope.app.db, &scope.tenant.id, &caller.person.id).await?;
    let (has_code, has_passkey) = factors::which_prove(&own, scope.now);
    let AddHardwareTokenForm { serial, label, .. } = form;
    let shown = AddHardwareTokenPage { serial, label, has_code, has_passkey, field, error: message };
    render_with(scope, Some(caller), status, shown)
}
