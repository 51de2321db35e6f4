//! Begins the holds whose notice a relay has accepted.

use crate::actions::ActionError;
use crate::actions::start_hold::start_hold;
use crate::app::App;
use crate::store::cases;

/// Looks at every case that waits for it, at most 200.
pub async fn start_holds(app: &App) -> Result<(), ActionError> {
    for row in cases::list_awaiting_notice(&app.db, &app.tenant).await? {
        match start_hold(app, &row).await {
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
