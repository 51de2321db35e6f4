//! A person changes their password: with the one that they have, and proof by a factor in the same act. A stolen cookie
//! knows neither; a stolen password has no factor.

use postern_core::event::Event;
use postern_core::event::payload::{StepRefused, UserPasswordChanged};
use postern_core::factor::FactorKind;
use zeroize::Zeroizing;

use super::ceremony::Challenge;
use super::factor_proof::{self, FactorProof};
use super::new_password::{called, check_new_password, end_others};
use super::on_record::Attempt;
use super::{ActionError, Caller, RateLimit};
use crate::notify::{self, Notice};
use crate::rng::token_hash;
use crate::scope::Scope;
use crate::store::ceremonies::{CeremonyKey, CeremonyKind};
use crate::store::{ceremonies, persons};
use crate::texts::MessageId;

const STEP: &str = "change_password";

/// What was typed.
pub struct PasswordChange<'a> {
    /// The password that counts now.
    pub current: Zeroizing<String>,
    /// The one that is to count.
    pub new: Zeroizing<String>,
    /// A factor that the person has.
    pub proof: &'a FactorProof,
}

/// Asks a passkey for the proof.
pub async fn start(scope: &Scope, caller: &Caller) -> Result<Challenge, ActionError> {
    factor_proof::ask(scope, caller, CeremonyKind::ChangePassword).await
}

/// Changes it. `token` names the ceremony, where a passkey proves it.
pub async fn change_password(
    scope: &Scope,
    caller: &Caller,
    token: &str,
    typed: &PasswordChange<'_>,
) -> Result<(), ActionError> {
    let person = Some(&caller.person.id);
    let attempt = Attempt { actor: caller.actor(), step: STEP, case: None, person };
    attempt.run(scope, || check_and_save(scope, caller, token, typed)).await
}

async fn check_and_save(
    scope: &Scope,
    caller: &Caller,
    token: &str,
    typed: &PasswordChange<'_>,
) -> Result<(), ActionError> {
    let person = &caller.person.id;
    let id = token_hash(token);
    let key = CeremonyKey { id: &id, kind: CeremonyKind::ChangePassword, person: Some(person) };
    let asked = factor_proof::load_asked(scope, key, typed.proof).await?;
    let old = check_current(scope, caller, typed).await?;
    if *typed.new == *typed.current {
        return Err(ActionError::invalid("new_password", MessageId("password-unchanged")));
    }
    check_new_password(scope, "new_password", (&typed.new, &called(scope, caller))).await?;
    // The factor comes last: a slip of the finger above uses up no proof.
    let right = factor_proof::check(scope, caller, STEP, (typed.proof, asked.as_ref())).await?;
    let hash = scope.app.hashing.hash(typed.new.clone(), *scope.app.rng.bytes::<16>()?).await?;
    let mut change = caller.change(scope).await?;
    if asked.is_some() {
        ceremonies::consume(&mut change, key).await?;
    }
    let proven_by = right.use_up(scope, &mut change).await?;
    persons::save_changed_password(&mut change, person, (&old, &hash)).await?;
    end_others(&mut change, caller).await?;
    notify::announce(scope, &mut change, person, None, Notice::PasswordChanged).await?;
    let changed = UserPasswordChanged::ByOwner { proven_by: proven_by.on_record() };
    Ok(change.commit(&Event::new(caller.actor(), changed).person(person)).await?)
}

/// The hash of the password that counts now, if it was typed. Wrong ones are counted with those at sign-in: who guesses
/// here has no guesses more.
async fn check_current(
    scope: &Scope,
    caller: &Caller,
    typed: &PasswordChange<'_>,
) -> Result<String, ActionError> {
    let person = &caller.person.id;
    // Read anew: another change may have come between.
    let old = persons::load(&scope.app.db, &scope.tenant.id, person).await?.password_hash;
    let old = old.ok_or_else(|| ActionError::refused(MessageId("no-password-to-change")))?;
    let limit = RateLimit::of_person(scope, person, FactorKind::Password, None).await?;
    if let Err(throttled) = limit.acquire(scope).await {
        refuse(scope, caller, "too many passwords").await?;
        return Err(throttled);
    }
    if !scope.app.hashing.verify(typed.current.clone(), Some(old.clone())).await? {
        refuse(scope, caller, "a wrong password").await?;
        limit.disable_at_limit(scope, person, FactorKind::Password).await?;
        return Err(ActionError::invalid("current_password", MessageId("wrong-current-password")));
    }
    let mut change = scope.begin().await?;
    limit.clear(&mut change).await?;
    change.commit_unrecorded("the password was right; what it was for is recorded when it is done").await?;
    Ok(old)
}

async fn refuse(scope: &Scope, caller: &Caller, why: &str) -> Result<(), ActionError> {
    let event = Event::new(caller.actor(), StepRefused { step: STEP, why }).person(&caller.person.id);
    Ok(scope.begin().await?.commit(&event).await?)
}
