//! What a new password must be, wherever one is chosen, and what ends with the one from before.

use std::sync::Arc;

use postern_core::event::Event;
use postern_core::event::payload::SessionRevoked;
use zeroize::Zeroizing;

use super::forgotten_password::end_waiting;
use super::{ActionError, Caller};
use crate::scope::Scope;
use crate::store::{Change, flows, sessions};
use crate::texts::MessageId;

/// Unit: characters.
const SHORTEST: usize = 12;
const LONGEST: usize = 128;

/// Length, guessability, and none that leaked; no rules about symbols, no expiry (NIST SP 800-63B-4 §3.1.1.2). `called`:
/// what the person and the organisation are called.
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
    if has_leaked(scope, password).await? {
        return Err(ActionError::invalid(field, MessageId("password-leaked")));
    }
    Ok(())
}

/// What a person and their organisation are called.
pub(super) fn called<'a>(scope: &'a Scope, caller: &'a Caller) -> [&'a str; 3] {
    [&caller.person.login, &caller.person.name, &scope.tenant.name]
}

/// Off the threads that serve: it reads the disk. What can't be read refuses the password.
async fn has_leaked(scope: &Scope, password: &Zeroizing<String>) -> Result<bool, ActionError> {
    if scope.app.leaked_passwords.is_none() {
        return Ok(false);
    }
    let (app, password) = (Arc::clone(&scope.app), password.clone());
    let look = move || app.leaked_passwords.as_ref().map_or(Ok(false), |list| list.contains(&password));
    let found = tokio::task::spawn_blocking(look).await.map_err(|error| error.to_string());
    let found = found.and_then(|found| found.map_err(|error| error.to_string()));
    found.map_err(|error| ActionError::Internal(format!("the list of leaked passwords: {error}")))
}

/// Whoever signed in, or is about to, with the password from before.
pub(super) async fn end_others(change: &mut Change<'_>, caller: &Caller) -> Result<(), ActionError> {
    let person = &caller.person.id;
    flows::end_all(change, person).await?;
    end_waiting(change, person, "the password was changed").await?;
    let ended = sessions::end_others(change, person, &caller.session).await?;
    if ended > 0 {
        let revoked = SessionRevoked { sessions: ended, why: Some("the password was changed") };
        change.record(Event::new(caller.actor(), revoked).person(person));
    }
    Ok(())
}
