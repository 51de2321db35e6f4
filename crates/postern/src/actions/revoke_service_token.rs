//! A token dies at once.

use postern_core::event::Event;
use postern_core::event::payload::ServiceTokenRevoked;
use postern_core::id::PersonId;
use postern_core::policy::ManageTokens;

use super::decide_on_power::stop_power_of_token;
use super::on_record::Attempt;
use super::{ActionError, Caller, permit_on_tenant};
use crate::scope::Scope;
use crate::store::{StoreError, service_tokens};

/// Revokes a token.
pub async fn revoke_service_token(scope: &Scope, caller: &Caller, id: &str) -> Result<(), ActionError> {
    let attempt = Attempt { actor: caller.actor(), step: "revoke_service_token", case: None, person: None };
    attempt.run(scope, || revoke(scope, caller, id)).await
}

async fn revoke(scope: &Scope, caller: &Caller, id: &str) -> Result<(), ActionError> {
    let permit = permit_on_tenant::<ManageTokens>(scope, caller).await?;
    if caller.scopes.is_some() {
        return Err(ActionError::refused("A token can't revoke tokens."));
    }
    let token =
        service_tokens::find(&scope.app.db, &scope.tenant.id, id).await?.ok_or(ActionError::NotFound)?;
    let mut change = caller.change_on(scope, &PersonId::new(&token.owner_id)).await?;
    // In the order of whoever gives the power: first what waits, then the token.
    stop_power_of_token(scope, &mut change, caller, id).await?;
    match service_tokens::revoke(&mut change, id).await {
        Err(StoreError::Conflict) => return Err(ActionError::NotFound),
        other => other?,
    }
    let event =
        Event::new(caller.actor(), ServiceTokenRevoked::One { token: id }).policies(permit.policies());
    Ok(change.commit(&event).await?)
}
