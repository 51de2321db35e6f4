//! What time brings to trusted contacts. An ask that nobody answered is over, and its owner is told. Once a year the owner of some is
//! told whom they have chosen: people leave, and friends stop being friends.

use postern_core::event::payload::TrustedContactsReminded;
use postern_core::event::{Actor, Event};
use postern_core::trusted_contact::TrustEnd;

use super::ActionError;
use super::retry::retry;
use super::trusted_contacts::end;
use crate::notify;
use crate::scope::Scope;
use crate::store::trusted_contacts::{self, TrustedContact};
use crate::store::{StoreError, persons};

/// Does what one that is due is due for. `Conflict`: it has moved meanwhile.
pub async fn review_trusted_contact(scope: &Scope, due: &TrustedContact) -> Result<(), ActionError> {
    retry(|| review(scope, due)).await
}

async fn review(scope: &Scope, due: &TrustedContact) -> Result<(), ActionError> {
    let owner = due.owner();
    let mut change = scope.begin_for(&owner).await?;
    if due.accepted_at.is_none() {
        let event = end(scope, &mut change, due, (TrustEnd::Lapsed, Actor::System)).await?;
        return Ok(change.commit(&event).await?);
    }
    trusted_contacts::save_reminded(&mut change, due).await?;
    let chosen = trusted_contacts::list_chosen_locked(&mut change, &owner).await?;
    let accepted: Vec<&TrustedContact> = chosen.iter().filter(|one| one.accepted_at.is_some()).collect();
    match persons::lock_active(&mut change, &owner).await {
        Ok(()) => notify::remind_of_trusted_contacts(scope, &mut change, &owner, &accepted).await?,
        // Whoever can't sign in, and perhaps works here no more, changes nothing. In a year it is looked at again.
        Err(StoreError::Conflict) => {
            return Ok(change.commit_unrecorded("a reminder to a suspended account is put off").await?);
        }
        Err(other) => return Err(other.into()),
    }
    let ids: Vec<String> = accepted.iter().map(|one| one.id.clone()).collect();
    let event = Event::new(Actor::System, TrustedContactsReminded { trusted_contacts: &ids }).person(&owner);
    Ok(change.commit(&event).await?)
}
