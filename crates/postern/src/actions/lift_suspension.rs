//! A senior opens an account again that the desk has shut. It is the dangerous half: another person than who shut it says so, with a
//! touch of their passkey, and it is told. Nothing comes back but what was there: who has no way in asks for a recovery. What the
//! owner shut by "this was not me" the operator opens alone.

use postern_core::event::Event;
use postern_core::event::payload::UserEnabled;
use postern_core::id::PersonId;
use postern_core::policy::LiftSuspension;
use postern_core::reason::Reason;
use serde_json::json;

use super::on_record::Attempt;
use super::{ActionError, Caller, expect_other_than, permit_on_person};
use crate::notify::{self, Notice};
use crate::scope::Scope;
use crate::store::persons;

/// Opens it.
pub async fn lift_suspension(
    scope: &Scope,
    caller: &Caller,
    person: &PersonId,
    reason: &str,
) -> Result<(), ActionError> {
    let attempt =
        Attempt { actor: caller.actor(), step: "lift_suspension", case: None, person: Some(person) };
    attempt.run(scope, || lift(scope, caller, person, reason)).await
}

async fn lift(scope: &Scope, caller: &Caller, id: &PersonId, reason: &str) -> Result<(), ActionError> {
    let (db, tenant) = (&scope.app.db, &scope.tenant.id);
    let person = persons::load(db, tenant, id).await?;
    let permit = permit_on_person::<LiftSuspension>(scope, caller, &person).await?;
    let reason = Reason::parse(reason)?;
    let Some(by) = persons::find_suspender(db, tenant, id).await? else {
        return Err(ActionError::refused(
            "The desk did not suspend this account. Where its owner did, the operator lifts it with 'postern person recover'.",
        ));
    };
    if by == caller.person.id {
        return Err(ActionError::refused("You suspended it. Another senior or admin must lift it."));
    }
    expect_other_than(scope, &caller.person.id, &by).await?;
    caller.expect_step_up(scope.now)?;
    let mut change = caller.change_on(scope, id).await?;
    persons::enable_after(&mut change, id, &by).await?;
    notify::announce(scope, &mut change, id, None, Notice::SuspensionLifted).await?;
    let before = json!({ "suspended": true, "why": person.suspended_why, "by": by });
    let enabled =
        Event::new(caller.actor(), UserEnabled).person(id).reason(&reason).policies(permit.policies());
    Ok(change.commit(&enabled.before(before)).await?)
}
