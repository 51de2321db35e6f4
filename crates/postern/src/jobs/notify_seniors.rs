//! Mails seniors about incidents that they were not told of one by one.

use jiff::Timestamp;

use crate::actions::ActionError;
use crate::actions::notify_seniors::{GATHERED, notify_of_the_rest};
use crate::scope::Scope;
use crate::store::findings::notified;

/// Tells of them, at most once an hour. The answer: when to look again, while some are left.
pub async fn notify_seniors(scope: &Scope) -> Result<Option<Timestamp>, ActionError> {
    notify_of_the_rest(scope).await?;
    let are_left = notified::has_unnotified(&scope.app.db, &scope.tenant.id, Timestamp::MAX).await?;
    Ok(are_left.then(|| scope.now + GATHERED))
}
