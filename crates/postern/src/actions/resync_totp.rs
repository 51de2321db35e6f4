//! A person sets the clock of a code app right with us: two codes that follow each other show where it stands, and another factor
//! proves that the phone is still theirs (RFC 6238 §6, D10).

use postern_core::event::Event;
use postern_core::event::payload::{MfaFactorResynced, StepRefused};
use postern_core::factor::FactorKind;
use postern_core::factor::totp::{self, PhoneClock};
use serde_json::json;

use super::ceremony::Challenge;
use super::factor_proof::{self, FactorProof};
use super::on_record::Attempt;
use super::use_totp::REUSED;
use super::{ActionError, Caller, RateLimit};
use crate::notify::{self, Notice};
use crate::rng::token_hash;
use crate::scope::Scope;
use crate::store::ceremonies::{CeremonyKey, CeremonyKind};
use crate::store::factors::Factor;
use crate::store::{StoreError, ceremonies, factors};
use crate::texts::MessageId;

const STEP: &str = "resync_totp";

/// What was typed.
#[derive(Clone, Copy)]
pub struct ResyncAnswer<'a> {
    /// A code of the app.
    pub first: &'a str,
    /// The one that the app showed next.
    pub second: &'a str,
    /// Another factor that the person has.
    pub proof: &'a FactorProof,
}

/// Asks a passkey for the proof.
pub async fn start(scope: &Scope, caller: &Caller) -> Result<Challenge, ActionError> {
    factor_proof::ask(scope, caller, CeremonyKind::ResyncTotp).await
}

/// Sets it. `token` names the ceremony, where a passkey proves it.
pub async fn resync_totp(
    scope: &Scope,
    caller: &Caller,
    id: &str,
    (token, answer): (&str, ResyncAnswer<'_>),
) -> Result<(), ActionError> {
    let attempt = Attempt { actor: caller.actor(), step: STEP, case: None, person: Some(&caller.person.id) };
    attempt.run(scope, || check_and_save(scope, caller, id, (token, answer))).await
}

async fn check_and_save(
    scope: &Scope,
    caller: &Caller,
    id: &str,
    (token, answer): (&str, ResyncAnswer<'_>),
) -> Result<(), ActionError> {
    let person = &caller.person.id;
    let ceremony = token_hash(token);
    let key = CeremonyKey { id: &ceremony, kind: CeremonyKind::ResyncTotp, person: Some(person) };
    let asked = factor_proof::load_asked(scope, key, answer.proof).await?;
    let app = load_app(scope, caller, id).await?;
    // The count is the one of the sign-in: who guesses here has no guesses more. A code of another app has paid there.
    let right = factor_proof::check(scope, caller, STEP, (answer.proof, asked.as_ref())).await?;
    let limit = RateLimit::of_person(scope, person, FactorKind::Totp, None).await?;
    if asked.is_some() {
        limit.acquire(scope).await?;
    }
    // Neither the code nor the touch is used up by a slip of the finger here.
    let (step, clock) = look(scope, caller, &app, answer, &limit).await?;
    let mut change = caller.change(scope).await?;
    if asked.is_some() {
        ceremonies::consume(&mut change, key).await?;
    }
    let proven_by = right.use_up(scope, &mut change).await?;
    if proven_by.factor == app.id {
        return Err(ActionError::invalid("proof", MessageId("another-factor-proves-it")));
    }
    match factors::save_step(&mut change, &app.id, (step, clock)).await {
        Err(StoreError::Conflict) => return Err(ActionError::invalid("second_code", REUSED)),
        other => other?,
    }
    limit.clear(&mut change).await?;
    notify::announce(scope, &mut change, person, None, Notice::ClockSet).await?;
    let resynced = MfaFactorResynced {
        kind: FactorKind::Totp,
        factor: &app.id,
        clock_steps: clock.steps,
        proven_by: proven_by.on_record(),
    };
    let before = json!({ "clock_steps": app.clock_steps });
    Ok(change.commit(&Event::new(caller.actor(), resynced).person(person).before(before)).await?)
}

/// The app, if it is theirs and works.
pub async fn load_app(scope: &Scope, caller: &Caller, id: &str) -> Result<Factor, ActionError> {
    let own = factors::list(&scope.app.db, &scope.tenant.id, &caller.person.id).await?;
    let is_it = |factor: &Factor| factor.id == id && factor.is(FactorKind::Totp) && factor.works(scope.now);
    own.into_iter().find(is_it).ok_or(ActionError::NotFound)
}

/// Where the clock of the app stands by its two codes. Err: they are not two that follow each other.
async fn look(
    scope: &Scope,
    caller: &Caller,
    app: &Factor,
    answer: ResyncAnswer<'_>,
    limit: &RateLimit,
) -> Result<(i64, PhoneClock), ActionError> {
    let person = &caller.person.id;
    let secret = scope.tenant.keys.unseal(&Factor::place(&scope.tenant.id, person, &app.id), &app.sealed)?;
    if let Some(found) = totp::resync(&secret, (answer.first, answer.second), scope.now.as_second()) {
        return Ok(found);
    }
    let refused = StepRefused { step: STEP, why: "two codes that do not follow each other" };
    scope.begin().await?.commit(&Event::new(caller.actor(), refused).person(person)).await?;
    limit.disable_at_limit(scope, person, FactorKind::Totp).await?;
    Err(ActionError::invalid("first_code", MessageId("codes-do-not-follow")))
}
