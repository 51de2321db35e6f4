//! The operator suspends an organisation, or serves it again. While it is suspended its host answers like one that nobody
//! has, nothing that waits takes effect, and its data stays. Its sessions are there again when it is enabled, if their
//! time has not run out.

use postern_core::event::{Actor, Event, EventKind};
use postern_core::reason::Reason;
use serde_json::json;

use super::ActionError;
use crate::scope::Scope;
use crate::store::{StoreError, tenants};

/// Serves it no more.
pub async fn suspend_tenant(scope: &Scope, reason: &str) -> Result<(), ActionError> {
    let reason = Reason::parse(reason)?;
    let mut change = scope.begin().await?;
    refuse_repeat(tenants::suspend(&mut change).await, "It is suspended already.")?;
    let event = Event::new(EventKind::TenantSuspended, Actor::System)
        .reason(&reason)
        .before(json!({ "suspended": false }));
    change.commit(&event).await?;
    Ok(scope.app.tenants.reload(&scope.app.db, scope.now).await?)
}

/// Serves it again.
pub async fn enable_tenant(scope: &Scope, reason: &str) -> Result<(), ActionError> {
    let reason = Reason::parse(reason)?;
    let mut change = scope.begin().await?;
    refuse_repeat(tenants::enable(&mut change).await, "It is not suspended.")?;
    let event = Event::new(EventKind::TenantEnabled, Actor::System)
        .reason(&reason)
        .before(json!({ "suspended": true }));
    change.commit(&event).await?;
    Ok(scope.app.tenants.reload(&scope.app.db, scope.now).await?)
}

fn refuse_repeat(done: Result<(), StoreError>, words: &str) -> Result<(), ActionError> {
    match done {
        Err(StoreError::Conflict) => Err(ActionError::Refused(words.to_owned())),
        done => Ok(done?),
    }
}
