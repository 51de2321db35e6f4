//! `/account/linked-accounts/{provider}`: a person links an account at an identity provider, with proof by a factor that is there.

use axum::extract::Path;
use axum::http::HeaderMap;
use axum::response::Response;
use serde::{Deserialize, Serialize};

use crate::actions::factor_proof::FactorProof;
use crate::actions::{ActionError, Caller, link_account};
use crate::scope::Scope;
use crate::store::factors;
use crate::texts::ErrorText;
use crate::web::api::linked_accounts::ProviderView;
use crate::web::cookies;
use crate::web::extract::{Form, Signed};
use crate::web::page::PageView;
use crate::web::problem::Problem;
use crate::web::router::{form_outcome, render_with};
use crate::web::signin::federated::leave;

/// The proof by a factor that is there.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct LinkAccountForm {
    code: String,
    assertion: String,
}

/// What the page shows.
#[derive(Serialize)]
pub struct LinkAccountPage {
    pub provider: String,
    pub title: String,
    /// Whether a code app works.
    pub has_code: bool,
    /// Whether a passkey works.
    pub has_passkey: bool,
    pub field: Option<&'static str>,
    pub error: Option<ErrorText>,
}

impl PageView for LinkAccountPage {
    const TEMPLATE: &'static str = "account/linked_accounts.html";
}

/// `GET /account/linked-accounts/{provider}`
pub async fn show(
    scope: Scope,
    Signed(caller): Signed,
    Path(provider): Path<String>,
) -> Result<Response, Problem> {
    page(&scope, &caller, &provider, None).await
}

/// `POST /account/linked-accounts/{provider}`
pub async fn submit(
    scope: Scope,
    Signed(caller): Signed,
    Path(provider): Path<String>,
    headers: HeaderMap,
    Form(form): Form<LinkAccountForm>,
) -> Result<Response, Problem> {
    let token = cookies::CEREMONY.read(&headers).unwrap_or_default();
    let offered = match FactorProof::of_form(&form.code, &form.assertion) {
        Ok(proof) => link_account::offer(&scope, &caller, &provider, (&token, &proof)).await,
        Err(error) => Err(error),
    };
    match offered {
        Ok(to) => leave(&scope, to),
        Err(error) => page(&scope, &caller, &provider, Some(error)).await,
    }
}

/// The page again, with what went wrong at the provider.
pub(in crate::web) async fn failed(
    scope: &Scope,
    caller: &Caller,
    provider: &str,
    error: ActionError,
) -> Result<Response, Problem> {
    page(scope, caller, provider, Some(error)).await
}

async fn page(
    scope: &Scope,
    caller: &Caller,
    provider: &str,
    error: Option<ActionError>,
) -> Result<Response, Problem> {
    let (status, field, message) = form_outcome(error)?;
    let all = ProviderView::list(scope);
    let button = all.into_iter().find(|button| button.name == provider).ok_or_else(Problem::not_found)?;
    let own = factors::list(&scope.app.db, &scope.tenant.id, &caller.person.id).await?;
    let (has_code, has_passkey) = factors::which_prove(&own, scope.now);
    let ProviderView { name: provider, title } = button;
    let shown = LinkAccountPage { provider, title, has_code, has_passkey, field, error: message };
    render_with(scope, Some(caller), status, shown)
}
