//! What all that ends a trusted contact shares: the stage takes it or not, the row guards itself, the owner is told, the record says
//! how it was.

use postern_core::event::payload::TrustedContactEnded;
use postern_core::event::{Actor, Event};
use postern_core::id::PersonId;
use postern_core::trusted_contact::TrustEnd;
use serde_json::json;

use super::{ActionError, Caller};
use crate::config::Config;
use crate::notify::{self, Notice};
use crate::scope::Scope;
use crate::store::trusted_contacts::{self, TrustedContact};
use crate::store::{Change, time};
use crate::texts::MessageId;

/// One that the caller has a part in and that goes on, as it stands.
pub(super) async fn load(scope: &Scope, caller: &Caller, id: &str) -> Result<TrustedContact, ActionError> {
    let (db, tenant) = (&scope.app.db, &scope.tenant.id);
    let around = trusted_contacts::list_around(db, tenant, &caller.person.id, scope.now).await?;
    around.into_iter().find(|row| row.id == id).ok_or(ActionError::NotFound)
}

/// The same, where the caller chose.
pub(super) async fn load_chosen(
    scope: &Scope,
    caller: &Caller,
    id: &str,
) -> Result<TrustedContact, ActionError> {
    let row = load(scope, caller, id).await?;
    if row.owner() == caller.person.id { Ok(row) } else { Err(ActionError::NotFound) }
}

/// The same, where the caller was chosen.
pub(super) async fn load_choosing(
    scope: &Scope,
    caller: &Caller,
    id: &str,
) -> Result<TrustedContact, ActionError> {
    let row = load(scope, caller, id).await?;
    if row.owner() == caller.person.id { Err(ActionError::NotFound) } else { Ok(row) }
}

/// Ends it in the change, which holds the owner's row, and tells the owner. The answer is the record.
pub(super) async fn end(
    scope: &Scope,
    change: &mut Change<'_>,
    row: &TrustedContact,
    (how, actor): (TrustEnd, Actor),
) -> Result<Event, ActionError> {
    row.stage().end(how, change.at()).map_err(|_| over())?;
    trusted_contacts::end(change, row, how).await?;
    let notice = match how {
        TrustEnd::Declined => Some(Notice::TrustedContactDeclined),
        TrustEnd::Lapsed => Some(Notice::TrustedContactLapsed),
        TrustEnd::Removed => Some(Notice::TrustedContactRemoved),
        TrustEnd::Resigned => Some(Notice::TrustedContactResigned),
        // Whatever ended the access tells the owner.
        TrustEnd::AccessEnded => None,
    };
    if let Some(notice) = notice {
        notify::announce(scope, change, &row.owner(), None, notice).await?;
    }
    let before = json!({
        "asked_at": time(row.asked_at).to_string(),
        "accepted_at": row.accepted_at.map(|at| time(at).to_string()),
    });
    let ended = TrustedContactEnded { trusted_contact: &row.id, how };
    Ok(Event::new(actor, ended).person(&row.owner()).before(before))
}

/// Ends what a person has asked and nobody has answered, and whoever has become one so lately that the owner may hear of it only now,
/// in the change that ends the owner's access.
pub(super) async fn end_recent(
    scope: &Scope,
    change: &mut Change<'_>,
    person: &PersonId,
) -> Result<(), ActionError> {
    let lately = change.at() - Config::CONTEST_LIFE;
    for row in trusted_contacts::list_chosen_locked(change, person).await? {
        if row.accepted_at.is_none() || time(row.asked_at) > lately {
            let event = end(scope, change, &row, (TrustEnd::AccessEnded, Actor::System)).await?;
            change.record(event);
        }
    }
    Ok(())
}

/// It was answered, lapsed or ended meanwhile.
pub(super) fn over() -> ActionError {
    ActionError::refused(MessageId("trusted-contact-is-over"))
}
