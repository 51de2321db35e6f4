//! An admin makes a new set-up code for somebody who never enrolled: who lost the first one, or broke off after the password. Whoever did
//! enrol comes back by a case, never by this.

use postern_core::event::Event;
use postern_core::event::payload::{AlwaysTrue, UserPasswordChanged, UserSetUpCodeIssued};
use postern_core::id::PersonId;
use postern_core::policy::ChangePerson;
use postern_core::reason::Reason;

use super::add_person::{keep_set_up_code, new_set_up_code};
use super::on_record::Attempt;
use super::recover_person::forget_guesses;
use super::{ActionError, Caller, permit_on_person};
use crate::notify::{self, Notice};
use crate::scope::Scope;
use crate::store::persons::{self, enrolment, made_by};
use crate::store::{Change, ceremonies, flows, power_grants};

/// Makes one; an earlier one is dead. The answer is shown once.
pub async fn issue_set_up_code(
    scope: &Scope,
    caller: &Caller,
    person: &PersonId,
    reason: &str,
) -> Result<String, ActionError> {
    let attempt =
        Attempt { actor: caller.actor(), step: "issue_set_up_code", case: None, person: Some(person) };
    attempt.run(scope, || issue(scope, caller, person, reason)).await
}

async fn issue(scope: &Scope, caller: &Caller, id: &PersonId, reason: &str) -> Result<String, ActionError> {
    let person = persons::load(&scope.app.db, &scope.tenant.id, id).await?;
    let permit = permit_on_person::<ChangePerson>(scope, caller, &person).await?;
    let reason = Reason::parse(reason)?;
    caller.expect_step_up(scope.now)?;
    let (code, hash) = new_set_up_code(scope, id).await?;
    let mut change = caller.change_on(scope, id).await?;
    expect_never_enrolled(&mut change, id).await?;
    if persons::has_password(&mut change, id).await? {
        discard_password(&mut change, id).await?;
        let gone = UserPasswordChanged::Removed { removed: AlwaysTrue };
        change.record(Event::new(caller.actor(), gone).person(id).reason(&reason));
    }
    keep_set_up_code(&mut change, id, &hash).await?;
    made_by::save(&mut change, id, &caller.person.id).await?;
    notify::announce(scope, &mut change, id, None, Notice::SetUpCodeIssued).await?;
    if person.role.is_staff() || !power_grants::list_waiting_of(&mut change, id).await?.is_empty() {
        // Whoever holds it is staff once they have enrolled.
        let text = format!("{} made a new set-up code for {}.", caller.person.name, person.name);
        let page = format!("/desk/people/{id}");
        let subject = "A new set-up code for somebody with a desk role";
        notify::notify_overseers(scope, &mut change, (subject, &text, &page)).await?;
    }
    let event = Event::new(caller.actor(), UserSetUpCodeIssued)
        .person(id)
        .reason(&reason)
        .policies(permit.policies());
    change.commit(&event).await?;
    Ok(code)
}

/// The password was chosen with an earlier code, and opened nothing yet: the next code chooses one anew. What was begun with it ends.
async fn discard_password(change: &mut Change<'_>, id: &PersonId) -> Result<(), ActionError> {
    persons::remove_password(change, id).await?;
    flows::end_all(change, id).await?;
    ceremonies::end_all(change, id).await?;
    forget_guesses(change, id).await
}

/// Inside the change, with the person's row locked: nobody enrols in the same moment.
async fn expect_never_enrolled(change: &mut Change<'_>, id: &PersonId) -> Result<(), ActionError> {
    if !enrolment::is_enrolled_locked(change, id).await? {
        return Ok(());
    }
    let message = "They have enrolled already. If they are locked out, they ask at the recovery page; where the operator \
                   has let them set up anew, the operator gives the next code too.";
    Err(ActionError::refused(message))
}
