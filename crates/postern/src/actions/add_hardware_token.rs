//! A person makes a hardware token theirs: its serial number and two codes of it show that they hold it, and a factor that they
//! have proves that it is them.

use jiff::SignedDuration;
use postern_core::event::Event;
use postern_core::event::payload::MfaFactorEnrolled;
use postern_core::factor::FactorKind;
use postern_core::factor::totp::PhoneClock;
use postern_core::id::PersonId;
use postern_core::token_file;

use super::add_totp::expect_room;
use super::ceremony::Challenge;
use super::factor_proof::{self, FactorProof};
use super::hardware_tokens::TokenSecret;
use super::name_factor::parse_label;
use super::on_record::Attempt;
use super::{ActionError, Caller, RateLimit};
use crate::notify::{self, Notice};
use crate::rng::token_hash;
use crate::scope::Scope;
use crate::store::ceremonies::{CeremonyKey, CeremonyKind};
use crate::store::factors::NewFactor;
use crate::store::hardware_tokens::HardwareToken;
use crate::store::throttles::{CountedTry, RateLimitKey};
use crate::store::{Change, StoreError, ceremonies, factors, hardware_tokens, throttles};
use crate::texts::MessageId;

const STEP: &str = "add_hardware_token";
/// Tries at tokens of nobody are counted together for so long.
const TRIES_WITHIN: SignedDuration = SignedDuration::from_hours(24);
/// One answer for a number that is not known, a token that is somebody's, and codes that do not fit.
const DOES_NOT_FIT: MessageId = MessageId("token-does-not-fit");

/// What was typed.
#[derive(Clone, Copy)]
pub struct TokenAnswer<'a> {
    /// What stands on its back.
    pub serial: &'a str,
    /// What it shows.
    pub first: &'a str,
    /// What it shows next.
    pub second: &'a str,
    /// What its owner calls it; empty for a plain name.
    pub label: &'a str,
    /// A factor that was there before.
    pub proof: &'a FactorProof,
}

/// A token that showed two right codes, and is nobody's yet.
struct ShownToken {
    token: HardwareToken,
    secret: TokenSecret,
    known: (i64, PhoneClock),
}

/// Asks a passkey for the proof.
pub async fn start(scope: &Scope, caller: &Caller) -> Result<Challenge, ActionError> {
    factor_proof::ask(scope, caller, CeremonyKind::AddHardwareToken).await
}

/// Makes it theirs. `token` names the ceremony, where a passkey proves it.
pub async fn add_hardware_token(
    scope: &Scope,
    caller: &Caller,
    (token, answer): (&str, TokenAnswer<'_>),
) -> Result<(), ActionError> {
    let attempt = Attempt { actor: caller.actor(), step: STEP, case: None, person: Some(&caller.person.id) };
    attempt.run(scope, || add(scope, caller, (token, answer))).await
}

async fn add(
    scope: &Scope,
    caller: &Caller,
    (token, answer): (&str, TokenAnswer<'_>),
) -> Result<(), ActionError> {
    let person = &caller.person.id;
    let id = token_hash(token);
    let key = CeremonyKey { id: &id, kind: CeremonyKind::AddHardwareToken, person: Some(person) };
    let label = parse_label(answer.label)?;
    let asked = factor_proof::load_asked(scope, key, answer.proof).await?;
    let right = factor_proof::check(scope, caller, STEP, (answer.proof, asked.as_ref())).await?;
    // Each try is paid for: serial numbers follow each other, and codes are short. The count is its own, and ends: a token that was
    // guessed at until it stopped must not keep its owner from a new one, nor a slip here from the one that they have.
    let tries = CountedTry::in_window(STEP, scope.now, TRIES_WITHIN);
    let limit = RateLimit::of_person(scope, person, tries, None).await?;
    limit.acquire(scope).await?;
    let shown = look(scope, (answer.serial, answer.first, answer.second)).await?;
    let mut change = caller.change(scope).await?;
    if asked.is_some() {
        ceremonies::consume(&mut change, key).await?;
    }
    let proven_by = right.use_up(scope, &mut change).await?;
    let held = factors::list_locked(&mut change, person).await?;
    expect_room(&held)?;
    let factor = insert(scope, &mut change, person, (&shown, label.as_deref())).await?;
    limit.clear(&mut change).await?;
    if !held.iter().any(|factor| factor.is(FactorKind::HardwareToken) && factor.works(scope.now)) {
        // The first that works, after too many guesses at the last: those guesses were not at this one.
        throttles::forget(&mut change, &RateLimitKey::of_person(person, FactorKind::HardwareToken)).await?;
    }
    notify::announce(scope, &mut change, person, None, Notice::FactorEnrolled).await?;
    let enrolled = MfaFactorEnrolled {
        kind: FactorKind::HardwareToken,
        factor: &factor,
        proven_by: Some(proven_by.on_record()),
        passkey: None,
    };
    Ok(change.commit(&Event::new(caller.actor(), enrolled).person(person)).await?)
}

/// The token with this number, if it is nobody's and these are two codes of it that follow each other.
async fn look(scope: &Scope, (serial, first, second): (&str, &str, &str)) -> Result<ShownToken, ActionError> {
    let does_not_fit = || ActionError::invalid("serial", DOES_NOT_FIT);
    let (db, tenant) = (&scope.app.db, &scope.tenant.id);
    let serial = token_file::serial(serial).ok_or_else(does_not_fit)?;
    let token = hardware_tokens::find_unbound(db, tenant, &serial).await?.ok_or_else(does_not_fit)?;
    let seed = scope.tenant.keys.unseal(&HardwareToken::place(tenant, &token.id), &token.sealed)?;
    let secret = TokenSecret::new(serde_json::from_str(&token.model)?, &seed);
    let known = secret.resync(scope, (first, second), token.last_step)?.ok_or_else(does_not_fit)?;
    Ok(ShownToken { token, secret, known })
}

async fn insert(
    scope: &Scope,
    change: &mut Change<'_>,
    person: &PersonId,
    (shown, label): (&ShownToken, Option<&str>),
) -> Result<String, ActionError> {
    let id = change.id()?;
    let (step, clock) = shown.known;
    let plain = format!("{} {}", FactorKind::HardwareToken.title(), shown.token.serial);
    let new = NewFactor {
        id: &id,
        person,
        kind: FactorKind::HardwareToken,
        label: label.unwrap_or(&plain),
        sealed: &shown.secret.seal(scope, person, &id)?,
        credential_id: None,
        last_step: Some(step),
        clock,
        second_step_only: true,
        usable_at: None,
    };
    factors::insert(change, &new).await?;
    // Of two people who type one token's codes, one has it.
    match hardware_tokens::bind(change, &shown.token.id, &id).await {
        Err(StoreError::Conflict) => Err(ActionError::invalid("serial", DOES_NOT_FIT)),
        other => Ok(other.map(|()| id)?),
    }
}
