//! `/account/trusted-contacts/{id}/remove`: a person removes a trusted contact, or takes an ask back.

use axum::extract::Path;
use axum::http::HeaderMap;
use axum::response::Response;
use serde::{Deserialize, Serialize};

use crate::actions::factor_proof::FactorProof;
use crate::actions::remove_trusted_contact::remove_trusted_contact;
use crate::actions::{ActionError, Caller};
use crate::scope::Scope;
use crate::store::factors;
use crate::texts::ErrorText;
use crate::web::api::trusted_contacts::{ChosenContactView, TrustedContactsView};
use crate::web::cookies;
use crate::web::extract::{Form, Signed};
use crate::web::page::PageView;
use crate::web::problem::Problem;
use crate::web::router::{form_outcome, render_with};
use crate::web::toast::Toast;

/// The proof, where none was shown a moment ago.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct RemoveTrustedContactForm {
    code: Option<String>,
    assertion: String,
}

/// What the page shows.
#[derive(Serialize)]
pub struct RemoveTrustedContactPage {
    pub contact: ChosenContactView,
    /// Whether a factor was shown a moment ago.
    pub has_shown_factor: bool,
    /// Whether a code app works.
    pub has_code: bool,
    /// Whether a passkey works.
    pub has_passkey: bool,
    pub field: Option<&'static str>,
    pub error: Option<ErrorText>,
}

impl PageView for RemoveTrustedContactPage {
    const TEMPLATE: &'static str = "account/remove_trusted_contact.html";
}

/// `GET /account/trusted-contacts/{id}/remove`
pub async fn show(scope: Scope, Signed(caller): Signed, Path(id): Path<String>) -> Result<Response, Problem> {
    page(&scope, &caller, &id, None).await
}

/// `POST /account/trusted-contacts/{id}/remove`
pub async fn submit(
    scope: Scope,
    Signed(caller): Signed,
    Path(id): Path<String>,
    headers: HeaderMap,
    Form(form): Form<RemoveTrustedContactForm>,
) -> Result<Response, Problem> {
    let token = cookies::CEREMONY.read(&headers).unwrap_or_default();
    let removed = match FactorProof::of_optional(form.code.as_deref(), &form.assertion) {
        Ok(proof) => remove_trusted_contact(&scope, &caller, &id, (&token, proof.as_ref())).await,
        Err(error) => Err(error),
    };
    if let Err(error) = removed {
        return page(&scope, &caller, &id, Some(error)).await;
    }
    let mut response = Toast::TrustedContactRemoved.redirect("/account");
    cookies::CEREMONY.clear(response.headers_mut());
    Ok(response)
}

async fn page(
    scope: &Scope,
    caller: &Caller,
    id: &str,
    error: Option<ActionError>,
) -> Result<Response, Problem> {
    let (status, field, message) = form_outcome(error)?;
    let contact =
        TrustedContactsView::find_chosen(scope, caller, id).await?.ok_or_else(Problem::not_found)?;
    let own = factors::list(&scope.app.db, &scope.tenant.id, &caller.person.id).await?;
    let (has_code, has_passkey) = factors::which_prove(&own, scope.now);
    let shown = RemoveTrustedContactPage {
        contact,
        has_shown_factor: caller.has_just_shown_factor(scope.now),
        has_code,
        has_passkey,
        field,
        error: message,
    };
    render_with(scope, Some(caller), status, shown)
}
