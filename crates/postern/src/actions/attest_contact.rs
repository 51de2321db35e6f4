//! An admin says that an imported number or address is the person's. From then on its age counts, and whoever said so is no
//! second person where it is used.

use postern_core::event::Event;
use postern_core::event::payload::ContactAttested;
use postern_core::id::PersonId;
use postern_core::policy::ChangePerson;
use postern_core::reason::Reason;
use serde_json::json;

use super::on_record::Attempt;
use super::{ActionError, Caller, permit_on_person};
use crate::notify::{self, Notice};
use crate::scope::Scope;
use crate::store::{StoreError, contacts, persons};

/// Notes whose word it is.
pub async fn attest_contact(
    scope: &Scope,
    caller: &Caller,
    person: &PersonId,
    (contact, reason): (&str, &str),
) -> Result<(), ActionError> {
    let attempt = Attempt { actor: caller.actor(), step: "attest_contact", case: None, person: Some(person) };
    attempt.run(scope, || attest(scope, caller, person, (contact, reason))).await
}

async fn attest(
    scope: &Scope,
    caller: &Caller,
    id: &PersonId,
    (contact, reason): (&str, &str),
) -> Result<(), ActionError> {
    let person = persons::load(&scope.app.db, &scope.tenant.id, id).await?;
    let permit = permit_on_person::<ChangePerson>(scope, caller, &person).await?;
    let reason = Reason::parse(reason)?;
    caller.expect_step_up(scope.now)?;
    let mut change = caller.change_on(scope, id).await?;
    match contacts::attest(&mut change, id, contact, &caller.person.id).await {
        Err(StoreError::Conflict) => {
            let message = "Somebody attested this contact already, or it is not on file for them.";
            return Err(ActionError::refused(message));
        }
        other => other?,
    }
    notify::announce(scope, &mut change, id, None, Notice::ContactAttested).await?;
    let event = Event::new(caller.actor(), ContactAttested { contact })
        .person(id)
        .reason(&reason)
        .policies(permit.policies())
        .before(json!({ "attested": false }));
    Ok(change.commit(&event).await?)
}
