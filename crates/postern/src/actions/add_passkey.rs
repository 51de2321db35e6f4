//! A person adds a passkey, or a security key, to their own account. A factor that they have proves it in the same
//! ceremony: a session alone adds nothing, however fresh it is.

use jiff::Timestamp;
use postern_core::event::Event;
use postern_core::event::payload::{EnrolledPasskey, MfaFactorEnrolled};
use postern_core::factor::FactorKind;
use postern_core::id::PersonId;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use webauthn_rs::prelude::{RegisterPublicKeyCredential, SecurityKeyAuthentication};
use zeroize::Zeroizing;

use super::add_totp::expect_room;
use super::factor_proof::{self, FactorProof, ProvenBy};
use super::name_factor::parse_label;
use super::on_record::Attempt;
use super::passkeys::registration::Registration;
use super::{ActionError, Caller, ceremony, passkeys};
use crate::config::Config;
use crate::notify::{self, Notice};
use crate::rng::token_hash;
use crate::scope::Scope;
use crate::store::ceremonies::{CeremonyKey, CeremonyKind};
use crate::store::persons::first_passkey;
use crate::store::{Change, ceremonies, factors, persons, power_grants};

/// What the browser is asked: to make a key, and to show one that is there.
pub struct Invitation {
    /// Names the ceremony.
    pub token: Zeroizing<String>,
    /// Options for `navigator.credentials.create`.
    pub create: Value,
    /// Options for `navigator.credentials.get`, where a passkey or a security key works.
    pub get: Option<Value>,
    /// Whether a code app works, whose code proves it too.
    pub takes_code: bool,
}

/// What the browser sends back.
#[derive(Clone, Copy)]
pub struct PasskeyAnswer<'a> {
    /// The new key.
    pub created: &'a RegisterPublicKeyCredential,
    /// The factor that was there before.
    pub proof: &'a FactorProof,
    /// What its owner calls it; empty for a plain name.
    pub label: &'a str,
}

/// What was added.
pub struct Added {
    /// When it starts to work, if not at once.
    pub waits_until: Option<Timestamp>,
}

/// What is kept while the browser works.
#[derive(Serialize, Deserialize)]
struct PendingPasskey {
    registration: Registration,
    asked: Option<SecurityKeyAuthentication>,
}

/// Asks the browser to make a passkey, or a security key that is good after the password only.
pub async fn start(
    scope: &Scope,
    caller: &Caller,
    second_step_only: bool,
) -> Result<Invitation, ActionError> {
    let person = &caller.person;
    let now = scope.now;
    let held = passkeys::list(scope, &person.id).await?;
    let exclude = held.iter().map(|held| held.passkey.cred_id().clone()).collect();
    let working: Vec<_> = held.into_iter().filter(|held| held.factor.works(now)).collect();
    let (get, asked) = if working.is_empty() {
        (None, None)
    } else {
        let (options, asked) = passkeys::ask_any(scope, &working)?;
        (Some(options), Some(asked))
    };
    let factors = factors::list(&scope.app.db, &scope.tenant.id, &person.id).await?;
    expect_room(&factors)?;
    let (create, registration) = Registration::begin(scope, person, exclude, second_step_only)?;
    let pending = PendingPasskey { registration, asked };
    let token = ceremony::begin(scope, CeremonyKind::AddPasskey, Some(&person.id), &pending).await?;
    let takes_code = factors.iter().any(|factor| {
        (factor.is(FactorKind::Totp) || factor.is(FactorKind::HardwareToken)) && factor.works(now)
    });
    Ok(Invitation { token, create, get, takes_code })
}

/// Checks proof and new key, and enrols it.
pub async fn finish(
    scope: &Scope,
    caller: &Caller,
    token: &str,
    answer: PasskeyAnswer<'_>,
) -> Result<Added, ActionError> {
    let attempt =
        Attempt { actor: caller.actor(), step: "add_passkey", case: None, person: Some(&caller.person.id) };
    attempt.run(scope, || enrol(scope, caller, token, answer)).await
}

async fn enrol(
    scope: &Scope,
    caller: &Caller,
    token: &str,
    answer: PasskeyAnswer<'_>,
) -> Result<Added, ActionError> {
    let id = token_hash(token);
    let key = CeremonyKey { id: &id, kind: CeremonyKind::AddPasskey, person: Some(&caller.person.id) };
    let pending: PendingPasskey = ceremony::load_state(scope, key).await?;
    let label = parse_label(answer.label)?;
    let proof =
        factor_proof::check(scope, caller, "add_passkey", (answer.proof, pending.asked.as_ref())).await?;
    let new = pending.registration.finish(scope, answer.created)?;
    // From here on the person's row is locked: nobody else adds or removes a factor of theirs meanwhile.
    let mut change = caller.change(scope).await?;
    ceremonies::consume(&mut change, key).await?;
    let proven_by = proof.use_up(scope, &mut change).await?;
    expect_room(&factors::list_locked(&mut change, &caller.person.id).await?)?;
    let usable_at = usable_at(scope, &mut change, caller, &proven_by).await?;
    let factor = new.insert(scope, &mut change, &caller.person.id, (label.as_deref(), usable_at)).await?;
    announce(scope, &mut change, caller, usable_at).await?;
    let enrolled = MfaFactorEnrolled {
        kind: FactorKind::Webauthn,
        factor: &factor,
        proven_by: Some(proven_by.on_record()),
        passkey: Some(EnrolledPasskey { second_step_only: new.second_step_only, waits_until: usable_at }),
    };
    change.commit(&Event::new(caller.actor(), enrolled).person(&caller.person.id)).await?;
    Ok(Added { waits_until: usable_at })
}

/// When it starts to work; `None` for at once. A key to the desk that no passkey proved waits, unless more people than
/// this one let the person in a short while ago.
async fn usable_at(
    scope: &Scope,
    change: &mut Change<'_>,
    caller: &Caller,
    proven_by: &ProvenBy,
) -> Result<Option<Timestamp>, ActionError> {
    let let_in = first_passkey::consume(change, &caller.person.id).await?;
    let waits = is_key_to_desk(scope, &caller.person.id).await? && !proven_by.is_passkey && !let_in;
    Ok(waits.then(|| change.at() + Config::STAFF_PASSKEY_WAIT))
}

/// Whether a passkey of theirs would be a key to the desk. Also of whom a desk role waits for: it would be one from the
/// moment the role is given. Asked with the person's row locked, since the role may have been given since the request began.
pub(super) async fn is_key_to_desk(scope: &Scope, person: &PersonId) -> Result<bool, ActionError> {
    let (db, tenant) = (&scope.app.db, &scope.tenant.id);
    let role = persons::load(db, tenant, person).await?.role;
    Ok(role.is_staff() || power_grants::find_waiting_role(db, tenant, person).await?.is_some())
}

async fn announce(
    scope: &Scope,
    change: &mut Change<'_>,
    caller: &Caller,
    usable_at: Option<Timestamp>,
) -> Result<(), ActionError> {
    let notice = if usable_at.is_some() { Notice::PasskeyWaits } else { Notice::FactorEnrolled };
    notify::announce(scope, change, &caller.person.id, None, notice).await?;
    if usable_at.is_some() {
        notify::notify_admins_of_waiting_passkey(scope, change, &caller.person).await?;
    }
    Ok(())
}
