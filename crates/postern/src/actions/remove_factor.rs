//! A person removes a factor of their own, with proof by a factor that they still have.

use postern_core::event::Event;
use postern_core::event::payload::{MfaFactorRemoved, SessionRevoked};
use postern_core::id::PersonId;
use serde::{Deserialize, Serialize};
use webauthn_rs::prelude::SecurityKeyAuthentication;

use super::apply_remedy::state_before;
use super::ceremony::{self, Challenge};
use super::factor_proof::{self, FactorProof};
use super::federation::begins_sign_in;
use super::on_record::Attempt;
use super::{ActionError, Caller, passkeys};
use crate::notify::{self, Notice};
use crate::rng::token_hash;
use crate::scope::Scope;
use crate::store::ceremonies::{CeremonyKey, CeremonyKind};
use crate::store::factors::Factor;
use crate::store::{Change, ceremonies, factors, flows, sessions};
use crate::texts::MessageId;

const LAST: MessageId = MessageId("last-way-in");

/// What is kept while the browser asks a passkey.
#[derive(Serialize, Deserialize)]
struct PendingRemoval {
    /// The factor that is to go.
    factor: String,
    asked: SecurityKeyAuthentication,
}

/// Asks for a passkey that proves the removal of this factor.
pub async fn start(scope: &Scope, caller: &Caller, factor: &str) -> Result<Challenge, ActionError> {
    let person = &caller.person.id;
    check_removable(scope, &factors::list(&scope.app.db, &scope.tenant.id, person).await?, factor)?;
    let held = passkeys::list_working(scope, person).await?;
    if held.is_empty() {
        return Err(ActionError::refused(MessageId("use-the-app-instead")));
    }
    let (options, asked) = passkeys::ask_any(scope, &held)?;
    let pending = PendingRemoval { factor: factor.to_owned(), asked };
    let token = ceremony::begin(scope, CeremonyKind::RemoveFactor, Some(person), &pending).await?;
    Ok(Challenge { token, options })
}

/// Removes it. `token` names the ceremony, where a passkey proves it.
pub async fn remove_factor(
    scope: &Scope,
    caller: &Caller,
    factor: &str,
    (token, proof): (&str, &FactorProof),
) -> Result<(), ActionError> {
    let attempt =
        Attempt { actor: caller.actor(), step: "remove_factor", case: None, person: Some(&caller.person.id) };
    attempt.run(scope, || remove(scope, caller, factor, (token, proof))).await
}

async fn remove(
    scope: &Scope,
    caller: &Caller,
    factor: &str,
    (token, proof): (&str, &FactorProof),
) -> Result<(), ActionError> {
    let person = &caller.person.id;
    check_removable(scope, &factors::list(&scope.app.db, &scope.tenant.id, person).await?, factor)?;
    let id = token_hash(token);
    let key = CeremonyKey { id: &id, kind: CeremonyKind::RemoveFactor, person: Some(person) };
    let asked = match proof {
        FactorProof::Code(_) => None,
        FactorProof::Assertion(_) => {
            let pending: PendingRemoval = ceremony::load_state(scope, key).await?;
            if pending.factor != factor {
                return Err(ActionError::Wrong(MessageId("passkey-asked-for-another")));
            }
            Some(pending.asked)
        }
    };
    let right = factor_proof::check(scope, caller, "remove_factor", (proof, asked.as_ref())).await?;
    let mut change = caller.change(scope).await?;
    if asked.is_some() {
        ceremonies::consume(&mut change, key).await?;
    }
    let proven_by = right.use_up(scope, &mut change).await?;
    // Looked at again now that nobody else can change them: of two removals at once, one leaves the other the last.
    let held = factors::list_locked(&mut change, person).await?;
    let gone = check_removable(scope, &held, factor)?;
    expect_first_step(scope, caller, (&held, factor))?;
    let before = state_before(&mut change, person, &held).await?;
    factors::remove(&mut change, person, factor).await?;
    end_other_sessions(&mut change, caller).await?;
    notify::announce(scope, &mut change, person, None, Notice::FactorRemoved).await?;
    let removed = MfaFactorRemoved::ByOwner {
        kind: &gone.kind,
        factor: &gone.id,
        label: &gone.label,
        proven_by: proven_by.on_record(),
    };
    change.commit(&Event::new(caller.actor(), removed).person(person).before(before)).await?;
    Ok(())
}

/// The factor, if the person has it and would still have a way in without it that proves a change: or they
/// could add and remove nothing any more.
fn check_removable(scope: &Scope, own: &[Factor], id: &str) -> Result<Factor, ActionError> {
    let now = scope.now;
    let factor = own.iter().find(|factor| factor.id == id).ok_or(ActionError::NotFound)?;
    if !own.iter().any(|other| other.id != id && other.works(now) && other.proves_change()) {
        return Err(ActionError::refused(LAST));
    }
    Ok(factor.clone())
}

/// Something that begins a sign-in must be left: the password, another linked account, or a passkey that opens alone.
fn expect_first_step(
    scope: &Scope,
    caller: &Caller,
    (own, id): (&[Factor], &str),
) -> Result<(), ActionError> {
    let begins = |other: &Factor| begins_sign_in(scope, other) || other.opens_alone();
    let is_left = own.iter().any(|other| other.id != id && other.works(scope.now) && begins(other));
    if is_left || caller.person.password_hash.is_some() {
        return Ok(());
    }
    Err(ActionError::refused(LAST))
}

/// A factor mostly goes because it was lost, and whoever found it may have signed in with it. Which session it opened is not
/// kept, so that all end but this one, which has just proven itself.
async fn end_other_sessions(change: &mut Change<'_>, caller: &Caller) -> Result<(), ActionError> {
    let person: &PersonId = &caller.person.id;
    // Or is about to: a linked account begins a sign-in, and whoever came with it may be between the two steps.
    flows::end_all(change, person).await?;
    let ended = sessions::end_others(change, person, &caller.session).await?;
    if ended > 0 {
        let revoked = SessionRevoked { sessions: ended, why: Some("a factor was removed") };
        change.record(Event::new(caller.actor(), revoked).person(person));
    }
    Ok(())
}
