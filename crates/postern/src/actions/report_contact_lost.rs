//! Somebody says that a contact is not the person's any more. Nobody calls it, and a notice that goes there begins no hold;
//! notices still go there, for what is said may be a lie.

use postern_core::case::Stage;
use postern_core::event::Event;
use postern_core::event::payload::ContactReportedLost;
use postern_core::id::CaseId;
use postern_core::policy::ReportContact;
use postern_core::reason::Reason;
use serde_json::json;

use super::announce_openings::announce_opening;
use super::on_record::Attempt;
use super::{ActionError, Caller, case_for, permit_on_case};
use crate::notify::{self, Notice};
use crate::scope::Scope;
use crate::store::{StoreError, contacts};

/// Notes it, with who said so and how.
pub async fn report_contact_lost(
    scope: &Scope,
    caller: &Caller,
    id: &CaseId,
    contact: &str,
    reason: &str,
) -> Result<(), ActionError> {
    let attempt =
        Attempt { actor: caller.actor(), step: "report_contact_lost", case: Some(id), person: None };
    attempt.run(scope, || report(scope, caller, id, contact, reason)).await
}

async fn report(
    scope: &Scope,
    caller: &Caller,
    id: &CaseId,
    contact: &str,
    reason: &str,
) -> Result<(), ActionError> {
    let reason = Reason::parse(reason)?;
    let (row, case, _) = case_for(scope, caller, id).await?;
    let permit = permit_on_case::<ReportContact>(scope, caller, &case).await?;
    if row.person_id.is_none() {
        return Err(ActionError::refused("Nobody by that name is in the directory."));
    }
    if matches!(case.stage(), Stage::Contested { .. } | Stage::Closed { .. }) {
        return Err(ActionError::refused("The case is over. Nothing is reported in it any more."));
    }
    announce_opening(scope, &row).await?;
    let person = &case.subject().person;
    let mut change = caller.change_on(scope, person).await?;
    match contacts::mark_lost(&mut change, person, contact, &caller.person.id).await {
        Err(StoreError::Conflict) => {
            let message = "This contact is reported lost already, or is not on file for them.";
            return Err(ActionError::refused(message));
        }
        other => other?,
    }
    notify::announce(scope, &mut change, person, Some(id), Notice::ContactReportedLost).await?;
    let event = Event::new(caller.actor(), ContactReportedLost { contact })
        .person(person)
        .case(id)
        .reason(&reason)
        .policies(permit.policies())
        .before(json!({ "lost": false }));
    Ok(change.commit(&event).await?)
}
