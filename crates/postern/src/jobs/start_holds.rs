//! Begins the holds whose notice a relay has accepted.

use crate::actions::ActionError;
use crate::actions::start_hold::start_hold;
use crate::scope::Scope;
use crate::store::cases;

/// Looks at every case that waits for it, at most 200.
pub async fn start_holds(scope: &Scope) -> Result<(), ActionError> {
    for row in cases::list_awaiting_notice(&scope.app.db, &scope.tenant.id).await? {
        match start_hold(scope, &row).await {
            // Another node was faster, or somebody moved it: the next round sees what became of it.
            Ok(()) | Err(ActionError::Conflict | ActionError::Refused(_)) => {}
            // One that can't be read holds up no other.
            Err(error) => {
                tracing::error!(case = %row.id, ?error, "a case that waits for a notice was not looked at; trying again");
            }
        }
    }
    Ok(())
}
