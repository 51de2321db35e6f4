//! The desk opens a case for somebody who asks in another way than on the recovery page. Whoever opens it gets a reference and
//! nothing else: the page is held by who joins by it.

use postern_core::case::Case;
use postern_core::event::Event;
use postern_core::event::payload::{CaseOpened, OpeningNotice};
use postern_core::factor::phrase;
use postern_core::id::{CaseId, PersonId};
use postern_core::policy::{OpenCaseForCaller, ViewDesk};
use postern_core::reason::Reason;

use super::on_record::Attempt;
use super::open_case::reference;
use super::{ActionError, Caller, earlier_cases, permit_on_person, permit_on_tenant};
use crate::notify::{self, Notice};
use crate::rng::token_hash;
use crate::scope::Scope;
use crate::store::cases::{self, NewCase, OpenedWith};
use crate::store::persons;

/// Opens it. The answer names it.
pub async fn open_case_at_desk(
    scope: &Scope,
    caller: &Caller,
    person: &PersonId,
    reason: &str,
) -> Result<CaseId, ActionError> {
    let attempt =
        Attempt { actor: caller.actor(), step: "open_case_at_desk", case: None, person: Some(person) };
    attempt.run(scope, || open(scope, caller, person, reason)).await
}

async fn open(scope: &Scope, caller: &Caller, id: &PersonId, reason: &str) -> Result<CaseId, ActionError> {
    let Some(person) = persons::find(&scope.app.db, &scope.tenant.id, id).await? else {
        permit_on_tenant::<ViewDesk>(scope, caller).await?;
        return Err(ActionError::invalid("person", "Nobody in the directory has this id."));
    };
    let permit = permit_on_person::<OpenCaseForCaller>(scope, caller, &person).await?;
    let reason = Reason::parse(reason)?;
    let mut change = caller.change_on(scope, id).await?;
    let now = change.at();
    let known = cases::list_of_person_locked(&mut change, id).await?;
    if let Some(open) = known.iter().find(|row| row.closed_at.is_none() && row.opened_by.is_some()) {
        let reference = &open.reference;
        let message = format!(
            "The desk has opened {reference} for them already: go on with that one, or end it first."
        );
        return Err(ActionError::refused(message));
    }
    let case_id = CaseId::new(scope.app.rng.id(now)?);
    let case = Case::open(case_id.clone(), person.subject(&scope.tenant.settings.tiers, scope.now), now);
    let (case, escalated) = earlier_cases::begin(scope, case, OpenedWith::Desk).await?;
    let new = NewCase {
        id: &case_id,
        reference: &reference(scope)?,
        claimed_login: &person.login,
        // Nobody is told the token: the page opens for who joins.
        claimant_page_token_hash: &token_hash(&scope.app.rng.token()?),
        phrase: &phrase::from_random(*scope.app.rng.bytes::<3>()?),
        case: Some(&case),
        opened_with: OpenedWith::Desk,
        after_password: false,
        opened_by: Some(&caller.person.id),
        ip: "",
        user_agent: "",
        announced: true,
    };
    cases::insert(&mut change, &new).await?;
    notify::announce(scope, &mut change, id, Some(&case_id), Notice::CaseOpened).await?;
    if let Some(escalated) = escalated {
        change.record(escalated);
    }
    let opened = CaseOpened {
        claimed: &person.login,
        reference: new.reference,
        known: true,
        opened_with: OpenedWith::Desk.as_str(),
        told: OpeningNotice::AtOnce,
    };
    let event = Event::new(caller.actor(), opened)
        .person(id)
        .case(&case_id)
        .reason(&reason)
        .policies(permit.policies());
    change.commit(&event).await?;
    Ok(case_id)
}
