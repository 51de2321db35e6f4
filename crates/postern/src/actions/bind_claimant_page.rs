//! The agent calls a filed number; the person on the line reads the phrase of their page; the agent types it. From now
//! on the page is held by whoever answered that number.

use jiff::Timestamp;
use postern_core::case::Case;
use postern_core::event::Event;
use postern_core::event::payload::{CaseClaimantPageBound, CasePhraseRejected};
use postern_core::factor::phrase;
use postern_core::id::{CaseId, ContactId, PersonId};
use postern_core::policy::BindClaimantPage;

use super::advance::advance;
use super::announce_openings::announce_opening;
use super::on_record::Attempt;
use super::{ActionError, Caller, RateLimit, case_for, permit_on_case};
use crate::notify;
use crate::scope::Scope;
use crate::store::contacts::{self, Contact, is_phone};
use crate::store::{cases, time};
use crate::texts::MessageId;

/// Binds the page.
pub async fn bind_claimant_page(
    scope: &Scope,
    caller: &Caller,
    id: &CaseId,
    contact: &str,
    typed: &str,
) -> Result<(), ActionError> {
    let attempt = Attempt { actor: caller.actor(), step: "bind_claimant_page", case: Some(id), person: None };
    attempt.run(scope, || bind(scope, caller, id, contact, typed)).await
}

async fn bind(
    scope: &Scope,
    caller: &Caller,
    id: &CaseId,
    contact: &str,
    typed: &str,
) -> Result<(), ActionError> {
    let (row, case, now) = case_for(scope, caller, id).await?;
    let permit = permit_on_case::<BindClaimantPage>(scope, caller, &case).await?;
    let policies = permit.policies().to_vec();
    let number = choose_number(scope, &case, contact).await?;
    announce_opening(scope, &row).await?;
    check_phrase(scope, caller, &row, &case, typed).await?;
    let case = case.bind_claimant_page(permit, ContactId::new(&number.id), caller.person.id.clone(), now)?;
    let mut change = caller.change_on(scope, &case.subject().person).await?;
    expect_still_callable(scope, &case, &number).await?;
    let event = bound_event(caller, &number).person(&case.subject().person).case(id).policies(&policies);
    let case = advance(scope, &mut change, case).await?;
    notify::ask_for_vouch(scope, &mut change, &case, &caller.person.id).await?;
    cases::save(&mut change, &row, &case).await?;
    change.commit(&event).await?;
    Ok(())
}

/// The number that was called, of those that may be.
pub(super) async fn choose_number(scope: &Scope, case: &Case, contact: &str) -> Result<Contact, ActionError> {
    let callable = callable_numbers(scope, case).await?;
    callable.into_iter().find(|number| number.id == contact).ok_or_else(|| {
        let message = "Choose one of the numbers shown: only those were on file long enough before the case.";
        ActionError::invalid("contact", message)
    })
}

/// Again, now that the person's row is locked: it may have been reported lost during the call.
pub(super) async fn expect_still_callable(
    scope: &Scope,
    case: &Case,
    number: &Contact,
) -> Result<(), ActionError> {
    let is_there = callable_numbers(scope, case).await?.iter().any(|callable| callable.id == number.id);
    if is_there { Ok(()) } else { Err(ActionError::Conflict) }
}

/// What the record says of a page that was bound by a call to this number.
pub(super) fn bound_event(caller: &Caller, number: &Contact) -> Event {
    let bound = CaseClaimantPageBound {
        contact: &number.id,
        contact_kind: &number.kind,
        filed_at: time(number.filed_at),
    };
    Event::new(caller.actor(), bound)
}

/// Numbers that may be called in this case: on file before it was opened, and for as long as the policy wants.
pub async fn callable_numbers(scope: &Scope, case: &Case) -> Result<Vec<Contact>, ActionError> {
    callable_numbers_of(scope, &case.subject().person, case.opened_at()).await
}

/// The same of a person, for a case that is opened then.
pub async fn callable_numbers_of(
    scope: &Scope,
    person: &PersonId,
    opened_at: Timestamp,
) -> Result<Vec<Contact>, ActionError> {
    let latest = scope.tenant.settings.callable_if_filed_by(opened_at);
    let all = contacts::list(&scope.app.db, &scope.tenant.id, person).await?;
    Ok(all
        .into_iter()
        .filter(|c| is_phone(c) && c.lost_at.is_none() && is_certain_since(c, latest))
        .collect())
}

/// On file, and certain to be theirs, since then or before. An imported number that nobody attested never is.
fn is_certain_since(contact: &Contact, latest: Timestamp) -> bool {
    contact.confirmed_at.is_some_and(|confirmed_at| time(contact.filed_at.max(confirmed_at)) <= latest)
}

/// Compares what was heard with the page's phrase. A wrong one is counted and recorded.
pub(super) async fn check_phrase(
    scope: &Scope,
    caller: &Caller,
    row: &crate::store::cases::CaseRow,
    case: &Case,
    typed: &str,
) -> Result<(), ActionError> {
    let limit = RateLimit::of_resource("case", &row.id, "phrase");
    limit.acquire(scope).await?;
    if !phrase::matches(&row.phrase, typed) {
        let event =
            Event::new(caller.actor(), CasePhraseRejected).person(&case.subject().person).case(case.id());
        scope.begin().await?.commit(&event).await?;
        return Err(ActionError::invalid("phrase", MessageId("wrong-words")));
    }
    let mut change = caller.change(scope).await?;
    limit.clear(&mut change).await?;
    change.commit_unrecorded("a right phrase clears its own count").await?;
    Ok(())
}
