//! The operator suspends an organisation, or serves it again. While it is suspended its host answers like one that nobody
//! has, nothing that waits takes effect or comes nearer to it, and its data stays. Its sessions are there again when it is enabled, if their
//! time has not run out.

use jiff::Timestamp;
use postern_core::event::payload::{TenantEnabled, TenantSuspended};
use postern_core::event::{Actor, Event};
use postern_core::reason::Reason;
use serde_json::json;

use super::ActionError;
use crate::scope::Scope;
use crate::store::factors::waiting;
use crate::store::{Change, StoreError, cases, forgotten_passwords, power_grants, tenants, time};

/// Serves it no more.
pub async fn suspend_tenant(scope: &Scope, reason: &str) -> Result<(), ActionError> {
    let reason = Reason::parse(reason)?;
    let mut change = scope.begin().await?;
    refuse_repeat(tenants::suspend(&mut change).await, "It is suspended already.")?;
    let event =
        Event::new(Actor::System, TenantSuspended).reason(&reason).before(json!({ "suspended": false }));
    change.commit(&event).await?;
    Ok(scope.app.tenants.reload(&scope.app.db, scope.now).await?)
}

/// Serves it again. What waited for an objection waits on for as long as it was suspended: nobody could object meanwhile.
pub async fn enable_tenant(scope: &Scope, reason: &str) -> Result<(), ActionError> {
    let reason = Reason::parse(reason)?;
    let mut change = scope.begin().await?;
    let suspended_at = tenants::load_locked(&mut change).await?.suspended_at;
    refuse_repeat(tenants::enable(&mut change).await, "It is not suspended.")?;
    if let Some(since) = suspended_at.map(time) {
        power_grants::postpone_all(&mut change, since).await?;
        waiting::postpone_all(&mut change, since).await?;
        forgotten_passwords::postpone_all(&mut change, since).await?;
        postpone_holds(&mut change, since).await?;
    }
    let event = Event::new(Actor::System, TenantEnabled).reason(&reason).before(json!({ "suspended": true }));
    change.commit(&event).await?;
    Ok(scope.app.tenants.reload(&scope.app.db, scope.now).await?)
}

async fn postpone_holds(change: &mut Change<'_>, since: Timestamp) -> Result<(), ActionError> {
    let now = change.at();
    for row in cases::list_on_hold(change).await? {
        // As it stood when the organisation was suspended; what was over by then stays over.
        let Some(Ok(case)) = row.case(since)?.map(|case| case.postpone_hold(since, now)) else { continue };
        cases::save(change, &row, &case).await?;
    }
    Ok(())
}

fn refuse_repeat(done: Result<(), StoreError>, message: &'static str) -> Result<(), ActionError> {
    match done {
        Err(StoreError::Conflict) => Err(ActionError::refused(message)),
        done => Ok(done?),
    }
}
