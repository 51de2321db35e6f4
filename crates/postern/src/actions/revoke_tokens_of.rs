//! An account that is reset or suspended takes its tokens with it.

use postern_core::event::payload::ServiceTokenRevoked;
use postern_core::event::{Actor, Event};
use postern_core::id::PersonId;

use super::ActionError;
use crate::store::{Change, service_tokens};

/// Revokes every token of a person, on the record.
pub(super) async fn revoke_tokens_of(change: &mut Change<'_>, owner: &PersonId) -> Result<(), ActionError> {
    let revoked = service_tokens::revoke_all(change, owner).await?;
    if revoked > 0 {
        let all = ServiceTokenRevoked::AllOfOwner {
            tokens: revoked,
            why: "the owner's account was reset or suspended",
        };
        change.record(Event::new(Actor::System, all).person(owner));
    }
    Ok(())
}
