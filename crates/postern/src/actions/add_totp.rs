//! A person adds a code app to their own account, beside the factors that they have: a new phone while the old one still
//! works. One of those factors proves it in the same act.

use data_encoding::BASE64;
use postern_core::event::Event;
use postern_core::event::payload::MfaFactorEnrolled;
use postern_core::factor::FactorKind;
use postern_core::factor::totp::SECRET_BYTES;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use webauthn_rs::prelude::SecurityKeyAuthentication;
use zeroize::Zeroizing;

use super::enrol_totp::{check_first_code, insert_totp};
use super::factor_proof::{self, FactorProof};
use super::name_factor::parse_label;
use super::on_record::Attempt;
use super::{ActionError, Caller, ceremony, passkeys};
use crate::notify::{self, Notice};
use crate::rng::token_hash;
use crate::scope::Scope;
use crate::store::ceremonies::{CeremonyKey, CeremonyKind};
use crate::store::throttles::RateLimitKey;
use crate::store::{ceremonies, factors, throttles};
use crate::texts::MessageId;

/// A new secret that waits for its first code.
pub struct OfferedCodeApp {
    /// What the app is to be given.
    pub secret: Zeroizing<Vec<u8>>,
    /// Options for `navigator.credentials.get`, where a passkey or a security key works.
    pub get: Option<Value>,
    /// Whether a code app or a hardware token works already, whose code proves it too.
    pub takes_code: bool,
}

/// What comes back.
#[derive(Clone, Copy)]
pub struct CodeAppAnswer<'a> {
    /// What the new app shows.
    pub first_code: &'a str,
    /// What its owner calls it; empty for a plain name.
    pub label: &'a str,
    /// A factor that was there before.
    pub proof: &'a FactorProof,
}

/// What is kept until the first code comes.
#[derive(Serialize, Deserialize)]
struct PendingCodeApp {
    /// The secret, sealed for this person: Base64.
    sealed: String,
    asked: Option<(Value, SecurityKeyAuthentication)>,
}

/// Makes a secret for a new code app. The answer: the token that names the ceremony.
pub async fn start(scope: &Scope, caller: &Caller) -> Result<Zeroizing<String>, ActionError> {
    let person = &caller.person.id;
    expect_room(&factors::list(&scope.app.db, &scope.tenant.id, person).await?)?;
    let secret = scope.app.rng.bytes::<SECRET_BYTES>()?;
    let sealed = scope.tenant.keys.seal(&scope.app.rng, &place(scope, caller), secret.as_slice())?;
    let held = passkeys::list_working(scope, person).await?;
    let asked = if held.is_empty() { None } else { Some(passkeys::ask_any(scope, &held)?) };
    let pending = PendingCodeApp { sealed: BASE64.encode(&sealed), asked };
    ceremony::begin(scope, CeremonyKind::AddTotp, Some(person), &pending).await
}

/// The secret that waits. Err: it waits no more.
pub async fn offered(scope: &Scope, caller: &Caller, token: &str) -> Result<OfferedCodeApp, ActionError> {
    let pending = load(scope, caller, token).await?;
    let own = factors::list(&scope.app.db, &scope.tenant.id, &caller.person.id).await?;
    Ok(OfferedCodeApp {
        secret: open(scope, caller, &pending)?,
        get: pending.asked.map(|(options, _)| options),
        takes_code: factors::which_prove(&own, scope.now).0,
    })
}

/// Checks the proof and the new app's first code, and enrols it.
pub async fn add_totp(
    scope: &Scope,
    caller: &Caller,
    token: &str,
    answer: CodeAppAnswer<'_>,
) -> Result<(), ActionError> {
    let attempt =
        Attempt { actor: caller.actor(), step: "add_totp", case: None, person: Some(&caller.person.id) };
    attempt.run(scope, || enrol(scope, caller, token, answer)).await
}

async fn enrol(
    scope: &Scope,
    caller: &Caller,
    token: &str,
    answer: CodeAppAnswer<'_>,
) -> Result<(), ActionError> {
    let person = &caller.person.id;
    let id = token_hash(token);
    let key = CeremonyKey { id: &id, kind: CeremonyKind::AddTotp, person: Some(person) };
    let pending = load(scope, caller, token).await?;
    let label = parse_label(answer.label)?;
    // The new app first: a slip of the finger there uses up no proof.
    let secret = open(scope, caller, &pending)?;
    let step = check_first_code(&secret, answer.first_code, scope.now)
        .map_err(|message| ActionError::invalid("first_code", message))?;
    let asked = pending.asked.as_ref().map(|(_, asked)| asked);
    let proof = factor_proof::check(scope, caller, "add_totp", (answer.proof, asked)).await?;
    let mut change = caller.change(scope).await?;
    ceremonies::consume(&mut change, key).await?;
    let proven_by = proof.use_up(scope, &mut change).await?;
    let held = factors::list_locked(&mut change, person).await?;
    expect_room(&held)?;
    if !held.iter().any(|factor| factor.is(FactorKind::Totp) && factor.works(scope.now)) {
        // The first that works, after too many guesses at the last: those guesses were not at this one.
        throttles::forget(&mut change, &RateLimitKey::of_person(person, FactorKind::Totp)).await?;
    }
    let factor = insert_totp(scope, &mut change, person, (&secret, step), label.as_deref()).await?;
    notify::announce(scope, &mut change, person, None, Notice::FactorEnrolled).await?;
    let enrolled = MfaFactorEnrolled {
        kind: FactorKind::Totp,
        factor: &factor,
        proven_by: Some(proven_by.on_record()),
        passkey: None,
    };
    Ok(change.commit(&Event::new(caller.actor(), enrolled).person(person)).await?)
}

/// Nobody has so many, and a page has to show them.
pub(super) fn expect_room(own: &[factors::Factor]) -> Result<(), ActionError> {
    if own.len() < factors::MOST {
        return Ok(());
    }
    Err(ActionError::refused(MessageId("too-many-factors").with("count", factors::MOST)))
}

async fn load(scope: &Scope, caller: &Caller, token: &str) -> Result<PendingCodeApp, ActionError> {
    let id = token_hash(token);
    let key = CeremonyKey { id: &id, kind: CeremonyKind::AddTotp, person: Some(&caller.person.id) };
    match ceremony::load_state(scope, key).await {
        // Nobody answered wrongly: there is nothing to answer.
        Err(ActionError::Wrong(message)) => Err(ActionError::refused(message)),
        other => other,
    }
}

fn open(scope: &Scope, caller: &Caller, pending: &PendingCodeApp) -> Result<Zeroizing<Vec<u8>>, ActionError> {
    let sealed = BASE64
        .decode(pending.sealed.as_bytes())
        .map_err(|_| ActionError::Internal("the secret in a ceremony".to_owned()))?;
    Ok(scope.tenant.keys.unseal(&place(scope, caller), &sealed)?)
}

/// Where the secret is sealed for: in another person's ceremony it does not open.
fn place(scope: &Scope, caller: &Caller) -> String {
    format!("ceremonies/{}/{}/add_totp", scope.tenant.id, caller.person.id)
}
