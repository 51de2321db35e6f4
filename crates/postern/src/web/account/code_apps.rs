//! `/account/code-apps`: a person adds a code app to their account, on a page that needs no script where a code proves it.

use axum::http::HeaderMap;
use axum::response::{IntoResponse as _, Redirect, Response};
use serde::{Deserialize, Serialize};

use crate::actions::add_totp::{self, CodeAppAnswer, OfferedCodeApp};
use crate::actions::factor_proof::FactorProof;
use crate::actions::{ActionError, Caller};
use crate::scope::Scope;
use crate::texts::ErrorText;
use crate::web::code_app_view::CodeAppView;
use crate::web::cookies;
use crate::web::extract::{Form, Signed};
use crate::web::page::PageView;
use crate::web::problem::Problem;
use crate::web::router::{form_outcome, render_with};
use crate::web::toast::Toast;

/// The new app's first code, and the proof by a factor that is there.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct AddTotpForm {
    first_code: String,
    label: String,
    code: String,
    assertion: String,
}

/// What the page shows.
#[derive(Serialize)]
pub struct AddTotpPage {
    pub login: String,
    pub app: CodeAppView,
    /// SVG.
    pub qr: Option<String>,
    pub label: String,
    pub first_code: String,
    /// What a passkey is asked, as JSON.
    pub get: Option<String>,
    /// Whether a code of an app proves it.
    pub takes_code: bool,
    pub field: Option<&'static str>,
    pub error: Option<ErrorText>,
}

impl PageView for AddTotpPage {
    const TEMPLATE: &'static str = "account/add_totp.html";
}

/// `POST /account/code-apps/start`
pub async fn start(scope: Scope, Signed(caller): Signed) -> Result<Response, Problem> {
    let token = add_totp::start(&scope, &caller).await?;
    let mut response = Redirect::to("/account/code-apps/new").into_response();
    cookies::CEREMONY.set(response.headers_mut(), &token);
    Ok(response)
}

/// `GET /account/code-apps/new`
pub async fn show(scope: Scope, Signed(caller): Signed, headers: HeaderMap) -> Result<Response, Problem> {
    let token = cookies::CEREMONY.read(&headers).unwrap_or_default();
    match add_totp::offered(&scope, &caller, &token).await {
        Ok(offered) => page(&scope, &caller, offered, (AddTotpForm::default(), None)),
        // Opened without a beginning, or too late: it begins on the account page.
        Err(ActionError::Refused(_)) => Ok(Redirect::to("/account").into_response()),
        Err(error) => Err(error.into()),
    }
}

/// `POST /account/code-apps/new`
pub async fn submit(
    scope: Scope,
    Signed(caller): Signed,
    headers: HeaderMap,
    Form(form): Form<AddTotpForm>,
) -> Result<Response, Problem> {
    let token = cookies::CEREMONY.read(&headers).unwrap_or_default();
    let offered = add_totp::offered(&scope, &caller, &token).await?;
    let proof = FactorProof::of_form(&form.code, &form.assertion);
    let added = match proof {
        Ok(proof) => {
            let answer = CodeAppAnswer { first_code: &form.first_code, label: &form.label, proof: &proof };
            add_totp::add_totp(&scope, &caller, &token, answer).await
        }
        Err(error) => Err(error),
    };
    match added {
        Ok(()) => {
            let mut response = Toast::CodeAppAdded.redirect("/account");
            cookies::CEREMONY.clear(response.headers_mut());
            Ok(response)
        }
        Err(error) => page(&scope, &caller, offered, (form, Some(error))),
    }
}

fn page(
    scope: &Scope,
    caller: &Caller,
    offered: OfferedCodeApp,
    (form, error): (AddTotpForm, Option<ActionError>),
) -> Result<Response, Problem> {
    let (status, field, message) = form_outcome(error)?;
    let app = CodeAppView::of(scope, &caller.person.login, &offered.secret);
    let shown = AddTotpPage {
        login: caller.person.login.clone(),
        qr: app.qr(),
        app,
        label: form.label,
        first_code: form.first_code,
        get: offered.get.as_ref().map(ToString::to_string),
        takes_code: offered.takes_code,
        field,
        error: message,
    };
    render_with(scope, Some(caller), status, shown)
}
