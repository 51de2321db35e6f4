//! A second admin says yes to a desk role or a service token that waits; or somebody stops it; or its time has passed.

use postern_core::event::payload::{PowerGranted, PowerStopped, ServiceTokenRevoked};
use postern_core::event::{Actor, Event};
use postern_core::id::PersonId;
use postern_core::person::Role;
use postern_core::policy::{ApprovePower, StopPower};
use postern_core::reason::Reason;
use serde_json::{Value, json};

use super::on_record::Attempt;
use super::{ActionError, Caller, expect_other_than, permit_on_tenant};
use crate::notify;
use crate::scope::Scope;
use crate::store::power_grants::{self, GrantOutcome, PowerGrant};
use crate::store::{Change, StoreError, persons, service_tokens, time};

/// The second yes.
pub async fn approve_power(
    scope: &Scope,
    caller: &Caller,
    id: &str,
    reason: &str,
) -> Result<(), ActionError> {
    let attempt = Attempt { actor: caller.actor(), step: "approve_power", case: None, person: None };
    attempt.run(scope, || approve(scope, caller, id, reason)).await
}

async fn approve(scope: &Scope, caller: &Caller, id: &str, reason: &str) -> Result<(), ActionError> {
    let permit = permit_on_tenant::<ApprovePower>(scope, caller).await?;
    let grant = load_waiting(scope, id).await?;
    let reason = Reason::parse(reason)?;
    expect_another_person(scope, caller, &grant).await?;
    caller.expect_step_up(scope.now)?;
    let mut change = caller.change_on(scope, &PersonId::new(&grant.person_id)).await?;
    power_grants::decide(&mut change, id, Some(&caller.person.id), GrantOutcome::Approved).await?;
    give(&mut change, &grant).await?;
    let event =
        granted(&grant, caller.actor(), GrantOutcome::Approved).reason(&reason).policies(permit.policies());
    notify_overseers_of(
        scope,
        &mut change,
        &grant,
        &format!("{} said yes to it; it works now.", caller.person.name),
    )
    .await?;
    Ok(change.commit(&event).await?)
}

/// One admin is never both, nor with somebody whom they have just made.
async fn expect_another_person(
    scope: &Scope,
    caller: &Caller,
    grant: &PowerGrant,
) -> Result<(), ActionError> {
    let refused = |message: &'static str| Err(ActionError::refused(message));
    let (own, requester) = (&caller.person.id, PersonId::new(&grant.requested_by));
    if *own == requester {
        return refused("You asked for it. Another admin has to say yes, or you wait.");
    }
    if own.as_str() == grant.person_id {
        return refused("Nobody says yes to power of their own.");
    }
    if !can_still_ask(scope, &requester).await? {
        return refused("Whoever asked for it is no admin any more. Stop it.");
    }
    expect_other_than(scope, own, &requester).await
}

/// The no. Taking power away never waits, and wants no touch.
pub async fn stop_power(scope: &Scope, caller: &Caller, id: &str, reason: &str) -> Result<(), ActionError> {
    let attempt = Attempt { actor: caller.actor(), step: "stop_power", case: None, person: None };
    attempt.run(scope, || stop(scope, caller, id, reason)).await
}

async fn stop(scope: &Scope, caller: &Caller, id: &str, reason: &str) -> Result<(), ActionError> {
    let permit = permit_on_tenant::<StopPower>(scope, caller).await?;
    let grant = load_waiting(scope, id).await?;
    let reason = Reason::parse(reason)?;
    let mut change = caller.change_on(scope, &PersonId::new(&grant.person_id)).await?;
    withhold(&mut change, &grant, Some(caller)).await?;
    let event = stopped(&grant, caller.actor()).reason(&reason).policies(permit.policies());
    notify_overseers_of(
        scope,
        &mut change,
        &grant,
        &format!("{} stopped it; it never worked.", caller.person.name),
    )
    .await?;
    Ok(change.commit(&event).await?)
}

/// Gives what nobody stopped in time. What somebody asked for who is no admin any more is stopped instead.
pub async fn grant_due_powers(scope: &Scope) -> Result<(), ActionError> {
    for grant in power_grants::list_due(&scope.app.db, &scope.tenant.id, scope.now).await? {
        match grant_due(scope, &grant).await {
            // Another node, or somebody at the desk, was faster.
            Ok(()) | Err(ActionError::Conflict) => {}
            // One that can't be read holds up no other.
            Err(error) => tracing::error!(grant = %grant.id, ?error, "power was not given; trying again"),
        }
    }
    Ok(())
}

async fn grant_due(scope: &Scope, grant: &PowerGrant) -> Result<(), ActionError> {
    let mut change = scope.begin_for(&PersonId::new(&grant.person_id)).await?;
    let event = if can_still_ask(scope, &PersonId::new(&grant.requested_by)).await? {
        power_grants::decide(&mut change, &grant.id, None, GrantOutcome::Elapsed).await?;
        give(&mut change, grant).await?;
        notify_overseers_of(scope, &mut change, grant, "Nobody stopped it in time; it works now.").await?;
        granted(grant, Actor::System, GrantOutcome::Elapsed)
    } else {
        withhold(&mut change, grant, None).await?;
        notify_overseers_of(
            scope,
            &mut change,
            grant,
            "Whoever asked for it is no admin any more; it never worked.",
        )
        .await?;
        stopped(grant, Actor::System)
    };
    Ok(change.commit(&event).await?)
}

async fn can_still_ask(scope: &Scope, requester: &PersonId) -> Result<bool, ActionError> {
    let requester = persons::load(&scope.app.db, &scope.tenant.id, requester).await?;
    Ok(requester.suspended_at.is_none() && requester.role == Role::Admin)
}

async fn give(change: &mut Change<'_>, grant: &PowerGrant) -> Result<(), ActionError> {
    if let Some(role) = &grant.role {
        let role = Role::parse(role).ok_or(StoreError::Corrupt("role"))?;
        let (person, by) = (PersonId::new(&grant.person_id), PersonId::new(&grant.requested_by));
        persons::save_role(change, &person, role, &by).await?;
    }
    if let Some(token) = &grant.token_id {
        service_tokens::grant(change, token).await?;
    }
    Ok(())
}

/// What an account asked for, and what it was to get, die with it when it is reset or suspended: a thief who held its
/// session may have asked, and whoever was let back in as somebody without a role gets none by waiting.
pub(super) async fn stop_powers_of(
    scope: &Scope,
    change: &mut Change<'_>,
    person: &PersonId,
) -> Result<(), ActionError> {
    for grant in power_grants::list_waiting_of(change, person).await? {
        match withhold(change, &grant, None).await {
            // Decided on in this instant by somebody else.
            Err(ActionError::Conflict) => continue,
            other => other?,
        }
        let end = "An account that it was asked by, or for, was reset or suspended; it never worked.";
        notify_overseers_of(scope, change, &grant, end).await?;
        change.record(stopped(&grant, Actor::System));
    }
    Ok(())
}

/// A token that is revoked before it worked waits no longer.
pub(super) async fn stop_power_of_token(
    scope: &Scope,
    change: &mut Change<'_>,
    caller: &Caller,
    token: &str,
) -> Result<(), ActionError> {
    let Some(grant) = power_grants::find_waiting_of_token(change, token).await? else { return Ok(()) };
    power_grants::decide(change, &grant.id, Some(&caller.person.id), GrantOutcome::Stopped).await?;
    change.record(stopped(&grant, caller.actor()));
    notify_overseers_of(
        scope,
        change,
        &grant,
        &format!("{} revoked it; it never worked.", caller.person.name),
    )
    .await
}

async fn withhold(
    change: &mut Change<'_>,
    grant: &PowerGrant,
    by: Option<&Caller>,
) -> Result<(), ActionError> {
    let person = by.map(|caller| &caller.person.id);
    power_grants::decide(change, &grant.id, person, GrantOutcome::Stopped).await?;
    let Some(token) = &grant.token_id else { return Ok(()) };
    match service_tokens::revoke(change, token).await {
        Ok(()) => {
            let actor = by.map_or(Actor::System, Caller::actor);
            change.record(Event::new(actor, ServiceTokenRevoked::One { token }));
            Ok(())
        }
        // Revoked before: all the better.
        Err(StoreError::Conflict) => Ok(()),
        Err(other) => Err(other.into()),
    }
}

/// One that waits.
pub async fn load_waiting(scope: &Scope, id: &str) -> Result<PowerGrant, ActionError> {
    power_grants::find_waiting(&scope.app.db, &scope.tenant.id, id).await?.ok_or(ActionError::NotFound)
}

fn granted(grant: &PowerGrant, actor: Actor, outcome: GrantOutcome) -> Event {
    about(grant, Event::new(actor, PowerGranted { grant: &grant.id, outcome: outcome.as_str() }))
}

fn stopped(grant: &PowerGrant, actor: Actor) -> Event {
    let outcome = GrantOutcome::Stopped.as_str();
    about(grant, Event::new(actor, PowerStopped { grant: &grant.id, outcome }))
}

fn about(grant: &PowerGrant, event: Event) -> Event {
    event.person(&PersonId::new(&grant.person_id)).before(state(grant))
}

fn state(grant: &PowerGrant) -> Value {
    json!({
        "role": grant.role, "token": grant.token_id, "requested_by": grant.requested_by,
        "requested_at": time(grant.requested_at).to_string(),
        "takes_effect_at": time(grant.takes_effect_at).to_string(),
    })
}

async fn notify_overseers_of(
    scope: &Scope,
    change: &mut Change<'_>,
    grant: &PowerGrant,
    end: &str,
) -> Result<(), ActionError> {
    let person = persons::load(&scope.app.db, &scope.tenant.id, &PersonId::new(&grant.person_id)).await?;
    let what = match (&grant.role, &grant.token_id) {
        (Some(role), _) => format!("The desk role {role} for {}", person.name),
        _ => format!("A service token of {}", person.name),
    };
    let text = format!("{what} was waiting. {end}");
    Ok(notify::notify_overseers(
        scope,
        change,
        ("Power at the help desk was decided on", &text, "/desk/power-grants"),
    )
    .await?)
}
