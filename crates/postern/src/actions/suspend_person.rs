//! The desk shuts an account on a call: all access ends at once, and nobody signs in until it is lifted.

use postern_core::event::Event;
use postern_core::event::payload::{SessionRevoked, UserSuspended};
use postern_core::id::PersonId;
use postern_core::policy::SuspendPerson;
use postern_core::reason::Reason;
use serde_json::json;

use super::end_access::{AccessEnd, end_access};
use super::on_record::Attempt;
use super::{ActionError, Caller, permit_on_person};
use crate::notify::{self, Notice};
use crate::scope::Scope;
use crate::store::{StoreError, persons};

/// Shuts it.
pub async fn suspend_person(
    scope: &Scope,
    caller: &Caller,
    person: &PersonId,
    reason: &str,
) -> Result<(), ActionError> {
    let attempt = Attempt { actor: caller.actor(), step: "suspend_person", case: None, person: Some(person) };
    attempt.run(scope, || suspend(scope, caller, person, reason)).await
}

async fn suspend(scope: &Scope, caller: &Caller, id: &PersonId, reason: &str) -> Result<(), ActionError> {
    let person = persons::load(&scope.app.db, &scope.tenant.id, id).await?;
    let permit = permit_on_person::<SuspendPerson>(scope, caller, &person).await?;
    let reason = Reason::parse(reason)?;
    let mut change = caller.change_on(scope, id).await?;
    match persons::suspend(&mut change, id, (reason.as_str(), Some(&caller.person.id))).await {
        Err(StoreError::Conflict) => return Err(ActionError::refused("The account is suspended already.")),
        other => other?,
    }
    let sessions = end_access(scope, &mut change, id, AccessEnd::Suspension).await?;
    let about = |event: Event| event.person(id).reason(&reason).policies(permit.policies());
    if sessions > 0 {
        let revoked = SessionRevoked { sessions, why: Some("suspended") };
        change.record(about(Event::new(caller.actor(), revoked)));
    }
    notify::announce(scope, &mut change, id, None, Notice::AccountSuspendedByDesk).await?;
    let suspended = Event::new(caller.actor(), UserSuspended { why: "the desk" });
    Ok(change.commit(&about(suspended).before(json!({ "suspended": false }))).await?)
}
