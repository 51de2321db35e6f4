//! A sign-in at an identity provider: begun in one browser, good for that browser, once, for five minutes.

use data_encoding::BASE64;
use jiff::Timestamp;
use postern_core::factor::FactorKind;
use postern_core::id::PersonId;
use postern_core::signin::ProviderSession;
use serde::{Deserialize, Serialize};
use url::Url;
use zeroize::Zeroizing;

use super::{ActionError, ceremony};
use crate::identity_provider::{
    IdentityProvider, OidcProvider, ProvenIdentity, ProviderError, ProviderProtocol, SamlAnswer,
    SamlProvider, ServiceAddresses,
};
use crate::oidc::ProviderRequest;
use crate::rng::token_hash;
use crate::saml;
use crate::scope::Scope;
use crate::store::ceremonies::{self, CeremonyKey, CeremonyKind};
use crate::store::factors::Factor;
use crate::store::{Change, StoreError};
use crate::texts::MessageId;

pub(super) const OVER: ActionError = ActionError::Wrong(MessageId("provider-sign-in-is-over"));
pub(super) const REFUSED: ActionError = ActionError::Wrong(MessageId("provider-refused"));
const TOO_OLD: ActionError = ActionError::Wrong(MessageId("provider-sign-in-too-old"));
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
#[derive(Clone, Copy, Debug)]
pub struct ProviderAnswer<'a> {
    /// The provider whose address it came to.
    pub provider: &'a str,
    /// What was sent along. It says which sign-in is answered, and proves nothing.
    pub state: &'a str,
    /// The answer itself.
    pub said: ProviderSaid<'a>,
}

/// An answer, by the way that it came.
#[derive(Clone, Copy, Debug)]
pub enum ProviderSaid<'a> {
    /// OpenID Connect.
    Oidc(OidcSaid<'a>),
    /// SAML: the response, in base64.
    Saml(&'a str),
}

/// An answer of OpenID Connect.
#[derive(Clone, Copy, Debug, Default)]
pub struct OidcSaid<'a> {
    /// To be redeemed, once.
    pub code: Option<&'a str>,
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
    asked: AskedProvider,
    anew_since: Option<Timestamp>,
    /// When the browser was sent there.
    pub(super) sent_at: Timestamp,
    pub(super) link: Option<PendingLink>,
}

/// What the answer has to fit.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum AskedProvider {
    Oidc { nonce: String, verifier: String },
    Saml { request_id: String },
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
    protocol: String,
    issuer: String,
    subject: String,
}

impl LinkedAccount {
    /// The account that came.
    pub(super) fn new(provider: &IdentityProvider, identity: &ProvenIdentity) -> Self {
        let (name, issuer) = (provider.name.clone(), provider.issuer().to_owned());
        let subject = identity.subject.clone();
        Self { provider: name, protocol: protocol_of(provider).to_owned(), issuer, subject }
    }

    /// Whether the provider is the one that it was linked at. Another protocol has other names for people.
    fn is_at(&self, provider: &IdentityProvider) -> bool {
        provider.issuer() == self.issuer && protocol_of(provider) == self.protocol
    }
}

fn protocol_of(provider: &IdentityProvider) -> &'static str {
    match provider.protocol {
        ProviderProtocol::Oidc(_) => "oidc",
        ProviderProtocol::Saml(_) => "saml",
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
    find_provider(scope, &linked.provider).is_ok_and(|provider| linked.is_at(provider))
}

/// Names the account in a factor's row, where it is unique in the organisation. An issuer is part of it: a provider that
/// moves does not take its people's names with it. No passkey's id has a colon.
pub(super) fn credential_id(provider: &IdentityProvider, subject: &str) -> String {
    // As JSON, so that no end of one part is taken for the beginning of the next.
    let parts = serde_json::json!([provider.name, provider.issuer(), subject]).to_string();
    format!("{}:{}", protocol_of(provider), token_hash(&parts))
}

/// Names the session there, as kept here: by equality alone it is found again, so that a hash is enough.
pub(super) fn session_hash(provider: &IdentityProvider, session: &str) -> String {
    token_hash(&serde_json::json!([provider.name, provider.issuer(), "sid", session]).to_string())
}

/// The account and the session there that a sign-in began with.
pub(super) fn provider_session(provider: &IdentityProvider, identity: &ProvenIdentity) -> ProviderSession {
    ProviderSession {
        account: credential_id(provider, &identity.subject),
        session: identity.session.as_deref().map(|session| session_hash(provider, session)),
    }
}

/// Its address at this organisation: each provider has one of its own, so that the answer of one is not taken for another's.
fn redirect_uri(scope: &Scope, provider: &str) -> String {
    scope.tenant.link(&format!("/sign-in/federated/{provider}"))
}

/// Likewise, for a provider that speaks SAML.
fn service_addresses(scope: &Scope, provider: &str) -> ServiceAddresses {
    let base = redirect_uri(scope, provider);
    ServiceAddresses { entity_id: format!("{base}/metadata"), consumer: format!("{base}/acs") }
}

/// What an administrator gives to a provider that speaks SAML.
pub fn saml_metadata(scope: &Scope, provider: &str) -> Result<String, ActionError> {
    let provider = find_saml(scope, provider)?;
    let written = saml::metadata(&service_addresses(scope, &provider.name));
    written.map_err(|why| ActionError::Internal(why.to_string()))
}

/// The provider of this name, where it speaks SAML.
pub fn find_saml<'a>(scope: &'a Scope, name: &str) -> Result<&'a IdentityProvider, ActionError> {
    let provider = find_provider(scope, name)?;
    if protocol_of(provider) == "saml" { Ok(provider) } else { Err(ActionError::NotFound) }
}

/// The provider of this name, where it speaks OpenID Connect.
pub(super) fn find_oidc<'a>(
    scope: &'a Scope,
    name: &str,
) -> Result<(&'a IdentityProvider, &'a OidcProvider), ActionError> {
    let provider = find_provider(scope, name)?;
    match &provider.protocol {
        ProviderProtocol::Oidc(oidc) => Ok((provider, oidc)),
        ProviderProtocol::Saml(_) => Err(ActionError::NotFound),
    }
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
    let (token, state) = (rng.token()?, rng.token()?);
    let anew_since = (sign_in == SignInThere::Anew).then_some(scope.now);
    let asked = match &provider.protocol {
        ProviderProtocol::Oidc(oidc) => ask_oidc(scope, (&provider.name, oidc), (&state, anew_since)).await?,
        ProviderProtocol::Saml(saml) => {
            let ours = service_addresses(scope, &provider.name);
            let asked = saml::ask(saml, &ours, (&state, anew_since.is_some()));
            asked.map(|request| (AskedProvider::Saml { request_id: request.id }, request.url))
        }
    };
    let (asked, url) = asked.map_err(|why| blame(scope, provider, &why))?;
    let pending = PendingFederation {
        provider: provider.name.clone(),
        issuer: provider.issuer().to_owned(),
        state: state.to_string(),
        asked,
        anew_since,
        sent_at: scope.now,
        link: None,
    };
    Ok(PreparedFederation { pending, to: ToProvider { token, url, title: provider.title.clone() } })
}

async fn ask_oidc(
    scope: &Scope,
    (name, oidc): (&str, &OidcProvider),
    (state, anew_since): (&str, Option<Timestamp>),
) -> Result<Result<(AskedProvider, Url), ProviderError>, ActionError> {
    let rng = &scope.app.rng;
    let (nonce, verifier) = (rng.token()?, rng.token()?);
    let redirect_uri = redirect_uri(scope, name);
    let request = ProviderRequest {
        redirect_uri: &redirect_uri,
        state,
        nonce: &nonce,
        verifier: &verifier,
        anew_since,
    };
    let url =
        scope.app.identity_providers.authorization_url((&scope.tenant.id, oidc), request, scope.now).await;
    let asked = AskedProvider::Oidc { nonce: nonce.to_string(), verifier: verifier.to_string() };
    Ok(url.map(|url| (asked, url)))
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
    // Another version of the program may have begun it.
    let pending: PendingFederation = serde_json::from_slice(&plain).map_err(|_| OVER)?;
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
    if provider.issuer() != pending.issuer {
        return Err(OVER);
    }
    let identity = match (&provider.protocol, answer.said) {
        (ProviderProtocol::Oidc(oidc), ProviderSaid::Oidc(said)) => {
            hear_oidc(scope, (&provider.name, oidc), (pending, said)).await
        }
        (ProviderProtocol::Saml(saml), ProviderSaid::Saml(response)) => {
            hear_saml(scope, (&provider.name, saml), (pending, response))
        }
        _ => Err(ProviderError::Answer("it came by the way of another protocol".to_owned())),
    };
    Ok((provider, identity.map_err(|why| blame(scope, provider, &why))?))
}

async fn hear_oidc(
    scope: &Scope,
    (name, oidc): (&str, &OidcProvider),
    (pending, said): (&PendingFederation, OidcSaid<'_>),
) -> Result<ProvenIdentity, ProviderError> {
    let AskedProvider::Oidc { nonce, verifier } = &pending.asked else { return Err(asked_otherwise()) };
    let (providers, about) = (&scope.app.identity_providers, (&scope.tenant.id, oidc));
    providers.expect_issuer(about, said.iss, scope.now).await?;
    let (Some(code), None) = (said.code, said.error) else {
        return Err(ProviderError::Answer("it let nobody in".to_owned()));
    };
    let redirect_uri = redirect_uri(scope, name);
    let request = ProviderRequest {
        redirect_uri: &redirect_uri,
        state: &pending.state,
        nonce,
        verifier,
        anew_since: pending.anew_since,
    };
    providers.redeem(about, (code, request), scope.now).await
}

fn hear_saml(
    scope: &Scope,
    (name, provider): (&str, &SamlProvider),
    (pending, response): (&PendingFederation, &str),
) -> Result<ProvenIdentity, ProviderError> {
    let AskedProvider::Saml { request_id } = &pending.asked else { return Err(asked_otherwise()) };
    let answer =
        SamlAnswer { request_id, relay_state: &pending.state, response, anew_since: pending.anew_since };
    saml::check(provider, &service_addresses(scope, name), answer, scope.now)
}

fn asked_otherwise() -> ProviderError {
    ProviderError::Answer("it was asked by another protocol".to_owned())
}

/// What went wrong is for the log: the provider may have written it.
pub(super) fn blame(scope: &Scope, provider: &IdentityProvider, why: &ProviderError) -> ActionError {
    let (tenant, name, text) = (&scope.tenant.id, &provider.name, short(&why.to_string()));
    tracing::warn!(%tenant, provider = name, why = text, "an identity provider's answer does not do");
    match why {
        ProviderError::Provider(_) => ActionError::refused(UNREACHABLE),
        ProviderError::Answer(_) => REFUSED,
        ProviderError::TooOld(_) => TOO_OLD,
    }
}

fn short(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(300).collect()
}
