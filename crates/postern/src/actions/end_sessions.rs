//! A member of staff ends every session of somebody: whoever holds one signs in again or is out.

use postern_core::event::Event;
use postern_core::event::payload::SessionRevoked;
use postern_core::id::PersonId;
use postern_core::policy::EndSessions;
use postern_core::reason::Reason;

use super::on_record::Attempt;
use super::{ActionError, Caller, permit_on_person};
use crate::scope::Scope;
use crate::store::{ceremonies, flows, persons, sessions};

/// Ends them. The answer: how many there were.
pub async fn end_sessions(
    scope: &Scope,
    caller: &Caller,
    person: &PersonId,
    reason: &str,
) -> Result<u64, ActionError> {
    let attempt = Attempt { actor: caller.actor(), step: "end_sessions", case: None, person: Some(person) };
    attempt.run(scope, || end(scope, caller, person, reason)).await
}

async fn end(scope: &Scope, caller: &Caller, id: &PersonId, reason: &str) -> Result<u64, ActionError> {
    let person = persons::load(&scope.app.db, &scope.tenant.id, id).await?;
    let permit = permit_on_person::<EndSessions>(scope, caller, &person).await?;
    let reason = Reason::parse(reason)?;
    let mut change = caller.change_on(scope, id).await?;
    // What is under way would be one in a moment.
    flows::end_all(&mut change, id).await?;
    ceremonies::end_all(&mut change, id).await?;
    let sessions = sessions::end_all(&mut change, id).await?;
    let event = Event::new(caller.actor(), SessionRevoked { sessions, why: Some("the desk ended them") })
        .person(id)
        .reason(&reason)
        .policies(permit.policies());
    change.commit(&event).await?;
    Ok(sessions)
}
