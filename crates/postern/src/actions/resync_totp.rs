//! A person sets a code app, or a hardware token, right with us: two codes that follow each other show where it stands, and another factor
//! proves that it is still theirs (RFC 6238 §6, D10).

use postern_core::event::Event;
use postern_core::event::payload::{MfaFactorResynced, StepRefused};
use postern_core::factor::FactorKind;
use postern_core::factor::totp::{self, PhoneClock};
use serde_json::json;

use super::ceremony::Challenge;
use super::factor_proof::{self, FactorProof};
use super::hardware_tokens::TokenSecret;
use super::on_record::Attempt;
use super::use_totp::reused;
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
    // The count is the one of the sign-in: who guesses here has no guesses more.
    let right = factor_proof::check(scope, caller, STEP, (answer.proof, asked.as_ref())).await?;
    let kind = if app.is(FactorKind::Totp) { FactorKind::Totp } else { FactorKind::HardwareToken };
    let limit = RateLimit::of_person(scope, person, kind, None).await?;
    limit.acquire(scope).await?;
    // Neither the code nor the touch is used up by a slip of the finger here.
    let (step, clock) = look(scope, caller, (&app, kind), answer, &limit).await?;
    let mut change = caller.change(scope).await?;
    if asked.is_some() {
        ceremonies::consume(&mut change, key).await?;
    }
    let proven_by = right.use_up(scope, &mut change).await?;
    if proven_by.factor == app.id {
        return Err(ActionError::invalid("proof", MessageId("another-factor-proves-it")));
    }
    match factors::save_step(&mut change, &app.id, (step, clock)).await {
        Err(StoreError::Conflict) => return Err(ActionError::invalid("second_code", reused(kind))),
        other => other?,
    }
    limit.clear(&mut change).await?;
    let notice = if kind == FactorKind::Totp { Notice::ClockSet } else { Notice::HardwareTokenSet };
    notify::announce(scope, &mut change, person, None, notice).await?;
    let resynced = MfaFactorResynced {
        kind,
        factor: &app.id,
        clock_steps: clock.steps,
        proven_by: proven_by.on_record(),
    };
    let before = json!({ "clock_steps": app.clock_steps });
    Ok(change.commit(&Event::new(caller.actor(), resynced).person(person).before(before)).await?)
}

/// The app or the token, if it is theirs and works.
pub async fn load_app(scope: &Scope, caller: &Caller, id: &str) -> Result<Factor, ActionError> {
    let own = factors::list(&scope.app.db, &scope.tenant.id, &caller.person.id).await?;
    let shows_codes = |factor: &Factor| factor.is(FactorKind::Totp) || factor.is(FactorKind::HardwareToken);
    let is_it = |factor: &Factor| factor.id == id && shows_codes(factor) && factor.works(scope.now);
    own.into_iter().find(is_it).ok_or(ActionError::NotFound)
}

/// Where the clock of the app stands by its two codes. Err: they are not two that follow each other.
async fn look(
    scope: &Scope,
    caller: &Caller,
    (app, kind): (&Factor, FactorKind),
    answer: ResyncAnswer<'_>,
    limit: &RateLimit,
) -> Result<(i64, PhoneClock), ActionError> {
    let person = &caller.person.id;
    let codes = (answer.first, answer.second);
    let found = if kind == FactorKind::Totp {
        let place = Factor::place(&scope.tenant.id, person, &app.id);
        let secret = scope.tenant.keys.unseal(&place, &app.sealed)?;
        totp::resync(&secret, codes, scope.now.as_second())
    } else {
        TokenSecret::open(scope, person, app)?.resync(scope, codes, app.last_step)?
    };
    if let Some(found) = found {
        return Ok(found);
    }
    let refused = StepRefused { step: STEP, why: "two codes that do not follow each other" };
    scope.begin().await?.commit(&Event::new(caller.actor(), refused).person(person)).await?;
    limit.disable_at_limit(scope, person, kind).await?;
    Err(ActionError::invalid("first_code", MessageId("codes-do-not-follow")))
}
