//! `/account/replace-password`: who has forgotten their password sets another one, by a passkey.

use axum::http::HeaderMap;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::actions::replace_password::{expect_stand_in, replace_password};
use crate::actions::{ActionError, Caller};
use crate::scope::Scope;
use crate::texts::{ErrorText, MessageId};
use crate::web::cookies;
use crate::web::extract::{Form, Signed};
use crate::web::page::PageView;
use crate::web::problem::Problem;
use crate::web::router::{form_outcome, render_with};
use crate::web::toast::Toast;

/// The new password, and the answer of a passkey that a script put there.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct ReplacePasswordForm {
    new_password: String,
    assertion: String,
}

/// What the page shows.
#[derive(Serialize)]
pub struct ReplacePasswordPage {
    /// Why nothing stands in for the password now; without it there is a form.
    pub refused: Option<ErrorText>,
    pub field: Option<&'static str>,
    pub error: Option<ErrorText>,
}

impl PageView for ReplacePasswordPage {
    const TEMPLATE: &'static str = "account/replace_password.html";
}

/// `GET /account/replace-password`
pub async fn show(scope: Scope, Signed(caller): Signed) -> Result<Response, Problem> {
    page(&scope, &caller, None).await
}

/// `POST /account/replace-password`
pub async fn submit(
    scope: Scope,
    Signed(caller): Signed,
    headers: HeaderMap,
    Form(form): Form<ReplacePasswordForm>,
) -> Result<Response, Problem> {
    let token = cookies::CEREMONY.read(&headers).unwrap_or_default();
    let new = Zeroizing::new(form.new_password);
    let replaced = match serde_json::from_str(&form.assertion) {
        Ok(answer) => replace_password(&scope, &caller, (&token, &answer), &new).await,
        // The enter key sends a form too, and so does a browser without a script.
        Err(_) if form.assertion.is_empty() => {
            Err(ActionError::invalid("proof", MessageId("use-a-passkey-in-place")))
        }
        Err(_) => Err(ActionError::invalid("proof", MessageId("not-a-passkey-answer"))),
    };
    match replaced {
        Ok(session) => {
            let mut response = Toast::PasswordChanged.redirect("/account");
            cookies::CEREMONY.clear(response.headers_mut());
            cookies::SESSION.set(response.headers_mut(), &session);
            Ok(response)
        }
        Err(error) => page(&scope, &caller, Some(error)).await,
    }
}

async fn page(scope: &Scope, caller: &Caller, error: Option<ActionError>) -> Result<Response, Problem> {
    let refused = match expect_stand_in(scope, caller).await {
        Ok(()) => None,
        Err(ActionError::Refused(why)) => Some(why),
        Err(other) => return Err(other.into()),
    };
    let (status, field, error) = form_outcome(error)?;
    render_with(scope, Some(caller), status, ReplacePasswordPage { refused, field, error })
}
