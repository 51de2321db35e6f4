//! `/desk/people/{id}/note` and `/desk/cases/{id}/note`: one field at the foot of the timeline.

use axum::extract::Path;
use axum::response::Response;
use postern_core::id::{CaseId, PersonId};
use postern_core::policy::ViewCase;
use serde::Deserialize;

use super::case::{TypedFields, answer};
use super::person;
use crate::actions::add_note::add_note;
use crate::actions::{ActionError, case_for, permit_on_case};
use crate::scope::Scope;
use crate::web::extract::{Form, Signed};
use crate::web::problem::Problem;
use crate::web::toast::Toast;

/// What is to be kept.
#[derive(Deserialize)]
pub struct NoteForm {
    #[serde(default)]
    note: String,
}

/// `POST /desk/people/{id}/note`
pub async fn submit(
    scope: Scope,
    Signed(caller): Signed,
    Path(id): Path<String>,
    Form(form): Form<NoteForm>,
) -> Result<Response, Problem> {
    let id = PersonId::new(id);
    match add_note(&scope, &caller, (&id, None), &form.note).await {
        Ok(()) => Ok(Toast::NoteAdded.redirect(&format!("/desk/people/{id}#timeline"))),
        Err(error) => person::page(&scope, &caller, &id, Some((error, form.note))).await,
    }
}

/// `POST /desk/cases/{id}/note`
pub async fn submit_in_case(
    scope: Scope,
    Signed(caller): Signed,
    Path(id): Path<String>,
    Form(form): Form<NoteForm>,
) -> Result<Response, Problem> {
    let id = CaseId::new(id);
    let (row, case, _) = case_for(&scope, &caller, &id).await?;
    permit_on_case::<ViewCase>(&scope, &caller, &case).await?;
    let outcome = match row.person_id.as_deref().map(PersonId::new) {
        Some(person) => add_note(&scope, &caller, (&person, Some(&id)), &form.note).await,
        None => Err(ActionError::refused("Nobody by that name is in the directory.")),
    };
    let typed = TypedFields::of_note(form.note);
    answer(&scope, &caller, &id, (outcome.map(|()| Toast::NoteAdded), typed)).await
}
