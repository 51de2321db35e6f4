//! A person links an account at an identity provider: with proof by a factor that they have, and by signing in there. Never by
//! a mail address. It is unlinked as any factor is removed: `remove_factor.rs`.

use postern_core::event::Event;
use postern_core::event::payload::{MfaFactorEnrolled, ProvingFactor, StepRefused};
use postern_core::factor::FactorKind;
use postern_core::factor::totp::PhoneClock;

use super::add_totp::expect_room;
use super::ceremony::Challenge;
use super::factor_proof::{self, FactorProof};
use super::federation::{self, LinkedAccount, OVER, PendingLink, ProviderAnswer, SignInThere, ToProvider};
use super::on_record::Attempt;
use super::retry::retry;
use super::{ActionError, Caller};
use crate::identity_provider::{IdentityProvider, ProvenIdentity};
use crate::notify::{self, Notice};
use crate::rng::token_hash;
use crate::scope::Scope;
use crate::store::ceremonies::{self, CeremonyKey, CeremonyKind};
use crate::store::factors::{self, Factor, NewFactor};
use crate::store::{Change, StoreError};
use crate::texts::MessageId;

const STEP: &str = "link_account";
const LINKED_ALREADY: MessageId = MessageId("account-is-linked-already");

/// Asks a passkey for the proof.
pub async fn start(scope: &Scope, caller: &Caller) -> Result<Challenge, ActionError> {
    factor_proof::ask(scope, caller, CeremonyKind::ProveLink).await
}

/// Checks the proof, and sends the browser to the provider. `token` names the ceremony, where a passkey proves it.
pub async fn offer(
    scope: &Scope,
    caller: &Caller,
    provider: &str,
    (token, proof): (&str, &FactorProof),
) -> Result<ToProvider, ActionError> {
    let person = &caller.person.id;
    let attempt = Attempt { actor: caller.actor(), step: STEP, case: None, person: Some(person) };
    attempt.run(scope, || go(scope, caller, provider, (token, proof))).await
}

async fn go(
    scope: &Scope,
    caller: &Caller,
    provider: &str,
    (token, proof): (&str, &FactorProof),
) -> Result<ToProvider, ActionError> {
    let person = &caller.person.id;
    expect_room(&factors::list(&scope.app.db, &scope.tenant.id, person).await?)?;
    let id = token_hash(token);
    let key = CeremonyKey { id: &id, kind: CeremonyKind::ProveLink, person: Some(person) };
    let asked = factor_proof::load_asked(scope, key, proof).await?;
    // Before the proof: it is good for another try where the provider does not answer.
    let mut prepared = federation::prepare(scope, provider, SignInThere::Anew).await?;
    let right = factor_proof::check(scope, caller, STEP, (proof, asked.as_ref())).await?;
    let mut change = caller.change(scope).await?;
    if asked.is_some() {
        ceremonies::consume(&mut change, key).await?;
    }
    let proven_by = right.use_up(scope, &mut change).await?;
    prepared.pending.link = Some(PendingLink {
        session: caller.session.clone(),
        proven_by: proven_by.kind,
        factor: proven_by.factor,
    });
    federation::keep((scope, &mut change), &prepared, (CeremonyKind::LinkAccount, Some(person))).await?;
    change.commit_unrecorded("a browser goes to a provider; what comes of it is recorded").await?;
    Ok(prepared.to)
}

/// Hears the answer, and links the account that came. `token` is from the browser's cookie.
pub async fn finish(
    scope: &Scope,
    caller: &Caller,
    token: &str,
    answer: ProviderAnswer<'_>,
) -> Result<(), ActionError> {
    let (id, person) = (token_hash(token), &caller.person.id);
    let key = CeremonyKey { id: &id, kind: CeremonyKind::LinkAccount, person: Some(person) };
    let pending = retry(|| federation::take(scope, key, answer)).await?;
    // In the session that asked for it, and in no other one of theirs.
    let link = pending.link.as_ref().filter(|link| link.session == caller.session).ok_or(OVER)?;
    let heard = federation::identify(scope, &pending, answer).await;
    if let Err(ActionError::Wrong(_)) = &heard {
        let why = "what the identity provider said is no proof";
        let refused = Event::new(caller.actor(), StepRefused { step: STEP, why }).person(person);
        scope.begin().await?.commit(&refused).await?;
    }
    let (provider, identity) = heard?;
    let attempt = Attempt { actor: caller.actor(), step: STEP, case: None, person: Some(person) };
    attempt.run(scope, || save(scope, caller, link, (provider, &identity))).await
}

async fn save(
    scope: &Scope,
    caller: &Caller,
    link: &PendingLink,
    (provider, identity): (&IdentityProvider, &ProvenIdentity),
) -> Result<(), ActionError> {
    let person = &caller.person.id;
    let credential = federation::credential_id(provider, &identity.subject);
    if factors::find_by_credential(&scope.app.db, &scope.tenant.id, &credential).await?.is_some() {
        return Err(ActionError::refused(LINKED_ALREADY));
    }
    let mut change = caller.change(scope).await?;
    let held = factors::list_locked(&mut change, person).await?;
    expect_room(&held)?;
    // What proved it may have been taken away meanwhile.
    if !held.iter().any(|factor| factor.id == link.factor && factor.works(scope.now)) {
        return Err(OVER);
    }
    let id = insert(scope, &mut change, caller, (provider, identity, &credential)).await?;
    notify::announce(scope, &mut change, person, None, Notice::FactorEnrolled).await?;
    let enrolled = MfaFactorEnrolled {
        kind: FactorKind::Federated,
        factor: &id,
        proven_by: Some(ProvingFactor { kind: link.proven_by, factor: &link.factor }),
        passkey: None,
    };
    change.commit(&Event::new(caller.actor(), enrolled).person(person)).await?;
    Ok(())
}

async fn insert(
    scope: &Scope,
    change: &mut Change<'_>,
    caller: &Caller,
    (provider, identity, credential): (&IdentityProvider, &ProvenIdentity, &str),
) -> Result<String, ActionError> {
    let person = &caller.person.id;
    let id = change.id()?;
    let linked = LinkedAccount::new(provider, identity);
    let place = Factor::place(&scope.tenant.id, person, &id);
    let sealed = scope.tenant.keys.seal(&scope.app.rng, &place, &serde_json::to_vec(&linked)?)?;
    let new = NewFactor {
        id: &id,
        person,
        kind: FactorKind::Federated,
        label: &provider.title,
        sealed: &sealed,
        credential_id: Some(credential),
        last_step: None,
        clock: PhoneClock::default(),
        second_step_only: false,
        usable_at: None,
    };
    match factors::insert(change, &new).await {
        // Of two that link one account, one does.
        Err(StoreError::Conflict) => Err(ActionError::refused(LINKED_ALREADY)),
        other => Ok(other.map(|()| id)?),
    }
}
