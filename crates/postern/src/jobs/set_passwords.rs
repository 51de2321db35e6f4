//! Lets new passwords count that waited, and that nobody stopped in time.

use jiff::Timestamp;

use crate::actions::ActionError;
use crate::actions::end_waiting_password::set_due_passwords;
use crate::scope::Scope;
use crate::store::{forgotten_passwords, time};

/// Sets what is due. The answer: when the next one is.
pub async fn set_passwords(scope: &Scope) -> Result<Option<Timestamp>, ActionError> {
    set_due_passwords(scope).await?;
    Ok(forgotten_passwords::find_next_at(&scope.app.db, &scope.tenant.id).await?.map(time))
}
