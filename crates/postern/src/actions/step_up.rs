//! A passkey touch inside a session: what is sensitive wants one that is at most five minutes old, so that a stolen
//! cookie, or a screen left open, is not enough for it.

use postern_core::event::Event;
use postern_core::event::payload::{SessionSteppedUp, StepRefused};
use webauthn_rs::prelude::{AuthenticationResult, PasskeyAuthentication, PublicKeyCredential};
use zeroize::Zeroizing;

use super::ceremony::{self, Challenge};
use super::passkeys::{self, HeldPasskey};
use super::retry::retry;
use super::{ActionError, Caller};
use crate::rng::token_hash;
use crate::scope::Scope;
use crate::store::ceremonies::{self, CeremonyKey, CeremonyKind};
use crate::store::sessions;
use crate::texts::MessageId;

const NOT_YOURS: ActionError = ActionError::Wrong(MessageId("not-your-passkey"));

/// Asks for one of the caller's own passkeys.
pub async fn start(scope: &Scope, caller: &Caller) -> Result<Challenge, ActionError> {
    let held = passkeys::list_working(scope, &caller.person.id).await?;
    // A key that does not verify its user shows who holds it, and no more: it counts beside the password, at sign-in.
    let held = held.into_iter().filter(|held| held.factor.opens_alone());
    let passkeys: Vec<_> = held.map(|held| held.passkey).collect();
    if passkeys.is_empty() {
        return Err(ActionError::refused(MessageId("no-passkey-to-touch")));
    }
    let (options, state) = scope.tenant.webauthn.start_passkey_authentication(&passkeys)?;
    let token = ceremony::begin(scope, CeremonyKind::StepUp, Some(&caller.person.id), &state).await?;
    Ok(Challenge { token, options: serde_json::to_value(&options)? })
}

/// Checks the browser's answer, and notes in the session when the passkey was touched. The answer: the session's new token. Whoever
/// had copied the old one holds nothing any more.
pub async fn finish(
    scope: &Scope,
    caller: &Caller,
    token: &str,
    answer: &PublicKeyCredential,
) -> Result<Zeroizing<String>, ActionError> {
    retry(|| note_touch(scope, caller, token, answer)).await
}

async fn note_touch(
    scope: &Scope,
    caller: &Caller,
    token: &str,
    answer: &PublicKeyCredential,
) -> Result<Zeroizing<String>, ActionError> {
    let id = token_hash(token);
    let key = CeremonyKey { id: &id, kind: CeremonyKind::StepUp, person: Some(&caller.person.id) };
    let state: PasskeyAuthentication = ceremony::load_state(scope, key).await?;
    let Some((held, result)) = check(scope, caller, &state, answer).await? else {
        let why = "the answer is not from a passkey of this person";
        let refused = StepRefused { step: "step_up", why };
        let event = Event::new(caller.actor(), refused).person(&caller.person.id);
        scope.begin().await?.commit(&event).await?;
        return Err(NOT_YOURS);
    };
    let factor = held.factor.id.clone();
    let mut change = caller.change(scope).await?;
    ceremonies::consume(&mut change, key).await?;
    held.save_used(scope, &mut change, &result).await?;
    let session = scope.app.rng.token()?;
    sessions::save_step_up(&mut change, &caller.session, &token_hash(&session)).await?;
    let stepped_up = SessionSteppedUp { factor: &factor };
    let event = Event::new(caller.actor(), stepped_up).person(&caller.person.id);
    change.commit(&event).await?;
    Ok(session)
}

/// The passkey that answered, if it is one of the caller's that works now.
async fn check(
    scope: &Scope,
    caller: &Caller,
    state: &PasskeyAuthentication,
    answer: &PublicKeyCredential,
) -> Result<Option<(HeldPasskey, AuthenticationResult)>, ActionError> {
    let Ok(result) = scope.tenant.webauthn.finish_passkey_authentication(answer, state) else {
        return Ok(None);
    };
    let held = passkeys::list_working(scope, &caller.person.id).await?;
    let answered = held.into_iter().find(|held| held.passkey.cred_id() == result.cred_id());
    Ok(answered.map(|held| (held, result)))
}
