//! What anybody may send is limited by sender, before anything is looked at: by address, and by network, which may send
//! more. Whoever comes with a known device of somebody's is counted by that person instead, so that a flood from the
//! address that they share shuts no owner out.

use super::ActionError;
use crate::rng::token_hash;
use crate::scope::Scope;
use crate::sender_limits::RequestSender;
use crate::store::{StoreError, known_devices};

/// Who sent the request at hand. One that shows a device costs the look whose it is.
pub async fn find_sender(scope: &Scope) -> Result<RequestSender, StoreError> {
    let request = &scope.request;
    if let Some(device) = request.device.as_deref().map(token_hash)
        && let Some(owner) =
            known_devices::find_owner(&scope.app.db, &scope.tenant.id, &device, scope.now).await?
    {
        return Ok(RequestSender::Owner(owner));
    }
    Ok(RequestSender::at(&request.ip))
}

/// Counts the request at hand, or says how long its sender has to wait.
pub async fn admit_request(scope: &Scope) -> Result<(), ActionError> {
    let sender = find_sender(scope).await?;
    scope.app.sender_limits.admit(&scope.tenant.id, &sender).map_err(ActionError::Throttled)
}
