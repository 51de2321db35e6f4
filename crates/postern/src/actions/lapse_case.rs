//! A case that nobody moved in time is over: after a reset, when nobody came back within a day; before it, when its page has
//! run out. `Case::as_of` says so already when the case is read; here it goes on the record, and the owner is notified.

use postern_core::case::{Case, Outcome, Stage};
use postern_core::event::payload::CaseClosed;
use postern_core::event::{Actor, Event};
use postern_core::id::PersonId;

use super::ActionError;
use super::remedies::{take_back_unproven, texts};
use super::retry::retry;
use crate::notify;
use crate::scope::Scope;
use crate::store::Change;
use crate::store::cases::{self, CaseRow};

/// Closes a case whose time is over. Does nothing to one that has moved meanwhile.
pub async fn lapse_case(scope: &Scope, row: &CaseRow) -> Result<(), ActionError> {
    retry(|| lapse(scope, row)).await
}

/// Closes those of a person that are over and that the job has not come to: before whatever their remedy gave is used, so that no late
/// job lets anybody in.
pub(super) async fn lapse_overdue(scope: &Scope, person: &PersonId) -> Result<(), ActionError> {
    for row in cases::list_overdue(&scope.app.db, &scope.tenant.id, person, scope.now).await? {
        match lapse_case(scope, &row).await {
            // The job was faster.
            Ok(()) | Err(ActionError::Conflict) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

async fn lapse(scope: &Scope, row: &CaseRow) -> Result<(), ActionError> {
    let mut change = match &row.person_id {
        Some(person) => scope.begin_for(&PersonId::new(person)).await?,
        None => scope.begin().await?,
    };
    let event = if let Some(case) = row.case(change.at())? {
        let Stage::Closed { outcome: Outcome::Lapsed, .. } = case.stage() else { return Ok(()) };
        close(scope, &mut change, row, &case).await?;
        let lapsed = CaseClosed::Lapsed { remedied_at: case.remedied_at() };
        Event::new(Actor::System, lapsed).person(&case.subject().person)
    } else {
        cases::close_stranger(&mut change, row, "lapsed", None).await?;
        Event::new(Actor::System, CaseClosed::LapsedUnknown)
    };
    Ok(change.commit(&event.case(&row.case_id())).await?)
}

async fn close(
    scope: &Scope,
    change: &mut Change<'_>,
    row: &CaseRow,
    case: &Case,
) -> Result<(), ActionError> {
    let person = &case.subject().person;
    cases::save(change, row, case).await?;
    if case.remedied_at().is_some() {
        take_back_unproven(scope, change, case).await?;
        notify::announce(scope, change, person, Some(case.id()), texts(case.remedy()).lapsed).await?;
    }
    Ok(())
}
