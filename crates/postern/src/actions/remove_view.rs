//! A member of staff removes a view of the list of cases that they kept.

use postern_core::event::Event;
use postern_core::event::payload::UserViewRemoved;
use postern_core::policy::ViewDesk;

use super::retry::retry;
use super::{ActionError, Caller, permit_on_tenant};
use crate::scope::Scope;
use crate::store::{StoreError, saved_views};

/// Removes it. One that is not there, or not any more, is refused.
pub async fn remove_view(scope: &Scope, caller: &Caller, name: &str) -> Result<(), ActionError> {
    retry(|| remove(scope, caller, name)).await
}

async fn remove(scope: &Scope, caller: &Caller, name: &str) -> Result<(), ActionError> {
    permit_on_tenant::<ViewDesk>(scope, caller).await?;
    let name = name.trim();
    let mut change = caller.change(scope).await?;
    match saved_views::delete(&mut change, &caller.person.id, name).await {
        Err(StoreError::Conflict) => {
            return Err(ActionError::refused("You keep no view of that name."));
        }
        other => other?,
    }
    let event = Event::new(caller.actor(), UserViewRemoved { name }).person(&caller.person.id);
    Ok(change.commit(&event).await?)
}
