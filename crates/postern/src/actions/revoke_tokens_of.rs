//! An account that is reset or suspended takes its tokens with it.

use postern_core::event::{Actor, Event, EventKind};
use postern_core::id::PersonId;
use serde_json::json;

use super::ActionError;
use crate::store::{Change, service_tokens};

/// Revokes every token of a person, on the record.
pub(super) async fn revoke_tokens_of(change: &mut Change<'_>, owner: &PersonId) -> Result<(), ActionError> {
    let revoked = service_tokens::revoke_all(change, owner).await?;
    if revoked > 0 {
        let event = Event::new(EventKind::ServiceTokenRevoked, Actor::System)
            .person(owner)
            .detail(json!({ "tokens": revoked, "why": "the owner's account was reset or suspended" }));
        change.record(event);
    }
    Ok(())
}
