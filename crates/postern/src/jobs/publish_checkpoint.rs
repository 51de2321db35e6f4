//! Sends the newest checkpoint of the audit log out of the house, once a day.

use jiff::{SignedDuration, Timestamp};

use crate::actions::ActionError;
use crate::actions::publish_checkpoint::publish_checkpoint as publish_newest;
use crate::scope::Scope;

const EVERY: SignedDuration = SignedDuration::from_hours(24);

/// Publishes it. The answer: when the next one is due.
pub async fn publish_checkpoint(scope: &Scope) -> Result<Option<Timestamp>, ActionError> {
    publish_newest(scope).await?;
    Ok(Some(scope.now + EVERY))
}
