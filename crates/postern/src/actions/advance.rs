//! After each piece of proof: does the policy hold it to be enough?

use postern_core::case::{Case, Stage};
use postern_core::event::payload::CaseVerified;
use postern_core::event::{Actor, Event};
use postern_core::id::PersonId;

use super::ActionError;
use super::caller::with_filers;
use super::remedies::texts;
use crate::notify::{self, StaffNotice};
use crate::scope::Scope;
use crate::store::{Change, persons};

/// Moves the case on when the evidence suffices: to approval, to the notice that begins the hold, or to ready. The owner is told.
pub(super) async fn advance(scope: &Scope, change: &mut Change<'_>, case: Case) -> Result<Case, ActionError> {
    let now = change.at();
    // The call of this very step is among those.
    let case = with_filers(scope, case).await?;
    let Ok(permit) = scope.tenant.policies.verify(&case, case.proof(now)) else {
        return Ok(case);
    };
    // What was read of the person holds until the commit: an account that was suspended meanwhile is not verified.
    lock_subject(change, &case).await?;
    let policies = permit.policies().to_vec();
    let case = case.verify(permit, now)?;
    let verified = CaseVerified { next: case.stage().as_str(), remedy: case.remedy() };
    let verified = Event::new(Actor::System, verified)
        .person(&case.subject().person)
        .case(case.id())
        .policies(&policies);
    change.record(verified);
    let notice = texts(case.remedy()).verified;
    notify::announce(scope, change, &case.subject().person, Some(case.id()), notice).await?;
    if matches!(case.stage(), Stage::AwaitingApproval { .. }) {
        let attested: Vec<&PersonId> = case.evidence_for_page().map(|piece| &piece.attested_by).collect();
        notify::tell_seniors(scope, change, (StaffNotice::SecondYesWanted, &case), &attested).await?;
    }
    Ok(case)
}

/// Locks the person's row as it was read for this step; `Conflict` when what the rules depend on changed meanwhile.
pub(super) async fn lock_subject(change: &mut Change<'_>, case: &Case) -> Result<(), ActionError> {
    let read = case.subject_now().unwrap_or_else(|| case.subject());
    Ok(persons::lock_unchanged(change, read).await?)
}
