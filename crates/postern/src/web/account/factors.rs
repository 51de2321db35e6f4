//! `/account/factors/{id}`: a person names a factor of theirs, or removes it with a code as proof. Where a passkey proves
//! it, `passkeys.js` calls the handlers of `/api/v1/account/factors`.

use axum::extract::Path;
use axum::response::Response;
use postern_core::factor::FactorKind;
use serde::{Deserialize, Serialize};

use crate::actions::factor_proof::FactorProof;
use crate::actions::{ActionError, Caller, name_factor, remove_factor};
use crate::scope::Scope;
use crate::store::factors::{self, Factor};
use crate::texts::ErrorText;
use crate::web::extract::{Form, Signed};
use crate::web::page::PageView;
use crate::web::problem::Problem;
use crate::web::router::{form_outcome, render_with};
use crate::web::toast::Toast;

/// A new name.
#[derive(Deserialize)]
pub struct LabelForm {
    #[serde(default)]
    label: String,
}

/// A code as proof.
#[derive(Deserialize)]
pub struct RemoveFactorForm {
    #[serde(default)]
    code: String,
}

/// What the page shows.
#[derive(Serialize)]
#[expect(clippy::struct_excessive_bools, reason = "each is the answer to a question of its own")]
pub struct RemoveFactorPage {
    pub id: String,
    pub kind: String,
    pub second_step_only: bool,
    pub label: String,
    /// Microseconds.
    pub created_at: i64,
    /// Whether nothing else is left that proves a change: a phone that approves a sign-in does not.
    pub is_last: bool,
    /// Whether what is left opens no desk.
    pub shuts_desk: bool,
    /// Whether a code app can prove that it is theirs to remove.
    pub has_code: bool,
    /// Whether a passkey can.
    pub has_passkey: bool,
    pub error: Option<ErrorText>,
}

impl PageView for RemoveFactorPage {
    const TEMPLATE: &'static str = "account/remove_factor.html";
}

/// `POST /account/factors/{id}/name`
pub async fn name(
    scope: Scope,
    Signed(caller): Signed,
    Path(id): Path<String>,
    Form(form): Form<LabelForm>,
) -> Result<Response, Problem> {
    name_factor::name_factor(&scope, &caller, &id, &form.label).await?;
    Ok(Toast::FactorNamed.redirect("/account"))
}

/// `GET /account/factors/{id}/remove`
pub async fn show_remove(
    scope: Scope,
    Signed(caller): Signed,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    page(&scope, &caller, &id, None).await
}

/// `POST /account/factors/{id}/remove`
pub async fn remove(
    scope: Scope,
    Signed(caller): Signed,
    Path(id): Path<String>,
    Form(form): Form<RemoveFactorForm>,
) -> Result<Response, Problem> {
    let proof = FactorProof::Code(form.code);
    match remove_factor::remove_factor(&scope, &caller, &id, ("", &proof)).await {
        Ok(()) => Ok(Toast::FactorRemoved.redirect("/account")),
        Err(error) => page(&scope, &caller, &id, Some(error)).await,
    }
}

async fn page(
    scope: &Scope,
    caller: &Caller,
    id: &str,
    error: Option<ActionError>,
) -> Result<Response, Problem> {
    let (status, _, message) = form_outcome(error)?;
    let own = factors::list(&scope.app.db, &scope.tenant.id, &caller.person.id).await?;
    let factor = own.iter().find(|factor| factor.id == id).ok_or_else(Problem::not_found)?;
    let now = scope.now;
    let others: Vec<&Factor> = own
        .iter()
        .filter(|other| other.id != factor.id && other.works(now) && other.proves_change())
        .collect();
    let (has_code, has_passkey) = factors::which_prove(&own, now);
    let shown = RemoveFactorPage {
        id: factor.id.clone(),
        kind: factor.kind.clone(),
        second_step_only: factor.second_step_only == 1,
        label: factor.label.clone(),
        created_at: factor.created_at,
        is_last: others.is_empty(),
        shuts_desk: caller.person.role.is_staff()
            && others.iter().all(|other| !other.is(FactorKind::Webauthn)),
        has_code,
        has_passkey,
        error: message,
    };
    render_with(scope, Some(caller), status, shown)
}
