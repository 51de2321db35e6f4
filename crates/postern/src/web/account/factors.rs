//! `/account/factors/{id}`: a person names a factor of theirs, or removes it with a code as proof. Where a passkey proves
//! it, `passkeys.js` calls the handlers of `/api/v1/account/factors`.

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::actions::factor_proof::FactorProof;
use crate::actions::{ActionError, Caller, name_factor, remove_factor};
use crate::scope::Scope;
use crate::store::factors::{self, Factor};
use crate::texts::ErrorText;
use crate::web::extract::{Form, Signed};
use crate::web::problem::Problem;
use crate::web::router::{form_message, render_with};
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
    let (status, message) = match error {
        None => (StatusCode::OK, None),
        Some(error) => {
            let (status, _, message) = form_message(error)?;
            (status, Some(message))
        }
    };
    let own = factors::list(&scope.app.db, &scope.tenant.id, &caller.person.id).await?;
    let factor = own.iter().find(|factor| factor.id == id).ok_or_else(Problem::not_found)?;
    let values = values(scope, caller, (&own, factor), message);
    render_with(scope, Some(caller), status, "account/remove_factor.html", values)
}

fn values(
    scope: &Scope,
    caller: &Caller,
    (own, factor): (&[Factor], &Factor),
    error: Option<ErrorText>,
) -> Value {
    let now = scope.now;
    let others: Vec<&Factor> = own.iter().filter(|other| other.id != factor.id && other.works(now)).collect();
    let has = |kind: &str| own.iter().any(|other| other.kind == kind && other.works(now));
    json!({
        "id": factor.id, "kind": factor.kind, "second_step_only": factor.second_step_only == 1, "label": factor.label, "created_at": factor.created_at,
        "is_last": others.is_empty(),
        "shuts_desk": caller.person.role.is_staff() && others.iter().all(|other| other.kind == "totp"),
        "has_code": has("totp"), "has_passkey": has("webauthn"),
        "error": error,
    })
}
