//! Identity providers, by OpenID Connect: what is fetched of them, and what is asked.

mod fetch;
pub mod hosts;
mod id_token;
mod logout_token;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use jiff::{SignedDuration, Timestamp};
use openidconnect::core::{
    CoreAuthDisplay, CoreAuthPrompt, CoreAuthenticationFlow, CoreClaimName, CoreClaimType, CoreClient,
    CoreClientAuthMethod, CoreGrantType, CoreIdToken, CoreJsonWebKey, CoreJweContentEncryptionAlgorithm,
    CoreJweKeyManagementAlgorithm, CoreResponseMode, CoreResponseType, CoreSubjectIdentifierType,
};
use openidconnect::{
    AdditionalProviderMetadata, AuthType, AuthorizationCode, ClaimsVerificationError, ClientId, ClientSecret,
    CsrfToken, HttpRequest, IssuerUrl, Nonce, PkceCodeChallenge, PkceCodeVerifier, ProviderMetadata,
    RedirectUrl, RequestTokenError, Scope as TokenScope, SignatureVerificationError, TokenResponse as _,
};
use postern_core::id::TenantId;
use serde::{Deserialize, Serialize};
use url::Url;

use crate::identity_provider::{OLDEST_SIGN_IN, OidcProvider, ProvenIdentity, ProviderError};
use fetch::{Fetching, fetch};
use hosts::ProviderHosts;
use id_token::ExpectedToken;
use logout_token::{ExpectedLogout, LogoutTokenError, UnprovenLogout};

pub use logout_token::NamedLogout;

/// What was fetched of a provider is good for so long.
const KEPT_FOR: SignedDuration = SignedDuration::from_hours(1);
/// One that was asked, and has not answered, is not asked again for so long: anybody can have it asked.
const ASKED_AGAIN_AFTER: SignedDuration = SignedDuration::from_secs(10);
/// A key that is not known is looked for at most so often.
const KEYS_AGAIN_AFTER: SignedDuration = SignedDuration::from_mins(1);

/// RFC 9207 §3.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
struct IssuerInAnswer {
    #[serde(default)]
    authorization_response_iss_parameter_supported: bool,
}

impl AdditionalProviderMetadata for IssuerInAnswer {}

type Metadata = ProviderMetadata<
    IssuerInAnswer,
    CoreAuthDisplay,
    CoreClientAuthMethod,
    CoreClaimName,
    CoreClaimType,
    CoreGrantType,
    CoreJweContentEncryptionAlgorithm,
    CoreJweKeyManagementAlgorithm,
    CoreJsonWebKey,
    CoreResponseMode,
    CoreResponseType,
    CoreSubjectIdentifierType,
>;

/// What is known of a provider.
struct KnownProvider {
    metadata: Metadata,
    fetched_at: Timestamp,
}

/// An issuer, as one organisation names it.
type ProviderKey = (TenantId, String);

/// Of each provider.
type OfEach<T> = Arc<Mutex<HashMap<ProviderKey, T>>>;

/// The way to identity providers, and what was fetched of them. A copy is the same one.
#[derive(Clone)]
pub struct IdentityProviders {
    http: Option<reqwest::Client>,
    hosts: ProviderHosts,
    known: OfEach<Arc<KnownProvider>>,
    turns: OfEach<Arc<tokio::sync::Mutex<()>>>,
    /// Those that were asked, and have not answered.
    asked_at: OfEach<Timestamp>,
}

/// Secrets of one sign-in at a provider.
#[derive(Clone, Copy)]
pub struct ProviderRequest<'a> {
    /// Where the provider sends the browser back to.
    pub redirect_uri: &'a str,
    /// Comes back in the answer's address.
    pub state: &'a str,
    /// Comes back in the id token.
    pub nonce: &'a str,
    /// Proves that whoever redeems the code asked for it, RFC 7636.
    pub verifier: &'a str,
    /// The person has to sign in there anew: since then.
    pub anew_since: Option<Timestamp>,
}

/// By which keys of a provider a logout token is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogoutKeys {
    /// Those that are known.
    Known,
    /// Those that it has now: it is asked, unless that was a moment ago.
    Newer,
}

impl IdentityProviders {
    /// Those at these hosts, and at no others.
    pub fn new(hosts: ProviderHosts) -> Self {
        let http = fetch::client(&hosts);
        let http =
            http.inspect_err(|error| tracing::error!(%error, "no identity provider can be asked")).ok();
        Self { http, hosts, known: Arc::default(), turns: Arc::default(), asked_at: Arc::default() }
    }

    /// Where the browser is sent.
    pub async fn authorization_url(
        &self,
        (tenant, provider): (&TenantId, &OidcProvider),
        request: ProviderRequest<'_>,
        now: Timestamp,
    ) -> Result<Url, ProviderError> {
        let known = self.know((tenant, provider), now, KEPT_FOR).await?;
        let client = CoreClient::from_provider_metadata(
            known.metadata.clone(),
            ClientId::new(provider.client_id.clone()),
            Some(ClientSecret::new(provider.client_secret.secret().clone())),
        )
        .set_redirect_uri(redirect_url(request)?);
        let (state, nonce) = (request.state.to_owned(), request.nonce.to_owned());
        let challenge =
            PkceCodeChallenge::from_code_verifier_sha256(&PkceCodeVerifier::new(request.verifier.to_owned()));
        let mut asked = client
            .authorize_url(
                CoreAuthenticationFlow::AuthorizationCode,
                || CsrfToken::new(state),
                || Nonce::new(nonce),
            )
            .add_scopes(provider.scopes.iter().cloned().map(TokenScope::new))
            .set_pkce_challenge(challenge);
        let max_age = match request.anew_since {
            Some(_) => SignedDuration::ZERO,
            None => provider.max_age.unwrap_or(OLDEST_SIGN_IN),
        };
        // One that heeds it has the person sign in there again, who would be refused here otherwise.
        asked = asked.set_max_age(max_age.unsigned_abs());
        // Some providers heed this and not `max_age=0`.
        if request.anew_since.is_some() {
            asked = asked.add_prompt(CoreAuthPrompt::Login);
        }
        let (url, ..) = asked.url();
        let is_web = url.scheme() == "https" || (self.hosts.is_development() && url.scheme() == "http");
        if is_web {
            Ok(url)
        } else {
            Err(ProviderError::Provider("its sign-in page is no https:// URL".into()))
        }
    }

    /// Whether the answer is from this provider: RFC 9207 §2.4.
    pub async fn expect_issuer(
        &self,
        (tenant, provider): (&TenantId, &OidcProvider),
        named: Option<&str>,
        now: Timestamp,
    ) -> Result<(), ProviderError> {
        let known = self.know((tenant, provider), now, KEPT_FOR).await?;
        let always = known.metadata.additional_metadata().authorization_response_iss_parameter_supported;
        match named {
            Some(named) if named == provider.issuer => Ok(()),
            None if !always => Ok(()),
            _ => Err(ProviderError::Answer("the answer names another issuer, or none".into())),
        }
    }

    /// Redeems the code, and checks the id token that comes for it.
    pub async fn redeem(
        &self,
        (tenant, provider): (&TenantId, &OidcProvider),
        (code, request): (&str, ProviderRequest<'_>),
        now: Timestamp,
    ) -> Result<ProvenIdentity, ProviderError> {
        let known = self.know((tenant, provider), now, KEPT_FOR).await?;
        let token = self.exchange((&known, provider), (code, request)).await?;
        match check(&known, provider, (&token, request), now) {
            Err(why) if may_be_of_new_key(&why) => {}
            outcome => return outcome.map_err(|why| no_proof(&why, request)),
        }
        let known = self.know((tenant, provider), now, KEYS_AGAIN_AFTER).await?;
        check(&known, provider, (&token, request), now).map_err(|why| no_proof(&why, request))
    }

    /// Who or what a logout token names, if it is one of this provider's, of now. That nobody brings it twice is for the
    /// caller to see.
    pub async fn hear_logout(
        &self,
        (tenant, provider): (&TenantId, &OidcProvider),
        (token, keys): (&str, LogoutKeys),
        now: Timestamp,
    ) -> Result<NamedLogout, ProviderError> {
        let expected = ExpectedLogout { issuer: &provider.issuer, client_id: &provider.client_id };
        let no_logout = |why: LogoutTokenError| ProviderError::Answer(why.to_string());
        let unproven = UnprovenLogout::parse(token, expected, now).map_err(no_logout)?;
        let oldest = match keys {
            LogoutKeys::Known => KEPT_FOR,
            LogoutKeys::Newer => KEYS_AGAIN_AFTER,
        };
        let known = self.know((tenant, provider), now, oldest).await?;
        unproven.prove(known.metadata.jwks()).cloned().map_err(no_logout)
    }

    async fn exchange(
        &self,
        (known, provider): (&KnownProvider, &OidcProvider),
        (code, request): (&str, ProviderRequest<'_>),
    ) -> Result<CoreIdToken, ProviderError> {
        let methods = known.metadata.token_endpoint_auth_methods_supported();
        let takes_basic = methods.is_none_or(|all| all.contains(&CoreClientAuthMethod::ClientSecretBasic));
        let client = CoreClient::from_provider_metadata(
            known.metadata.clone(),
            ClientId::new(provider.client_id.clone()),
            Some(ClientSecret::new(provider.client_secret.secret().clone())),
        )
        .set_auth_type(if takes_basic { AuthType::BasicAuth } else { AuthType::RequestBody })
        .set_redirect_uri(redirect_url(request)?);
        let http = self.http()?;
        let tokens = client
            .exchange_code(AuthorizationCode::new(code.to_owned()))
            .map_err(|why| ProviderError::Provider(why.to_string()))?
            .set_pkce_verifier(PkceCodeVerifier::new(request.verifier.to_owned()))
            .request_async(&http)
            .await
            .map_err(|why| match why {
                RequestTokenError::ServerResponse(refused) => ProviderError::Answer(refused.to_string()),
                other => ProviderError::Provider(chain(&other)),
            })?;
        tokens.id_token().cloned().ok_or_else(|| ProviderError::Provider("it gave no id token".into()))
    }

    /// What is known of a provider, fetched anew where that is older than `oldest`.
    async fn know(
        &self,
        (tenant, provider): (&TenantId, &OidcProvider),
        now: Timestamp,
        oldest: SignedDuration,
    ) -> Result<Arc<KnownProvider>, ProviderError> {
        let key = (tenant.clone(), provider.issuer.clone());
        let is_fresh = |known: &Arc<KnownProvider>| now.duration_since(known.fetched_at).abs() < oldest;
        let kept = || self.known.lock().unwrap_or_else(PoisonError::into_inner).get(&key).cloned();
        if let Some(known) = kept().filter(is_fresh) {
            return Ok(known);
        }
        // One asks, and the others who wait for it hear what it heard.
        let turn = Arc::clone(
            self.turns.lock().unwrap_or_else(PoisonError::into_inner).entry(key.clone()).or_default(),
        );
        let turn = turn.lock_owned().await;
        if let Some(known) = kept().filter(is_fresh) {
            return Ok(known);
        }
        let asked_at = self.asked_at.lock().unwrap_or_else(PoisonError::into_inner).get(&key).copied();
        if asked_at.is_some_and(|at| now.duration_since(at).abs() < ASKED_AGAIN_AFTER) {
            return Err(ProviderError::Provider("it did not answer a moment ago".to_owned()));
        }
        // As a task of its own: whoever asks first may hang up, and what they asked for serves the others.
        let this = self.clone();
        let asking = tokio::spawn(async move {
            let asked = this.ask(key, now).await;
            drop(turn);
            asked
        });
        asking.await.map_err(|why| ProviderError::Provider(why.to_string()))?
    }

    async fn ask(&self, key: ProviderKey, now: Timestamp) -> Result<Arc<KnownProvider>, ProviderError> {
        // Before it is asked: a call that hangs counts as one that failed.
        self.asked_at.lock().unwrap_or_else(PoisonError::into_inner).insert(key.clone(), now);
        let metadata = self.discover(&key.1).await?;
        self.asked_at.lock().unwrap_or_else(PoisonError::into_inner).remove(&key);
        let known = Arc::new(KnownProvider { metadata, fetched_at: now });
        self.known.lock().unwrap_or_else(PoisonError::into_inner).insert(key, Arc::clone(&known));
        Ok(known)
    }

    /// Its settings and its keys. Settings that name another issuer are no settings of this one: the crate looks.
    async fn discover(&self, issuer: &str) -> Result<Metadata, ProviderError> {
        let issuer =
            IssuerUrl::new(issuer.to_owned()).map_err(|why| ProviderError::Provider(why.to_string()))?;
        let http = self.http()?;
        Metadata::discover_async(issuer, &http).await.map_err(|why| ProviderError::Provider(chain(&why)))
    }

    /// The crate's client of HTTP, over ours.
    fn http(&self) -> Result<impl Fn(HttpRequest) -> Fetching, ProviderError> {
        let http =
            self.http.clone().ok_or_else(|| ProviderError::Provider("there is no client of HTTP".into()))?;
        let hosts = self.hosts.clone();
        Ok(move |request| -> Fetching { Box::pin(fetch(http.clone(), hosts.clone(), request)) })
    }
}

fn redirect_url(request: ProviderRequest<'_>) -> Result<RedirectUrl, ProviderError> {
    RedirectUrl::new(request.redirect_uri.to_owned()).map_err(|why| ProviderError::Provider(why.to_string()))
}

/// Whether the provider may have another key by now: some give a new one the name of the old one, or none.
fn may_be_of_new_key(why: &ClaimsVerificationError) -> bool {
    use SignatureVerificationError as E;
    let ClaimsVerificationError::SignatureVerification(why) = why else { return false };
    matches!(why, E::NoMatchingKey | E::AmbiguousKeyId(_) | E::CryptoError(_) | E::InvalidKey(_))
}

/// Whether the token says that somebody signed in here just now.
fn check(
    known: &KnownProvider,
    provider: &OidcProvider,
    (token, request): (&CoreIdToken, ProviderRequest<'_>),
    now: Timestamp,
) -> Result<ProvenIdentity, ClaimsVerificationError> {
    let max_age = provider.max_age.unwrap_or(OLDEST_SIGN_IN);
    let expected = ExpectedToken {
        issuer: known.metadata.issuer(),
        keys: known.metadata.jwks(),
        client_id: &provider.client_id,
        nonce: request.nonce,
        signed_in_since: request.anew_since.unwrap_or_else(|| now - max_age),
        may_say_no_time: request.anew_since.is_none() && provider.max_age.is_none(),
    };
    expected.check(token, now)
}

/// A sign-in there that is too old is its owner's to renew. Where one of now was asked for, anything else is no answer.
fn no_proof(why: &ClaimsVerificationError, request: ProviderRequest<'_>) -> ProviderError {
    let is_of_its_time = matches!(why, ClaimsVerificationError::InvalidAuthTime(_));
    if is_of_its_time && request.anew_since.is_none() {
        ProviderError::TooOld(chain(why))
    } else {
        ProviderError::Answer(chain(why))
    }
}

/// With its causes: which address it is that is refused stands in the last one.
fn chain(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(Some(error), |error| error.source());
    causes.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}
