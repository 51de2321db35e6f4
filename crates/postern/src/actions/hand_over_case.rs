//! A case goes to a colleague, with a note for them: from who has it, from nobody, or, by a senior, from anybody. They are mailed.

use postern_core::case::Case;
use postern_core::event::Event;
use postern_core::event::payload::CaseHandedOver;
use postern_core::id::{CaseId, PersonId};
use postern_core::policy::{Request, Staff, TakeCase};
use postern_core::reason::Reason;
use serde_json::json;

use super::announce_openings::announce_opening;
use super::on_record::Attempt;
use super::take_case::can_hand_back;
use super::{ActionError, Caller, case_for, permit_on_case};
use crate::notify;
use crate::scope::Scope;
use crate::store::cases::{CaseRow, queue};
use crate::store::persons::{self, Person};

/// What was asked for.
#[derive(Clone, Copy)]
pub struct HandOver<'a> {
    /// Who is to have it.
    pub to: &'a PersonId,
    /// Who had it when that was decided; empty for nobody. `None`: whoever has it.
    pub from: Option<&'a str>,
    /// What the colleague should know.
    pub reason: &'a str,
}

/// Hands an open case over.
pub async fn hand_over_case(
    scope: &Scope,
    caller: &Caller,
    id: &CaseId,
    asked: HandOver<'_>,
) -> Result<(), ActionError> {
    let attempt = Attempt { actor: caller.actor(), step: "hand_over_case", case: Some(id), person: None };
    attempt.run(scope, || hand_over(scope, caller, id, asked)).await
}

/// To whom a case can be handed: whoever may take it and does not have it.
pub async fn list_colleagues(scope: &Scope, row: &CaseRow, case: &Case) -> Result<Vec<Person>, ActionError> {
    let mut colleagues = persons::list_at_desk(&scope.app.db, &scope.tenant.id).await?;
    colleagues.retain(|colleague| {
        row.taken_by.as_deref() != Some(colleague.id.as_str()) && why_not(scope, colleague, case).is_none()
    });
    Ok(colleagues)
}

/// Why the caller can't hand it over. `None`: they can.
pub fn why_kept(caller: &Caller, row: &CaseRow, is_open: bool) -> Option<&'static str> {
    if !is_open {
        return Some("The case is closed. There is nothing to hand over.");
    }
    let is_theirs = row.taken_by.is_none() || can_hand_back(caller, row);
    (!is_theirs).then_some("A colleague has this case. They, or a senior, can hand it over.")
}

async fn hand_over(
    scope: &Scope,
    caller: &Caller,
    id: &CaseId,
    asked: HandOver<'_>,
) -> Result<(), ActionError> {
    let (row, case, _) = case_for(scope, caller, id).await?;
    let permit = permit_on_case::<TakeCase>(scope, caller, &case).await?;
    let reason = Reason::parse(asked.reason)?;
    if let Some(why) = why_kept(caller, &row, is_open(scope, &row, &case)) {
        return Err(ActionError::refused(why));
    }
    let has_it = row.taken_by.as_deref().unwrap_or_default();
    if asked.from.is_some_and(|from| from != has_it) {
        let message = "Somebody else has the case by now. Look at it again, and decide anew.";
        return Err(ActionError::refused(message));
    }
    let colleague = colleague(scope, asked.to, &row, &case).await?;
    announce_opening(scope, &row).await?;
    let subject = &case.subject().person;
    let mut change = caller.change_among(scope, (subject, &colleague.id)).await?;
    persons::lock_active_as(&mut change, &colleague.id, colleague.role).await?;
    queue::hand_over(&mut change, &row, &colleague.id).await?;
    let handed_over =
        CaseHandedOver { to: colleague.id.as_str(), from_strangers: row.stranger_since.is_some() };
    let mut event = Event::new(caller.actor(), handed_over)
        .case(id)
        .reason(&reason)
        .before(json!({ "taken_by": row.taken_by }))
        .policies(permit.policies());
    event.person = row.person_id.as_ref().map(|_| subject.clone());
    if colleague.id != caller.person.id {
        notify::tell_colleague(scope, &mut change, id, colleague.clone()).await?;
    }
    Ok(change.commit(&event).await?)
}

/// Whether a case is open, as it stands now.
pub fn is_open(scope: &Scope, row: &CaseRow, case: &Case) -> bool {
    row.closed_at.is_none() && case.stage().is_open() && row.stage_at(scope.now) != "lapsed"
}

/// Who is to have it, if they may.
async fn colleague(scope: &Scope, id: &PersonId, row: &CaseRow, case: &Case) -> Result<Person, ActionError> {
    let found = persons::find(&scope.app.db, &scope.tenant.id, id).await?;
    let Some(colleague) = found.filter(|found| found.suspended_at.is_none()) else {
        return Err(ActionError::invalid("to", "Choose a colleague whose account is open."));
    };
    if row.taken_by.as_deref() == Some(colleague.id.as_str()) {
        return Err(ActionError::invalid("to", format!("{} has this case already.", colleague.name)));
    }
    match why_not(scope, &colleague, case) {
        None => Ok(colleague),
        Some(why) => {
            let message = format!("{} can't work on this case. {why}", colleague.name);
            Err(ActionError::invalid("to", message.trim_end().to_owned()))
        }
    }
}

/// What the policies would say if they took it. `None`: yes. They still have to come with a passkey.
fn why_not(scope: &Scope, colleague: &Person, case: &Case) -> Option<String> {
    let staff = Staff {
        id: colleague.id.clone(),
        tenant: colleague.tenant.clone(),
        role: colleague.role,
        phishing_resistant: true,
        by_token: false,
    };
    let answer = scope.tenant.policies.authorize::<TakeCase>(&Request::on_case(&staff, case));
    answer.err().map(|denied| denied.message())
}
