//! The remedy of a case is applied: its plan is carried out in one transaction, and the person's bound page can show what
//! they get of it.

use postern_core::case::{Case, CaseError};
use postern_core::event::payload::{AccessDenied, CaseClosed};
use postern_core::event::{Actor, Event};
use postern_core::id::{CaseId, PersonId};
use postern_core::policy::ApplyRemedy;
use postern_core::reason::Reason;
use postern_core::remedy::PlanHash;
use serde_json::{Value, json};

use super::advance::lock_subject;
use super::on_record::Attempt;
use super::remedies::{carry_out, expect_use, texts};
use super::{ActionError, Caller, case_for, permit_on_case};
use crate::notify;
use crate::scope::Scope;
use crate::store::factors::Factor;
use crate::store::{Change, backup_codes, cases, factors, sessions, time};

/// Carries out the plan of a case. `plan`: the hash of what the caller looked at, where they looked at one.
pub async fn apply_remedy(
    scope: &Scope,
    caller: &Caller,
    id: &CaseId,
    (plan, reason): (Option<&PlanHash>, &str),
) -> Result<(), ActionError> {
    let attempt = Attempt { actor: caller.actor(), step: "apply_remedy", case: Some(id), person: None };
    attempt.run(scope, || apply(scope, caller, id, (plan, reason))).await
}

async fn apply(
    scope: &Scope,
    caller: &Caller,
    id: &CaseId,
    (plan, reason): (Option<&PlanHash>, &str),
) -> Result<(), ActionError> {
    let reason = Reason::parse(reason)?;
    let (row, case, now) = case_for(scope, caller, id).await?;
    let permit = permit_on_case::<ApplyRemedy>(scope, caller, &case).await?;
    let suffices = match scope.tenant.policies.verify(&case, case.proof(now)) {
        Ok(permit) => permit,
        Err(denied) => return Err(not_enough(scope, caller, &case, denied).await?),
    };
    if plan.is_some_and(|plan| *plan != case.plan().hash()) {
        return Err(CaseError::PlanChanged.into());
    }
    let policies = [permit.policies(), suffices.policies()].concat();
    let person = case.subject().person.clone();
    let case = case.apply(permit, suffices, caller.person.id.clone(), now)?;
    let mut change = caller.change_on(scope, &person).await?;
    lock_subject(&mut change, &case).await?;
    let held = factors::list_locked(&mut change, &person).await?;
    expect_use(case.remedy(), &held, now)?;
    let before = state_before(&mut change, &person, &held).await?;
    cases::save(&mut change, &row, &case).await?;
    let about = |event: Event| event.person(&person).case(id).reason(&reason).policies(&policies);
    let applied = carry_out(scope, &mut change, caller, &case, about).await?;
    supersede_others(&mut change, &case).await?;
    notify::announce(scope, &mut change, &person, Some(id), texts(case.remedy()).applied).await?;
    Ok(change.commit(&applied.before(before)).await?)
}

/// Other open cases of the same person die with the reset: a page that a stranger opened must not ride along.
async fn supersede_others(change: &mut Change<'_>, done: &Case) -> Result<(), ActionError> {
    let now = change.at();
    for row in cases::list_of_person_locked(change, &done.subject().person).await? {
        let Some(other) = row.case(now)? else { continue };
        if other.id() == done.id() {
            continue;
        }
        let Ok(other) = other.supersede(now) else { continue };
        cases::save(change, &row, &other).await?;
        let closed = CaseClosed::Superseded { by: done.id().as_str() };
        let event = Event::new(Actor::System, closed).person(&done.subject().person).case(other.id());
        change.record(event);
    }
    Ok(())
}

/// What the remedy is about to change.
pub(super) async fn state_before(
    change: &mut Change<'_>,
    person: &PersonId,
    held: &[Factor],
) -> Result<Value, ActionError> {
    let listed: Vec<Value> = held
        .iter()
        .map(|f| json!({ "id": f.id, "kind": f.kind, "label": f.label, "enrolled_at": time(f.created_at).to_string() }))
        .collect();
    Ok(json!({
        "factors": listed,
        "backup_codes_left": backup_codes::count_left_locked(change, person).await?,
        "sessions": sessions::count_live(change, person).await?,
    }))
}

async fn not_enough(
    scope: &Scope,
    caller: &Caller,
    case: &Case,
    denied: postern_core::policy::Denied,
) -> Result<ActionError, ActionError> {
    let message = "the evidence does not suffice";
    let on_record = AccessDenied { action: "ApplyRemedy", message, ..AccessDenied::default() };
    let event = Event::new(caller.actor(), on_record)
        .person(&case.subject().person)
        .case(case.id())
        .policies(&denied.policies);
    scope.begin().await?.commit(&event).await?;
    let message = "The evidence does not suffice yet. The case page says what the policy still wants.";
    Ok(ActionError::refused(message))
}
