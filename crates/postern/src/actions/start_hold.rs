//! The waiting period begins when a relay accepted the notice of the verification for a contact that counts: an attacker
//! must not be able to let it run unseen. Nor may they keep it from ever beginning: after a day without, two seniors from
//! outside the case begin it, twice as long, each with a reason.

use jiff::Timestamp;
use postern_core::case::{Case, Stage};
use postern_core::event::payload::{AlwaysTrue, CaseHoldStarted, CaseHoldWanted, CaseNoticeOverdue};
use postern_core::event::{Actor, Event};
use postern_core::id::{CaseId, ContactId};
use postern_core::policy::StartHold;
use postern_core::reason::Reason;

use super::advance::lock_subject;
use super::on_record::Attempt;
use super::record_finding::seniors;
use super::remedies::texts;
use super::retry::retry;
use super::{ActionError, Caller, case_for, case_now, permit_on_case};
use crate::notify;
use crate::scope::Scope;
use crate::store::cases::{self, CaseRow};
use crate::store::outbox;

/// Begins the hold of a case whose notice was accepted; tells seniors when none was for a day. Does nothing to others.
pub async fn start_hold(scope: &Scope, row: &CaseRow) -> Result<(), ActionError> {
    retry(|| start(scope, row)).await
}

/// A senior from outside the case wants the hold to begin all the same. The second one's word begins it.
pub async fn want_hold(scope: &Scope, caller: &Caller, id: &CaseId, reason: &str) -> Result<(), ActionError> {
    let attempt = Attempt { actor: caller.actor(), step: "want_hold", case: Some(id), person: None };
    attempt.run(scope, || want(scope, caller, id, reason)).await
}

async fn start(scope: &Scope, row: &CaseRow) -> Result<(), ActionError> {
    let now = scope.now;
    let Some((case, person)) = case_now(scope, row, now).await? else { return Ok(()) };
    let Stage::AwaitingNotice { since, .. } = *case.stage() else { return Ok(()) };
    if find_accepted(scope, &case, since).await?.is_none() {
        return report_unreached(scope, row, case).await;
    }
    let mut change = scope.begin_for(&person.id).await?;
    lock_subject(&mut change, &case).await?;
    // Again, now that the row is locked: the contact may have been reported lost meanwhile.
    let Some((accepted_at, contact)) = find_accepted(scope, &case, since).await? else { return Ok(()) };
    // While the organisation was suspended, nobody could object.
    let accepted_at = scope.tenant.enabled_at.map_or(accepted_at, |enabled_at| accepted_at.max(enabled_at));
    let case = case.start_hold(accepted_at)?;
    cases::save(&mut change, row, &case).await?;
    let started = CaseHoldStarted::AfterNotice { contact: &contact, accepted_at, until: hold_end(&case) };
    Ok(change.commit(&held(&case, Actor::System, started)).await?)
}

/// When the notice was accepted for a contact that counts, and which.
async fn find_accepted(
    scope: &Scope,
    case: &Case,
    since: Timestamp,
) -> Result<Option<(Timestamp, ContactId)>, ActionError> {
    let used: Vec<&ContactId> = case.proving_contacts().collect();
    let about = (case.id(), texts(case.remedy()).verified.as_str());
    // As for a number that is called: one that was filed a moment before the case may be anybody's.
    let age = scope.tenant.settings.contact_min_age;
    let old_enough = case.opened_at().saturating_sub(age).unwrap_or(Timestamp::MIN);
    Ok(outbox::find_accepted(&scope.app.db, &scope.tenant.id, about, (old_enough, since), &used).await?)
}

async fn report_unreached(scope: &Scope, row: &CaseRow, case: Case) -> Result<(), ActionError> {
    let person = case.subject().person.clone();
    let Ok(case) = case.report_unreached(scope.now) else { return Ok(()) };
    let seniors = seniors(scope).await?;
    let mut change = scope.begin_for(&person).await?;
    cases::save(&mut change, row, &case).await?;
    notify::notify_of_unreached(scope, &mut change, &seniors, (case.id(), &row.reference)).await?;
    let event = Event::new(Actor::System, CaseNoticeOverdue).person(&person).case(case.id());
    Ok(change.commit(&event).await?)
}

async fn want(scope: &Scope, caller: &Caller, id: &CaseId, reason: &str) -> Result<(), ActionError> {
    let reason = Reason::parse(reason)?;
    let (row, case, now) = case_for(scope, caller, id).await?;
    let permit = permit_on_case::<StartHold>(scope, caller, &case).await?;
    let policies = permit.policies().to_vec();
    let first =
        if let Stage::AwaitingNotice { wanted_by, .. } = case.stage() { wanted_by.clone() } else { None };
    let case = case.want_hold(permit, caller.person.id.clone(), now)?;
    let mut change = caller.change_on(scope, &case.subject().person).await?;
    lock_subject(&mut change, &case).await?;
    cases::save(&mut change, &row, &case).await?;
    let wanted = Event::new(caller.actor(), CaseHoldWanted)
        .person(&case.subject().person)
        .case(id)
        .reason(&reason)
        .policies(&policies);
    let (who, reference) = (&caller.person.name, &row.reference);
    let page = format!("/desk/cases/{id}");
    if matches!(case.stage(), Stage::OnHold { .. }) {
        // Told once more: nobody is known to have been reached by the first one.
        let notice = texts(case.remedy()).verified;
        notify::announce(scope, &mut change, &case.subject().person, Some(id), notice).await?;
        let text = format!("{who} was the second to say so: the waiting period of {reference} began.");
        notify::notify_overseers(scope, &mut change, ("A waiting period began unheard", &text, &page))
            .await?;
        change.record(wanted);
        let started = CaseHoldStarted::Doubled {
            doubled: AlwaysTrue,
            wanted_by: [first, Some(caller.person.id.clone())],
            until: hold_end(&case),
        };
        return Ok(change.commit(&held(&case, caller.actor(), started)).await?);
    }
    let text =
        format!("{who} wants the waiting period of {reference} to begin, although no notice was delivered.");
    notify::notify_overseers(scope, &mut change, ("A waiting period may begin unheard", &text, &page))
        .await?;
    Ok(change.commit(&wanted).await?)
}

/// The record of a hold that began.
fn held(case: &Case, actor: Actor, started: CaseHoldStarted<'_>) -> Event {
    Event::new(actor, started).person(&case.subject().person).case(case.id())
}

fn hold_end(case: &Case) -> Option<Timestamp> {
    if let Stage::OnHold { until, .. } = case.stage() { Some(*until) } else { None }
}
