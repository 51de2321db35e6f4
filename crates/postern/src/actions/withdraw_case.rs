//! The claimant takes the request back, from their own page.

use std::time::Duration;

use postern_core::case::Case;
use postern_core::event::payload::CaseClosed;
use postern_core::event::{Actor, Event};
use postern_core::id::PersonId;

use super::ActionError;
use super::like_time::in_like_time;
use super::on_record::Attempt;
use crate::notify::{self, Notice};
use crate::scope::Scope;
use crate::store::cases::{self, CaseRow};
use crate::texts::MessageId;

/// Every answer takes at least so long.
const FLOOR: Duration = Duration::from_millis(200);

/// Closes the case as withdrawn.
pub async fn withdraw_case(scope: &Scope, row: &CaseRow) -> Result<(), ActionError> {
    let id = row.case_id();
    let attempt = Attempt { actor: Actor::Anonymous, step: "withdraw_case", case: Some(&id), person: None };
    in_like_time(FLOOR, attempt.run(scope, || withdraw(scope, row))).await
}

async fn withdraw(scope: &Scope, row: &CaseRow) -> Result<(), ActionError> {
    // Alike for friends and strangers: what follows differs between them.
    if row.closed_at.is_some() || row.stage_at(scope.now) == "lapsed" {
        return Err(ActionError::refused(MessageId("request-closed-already")));
    }
    let mut change = match &row.person_id {
        Some(person) => scope.begin_for(&PersonId::new(person)).await?,
        None => scope.begin().await?,
    };
    let mut event = Event::new(Actor::Anonymous, CaseClosed::Withdrawn).case(&row.case_id());
    match row.case(change.at())? {
        Some(case) => {
            let case = case.withdraw(change.at())?;
            event = event.person(&case.subject().person);
            cases::save(&mut change, row, &case).await?;
            if was_notified_by_itself(row, &case) {
                let (person, id) = (&case.subject().person, case.id());
                notify::announce(scope, &mut change, person, Some(id), Notice::CaseWithdrawn).await?;
            }
        }
        None => cases::close_stranger(&mut change, row, "withdrawn", None).await?,
    }
    Ok(change.commit(&event).await?)
}

/// What is taken back is told to whom its opening was told. One of a flood, which stood in a digest or still waits for it,
/// and on which nobody worked, is taken back without a message more: nothing came of it.
fn was_notified_by_itself(row: &CaseRow, case: &Case) -> bool {
    let was_handed_on = case.is_escalated() && row.stranger_since.is_none();
    row.announced_at == Some(row.opened_at) || row.taken_by.is_some() || case.is_attended() || was_handed_on
}
