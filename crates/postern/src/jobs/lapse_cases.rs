//! Closes cases whose time is over.

use crate::actions::ActionError;
use crate::actions::lapse_case::lapse_case;
use crate::scope::Scope;
use crate::store::cases;

/// Closes those whose time is over now, at most 200.
pub async fn lapse_cases(scope: &Scope) -> Result<(), ActionError> {
    for row in cases::list_lapsed(&scope.app.db, &scope.tenant.id, scope.now).await? {
        match lapse_case(scope, &row).await {
            // Another node was faster, or somebody moved it: the next round sees what became of it.
            Ok(()) | Err(ActionError::Conflict) => {}
            // One that can't be read holds up no other.
            Err(error) => {
                tracing::error!(case = %row.id, ?error, "a case whose time is over was not closed; trying again");
            }
        }
    }
    Ok(())
}
