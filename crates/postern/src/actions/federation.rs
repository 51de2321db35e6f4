//! A sign-in at an identity provider: begun in one browser, good for that browser, once, for five minutes.

use data_encoding::BASE64;
use jiff::Timestamp;
use postern_core::factor::FactorKind;
use postern_core::id::PersonId;
use serde::{Deserialize, Serialize};
use url::Url;
use zeroize::Zeroizing;

use super::{ActionError, ceremony};
use crate::oidc::provider::IdentityProvider;
use crate::oidc::{OidcError, ProvenIdentity, ProviderRequest};
use crate::rng::token_hash;
use crate::scope::Scope;
use crate::store::ceremonies::{self, CeremonyKey, CeremonyKind};
use crate::store::factors::Factor;
use crate::store::{Change, StoreError};
use crate::texts::MessageId;

pub(super) const OVER: ActionError = ActionError::Wrong(MessageId("provider-sign-in-is-over"));
const REFUSED: ActionError = ActionError::Wrong(MessageId("provider-refused"));
const UNREACHABLE: MessageId = MessageId("provider-unreachable");

/// Where the browser is sent, and what names the sign-in in its cookie.
pub struct ToProvider {
    /// The cookie's token.
    pub token: Zeroizing<String>,
    /// The provider's own page.
    pub url: Url,
    /// What people call the provider.
    pub title: String,
}

/// What the provider sent the browser back with.
#[derive(Clone, Copy, Debug, Default)]
pub struct ProviderAnswer<'a> {
    /// The provider whose address it came to.
    pub provider: &'a str,
    /// To be redeemed, once.
    pub code: Option<&'a str>,
    /// What was sent along.
    pub state: &'a str,
    /// RFC 9207.
    pub iss: Option<&'a str>,
    /// What went wrong there. It is the provider's text, and is shown to nobody.
    pub error: Option<&'a str>,
}

/// What is kept until the browser is back.
#[derive(Serialize, Deserialize)]
pub(super) struct PendingFederation {
    provider: String,
    issuer: String,
    state: String,
    nonce: String,
    verifier: String,
    anew_since: Option<Timestamp>,
    pub(super) link: Option<PendingLink>,
}

/// Where it is to be linked: in which session that was asked for, and what proved it.
#[derive(Serialize, Deserialize)]
pub(super) struct PendingLink {
    pub session: String,
    pub proven_by: FactorKind,
    pub factor: String,
}

/// The provider of this name, as the settings say today.
pub(super) fn find_provider<'a>(scope: &'a Scope, name: &str) -> Result<&'a IdentityProvider, ActionError> {
    let all = &scope.tenant.settings.identity_providers;
    all.iter().find(|provider| provider.name == name).ok_or(ActionError::NotFound)
}

/// What a factor's row holds of it, sealed.
#[derive(Serialize, Deserialize)]
pub(super) struct LinkedAccount {
    provider: String,
    issuer: String,
    subject: String,
}

impl LinkedAccount {
    /// The account that came.
    pub(super) fn new(provider: &IdentityProvider, identity: &ProvenIdentity) -> Self {
        let (provider, issuer) = (provider.name.clone(), provider.issuer.clone());
        Self { provider, issuer, subject: identity.subject.clone() }
    }
}

/// Whether this linked account begins a sign-in: the settings may name its provider no more, or at another issuer.
pub fn begins_sign_in(scope: &Scope, factor: &Factor) -> bool {
    if !factor.is(FactorKind::Federated) || !factor.works(scope.now) {
        return false;
    }
    let place = Factor::place(&scope.tenant.id, &PersonId::new(&factor.person_id), &factor.id);
    let Ok(plain) = scope.tenant.keys.unseal(&place, &factor.sealed) else { return false };
    let Ok(linked) = serde_json::from_slice::<LinkedAccount>(&plain) else { return false };
    find_provider(scope, &linked.provider).is_ok_and(|provider| provider.issuer == linked.issuer)
}

/// Names the account in a factor's row, where it is unique in the organisation. An issuer is part of it: a provider that
/// moves does not take its people's names with it. No passkey's id has a colon.
pub(super) fn credential_id(provider: &IdentityProvider, subject: &str) -> String {
    // As JSON, so that no end of one part is taken for the beginning of the next.
    let parts = serde_json::json!([provider.name, provider.issuer, subject]).to_string();
    format!("oidc:{}", token_hash(&parts))
}

/// Its address at this organisation: each provider has one of its own, so that the answer of one is not taken for another's.
fn redirect_uri(scope: &Scope, provider: &str) -> String {
    scope.tenant.link(&format!("/sign-in/federated/{provider}"))
}

/// A sign-in that is prepared, before it is kept.
pub(super) struct PreparedFederation {
    pub pending: PendingFederation,
    pub to: ToProvider,
}

/// How old the sign-in at the provider may be.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum SignInThere {
    /// As old as the settings of the provider let it be.
    MayBeOlder,
    /// Of what is to be linked: whoever sits at a browser would link the account that somebody else left signed in.
    Anew,
}

/// Asks the provider where the browser goes. No change is open meanwhile.
pub(super) async fn prepare(
    scope: &Scope,
    provider: &str,
    sign_in: SignInThere,
) -> Result<PreparedFederation, ActionError> {
    let provider = find_provider(scope, provider)?;
    let rng = &scope.app.rng;
    let (token, state, nonce, verifier) = (rng.token()?, rng.token()?, rng.token()?, rng.token()?);
    let redirect_uri = redirect_uri(scope, &provider.name);
    let anew_since = (sign_in == SignInThere::Anew).then_some(scope.now);
    let request = ProviderRequest {
        redirect_uri: &redirect_uri,
        state: &state,
        nonce: &nonce,
        verifier: &verifier,
        anew_since,
    };
    let about = (&scope.tenant.id, provider);
    let url = scope.app.identity_providers.authorization_url(about, request, scope.now).await;
    let url = url.map_err(|why| blame(scope, provider, &why))?;
    let pending = PendingFederation {
        provider: provider.name.clone(),
        issuer: provider.issuer.clone(),
        state: state.to_string(),
        nonce: nonce.to_string(),
        verifier: verifier.to_string(),
        anew_since,
        link: None,
    };
    Ok(PreparedFederation { pending, to: ToProvider { token, url, title: provider.title.clone() } })
}

/// Keeps it for the browser that gets the cookie.
pub(super) async fn keep(
    (scope, change): (&Scope, &mut Change<'_>),
    prepared: &PreparedFederation,
    (kind, person): (CeremonyKind, Option<&PersonId>),
) -> Result<(), ActionError> {
    let key = CeremonyKey { id: &token_hash(&prepared.to.token), kind, person };
    let expires_at = change.at() + ceremony::life(kind);
    // The verifier is a secret until it is redeemed.
    let plain = Zeroizing::new(serde_json::to_vec(&prepared.pending)?);
    let sealed = scope.tenant.keys.seal(&scope.app.rng, &place(scope, key), &plain)?;
    ceremonies::insert(change, key, &BASE64.encode(&sealed), expires_at).await?;
    Ok(())
}

/// Where it is sealed for: in another ceremony, or under another kind, it does not open.
fn place(scope: &Scope, key: CeremonyKey<'_>) -> String {
    format!("ceremonies/{}/{}/{}", scope.tenant.id, key.kind.as_str(), key.id)
}

/// Takes what this browser began, once: of two answers to one sign-in, one is heard. An answer that does not carry its state
/// takes nothing: somebody else's link must not end it.
pub(super) async fn take(
    scope: &Scope,
    key: CeremonyKey<'_>,
    answer: ProviderAnswer<'_>,
) -> Result<PendingFederation, ActionError> {
    let found = ceremonies::find_live(&scope.app.db, &scope.tenant.id, key, scope.now).await?;
    let sealed = BASE64.decode(found.ok_or(OVER)?.as_bytes());
    let sealed = sealed.map_err(|_| ActionError::Internal("what is sealed in a ceremony".to_owned()))?;
    let plain = scope.tenant.keys.unseal(&place(scope, key), &sealed)?;
    let pending: PendingFederation = serde_json::from_slice(&plain)?;
    // Compared by their hashes, which tell nothing of how far they agree.
    if token_hash(&pending.state) != token_hash(answer.state) || pending.provider != answer.provider {
        return Err(OVER);
    }
    let mut change = scope.begin().await?;
    match ceremonies::consume(&mut change, key).await {
        Err(StoreError::Conflict) => return Err(OVER),
        other => other?,
    }
    change.commit_unrecorded("an answer of a provider was taken; what came of it is recorded").await?;
    Ok(pending)
}

/// Who came, of an answer that was taken.
pub(super) async fn identify<'a>(
    scope: &'a Scope,
    pending: &PendingFederation,
    answer: ProviderAnswer<'_>,
) -> Result<(&'a IdentityProvider, ProvenIdentity), ActionError> {
    let provider = find_provider(scope, &pending.provider)?;
    // The settings may have changed meanwhile.
    if provider.issuer != pending.issuer {
        return Err(OVER);
    }
    let (providers, about) = (&scope.app.identity_providers, (&scope.tenant.id, provider));
    let from = providers.expect_issuer(about, answer.iss, scope.now).await;
    from.map_err(|why| blame(scope, provider, &why))?;
    let (Some(code), None) = (answer.code, answer.error) else {
        tracing::info!(provider = provider.name, "an identity provider let nobody in");
        return Err(REFUSED);
    };
    let redirect_uri = redirect_uri(scope, &provider.name);
    let request = ProviderRequest {
        redirect_uri: &redirect_uri,
        state: &pending.state,
        nonce: &pending.nonce,
        verifier: &pending.verifier,
        anew_since: pending.anew_since,
    };
    let identity = providers.redeem(about, (code, request), scope.now).await;
    Ok((provider, identity.map_err(|why| blame(scope, provider, &why))?))
}

/// What went wrong is for the log: the provider may have written it.
fn blame(scope: &Scope, provider: &IdentityProvider, why: &OidcError) -> ActionError {
    let (tenant, name, text) = (&scope.tenant.id, &provider.name, short(&why.to_string()));
    tracing::warn!(%tenant, provider = name, why = text, "an identity provider's answer does not do");
    match why {
        OidcError::Provider(_) => ActionError::refused(UNREACHABLE),
        OidcError::Token(_) => REFUSED,
    }
}

fn short(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(300).collect()
}
