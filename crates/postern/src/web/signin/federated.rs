//! `/sign-in/with/{provider}` and `/sign-in/federated/{provider}`: the way to an identity provider, and back.
//!
//! The way there is a page, and no redirect: browsers hold every redirect that follows a form to `form-action`, and a provider
//! may send people on to hosts that nobody here knows.

use axum::extract::Path;
use axum::http::HeaderMap;
use axum::response::Response;
use serde::{Deserialize, Serialize};

use super::go_on;
use super::sign_in::SignInPage;
use crate::actions::sender_limit::admit_request;
use crate::actions::{
    ActionError, Caller, OidcSaid, ProviderAnswer, ProviderSaid, ToProvider, link_account,
    sign_in_with_provider,
};
use crate::scope::Scope;
use crate::web::account::linked_accounts;
use crate::web::api::linked_accounts::ProviderView;
use crate::web::cookies;
use crate::web::extract::{MaybeSigned, Query};
use crate::web::page::PageView;
use crate::web::problem::Problem;
use crate::web::router::{form_message, render, render_with};
use crate::web::toast::Toast;

/// What the page shows.
#[derive(Serialize)]
pub struct ToProviderPage {
    pub title: String,
    pub url: String,
}

impl PageView for ToProviderPage {
    const TEMPLATE: &'static str = "signin/federated.html";
}

/// What a provider sends along. What else it sends is nobody's.
#[derive(Deserialize)]
pub struct ProviderAnswerQuery {
    code: Option<String>,
    #[serde(default)]
    state: String,
    iss: Option<String>,
    error: Option<String>,
}

/// `POST /sign-in/with/{provider}`
pub async fn start(scope: Scope, Path(provider): Path<String>) -> Result<Response, Problem> {
    match sign_in_with_provider::start(&scope, &provider).await {
        Ok(to) => leave(&scope, to),
        Err(error) => failed(&scope, error),
    }
}

/// The page that leads to the provider, and the cookie that the answer has to come back with.
pub(in crate::web) fn leave(scope: &Scope, to: ToProvider) -> Result<Response, Problem> {
    let shown = ToProviderPage { title: to.title, url: to.url.to_string() };
    let mut response = render(scope, None, shown)?;
    cookies::FEDERATED.set(response.headers_mut(), &to.token);
    Ok(response)
}

/// `GET /sign-in/federated/{provider}`
pub async fn finish(
    scope: Scope,
    MaybeSigned(caller): MaybeSigned,
    headers: HeaderMap,
    Path(provider): Path<String>,
    Query(sent): Query<ProviderAnswerQuery>,
) -> Result<Response, Problem> {
    // A GET, which `limit_senders` lets pass.
    if caller.is_none()
        && let Err(error) = admit_request(&scope).await
    {
        return failed(&scope, error);
    }
    let said =
        OidcSaid { code: sent.code.as_deref(), iss: sent.iss.as_deref(), error: sent.error.as_deref() };
    let answer = ProviderAnswer { provider: &provider, state: &sent.state, said: ProviderSaid::Oidc(said) };
    hear(&scope, caller.as_ref(), &headers, answer).await
}

/// Hears an answer, in the browser that has the cookie.
pub(super) async fn hear(
    scope: &Scope,
    caller: Option<&Caller>,
    headers: &HeaderMap,
    answer: ProviderAnswer<'_>,
) -> Result<Response, Problem> {
    let token = cookies::FEDERATED.read(headers).unwrap_or_default();
    // Whoever is signed in comes to link; a sign-in that was begun besides is begun again.
    // The cookie stays where it came to nothing: an answer that somebody else sent here ends no sign-in under way.
    let mut response = match caller {
        Some(caller) => match link_account::finish(scope, caller, &token, answer).await {
            Ok(()) => Toast::AccountLinked.redirect("/account"),
            Err(error) => return linked_accounts::failed(scope, caller, answer.provider, error).await,
        },
        None => match sign_in_with_provider::finish(scope, &token, answer).await {
            Ok(begun) => go_on(&begun),
            Err(error) => return failed(scope, error),
        },
    };
    cookies::FEDERATED.clear(response.headers_mut());
    Ok(response)
}

/// The page of sign-in again, with what went wrong.
fn failed(scope: &Scope, error: ActionError) -> Result<Response, Problem> {
    let (status, _, message) = form_message(error)?;
    let providers = ProviderView::list(scope);
    render_with(scope, None, status, SignInPage { login: "", pass: "", providers, error: Some(message) })
}
