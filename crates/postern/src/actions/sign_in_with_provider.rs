//! A linked account as the first step of a sign-in: it stands where the password stands, and nowhere else. Answers alike for
//! an account that nobody has linked, and for one whose owner may not sign in. Anybody can send an answer here, by a link too: it
//! counts against its sender, and leaves a record only where this browser had begun a sign-in with that state. No failed try
//! is counted beyond that: an office behind one address is not shut out by those of its people who have linked nothing.

use jiff::Timestamp;
use postern_core::event::payload::SignInFederated;
use postern_core::event::{Actor, Event};
use postern_core::factor::FactorKind;
use postern_core::signin::{Flow, FlowProgress, FlowStep};

use super::ActionError;
use super::federation::{self, ProviderAnswer, SignInThere, ToProvider};
use super::retry::retry;
use super::sign_in::Begun;
use super::signed_in::{Failed, account_status, failed};
use crate::config::Config;
use crate::identity_provider::{IdentityProvider, ProvenIdentity};
use crate::rng::token_hash;
use crate::scope::Scope;
use crate::store::ceremonies::{CeremonyKey, CeremonyKind};
use crate::store::factors::Factor;
use crate::store::persons::Person;
use crate::store::{StoreError, factors, flows, persons, provider_sessions};
use crate::texts::MessageId;
use postern_core::id::PersonId;

const NOT_LINKED: ActionError = ActionError::Wrong(MessageId("account-is-not-linked"));

/// Sends the browser to a provider.
pub async fn start(scope: &Scope, provider: &str) -> Result<ToProvider, ActionError> {
    let prepared = federation::prepare(scope, provider, SignInThere::MayBeOlder).await?;
    let mut change = scope.begin().await?;
    federation::keep((scope, &mut change), &prepared, (CeremonyKind::FederatedSignIn, None)).await?;
    change.commit_unrecorded("a browser goes to a provider; what comes of it is recorded").await?;
    Ok(prepared.to)
}

/// Hears the answer. `token` is from the browser's cookie.
pub async fn finish(scope: &Scope, token: &str, answer: ProviderAnswer<'_>) -> Result<Begun, ActionError> {
    let id = token_hash(token);
    let key = CeremonyKey { id: &id, kind: CeremonyKind::FederatedSignIn, person: None };
    // Until it is taken nothing is written.
    let pending = retry(|| federation::take(scope, key, answer)).await?;
    let (provider, identity) = match federation::identify(scope, &pending, answer).await {
        Ok(heard) => heard,
        Err(error) => {
            let method = FactorKind::Federated.as_str();
            failed(scope, None, "", Failed { method, cause: "external_idp", detail: None }).await?;
            return Err(error);
        }
    };
    retry(|| begin(scope, (provider, &identity), pending.sent_at)).await
}

async fn begin(
    scope: &Scope,
    (provider, identity): (&IdentityProvider, &ProvenIdentity),
    sent_there_at: Timestamp,
) -> Result<Begun, ActionError> {
    let attempt = |cause| Failed { method: FactorKind::Federated.as_str(), cause, detail: None };
    let Some((person, factor)) = find(scope, (provider, identity)).await? else {
        failed(scope, None, "", attempt("factor_disabled")).await?;
        return Err(NOT_LINKED);
    };
    let status = account_status(scope, &person).await?;
    let shown = Flow::begin(person.id.clone(), status).show(FactorKind::Federated, status);
    let Ok(flow) = shown.and_then(FlowProgress::going_on) else {
        failed(scope, Some(&person), &person.login, attempt("account_disabled")).await?;
        return Err(NOT_LINKED);
    };
    if flow.step() == FlowStep::Pass {
        failed(scope, Some(&person), &person.login, attempt("mfa_not_enrolled")).await?;
    }
    let token = scope.app.rng.token()?;
    let mut change = scope.begin_for(&person.id).await?;
    // It may have been unlinked meanwhile.
    match factors::save_used(&mut change, &factor.id).await {
        Err(StoreError::Conflict) => return Err(NOT_LINKED),
        other => other?,
    }
    let begun_by = federation::provider_session(provider, identity);
    if provider_sessions::was_ended_since(&mut change, &begun_by, sent_there_at).await? {
        // They have signed out there while their answer was on its way.
        drop(change);
        failed(scope, Some(&person), &person.login, attempt("external_idp")).await?;
        return Err(federation::OVER);
    }
    let expires_at = change.at() + Config::FLOW_LIFE;
    let flow = flow.at_provider(begun_by);
    flows::insert(&mut change, &token_hash(&token), &flow, expires_at).await?;
    let shown = SignInFederated {
        provider: &provider.name,
        factor: &factor.id,
        amr: &identity.amr,
        acr: identity.acr.as_deref(),
        auth_time: identity.auth_time,
    };
    change.commit(&Event::new(Actor::Anonymous, shown).person(&person.id)).await?;
    Ok(Begun { token, flow })
}

async fn find(
    scope: &Scope,
    (provider, identity): (&IdentityProvider, &ProvenIdentity),
) -> Result<Option<(Person, Factor)>, ActionError> {
    let (db, tenant) = (&scope.app.db, &scope.tenant.id);
    let credential = federation::credential_id(provider, &identity.subject);
    let found = factors::find_by_credential(db, tenant, &credential).await?;
    let Some(factor) = found.filter(|factor| factor.is(FactorKind::Federated)) else { return Ok(None) };
    let person = persons::find(db, tenant, &PersonId::new(&factor.person_id)).await?;
    Ok(person.map(|person| (person, factor)))
}
