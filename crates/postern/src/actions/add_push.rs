//! A person adds a phone that approves sign-ins. With proof by a factor that they have they are given a link, which the phone
//! follows once, within ten minutes: it makes a key pair of its own, and signs with it that it belongs here.

use postern_core::event::payload::{MfaFactorEnrolled, ProvingFactor};
use postern_core::event::{Actor, Event};
use postern_core::factor::FactorKind;
use postern_core::factor::push::{PushKey, PushStatement};
use postern_core::factor::totp::PhoneClock;
use postern_core::id::PersonId;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::add_totp::expect_room;
use super::answer_push::TYPED_NUMBER;
use super::ceremony::{self, Challenge};
use super::factor_proof::{self, FactorProof};
use super::name_factor::parse_label;
use super::on_record::Attempt;
use super::push_devices::{PushDeviceState, credential_id, origin};
use super::{ActionError, Caller};
use crate::notify::{self, Notice};
use crate::rng::token_hash;
use crate::scope::Scope;
use crate::store::ceremonies::{CeremonyKey, CeremonyKind};
use crate::store::factors::{Factor, NewFactor};
use crate::store::throttles::RateLimitKey;
use crate::store::{Change, StoreError, ceremonies, factors, persons, sessions, throttles};
use crate::texts::MessageId;

const STEP: &str = "add_push";
const LINK_IS_OVER: MessageId = MessageId("phone-link-is-over");

/// What a phone sends that follows a link.
#[derive(Clone, Copy)]
pub struct NewPushDevice<'a> {
    /// The secret of the link.
    pub secret: &'a str,
    /// Its public key.
    pub public_key: &'a str,
    /// What its owner calls it; empty for a plain name.
    pub label: &'a str,
    /// By that key.
    pub signature: &'a str,
}

/// What the phone keeps.
pub struct EnrolledPushDevice {
    /// Names it from now on.
    pub device: String,
    /// Whose it is.
    pub login: String,
}

/// What is kept until the phone comes. The link lives no longer than the session that asked for it, and the factor that proved it.
#[derive(Serialize, Deserialize)]
struct PendingPushDevice {
    proven_by: FactorKind,
    factor: String,
    session: String,
}

/// Asks a passkey for the proof.
pub async fn start(scope: &Scope, caller: &Caller) -> Result<Challenge, ActionError> {
    factor_proof::ask(scope, caller, CeremonyKind::AddPush).await
}

/// Checks the proof, and makes the secret of a link. `token` names the ceremony, where a passkey proves it.
pub async fn offer(
    scope: &Scope,
    caller: &Caller,
    (token, proof): (&str, &FactorProof),
) -> Result<Zeroizing<String>, ActionError> {
    let attempt = Attempt { actor: caller.actor(), step: STEP, case: None, person: Some(&caller.person.id) };
    attempt.run(scope, || make_link(scope, caller, (token, proof))).await
}

async fn make_link(
    scope: &Scope,
    caller: &Caller,
    (token, proof): (&str, &FactorProof),
) -> Result<Zeroizing<String>, ActionError> {
    let person = &caller.person.id;
    expect_room(&factors::list(&scope.app.db, &scope.tenant.id, person).await?)?;
    let id = token_hash(token);
    let key = CeremonyKey { id: &id, kind: CeremonyKind::AddPush, person: Some(person) };
    let asked = factor_proof::load_asked(scope, key, proof).await?;
    let right = factor_proof::check(scope, caller, STEP, (proof, asked.as_ref())).await?;
    let secret = scope.app.rng.token()?;
    let mut change = caller.change(scope).await?;
    if asked.is_some() {
        ceremonies::consume(&mut change, key).await?;
    }
    let proven_by = right.use_up(scope, &mut change).await?;
    let pending = PendingPushDevice {
        proven_by: proven_by.kind,
        factor: proven_by.factor,
        session: caller.session.clone(),
    };
    let expires_at = change.at() + ceremony::life(CeremonyKind::EnrolPush);
    let key = CeremonyKey { id: &token_hash(&secret), kind: CeremonyKind::EnrolPush, person: Some(person) };
    ceremonies::insert(&mut change, key, &serde_json::to_string(&pending)?, expires_at).await?;
    change.commit_unrecorded("a link for a phone; that it was followed is recorded").await?;
    Ok(secret)
}

/// Enrols the phone that follows a link.
pub async fn enrol(scope: &Scope, new: NewPushDevice<'_>) -> Result<EnrolledPushDevice, ActionError> {
    let attempt = Attempt { actor: Actor::Anonymous, step: "enrol_push", case: None, person: None };
    attempt.run(scope, || follow_link(scope, new)).await
}

async fn follow_link(scope: &Scope, new: NewPushDevice<'_>) -> Result<EnrolledPushDevice, ActionError> {
    let (db, tenant) = (&scope.app.db, &scope.tenant.id);
    let Some(key) = PushKey::parse(new.public_key) else {
        return Err(ActionError::invalid("public_key", MessageId("not-a-phone-key")));
    };
    let label = parse_label(new.label)?;
    let id = token_hash(new.secret);
    let link = ceremonies::find_person(db, tenant, &id, CeremonyKind::EnrolPush).await?;
    let (person, pending) = link.ok_or(ActionError::Wrong(LINK_IS_OVER))?;
    let said = PushStatement::Enrol { secret: new.secret, public_key: new.public_key, label: new.label };
    if !key.signed(&said.text(&origin(scope)), new.signature) {
        return Err(ActionError::Wrong(LINK_IS_OVER));
    }
    let ceremony = CeremonyKey { id: &id, kind: CeremonyKind::EnrolPush, person: Some(&person) };
    let pending: PendingPushDevice = serde_json::from_str(&pending)?;
    let mut change = scope.begin().await?;
    match persons::lock_active(&mut change, &person).await {
        Err(StoreError::Conflict) => return Err(ActionError::Wrong(LINK_IS_OVER)),
        other => other?,
    }
    // In time, and of two phones that follow one link one is added.
    match ceremonies::consume(&mut change, ceremony).await {
        Err(StoreError::Conflict) => return Err(ActionError::Wrong(LINK_IS_OVER)),
        other => other?,
    }
    // Whoever was thrown out meanwhile, or had their way in removed, adds no phone.
    match sessions::lock(&mut change, &pending.session).await {
        Err(StoreError::Conflict) => return Err(ActionError::Wrong(LINK_IS_OVER)),
        other => other?,
    }
    let held = factors::list_locked(&mut change, &person).await?;
    if !held.iter().any(|factor| factor.id == pending.factor && factor.works(scope.now)) {
        return Err(ActionError::Wrong(LINK_IS_OVER));
    }
    let factor = insert(scope, &mut change, &person, (&key, label.as_deref())).await?;
    notify::announce(scope, &mut change, &person, None, Notice::FactorEnrolled).await?;
    let enrolled = MfaFactorEnrolled {
        kind: FactorKind::Push,
        factor: &factor,
        proven_by: Some(ProvingFactor { kind: pending.proven_by, factor: &pending.factor }),
        passkey: None,
    };
    let actor = Actor::Person { id: person.clone() };
    change.commit(&Event::new(actor, enrolled).person(&person)).await?;
    let login = persons::load(db, tenant, &person).await?.login;
    Ok(EnrolledPushDevice { device: key.device(), login })
}

async fn insert(
    scope: &Scope,
    change: &mut Change<'_>,
    person: &PersonId,
    (key, label): (&PushKey, Option<&str>),
) -> Result<String, ActionError> {
    let held = factors::list_locked(change, person).await?;
    expect_room(&held)?;
    if !held.iter().any(|factor| factor.is(FactorKind::Push) && factor.works(scope.now)) {
        // The first that works, after too many requests or guesses at the last: those were not at this one.
        throttles::forget(change, &RateLimitKey::of_person(person, FactorKind::Push)).await?;
        throttles::forget(change, &RateLimitKey::of_person(person, TYPED_NUMBER)).await?;
    }
    let id = change.id()?;
    let state = serde_json::to_vec(&PushDeviceState { key: key.text(), subscription: None })?;
    let sealed =
        scope.tenant.keys.seal(&scope.app.rng, &Factor::place(&scope.tenant.id, person, &id), &state)?;
    let new = NewFactor {
        id: &id,
        person,
        kind: FactorKind::Push,
        label: label.unwrap_or(FactorKind::Push.title()),
        sealed: &sealed,
        credential_id: Some(&credential_id(&key.device())),
        last_step: None,
        clock: PhoneClock::default(),
        second_step_only: true,
        usable_at: None,
    };
    factors::insert(change, &new).await?;
    Ok(id)
}
