//! `/account/password`: a person changes their password, on a page that needs no script where a code proves it.

use axum::http::HeaderMap;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::actions::change_password::{PasswordChange, change_password};
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

/// Both passwords, and the proof by a factor that is there.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct ChangePasswordForm {
    current_password: String,
    new_password: String,
    code: String,
    assertion: String,
}

/// What the page shows.
#[derive(Serialize)]
pub struct ChangePasswordPage {
    /// Whether there is one to change.
    pub has_password: bool,
    /// Whether a code app works.
    pub has_code: bool,
    /// Whether a passkey works.
    pub has_passkey: bool,
    pub field: Option<&'static str>,
    pub error: Option<ErrorText>,
}

impl PageView for ChangePasswordPage {
    const TEMPLATE: &'static str = "account/password.html";
}

/// `GET /account/password`
pub async fn show(scope: Scope, Signed(caller): Signed) -> Result<Response, Problem> {
    page(&scope, &caller, None).await
}

/// `POST /account/password`
pub async fn submit(
    scope: Scope,
    Signed(caller): Signed,
    headers: HeaderMap,
    Form(form): Form<ChangePasswordForm>,
) -> Result<Response, Problem> {
    let token = cookies::CEREMONY.read(&headers).unwrap_or_default();
    let changed = match FactorProof::of_form(&form.code, &form.assertion) {
        Ok(proof) => {
            let (current, new) = (Zeroizing::new(form.current_password), Zeroizing::new(form.new_password));
            change_password(&scope, &caller, &token, &PasswordChange { current, new, proof: &proof }).await
        }
        Err(error) => Err(error),
    };
    match changed {
        Ok(()) => {
            let mut response = Toast::PasswordChanged.redirect("/account");
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
    let shown = ChangePasswordPage {
        has_password: caller.person.password_hash.is_some(),
        has_code,
        has_passkey,
        field,
        error: message,
    };
    render_with(scope, Some(caller), status, shown)
}
