//! The operator moves an organisation to another address. A passkey is good for one name alone, so that all of them die
//! with the old name: they are removed, and their owners are told.

use std::sync::Arc;

use postern_core::event::payload::{MfaFactorRemoved, SessionRevoked, TenantMoved};
use postern_core::event::{Actor, Event};
use postern_core::factor::FactorKind;
use postern_core::id::PersonId;
use postern_core::reason::Reason;
use serde_json::json;
use url::Url;

use super::ActionError;
use crate::notify::{self, Notice};
use crate::scope::Scope;
use crate::store::tenants::TenantRow;
use crate::store::{Change, StoreError, factors, sessions, tenants};

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
    // The row is locked, so that what it says now is what is moved.
    let row = tenants::load_locked(&mut change).await?;
    if row.origin == origin.as_str() {
        return Err(ActionError::invalid("origin", format!("It is served at {origin} already.")));
    }
    // Whoever is told is told with links to where it is served from now on.
    let moved = scope
        .of_tenant(Arc::new(scope.app.tenants.prepare(TenantRow { origin: origin.to_string(), ..row })?));
    match tenants::save_origin(&mut change, origin.as_str(), origin.host_str().unwrap_or_default()).await {
        Err(StoreError::Conflict) => {
            let message = "Another organisation is served at that name already, at this or another port.";
            return Err(ActionError::invalid("origin", message));
        }
        moved => moved?,
    }
    let removed =
        if keeps_passkeys(scope, origin) { 0 } else { remove_passkeys(&moved, &mut change).await? };
    let event = Event::new(Actor::System, TenantMoved { origin: origin.as_str(), passkeys_removed: removed })
        .reason(&reason)
        .before(json!({ "origin": scope.tenant.origin }));
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
        // One that a passkey opened is worth nothing at a name where it has none.
        let sessions = sessions::end_all(change, &owner).await?;
        if sessions > 0 {
            let ended = SessionRevoked { sessions, why: None };
            change.record(Event::new(Actor::System, ended).person(&owner));
        }
        notify::announce(scope, change, &owner, None, Notice::FactorRemoved).await?;
        let gone = MfaFactorRemoved::ByOthers {
            kind: &passkey.kind,
            factor: &passkey.id,
            why: "the organisation moved to another name",
        };
        let event = Event::new(Actor::System, gone).person(&owner).before(json!({ "label": passkey.label }));
        change.record(event);
    }
    Ok(passkeys.len())
}
