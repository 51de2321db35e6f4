//! A yes to the plan of a case, from a senior who gave no evidence in it: before its remedy, or after it, where somebody at the desk
//! stopped it until a senior decides.

use postern_core::case::{Approval, Stage, StopSource};
use postern_core::event::Event;
use postern_core::event::payload::CaseApproved;
use postern_core::id::CaseId;
use postern_core::policy::Approve;
use postern_core::reason::Reason;
use postern_core::remedy::PlanHash;

use super::advance::lock_subject;
use super::on_record::Attempt;
use super::remedies::texts;
use super::{ActionError, Caller, case_for, permit_on_case};
use crate::notify::{self, Notice};
use crate::scope::Scope;
use crate::store::cases;

/// Approves a verified case. `plan`: the hash of the plan that the caller looked at.
pub async fn approve_case(
    scope: &Scope,
    caller: &Caller,
    id: &CaseId,
    (plan, reason): (&PlanHash, &str),
) -> Result<(), ActionError> {
    let attempt = Attempt { actor: caller.actor(), step: "approve_case", case: Some(id), person: None };
    attempt.run(scope, || approve(scope, caller, id, (plan, reason))).await
}

async fn approve(
    scope: &Scope,
    caller: &Caller,
    id: &CaseId,
    (plan, reason): (&PlanHash, &str),
) -> Result<(), ActionError> {
    let reason = Reason::parse(reason)?;
    let (row, case, now) = case_for(scope, caller, id).await?;
    let permit = permit_on_case::<Approve>(scope, caller, &case).await?;
    let was_stopped = matches!(case.stage(), Stage::Contested { by: StopSource::Escalation, .. });
    // By who asked for a look: the look is somebody else's.
    if was_stopped && case.stop().and_then(|stop| stop.by.as_ref()) == Some(&caller.person.id) {
        return Err(ActionError::refused(
            "You asked for somebody else's look: another senior or an admin says yes or no.",
        ));
    }
    if was_stopped && !scope.tenant.policies.still_suffices(&case, now) {
        return Err(ActionError::refused(
            "What was proven would not suffice now: the person, the risk or the policy is not what it was. Refuse the case, and help \
             them to a new request.",
        ));
    }
    let event = Event::new(caller.actor(), CaseApproved { remedy: case.remedy(), plan })
        .person(&case.subject().person)
        .case(id)
        .reason(&reason)
        .policies(permit.policies());
    let approval = Approval { by: caller.person.id.clone(), plan: plan.clone() };
    let case = case.approve(permit, approval, now)?;
    let goes_on = matches!(case.stage(), Stage::Remedied { .. });
    let notice = if goes_on { Notice::RecoveryGoesOn } else { texts(case.remedy()).verified };
    let mut change = caller.change_on(scope, &case.subject().person).await?;
    lock_subject(&mut change, &case).await?;
    notify::announce(scope, &mut change, &case.subject().person, Some(id), notice).await?;
    cases::save(&mut change, &row, &case).await?;
    Ok(change.commit(&event).await?)
}
