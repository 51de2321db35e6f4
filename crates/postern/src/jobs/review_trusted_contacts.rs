//! What time brings to trusted contacts: asks lapse, and owners are reminded once a year.

use jiff::{SignedDuration, Timestamp};

use crate::actions::ActionError;
use crate::actions::review_trusted_contacts::review_trusted_contact;
use crate::scope::Scope;
use crate::store::trusted_contacts;

/// After one that failed it is looked again so much later.
const LOOK_AGAIN: SignedDuration = SignedDuration::from_mins(1);

/// Looks at those that are due, at most 200. The answer: when the next one is. Late or not, an ask whose time is over takes no yes.
pub async fn review_trusted_contacts(scope: &Scope) -> Result<Option<Timestamp>, ActionError> {
    let mut has_failed = false;
    for due in trusted_contacts::list_due(&scope.app.db, &scope.tenant.id, scope.now).await? {
        match review_trusted_contact(scope, &due).await {
            // Another node was faster, or an owner of several that are due was told of all of them.
            Ok(()) | Err(ActionError::Conflict) => {}
            // One that fails holds up none of those that are due with it.
            Err(error) => {
                has_failed = true;
                tracing::error!(trusted_contact = %due.id, ?error, "a trusted contact was not looked at; trying again");
            }
        }
    }
    let next = trusted_contacts::find_next_due(&scope.app.db, &scope.tenant.id).await?;
    let pause = if has_failed { LOOK_AGAIN } else { SignedDuration::ZERO };
    Ok(next.map(|next| next.max(scope.now + pause)))
}
