//! What a new password must be, wherever one is chosen.

use zeroize::Zeroizing;

use super::ActionError;
use crate::scope::Scope;
use crate::texts::MessageId;

/// Unit: characters.
const SHORTEST: usize = 12;
const LONGEST: usize = 128;

/// Length and guessability; no rules about symbols, no expiry (NIST SP 800-63B-4 §3.1.1.2). `called`: what the person and
/// the organisation are called.
pub(super) async fn check_new_password(
    scope: &Scope,
    field: &'static str,
    (password, called): (&Zeroizing<String>, &[&str]),
) -> Result<(), ActionError> {
    let length = password.chars().count();
    if length < SHORTEST {
        return Err(ActionError::invalid(field, MessageId("password-too-short")));
    }
    if length > LONGEST {
        return Err(ActionError::invalid(field, MessageId("password-too-long")));
    }
    if scope.app.hashing.is_easy_to_guess(password.clone(), called).await? {
        return Err(ActionError::invalid(field, MessageId("password-easy-to-guess")));
    }
    Ok(())
}
