//! Closes cases whose time is over.

use jiff::Timestamp;

use crate::actions::ActionError;
use crate::actions::lapse_case::lapse_case;
use crate::scope::Scope;
use crate::store::cases;

/// Closes those whose time is over now, at most 200. The answer: when the next one's is. Late or not, it lets nobody in: a
/// case whose time is over reads as closed already.
pub async fn lapse_cases(scope: &Scope) -> Result<Option<Timestamp>, ActionError> {
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
    Ok(cases::find_next_lapse(&scope.app.db, &scope.tenant.id).await?)
}
