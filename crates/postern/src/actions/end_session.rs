//! Signing out, and ending another session of one's own.

use postern_core::event::{Event, EventKind};
use serde_json::json;

use super::{ActionError, Caller};
use crate::app::App;
use crate::config::Config;
use crate::store::{StoreError, sessions};

/// Ends one of the caller's own sessions.
pub async fn end_session(app: &App, caller: &Caller, session: &str) -> Result<(), ActionError> {
    let own = sessions::list(&app.db, &app.tenant, &caller.person.id, app.clock.now(), Config::SESSION_IDLE)
        .await?;
    if !own.iter().any(|known| known.id == session) {
        return Err(ActionError::NotFound);
    }
    let mut change = caller.change(app).await?;
    match sessions::end(&mut change, session).await {
        // Ended twice is ended.
        Err(StoreError::Conflict) => return Ok(()),
        other => other?,
    }
    let event = Event::new(EventKind::SessionEnded, caller.actor())
        .person(&caller.person.id)
        .detail(json!({ "session": session }));
    Ok(change.commit(&event).await?)
}
