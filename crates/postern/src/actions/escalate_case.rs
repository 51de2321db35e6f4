//! Handed to a senior: agents can only look from now on. After the remedy what it gave is stopped until a senior decides.

use postern_core::case::{Refusal, Stage};
use postern_core::event::Event;
use postern_core::event::payload::CaseEscalated;
use postern_core::id::CaseId;
use postern_core::policy::Escalate;
use postern_core::reason::Reason;
use serde_json::json;

use super::advance::advance;
use super::announce_openings::announce_opening;
use super::on_record::Attempt;
use super::stop_remedy::{expect_person_after_remedy, stop_remedy};
use super::{ActionError, Caller, case_for, permit_on_case};
use crate::notify::{self, StaffNotice};
use crate::scope::Scope;
use crate::store::cases::{self, queue};

/// Escalates a case.
pub async fn escalate_case(
    scope: &Scope,
    caller: &Caller,
    id: &CaseId,
    reason: &str,
) -> Result<(), ActionError> {
    let attempt = Attempt { actor: caller.actor(), step: "escalate_case", case: Some(id), person: None };
    attempt.run(scope, || escalate(scope, caller, id, reason)).await
}

async fn escalate(scope: &Scope, caller: &Caller, id: &CaseId, reason: &str) -> Result<(), ActionError> {
    let reason = Reason::parse(reason)?;
    let (row, case, at) = case_for(scope, caller, id).await?;
    if row.person_id.is_none() {
        return Err(ActionError::refused("Nobody by that name is in the directory. Refuse the case."));
    }
    let permit = permit_on_case::<Escalate>(scope, caller, &case).await?;
    expect_person_after_remedy(caller, &case)?;
    let policies = permit.policies().to_vec();
    let event = Event::new(caller.actor(), CaseEscalated::ByStaff)
        .person(&case.subject().person)
        .case(id)
        .reason(&reason)
        .before(json!({ "taken_by": row.taken_by }))
        .policies(&policies);
    let doubt = Refusal { by: caller.person.id.clone(), reason: reason.clone(), at };
    let case = case.escalate(permit, doubt)?;
    announce_opening(scope, &row).await?;
    let mut change = caller.change_on(scope, &case.subject().person).await?;
    // A risk that kept an agent from going on may be all that was in the way. A program's word moves nothing on.
    let moves_on = caller.scopes.is_none() && *case.stage() == Stage::Verifying;
    let case = if moves_on { advance(scope, &mut change, case).await? } else { case };
    if matches!(case.stage(), Stage::Contested { .. }) && case.can_be_stopped_after_remedy() {
        let why = (&reason, &policies[..]);
        let stopped = stop_remedy(scope, &mut change, caller, (&row, &case), why).await?;
        change.record(stopped);
    } else {
        let told = (StaffNotice::CaseEscalated, &case);
        notify::tell_seniors(scope, &mut change, told, &[&caller.person.id]).await?;
        queue::hand_on(&mut change, &row).await?;
    }
    cases::save(&mut change, &row, &case).await?;
    Ok(change.commit(&event).await?)
}
