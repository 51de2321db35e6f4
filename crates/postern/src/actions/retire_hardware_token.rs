//! An admin retires a hardware token: it is dead for good. Whose it was loses it.

use postern_core::event::Event;
use postern_core::event::payload::{MfaFactorRemoved, MfaHardwareTokenRetired, SessionRevoked};
use postern_core::id::PersonId;
use postern_core::policy::{ChangePerson, ManagePeople};
use serde_json::json;

use super::on_record::Attempt;
use super::{ActionError, Caller, permit_on_person, permit_on_tenant};
use crate::notify::{self, Notice};
use crate::scope::Scope;
use crate::store::factors::Factor;
use crate::store::{Change, factors, hardware_tokens, persons, sessions};

/// Retires it.
pub async fn retire_hardware_token(scope: &Scope, caller: &Caller, id: &str) -> Result<(), ActionError> {
    let attempt = Attempt { actor: caller.actor(), step: "retire_hardware_token", case: None, person: None };
    attempt.run(scope, || retire(scope, caller, id)).await
}

async fn retire(scope: &Scope, caller: &Caller, id: &str) -> Result<(), ActionError> {
    let permit = permit_on_tenant::<ManagePeople>(scope, caller).await?;
    let (db, tenant) = (&scope.app.db, &scope.tenant.id);
    let token = hardware_tokens::find(db, tenant, id).await?.ok_or(ActionError::NotFound)?;
    caller.expect_step_up(scope.now)?;
    let factor = match &token.factor_id {
        Some(factor) => factors::find(db, tenant, factor).await?,
        None => None,
    };
    let owner = factor.as_ref().map(|factor| PersonId::new(factor.person_id.as_str()));
    let mut change = match &owner {
        Some(owner) => {
            permit_on_person::<ChangePerson>(scope, caller, &persons::load(db, tenant, owner).await?).await?;
            caller.change_on(scope, owner).await?
        }
        None => caller.change(scope).await?,
    };
    hardware_tokens::retire(&mut change, id, token.factor_id.as_deref()).await?;
    if let (Some(owner), Some(factor)) = (&owner, &factor) {
        remove(scope, caller, &mut change, (owner, factor)).await?;
    }
    let retired = MfaHardwareTokenRetired { token: id, serial: &token.serial };
    let event = Event::new(caller.actor(), retired).policies(permit.policies());
    let event = match &owner {
        Some(owner) => event.person(owner),
        None => event,
    };
    change.commit(&event).await?;
    Ok(())
}

/// Takes it from its owner, unless nothing would be left: that is a reset, and wants a case.
async fn remove(
    scope: &Scope,
    caller: &Caller,
    change: &mut Change<'_>,
    (owner, factor): (&PersonId, &Factor),
) -> Result<(), ActionError> {
    let held = factors::list_locked(change, owner).await?;
    let is_other = |other: &Factor| other.id != factor.id && other.works(scope.now) && other.proves_change();
    if !held.iter().any(is_other) {
        return Err(ActionError::refused(
            "It is the last way in of whoever has it. Open a case for them: a reset takes the token from them too.",
        ));
    }
    factors::remove(change, owner, &factor.id).await?;
    // It was lost, mostly, and whoever found it may have signed in with it.
    let ended = sessions::end_all(change, owner).await?;
    if ended > 0 {
        let revoked = SessionRevoked { sessions: ended, why: Some("a factor was removed") };
        change.record(Event::new(caller.actor(), revoked).person(owner));
    }
    notify::announce(scope, change, owner, None, Notice::FactorRemoved).await?;
    let gone = MfaFactorRemoved::ByOthers {
        kind: &factor.kind,
        factor: &factor.id,
        why: "the hardware token was retired",
    };
    let before = json!({ "label": factor.label });
    change.record(Event::new(caller.actor(), gone).person(owner).before(before));
    Ok(())
}
