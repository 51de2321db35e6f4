//! A member of staff writes down something about a person, for whoever looks next. It stands in the audit log and nowhere else:
//! nobody rewrites it.

use postern_core::event::Event;
use postern_core::event::payload::UserNoteAdded;
use postern_core::id::{CaseId, PersonId};
use postern_core::policy::AddNote;
use postern_core::reason::{Reason, ReasonError};

use super::on_record::Attempt;
use super::{ActionError, Caller, permit_on_person};
use crate::scope::Scope;
use crate::store::persons;

/// Writes it down, in a case or of the person at large.
pub async fn add_note(
    scope: &Scope,
    caller: &Caller,
    (person, case): (&PersonId, Option<&CaseId>),
    note: &str,
) -> Result<(), ActionError> {
    let attempt = Attempt { actor: caller.actor(), step: "add_note", case, person: Some(person) };
    attempt.run(scope, || add(scope, caller, (person, case), note)).await
}

async fn add(
    scope: &Scope,
    caller: &Caller,
    (id, case): (&PersonId, Option<&CaseId>),
    note: &str,
) -> Result<(), ActionError> {
    let person = persons::load(&scope.app.db, &scope.tenant.id, id).await?;
    let permit = permit_on_person::<AddNote>(scope, caller, &person).await?;
    let note = Reason::parse(note).map_err(|error| {
        let message = match error {
            ReasonError::Empty => "Write a few words that will still make sense in six months.",
            ReasonError::TooLong => "Keep the note under 500 characters; put the rest in the ticket it refers to.",
            ReasonError::Hidden => "Type the note anew: it holds characters that can't be seen, or that turn the direction of writing.",
        };
        ActionError::invalid("note", message)
    })?;
    let mut event =
        Event::new(caller.actor(), UserNoteAdded).person(id).reason(&note).policies(permit.policies());
    event.case = case.cloned();
    Ok(caller.change(scope).await?.commit(&event).await?)
}
