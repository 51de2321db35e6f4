//! Signing out, and ending another session of one's own.

use postern_core::event::Event;
use postern_core::event::payload::SessionEnded;

use super::{ActionError, Caller};
use crate::config::Config;
use crate::scope::Scope;
use crate::store::{StoreError, sessions};

/// Ends one of the caller's own sessions.
pub async fn end_session(scope: &Scope, caller: &Caller, session: &str) -> Result<(), ActionError> {
    let own =
        sessions::list(&scope.app.db, &scope.tenant.id, &caller.person.id, scope.now, Config::SESSION_IDLE)
            .await?;
    if !own.iter().any(|known| known.id == session) {
        return Err(ActionError::NotFound);
    }
    let mut change = caller.change(scope).await?;
    match sessions::end(&mut change, session).await {
        // Ended twice is ended.
        Err(StoreError::Conflict) => return Ok(()),
        other => other?,
    }
    let event = Event::new(caller.actor(), SessionEnded { session }).person(&caller.person.id);
    Ok(change.commit(&event).await?)
}
