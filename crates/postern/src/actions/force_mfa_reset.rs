//! Force MFA reset (rung 4): factors, backup codes, sessions, passes, flows and known devices go in one transaction;
//! the person's bound page can show a pass.

use postern_core::case::Case;
use postern_core::event::{Actor, Event, EventKind};
use postern_core::id::{CaseId, PersonId};
use postern_core::policy::{ForceReset, Request};
use postern_core::reason::Reason;
use serde_json::{Value, json};

use super::advance::lock_subject;
use super::end_access::{AccessEnd, end_access};
use super::on_record::Attempt;
use super::{ActionError, Caller, case_for, permit_on_case};
use crate::config::Config;
use crate::notify::{self, Notice};
use crate::scope::Scope;
use crate::store::{Change, backup_codes, cases, factors, sessions, time};

/// Resets a person's factors.
pub async fn force_mfa_reset(
    scope: &Scope,
    caller: &Caller,
    id: &CaseId,
    reason: &str,
) -> Result<(), ActionError> {
    let attempt = Attempt { actor: caller.actor(), step: "force_mfa_reset", case: Some(id), person: None };
    attempt.run(scope, || reset(scope, caller, id, reason)).await
}

async fn reset(scope: &Scope, caller: &Caller, id: &CaseId, reason: &str) -> Result<(), ActionError> {
    let reason = Reason::parse(reason)?;
    let (row, case, now) = case_for(scope, caller, id).await?;
    let permit = permit_on_case::<ForceReset>(scope, caller, &case).await?;
    let suffices = match scope.tenant.policies.authorize(&Request::verify(&case, case.proof(now))) {
        Ok(permit) => permit,
        Err(denied) => return Err(not_enough(scope, caller, &case, denied).await?),
    };
    let policies = [permit.policies(), suffices.policies()].concat();
    let person = case.subject().person.clone();
    let before = state_before(scope, &person).await?;
    let case = case.force_reset(permit, suffices, caller.person.id.clone(), now)?;
    let mut change = caller.change_on(scope, &case.subject().person).await?;
    lock_subject(&mut change, &case).await?;
    cases::save(&mut change, &row, &case).await?;
    let sessions_ended = end_access(scope, &mut change, &person, AccessEnd::Reset).await?;
    supersede_others(scope, &mut change, &case).await?;
    notify::announce(scope, &mut change, &person, Some(id), Notice::FactorsReset).await?;
    let about =
        |kind| Event::new(kind, caller.actor()).person(&person).case(id).reason(&reason).policies(&policies);
    let revoked = about(EventKind::SessionRevoked).detail(json!({ "sessions": sessions_ended }));
    change.record(revoked);
    change.commit(&about(EventKind::MfaFactorAdminReset).before(before)).await?;
    Ok(())
}

/// Other open cases of the same person die with the reset: a page that a stranger opened must not ride along.
async fn supersede_others(scope: &Scope, change: &mut Change<'_>, done: &Case) -> Result<(), ActionError> {
    let now = change.at();
    for row in cases::list_of_person(&scope.app.db, &scope.tenant.id, &done.subject().person).await? {
        let Some(other) = row.case(now)? else { continue };
        if other.id() == done.id() {
            continue;
        }
        let Ok(other) = other.supersede(now) else { continue };
        cases::save(change, &row, &other).await?;
        let event = Event::new(EventKind::CaseClosed, Actor::System)
            .person(&done.subject().person)
            .case(other.id())
            .detail(json!({ "outcome": "superseded", "by": done.id() }));
        change.record(event);
    }
    Ok(())
}

pub(super) async fn state_before(scope: &Scope, person: &PersonId) -> Result<Value, ActionError> {
    let factors = factors::list(&scope.app.db, &scope.tenant.id, person).await?;
    let listed: Vec<Value> = factors
        .iter()
        .map(|f| json!({ "id": f.id, "kind": f.kind, "label": f.label, "enrolled_at": time(f.created_at).to_string() }))
        .collect();
    Ok(json!({
        "factors": listed,
        "backup_codes_left": backup_codes::count_left(&scope.app.db, &scope.tenant.id, person, scope.now).await?,
        "sessions": sessions::list(&scope.app.db, &scope.tenant.id, person, scope.now, Config::SESSION_IDLE).await?.len(),
    }))
}

async fn not_enough(
    scope: &Scope,
    caller: &Caller,
    case: &Case,
    denied: postern_core::policy::Denied,
) -> Result<ActionError, ActionError> {
    let event = Event::new(EventKind::AccessDenied, caller.actor())
        .person(&case.subject().person)
        .case(case.id())
        .policies(&denied.policies)
        .detail(json!({ "action": "ForceReset", "message": "the evidence does not suffice" }));
    scope.begin().await?.commit(&event).await?;
    let message = "The evidence does not suffice yet. The case page says what the policy still wants.";
    Ok(ActionError::Refused(message.to_owned()))
}
