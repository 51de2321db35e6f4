//! `/sign-in/federated/{provider}/…`: the way back from an identity provider that speaks SAML.
//!
//! It comes as a POST of another site, with which browsers send no cookie. So nothing is heard where it arrives, and nothing is
//! written: the browser is given a form of ours that brings the same answer again, from here, and with its cookie.

use axum::extract::Path;
use axum::extract::rejection::FormRejection;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use serde::{Deserialize, Serialize};

use super::federated::hear;
use crate::actions::{self, ProviderAnswer, ProviderSaid, find_saml};
use crate::scope::Scope;
use crate::texts::MessageId;
use crate::web::extract::{Form, MaybeSigned};
use crate::web::page::PageView;
use crate::web::problem::Problem;
use crate::web::router::render;

/// What a provider posts.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct SamlForm {
    #[serde(rename = "SAMLResponse")]
    response: String,
    #[serde(rename = "RelayState")]
    relay_state: String,
}

/// What the page shows.
#[derive(Serialize)]
pub struct FromProviderPage {
    pub provider: String,
    pub title: String,
    pub response: String,
    pub relay_state: String,
}

impl PageView for FromProviderPage {
    const TEMPLATE: &'static str = "signin/saml.html";
}

/// `POST /sign-in/federated/{provider}/acs`
pub async fn receive(
    scope: Scope,
    Path(provider): Path<String>,
    form: Result<axum::Form<SamlForm>, FormRejection>,
) -> Result<Response, Problem> {
    let title = find_saml(&scope, &provider)?.title.clone();
    // Of what another site sends, no word is shown to anybody: a form that is wrong is not offered again.
    let axum::Form(form) = form.map_err(|why| unreadable(why.status()))?;
    // Some providers break the lines, which a hidden field would change.
    let response: String = form.response.split_ascii_whitespace().collect();
    let is_word = |text: &str| text.chars().all(|c| c.is_ascii_graphic());
    if !(is_word(&response) && is_word(&form.relay_state)) {
        return Err(unreadable(StatusCode::BAD_REQUEST));
    }
    render(&scope, None, FromProviderPage { provider, title, response, relay_state: form.relay_state })
}

fn unreadable(status: StatusCode) -> Problem {
    if status == StatusCode::PAYLOAD_TOO_LARGE {
        return Problem::too_large();
    }
    Problem::bad_request(MessageId("provider-refused"))
}

/// `POST /sign-in/federated/{provider}/answer`
pub async fn answer(
    scope: Scope,
    MaybeSigned(caller): MaybeSigned,
    headers: HeaderMap,
    Path(provider): Path<String>,
    Form(form): Form<SamlForm>,
) -> Result<Response, Problem> {
    let said = ProviderSaid::Saml(&form.response);
    let answer = ProviderAnswer { provider: &provider, state: &form.relay_state, said };
    hear(&scope, caller.as_ref(), &headers, answer).await
}

/// `GET /sign-in/federated/{provider}/metadata`
pub async fn metadata(scope: Scope, Path(provider): Path<String>) -> Result<Response, Problem> {
    let xml = actions::saml_metadata(&scope, &provider)?;
    Ok(([(header::CONTENT_TYPE, "application/samlmetadata+xml")], xml).into_response())
}
