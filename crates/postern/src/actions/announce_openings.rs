//! Openings that were gathered: told in one digest a day, or by themselves before anybody works on the case.

use jiff::Timestamp;
use postern_core::event::payload::CaseOpeningsAnnounced;
use postern_core::event::{Actor, Event};
use postern_core::id::PersonId;

use super::ActionError;
use crate::config::Config;
use crate::notify;
use crate::scope::Scope;
use crate::store::StoreError;
use crate::store::cases::{CaseRow, openings};

/// Tells the owner of this opening now, if it still waits for its digest. In a change of its own, which has committed when
/// this returns: whatever step follows, the owner was told before it.
pub(super) async fn announce_opening(scope: &Scope, row: &CaseRow) -> Result<(), ActionError> {
    let Some(person) = row.person_id.as_deref().map(PersonId::new).filter(|_| row.announced_at.is_none())
    else {
        return Ok(());
    };
    let id = row.case_id();
    let mut change = scope.begin().await?;
    match openings::mark_announced(&mut change, &row.id).await {
        Err(StoreError::Conflict) => return Ok(()),
        other => other?,
    }
    notify::announce_gathered_opening(scope, &mut change, &person, &id).await?;
    let announced = CaseOpeningsAnnounced { references: &[&row.reference], why: "somebody works on it" };
    change.commit(&Event::new(Actor::System, announced).person(&person).case(&id)).await?;
    Ok(())
}

/// Sends the digests that are due: one for each person with gathered openings, once a day.
pub async fn announce_openings(scope: &Scope) -> Result<(), ActionError> {
    let now = scope.now;
    let before = |time| now.saturating_sub(time).unwrap_or(Timestamp::MIN);
    let last_digest = before(Config::OPENINGS_GATHERED);
    let gathered = before(Config::DIGEST_AFTER);
    for person in
        openings::list_people_to_notify(&scope.app.db, &scope.tenant.id, gathered, last_digest).await?
    {
        // One that can't be read holds up no other.
        if let Err(error) = announce_digest(scope, &person, last_digest).await {
            tracing::error!(%person, ?error, "gathered openings were not told; trying again");
        }
    }
    Ok(())
}

async fn announce_digest(
    scope: &Scope,
    person: &PersonId,
    last_digest: Timestamp,
) -> Result<(), ActionError> {
    let mut change = scope.begin().await?;
    match openings::begin_digest(&mut change, person, last_digest).await {
        // Another node was faster.
        Err(StoreError::Conflict) => return Ok(()),
        other => other?,
    }
    let rows = openings::take_gathered(&mut change, person).await?;
    if rows.is_empty() {
        return Ok(());
    }
    notify::announce_openings(scope, &mut change, person, &rows).await?;
    let references: Vec<&str> = rows.iter().map(|row| row.reference.as_str()).collect();
    let announced = CaseOpeningsAnnounced { references: &references, why: "the digest of the day" };
    change.commit(&Event::new(Actor::System, announced).person(person)).await?;
    Ok(())
}
