//! A person makes a second step of a number or an address that is on file for them: codes to sign in go there from now on. A code app
//! or a passkey proves that it is them, and so is there beside it; everybody on file is told.

use postern_core::contact::masked;
use postern_core::event::Event;
use postern_core::event::payload::MfaFactorEnrolled;
use postern_core::factor::FactorKind;
use postern_core::factor::totp::PhoneClock;
use postern_core::id::PersonId;

use super::add_totp::expect_room;
use super::ceremony::Challenge;
use super::factor_proof::{self, FactorProof};
use super::on_record::Attempt;
use super::sent_code_rules::check_contact;
use super::{ActionError, Caller};
use crate::notify::{self, Notice};
use crate::rng::token_hash;
use crate::scope::Scope;
use crate::store::ceremonies::{CeremonyKey, CeremonyKind};
use crate::store::contacts::{self, Contact};
use crate::store::factors::{Factor, NewFactor};
use crate::store::throttles::RateLimitKey;
use crate::store::{Change, StoreError, ceremonies, factors, sent_codes, throttles};
use crate::texts::MessageId;

const STEP: &str = "add_sent_code";

/// Asks a passkey for the proof.
pub async fn start(scope: &Scope, caller: &Caller) -> Result<Challenge, ActionError> {
    factor_proof::ask(scope, caller, CeremonyKind::AddSentCode).await
}

/// Codes go to this contact from now on. `token` names the ceremony, where a passkey proves it.
pub async fn add_sent_code(
    scope: &Scope,
    caller: &Caller,
    contact: &str,
    (token, proof): (&str, &FactorProof),
) -> Result<String, ActionError> {
    let attempt = Attempt { actor: caller.actor(), step: STEP, case: None, person: Some(&caller.person.id) };
    attempt.run(scope, || add(scope, caller, contact, (token, proof))).await
}

async fn add(
    scope: &Scope,
    caller: &Caller,
    contact: &str,
    (token, proof): (&str, &FactorProof),
) -> Result<String, ActionError> {
    let person = &caller.person.id;
    let on_file = contacts::list(&scope.app.db, &scope.tenant.id, person).await?;
    let known = on_file.iter().find(|known| known.id == contact);
    let known = known.ok_or_else(|| ActionError::invalid("contact", MessageId("no-code-goes-there")))?;
    check_contact(scope, &caller.person, known).map_err(|why| ActionError::refused(why.message()))?;
    expect_room(&factors::list(&scope.app.db, &scope.tenant.id, person).await?)?;
    let id = token_hash(token);
    let key = CeremonyKey { id: &id, kind: CeremonyKind::AddSentCode, person: Some(person) };
    let asked = factor_proof::load_asked(scope, key, proof).await?;
    let right = factor_proof::check(scope, caller, STEP, (proof, asked.as_ref())).await?;
    let mut change = caller.change(scope).await?;
    if asked.is_some() {
        ceremonies::consume(&mut change, key).await?;
    }
    let proven_by = right.use_up(scope, &mut change).await?;
    let kind = FactorKind::of_contact(&known.kind);
    let factor = insert(scope, &mut change, person, (kind, known)).await?;
    notify::announce(scope, &mut change, person, None, Notice::FactorEnrolled).await?;
    let proven_by = Some(proven_by.on_record());
    let enrolled = MfaFactorEnrolled { kind, factor: &factor, proven_by, passkey: None };
    change.commit(&Event::new(caller.actor(), enrolled).person(person)).await?;
    Ok(factor)
}

async fn insert(
    scope: &Scope,
    change: &mut Change<'_>,
    person: &PersonId,
    (kind, contact): (FactorKind, &Contact),
) -> Result<String, ActionError> {
    let held = factors::list_locked(change, person).await?;
    expect_room(&held)?;
    if sent_codes::find_factor_of(change, person, &contact.id).await?.is_some() {
        return Err(ActionError::refused(MessageId("codes-go-there-already")));
    }
    if !held.iter().any(|factor| factor.is(kind) && factor.works(scope.now)) {
        // The first that works, after too many guesses at the last: those were not at this one.
        throttles::forget(change, &RateLimitKey::of_person(person, kind)).await?;
    }
    let id = change.id()?;
    let place = Factor::place(&scope.tenant.id, person, &id);
    // It has no secret of its own: each code is one.
    let sealed = scope.tenant.keys.seal(&scope.app.rng, &place, b"")?;
    let new = NewFactor {
        id: &id,
        person,
        kind,
        label: &masked(&contact.kind, &contact.value),
        sealed: &sealed,
        credential_id: Some(&sent_codes::credential_of(&contact.id)),
        last_step: None,
        clock: PhoneClock::default(),
        second_step_only: true,
        usable_at: None,
    };
    match factors::insert(change, &new).await {
        Err(StoreError::Conflict) => Err(ActionError::refused(MessageId("codes-go-there-already"))),
        other => Ok(other.map(|()| id)?),
    }
}
