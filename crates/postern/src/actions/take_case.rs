//! A staff member takes a case up, or hands it back. A stranger's case that was taken stands in the queue, and lapses no
//! more.

use postern_core::event::Event;
use postern_core::event::payload::{CaseHandedBack, CaseTaken};
use postern_core::id::CaseId;
use postern_core::person::Role;
use postern_core::policy::TakeCase;

use super::announce_openings::announce_opening;
use super::on_record::Attempt;
use super::{ActionError, Caller, case_for, permit_on_case};
use crate::scope::Scope;
use crate::store::cases::{CaseRow, OpenedWith, queue};

/// Takes an open case that nobody has.
pub async fn take_case(scope: &Scope, caller: &Caller, id: &CaseId) -> Result<(), ActionError> {
    let attempt = Attempt { actor: caller.actor(), step: "take_case", case: Some(id), person: None };
    attempt.run(scope, || take(scope, caller, id)).await
}

/// Gives a case back that the caller has, or, for a senior, that anybody has.
pub async fn hand_back_case(scope: &Scope, caller: &Caller, id: &CaseId) -> Result<(), ActionError> {
    let attempt = Attempt { actor: caller.actor(), step: "hand_back_case", case: Some(id), person: None };
    attempt.run(scope, || hand_back(scope, caller, id)).await
}

/// Whether it is the caller's own, or they may dispose of others'.
pub fn can_hand_back(caller: &Caller, row: &CaseRow) -> bool {
    let is_own = row.taken_by.as_deref() == Some(caller.person.id.as_str());
    is_own || caller.person.role.rank() >= Role::Senior.rank()
}

async fn take(scope: &Scope, caller: &Caller, id: &CaseId) -> Result<(), ActionError> {
    let (row, case, _) = case_for(scope, caller, id).await?;
    let permit = permit_on_case::<TakeCase>(scope, caller, &case).await?;
    if row.closed_at.is_some() || !case.stage().is_open() || row.stage_at(scope.now) == "lapsed" {
        return Err(ActionError::refused("The case is closed. There is nothing to take."));
    }
    if row.taken_by.is_some() {
        return Err(ActionError::refused("Somebody has taken this case already."));
    }
    announce_opening(scope, &row).await?;
    let mut change = caller.change_on(scope, &case.subject().person).await?;
    queue::take(&mut change, &row, &caller.person.id).await?;
    let taken = CaseTaken { from_strangers: row.stranger_since.is_some(), opened_with: &row.opened_with };
    let mut event = Event::new(caller.actor(), taken).case(id).policies(permit.policies());
    event.person = row.person_id.as_ref().map(|_| case.subject().person.clone());
    Ok(change.commit(&event).await?)
}

async fn hand_back(scope: &Scope, caller: &Caller, id: &CaseId) -> Result<(), ActionError> {
    let (row, case, _) = case_for(scope, caller, id).await?;
    let permit = permit_on_case::<TakeCase>(scope, caller, &case).await?;
    let Some(taken_by) = row.taken_by.as_deref().filter(|_| row.closed_at.is_none()) else {
        return Err(ActionError::refused("Nobody has this case."));
    };
    if !can_hand_back(caller, &row) {
        return Err(ActionError::refused("A colleague has this case. They, or a senior, can hand it back."));
    }
    let back_to_strangers =
        row.opened_with == OpenedWith::Nothing.as_str() && !case.is_attended() && !case.is_escalated();
    let mut change = caller.change_on(scope, &case.subject().person).await?;
    queue::hand_back(&mut change, &row, taken_by, back_to_strangers).await?;
    let handed_back = CaseHandedBack { taken_by, to_strangers: back_to_strangers };
    let mut event = Event::new(caller.actor(), handed_back).case(id).policies(permit.policies());
    event.person = row.person_id.as_ref().map(|_| case.subject().person.clone());
    Ok(change.commit(&event).await?)
}
