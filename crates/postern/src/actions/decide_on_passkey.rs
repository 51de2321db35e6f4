//! A senior or an admin decides on a passkey of staff that waits: yes, it may work now; or no, it goes.

use postern_core::event::Event;
use postern_core::event::payload::{MfaFactorApproved, MfaFactorRemoved};
use postern_core::factor::FactorKind;
use postern_core::id::PersonId;
use postern_core::policy::{ApprovePasskey, StopPasskey};
use postern_core::reason::Reason;
use serde_json::{Value, json};

use super::on_record::Attempt;
use super::{ActionError, Caller, expect_other_than, permit_on_person};
use crate::notify::{self, Notice};
use crate::scope::Scope;
use crate::store::factors::waiting::{self, WaitingPasskey};
use crate::store::persons::{self, Person};
use crate::store::{power_grants, time};

/// The second yes.
pub async fn approve_passkey(
    scope: &Scope,
    caller: &Caller,
    id: &str,
    reason: &str,
) -> Result<(), ActionError> {
    let attempt = Attempt { actor: caller.actor(), step: "approve_passkey", case: None, person: None };
    attempt.run(scope, || approve(scope, caller, id, reason)).await
}

async fn approve(scope: &Scope, caller: &Caller, id: &str, reason: &str) -> Result<(), ActionError> {
    let (passkey, person) = load_waiting(scope, id).await?;
    let permit = permit_on_person::<ApprovePasskey>(scope, caller, &person).await?;
    let reason = Reason::parse(reason)?;
    expect_other_than(scope, &caller.person.id, &person.id).await?;
    caller.expect_step_up(scope.now)?;
    let mut change = caller.change_on(scope, &person.id).await?;
    waiting::end_wait(&mut change, id).await?;
    notify::announce(scope, &mut change, &person.id, None, Notice::PasskeyApproved).await?;
    let approved = MfaFactorApproved { kind: FactorKind::Webauthn, factor: id };
    let event = Event::new(caller.actor(), approved)
        .person(&person.id)
        .reason(&reason)
        .policies(permit.policies())
        .before(state(&passkey));
    change.commit(&event).await?;
    Ok(())
}

/// The no: it is removed before it ever worked.
pub async fn stop_passkey(scope: &Scope, caller: &Caller, id: &str, reason: &str) -> Result<(), ActionError> {
    let attempt = Attempt { actor: caller.actor(), step: "stop_passkey", case: None, person: None };
    attempt.run(scope, || stop(scope, caller, id, reason)).await
}

async fn stop(scope: &Scope, caller: &Caller, id: &str, reason: &str) -> Result<(), ActionError> {
    let (passkey, person) = load_waiting(scope, id).await?;
    let permit = permit_on_person::<StopPasskey>(scope, caller, &person).await?;
    let reason = Reason::parse(reason)?;
    let mut change = caller.change_on(scope, &person.id).await?;
    waiting::remove_waiting(&mut change, id).await?;
    notify::announce(scope, &mut change, &person.id, None, Notice::FactorRemoved).await?;
    let kind = FactorKind::Webauthn.as_str();
    let removed = MfaFactorRemoved::ByOthers { kind, factor: id, why: "stopped before it worked" };
    let event = Event::new(caller.actor(), removed)
        .person(&person.id)
        .reason(&reason)
        .policies(permit.policies())
        .before(state(&passkey));
    change.commit(&event).await?;
    Ok(())
}

/// A passkey that waits, and whose it is: with the role that they will have, if a higher one waits for them.
pub async fn load_waiting(scope: &Scope, id: &str) -> Result<(WaitingPasskey, Person), ActionError> {
    let now = scope.now;
    let found = waiting::find_waiting(&scope.app.db, &scope.tenant.id, id, now)
        .await?
        .ok_or(ActionError::NotFound)?;
    let id = PersonId::new(&found.person_id);
    // Before the person: a role that begins to work between the two is seen by one of them.
    let waiting = power_grants::find_waiting_role(&scope.app.db, &scope.tenant.id, &id).await?;
    let mut person = persons::load(&scope.app.db, &scope.tenant.id, &id).await?;
    if let Some(role) = waiting.filter(|role| role.rank() > person.role.rank()) {
        person.role = role;
    }
    Ok((found, person))
}

fn state(passkey: &WaitingPasskey) -> Value {
    json!({
        "factor": passkey.id, "label": passkey.label, "enrolled_at": time(passkey.created_at).to_string(),
        "waits_until": time(passkey.usable_at).to_string(),
    })
}
