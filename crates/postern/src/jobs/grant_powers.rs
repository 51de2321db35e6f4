//! Gives the power that nobody stopped in time.

use jiff::Timestamp;

use crate::actions::ActionError;
use crate::actions::decide_on_power::grant_due_powers;
use crate::scope::Scope;
use crate::store::{power_grants, time};

/// Gives what is due. The answer: when the next one is.
pub async fn grant_powers(scope: &Scope) -> Result<Option<Timestamp>, ActionError> {
    grant_due_powers(scope).await?;
    let waiting = power_grants::list_waiting(&scope.app.db, &scope.tenant.id).await?;
    Ok(waiting.first().map(|grant| time(grant.takes_effect_at)))
}
