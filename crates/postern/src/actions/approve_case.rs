//! A yes to the plan of a case, from a senior who gave no evidence in it: before its remedy, or after it, where somebody at the desk
//! stopped it until a senior decides.

use jiff::Timestamp;
use postern_core::case::{Approval, Case, CaseError};
use postern_core::event::Event;
use postern_core::event::payload::CaseApproved;
use postern_core::id::CaseId;
use postern_core::policy::{Approve, Permit};
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
    let event = Event::new(caller.actor(), CaseApproved { remedy: case.remedy(), plan })
        .person(&case.subject().person)
        .case(id)
        .reason(&reason)
        .policies(permit.policies());
    let approval = Approval { by: caller.person.id.clone(), plan: plan.clone() };
    let (case, notice) = if case.waits_to_resume() {
        (resume(scope, case, permit, (approval, now))?, Notice::RecoveryGoesOn)
    } else {
        let approved = case.approve(permit, approval, now)?;
        let notice = texts(approved.remedy()).verified;
        (approved, notice)
    };
    let mut change = caller.change_on(scope, &case.subject().person).await?;
    lock_subject(&mut change, &case).await?;
    notify::announce(scope, &mut change, &case.subject().person, Some(id), notice).await?;
    cases::save(&mut change, &row, &case).await?;
    Ok(change.commit(&event).await?)
}

/// Lets a remedy go on that was stopped until a senior looks.
fn resume(
    scope: &Scope,
    case: Case,
    permit: Permit<Approve>,
    (approval, now): (Approval, Timestamp),
) -> Result<Case, ActionError> {
    let suffices = scope.tenant.policies.verify_to_resume(&case, now);
    let suffices = suffices.map_err(|_| ActionError::from(CaseError::DemandsMore))?;
    Ok(case.resume(permit, suffices, approval, now)?)
}
