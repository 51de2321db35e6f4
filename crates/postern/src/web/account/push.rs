//! `/account/push`: a person adds a phone that approves sign-ins. With proof by a factor that is there the page gives a link,
//! once: as a picture for another phone's camera, and to be opened on this one.

use axum::http::HeaderMap;
use axum::response::Response;
use serde::{Deserialize, Serialize};

use crate::actions::factor_proof::FactorProof;
use crate::actions::{ActionError, Caller, add_push};
use crate::scope::Scope;
use crate::store::factors;
use crate::texts::ErrorText;
use crate::web::code_app_view::qr_code;
use crate::web::cookies;
use crate::web::extract::{Form, Signed};
use crate::web::page::PageView;
use crate::web::problem::Problem;
use crate::web::router::{form_outcome, render, render_with};

/// The proof by a factor that is there.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct AddPushForm {
    code: String,
    assertion: String,
}

/// What the page shows.
#[derive(Serialize)]
pub struct AddPushPage {
    /// Whether a code app works.
    pub has_code: bool,
    /// Whether a passkey works.
    pub has_passkey: bool,
    pub field: Option<&'static str>,
    pub error: Option<ErrorText>,
}

impl PageView for AddPushPage {
    const TEMPLATE: &'static str = "account/add_push.html";
}

/// The link, this once.
#[derive(Serialize)]
pub struct PushLinkPage {
    pub link: String,
    /// SVG.
    pub qr: Option<String>,
}

impl PageView for PushLinkPage {
    const TEMPLATE: &'static str = "account/push_link.html";
}

/// `GET /account/push`
pub async fn show(scope: Scope, Signed(caller): Signed) -> Result<Response, Problem> {
    page(&scope, &caller, None).await
}

/// `POST /account/push`
pub async fn submit(
    scope: Scope,
    Signed(caller): Signed,
    headers: HeaderMap,
    Form(form): Form<AddPushForm>,
) -> Result<Response, Problem> {
    let token = cookies::CEREMONY.read(&headers).unwrap_or_default();
    let offered = match FactorProof::of_form(&form.code, &form.assertion) {
        Ok(proof) => add_push::offer(&scope, &caller, (&token, &proof)).await,
        Err(error) => Err(error),
    };
    match offered {
        Ok(secret) => {
            let link = phone_link(&scope, &secret);
            let mut response = render(&scope, Some(&caller), PushLinkPage { qr: qr_code(&link), link })?;
            cookies::CEREMONY.clear(response.headers_mut());
            Ok(response)
        }
        Err(error) => page(&scope, &caller, Some(error)).await,
    }
}

/// What the new phone opens. The secret is behind the `#`, which no browser sends to a server.
pub(in crate::web) fn phone_link(scope: &Scope, secret: &str) -> String {
    scope.tenant.link(&format!("/phone#enrol={secret}"))
}

async fn page(scope: &Scope, caller: &Caller, error: Option<ActionError>) -> Result<Response, Problem> {
    let (status, field, message) = form_outcome(error)?;
    let own = factors::list(&scope.app.db, &scope.tenant.id, &caller.person.id).await?;
    let (has_code, has_passkey) = factors::which_prove(&own, scope.now);
    let shown = AddPushPage { has_code, has_passkey, field, error: message };
    render_with(scope, Some(caller), status, shown)
}
