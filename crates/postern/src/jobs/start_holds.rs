//! Begins the holds whose notice a relay has accepted.

use jiff::{SignedDuration, Timestamp};

use crate::actions::ActionError;
use crate::actions::start_hold::start_hold;
use crate::scope::Scope;
use crate::store::cases;

/// What keeps a hold from beginning may change without anybody waking this: a contact that counts again, the overdue day.
const LOOK_AGAIN: SignedDuration = SignedDuration::from_secs(5);

/// Looks at every case that waits for it, at most 200. The answer: when to look again, while some wait.
pub async fn start_holds(scope: &Scope) -> Result<Option<Timestamp>, ActionError> {
    let rows = cases::list_awaiting_notice(&scope.app.db, &scope.tenant.id).await?;
    for row in &rows {
        match start_hold(scope, row).await {
            // Another node was faster, or somebody moved it: the next round sees what became of it.
            Ok(()) | Err(ActionError::Conflict | ActionError::Refused(_)) => {}
            // One that can't be read holds up no other.
            Err(error) => {
                tracing::error!(case = %row.id, ?error, "a case that waits for a notice was not looked at; trying again");
            }
        }
    }
    Ok((!rows.is_empty()).then(|| scope.now + LOOK_AGAIN))
}
