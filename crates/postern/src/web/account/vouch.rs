//! `/account/vouches/{id}`: a manager's word for a report.

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use postern_core::case::Stage;
use postern_core::evidence::{Evidence, Kind};
use postern_core::id::CaseId;
use postern_core::policy::Vouch;
use serde::Deserialize;
use serde_json::json;

use crate::actions::{Caller, case_for, permit_on_case, vouch};
use crate::scope::Scope;
use crate::store::persons;
use crate::web::extract::{Form, Signed};
use crate::web::problem::Problem;
use crate::web::router::{form_error, render_with};
use crate::web::toast::Toast;

/// The form.
#[derive(Deserialize)]
pub struct VouchForm {
    phrase: String,
    how: String,
}

/// `GET /account/vouches/{id}`
pub async fn show(scope: Scope, Signed(caller): Signed, Path(id): Path<String>) -> Result<Response, Problem> {
    page(&scope, &caller, &CaseId::new(id), None).await
}

/// `POST /account/vouches/{id}`
pub async fn submit(
    scope: Scope,
    Signed(caller): Signed,
    Path(id): Path<String>,
    Form(form): Form<VouchForm>,
) -> Result<Response, Problem> {
    let id = CaseId::new(id);
    match vouch::vouch(&scope, &caller, &id, &form.phrase, &form.how).await {
        Ok(()) => Ok(Toast::Vouched.redirect("/account")),
        Err(error) => {
            let error = form_error(error)?;
            page(&scope, &caller, &id, Some((error, &form.how))).await
        }
    }
}

type VouchError<'a> = ((StatusCode, Option<&'static str>, String), &'a str);

async fn page(
    scope: &Scope,
    caller: &Caller,
    id: &CaseId,
    error: Option<VouchError<'_>>,
) -> Result<Response, Problem> {
    let (row, case, _) = case_for(scope, caller, id).await?;
    let is_their_word = |piece: &Evidence| {
        piece.is_confirmed() && piece.kind() == Kind::ManagerVouch && piece.attested_by == caller.person.id
    };
    let gave_word = case.evidence_for_page().any(is_their_word);
    if !gave_word {
        permit_on_case::<Vouch>(scope, caller, &case).await?;
    }
    let person = persons::load(&scope.app.db, &scope.tenant.id, &case.subject().person).await?;
    let (status, field, message, how) = match error {
        Some(((status, field, message), how)) => (status, field, Some(message), how),
        None => (StatusCode::OK, None, None, ""),
    };
    let values = json!({
        "id": row.id, "reference": row.reference, "name": person.name, "opened_at": row.opened_at,
        "open": !gave_word && *case.stage() == Stage::Verifying, "field": field, "error": message, "how": how,
    });
    render_with(scope, Some(caller), status, "account/vouch.html", values)
}
