//! The operator moves an organisation to another address. A passkey is good for one name alone, so that all of them die
//! with the old name: they are removed, and their owners are told.

use postern_core::event::{Actor, Event, EventKind};
use postern_core::factor::FactorKind;
use postern_core::id::PersonId;
use postern_core::reason::Reason;
use serde_json::json;
use url::Url;

use super::ActionError;
use crate::notify::{self, Notice};
use crate::scope::Scope;
use crate::store::{Change, StoreError, factors, tenants};
use crate::tenants::host_of;

/// Passkeys that die if the organisation moves there.
pub async fn count_dying_passkeys(scope: &Scope, origin: &Url) -> Result<i64, ActionError> {
    if keeps_passkeys(scope, origin) {
        return Ok(0);
    }
    Ok(factors::count_of_kind(&scope.app.db, &scope.tenant.id, FactorKind::Webauthn).await?)
}

/// Moves it. Answers how many passkeys were removed.
pub async fn move_tenant(scope: &Scope, origin: &Url, reason: &str) -> Result<usize, ActionError> {
    let reason = Reason::parse(reason)?;
    let mut change = scope.begin().await?;
    match tenants::save_origin(&mut change, origin.as_str(), &host_of(origin)).await {
        Err(StoreError::Conflict) => {
            let words = format!("Another organisation is served at {origin} already.");
            return Err(ActionError::invalid("origin", words));
        }
        moved => moved?,
    }
    let removed = if keeps_passkeys(scope, origin) { 0 } else { remove_passkeys(scope, &mut change).await? };
    let event = Event::new(EventKind::TenantMoved, Actor::System)
        .reason(&reason)
        .before(json!({ "origin": scope.tenant.origin }))
        .detail(json!({ "origin": origin, "passkeys_removed": removed }));
    change.commit(&event).await?;
    scope.app.tenants.reload(&scope.app.db, scope.now).await?;
    Ok(removed)
}

/// A passkey knows the name alone, not scheme and port.
fn keeps_passkeys(scope: &Scope, origin: &Url) -> bool {
    scope.tenant.origin.host_str() == origin.host_str()
}

async fn remove_passkeys(scope: &Scope, change: &mut Change<'_>) -> Result<usize, ActionError> {
    let passkeys = factors::list_of_kind(change, FactorKind::Webauthn).await?;
    for passkey in &passkeys {
        let owner = PersonId::new(passkey.person_id.as_str());
        factors::remove(change, &owner, &passkey.id).await?;
        notify::announce(scope, change, &owner, None, Notice::FactorRemoved).await?;
        let event = Event::new(EventKind::MfaFactorRemoved, Actor::System)
            .person(&owner)
            .before(json!({ "label": passkey.label }))
            .detail(json!({ "kind": passkey.kind, "factor": passkey.id, "why": "the organisation moved to another name" }));
        change.record(event);
    }
    Ok(passkeys.len())
}
