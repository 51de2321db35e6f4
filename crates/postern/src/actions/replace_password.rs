//! A person who has forgotten their password sets another one. A passkey that verifies its user stands in for the password
//! from before: alone it opens the account already. A code app, a backup code or a key without user verification never does.

use jiff::Timestamp;
use postern_core::event::Event;
use postern_core::event::payload::{AlwaysTrue, StepRefused, UserPasswordChanged};
use postern_core::factor::FactorKind;
use webauthn_rs::prelude::{AuthenticationResult, PasskeyAuthentication, PublicKeyCredential};
use zeroize::Zeroizing;

use super::ceremony::{self, Challenge};
use super::factor_proof::ProvenBy;
use super::new_password::{self, check_new_password};
use super::on_record::Attempt;
use super::passkeys::{self, HeldPasskey};
use super::{ActionError, Caller, RateLimit};
use crate::config::Config;
use crate::notify::{self, Notice};
use crate::rng::token_hash;
use crate::scope::Scope;
use crate::store::ceremonies::{CeremonyKey, CeremonyKind};
use crate::store::factors::Factor;
use crate::store::{ceremonies, persons, sessions, time};
use crate::texts::MessageId;

const STEP: &str = "replace_password";

/// Err: why nothing of the caller's stands in for the password now.
pub async fn expect_stand_in(scope: &Scope, caller: &Caller) -> Result<(), ActionError> {
    list_standing_in(scope, caller).await.map(|_| ())
}

/// Asks one of the caller's passkeys that stand in for the password.
pub async fn start(scope: &Scope, caller: &Caller) -> Result<Challenge, ActionError> {
    let held = list_standing_in(scope, caller).await?;
    let passkeys: Vec<_> = held.into_iter().map(|held| held.passkey).collect();
    let (options, state) = scope.tenant.webauthn.start_passkey_authentication(&passkeys)?;
    let person = Some(&caller.person.id);
    let token = ceremony::begin(scope, CeremonyKind::ReplacePassword, person, &state).await?;
    Ok(Challenge { token, options: serde_json::to_value(&options)? })
}

/// Sets another password. `token` names the ceremony that `answer` is for. The answer: the session's new token, as after each
/// touch in a session.
pub async fn replace_password(
    scope: &Scope,
    caller: &Caller,
    (token, answer): (&str, &PublicKeyCredential),
    new: &Zeroizing<String>,
) -> Result<Zeroizing<String>, ActionError> {
    let person = Some(&caller.person.id);
    let attempt = Attempt { actor: caller.actor(), step: STEP, case: None, person };
    attempt.run(scope, || check_and_save(scope, caller, (token, answer), new)).await
}

async fn check_and_save(
    scope: &Scope,
    caller: &Caller,
    (token, answer): (&str, &PublicKeyCredential),
    new: &Zeroizing<String>,
) -> Result<Zeroizing<String>, ActionError> {
    let person = &caller.person.id;
    let id = token_hash(token);
    let key = CeremonyKey { id: &id, kind: CeremonyKind::ReplacePassword, person: Some(person) };
    let asked: PasskeyAuthentication = ceremony::load_state(scope, key).await?;
    // Read before anything that takes long: whoever changes the password meanwhile has changed it.
    let old = persons::load(&scope.app.db, &scope.tenant.id, person).await?.password_hash;
    let old = old.ok_or_else(no_password)?;
    let Some((held, result)) = answered(scope, caller, (&asked, answer)).await? else {
        let why = "an answer that is not from a passkey of this person";
        let refused = Event::new(caller.actor(), StepRefused { step: STEP, why }).person(person);
        scope.begin().await?.commit(&refused).await?;
        return Err(ActionError::Wrong(MessageId("not-your-passkey")));
    };
    check_new_password(scope, "new_password", (new, &new_password::called(scope, caller))).await?;
    let hash = scope.app.hashing.hash(new.clone(), *scope.app.rng.bytes::<16>()?).await?;
    let session = scope.app.rng.token()?;
    let factor = held.factor.id.clone();
    let limit = RateLimit::of_person(scope, person, FactorKind::Password, None).await?;
    let mut change = caller.change(scope).await?;
    ceremonies::consume(&mut change, key).await?;
    held.save_used(scope, &mut change, &result).await?;
    persons::save_changed_password(&mut change, person, (&old, &hash)).await?;
    // Guesses at the one from before, its owner's own among them, say nothing about this one.
    limit.clear(&mut change).await?;
    sessions::save_token(&mut change, &caller.session, &token_hash(&session)).await?;
    new_password::end_others(&mut change, caller).await?;
    let proven_by = ProvenBy { factor, kind: FactorKind::Webauthn, is_passkey: true };
    let replaced = UserPasswordChanged::Forgotten { forgotten: AlwaysTrue, proven_by: proven_by.on_record() };
    notify::announce(scope, &mut change, person, None, Notice::PasswordReplaced).await?;
    change.commit(&Event::new(caller.actor(), replaced).person(person)).await?;
    Ok(session)
}

/// Which passkey answered, if its user was verified just now, and it stands in for the password.
async fn answered(
    scope: &Scope,
    caller: &Caller,
    (asked, answer): (&PasskeyAuthentication, &PublicKeyCredential),
) -> Result<Option<(HeldPasskey, AuthenticationResult)>, ActionError> {
    let Ok(result) = scope.tenant.webauthn.finish_passkey_authentication(answer, asked) else {
        return Ok(None);
    };
    let held = list_standing_in(scope, caller).await?;
    let held = held.into_iter().find(|held| held.passkey.cred_id() == result.cred_id());
    Ok(held.filter(|_| result.user_verified()).map(|held| (held, result)))
}

async fn list_standing_in(scope: &Scope, caller: &Caller) -> Result<Vec<HeldPasskey>, ActionError> {
    if caller.person.password_hash.is_none() {
        return Err(no_password());
    }
    let held = passkeys::list_working(scope, &caller.person.id).await?;
    let from = |held: &HeldPasskey| stands_in_from(&held.factor);
    let held: Vec<_> = held.into_iter().filter(|held| held.factor.opens_alone()).collect();
    let Some(first) = held.iter().map(from).min() else {
        return Err(ActionError::refused(MessageId("no-passkey-to-stand-in")));
    };
    if first > scope.now {
        let at = first.strftime("%-d %b %Y, %H:%M UTC").to_string();
        return Err(ActionError::refused(MessageId("passkey-stands-in-from").with("at", at)));
    }
    Ok(held.into_iter().filter(|held| from(held) <= scope.now).collect())
}

/// Not as soon as it is there: a code adds a passkey, and by it would set a password too. Until then its owner, whom every
/// contact told of the passkey, has stopped it.
fn stands_in_from(passkey: &Factor) -> Timestamp {
    time(passkey.created_at) + Config::STAND_IN_WAIT
}

fn no_password() -> ActionError {
    ActionError::refused(MessageId("no-password-to-change"))
}
