//! A token dies at once.

use postern_core::event::{Event, EventKind};
use postern_core::policy::ManageTokens;
use serde_json::json;

use super::decide_on_power::stop_power_of_token;
use super::{ActionError, Caller, permit_on_tenant};
use crate::app::App;
use crate::store::{StoreError, service_tokens};

/// Revokes a token.
pub async fn revoke_service_token(app: &App, caller: &Caller, id: &str) -> Result<(), ActionError> {
    let permit = permit_on_tenant::<ManageTokens>(app, caller).await?;
    if caller.scopes.is_some() {
        return Err(ActionError::Refused("A token can't revoke tokens.".to_owned()));
    }
    let mut change = caller.change(app).await?;
    match service_tokens::revoke(&mut change, id).await {
        Err(StoreError::Conflict) => return Err(ActionError::NotFound),
        other => other?,
    }
    stop_power_of_token(app, &mut change, caller, id).await?;
    let event = Event::new(EventKind::ServiceTokenRevoked, caller.actor())
        .policies(permit.policies())
        .detail(json!({ "token": id }));
    Ok(change.commit(&event).await?)
}
