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

/// Counts the request at hand, or says how long its sender has to wait. A device that has sent too much still has the place
/// that everybody at its address has: it may be one that several people share.
pub async fn admit_request(scope: &Scope) -> Result<(), ActionError> {
    let (sender, limits) = (find_sender(scope).await?, &scope.app.sender_limits);
    let by_address = RequestSender::at(&scope.request.ip);
    let admitted = limits.admit(&scope.tenant.id, &sender).or_else(|wait| match sender {
        RequestSender::Owner(_) => limits.admit(&scope.tenant.id, &by_address),
        RequestSender::Unknown { .. } => Err(wait),
    });
    admitted.map_err(ActionError::Throttled)
}
