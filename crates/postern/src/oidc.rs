//! Identity providers, by OpenID Connect: what is fetched of them, and what an id token has to hold. The crate checks
//! signature, `iss`, `aud`, `exp`, `iat` and the nonce; `azp` is checked here, because it leaves that out.

mod fetch;
pub mod hosts;
pub mod provider;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, UNIX_EPOCH};

use jiff::{SignedDuration, Timestamp};
use openidconnect::core::{
    CoreAuthDisplay, CoreAuthPrompt, CoreAuthenticationFlow, CoreClaimName, CoreClaimType, CoreClient,
    CoreClientAuthMethod, CoreGrantType, CoreIdToken, CoreIdTokenClaims, CoreIdTokenVerifier, CoreJsonWebKey,
    CoreJweContentEncryptionAlgorithm, CoreJweKeyManagementAlgorithm, CoreJwsSigningAlgorithm,
    CoreResponseMode, CoreResponseType, CoreSubjectIdentifierType,
};
use openidconnect::{
    AdditionalProviderMetadata, AuthType, AuthorizationCode, ClaimsVerificationError, ClientId, ClientSecret,
    CsrfToken, HttpRequest, IssuerUrl, Nonce, PkceCodeChallenge, PkceCodeVerifier, ProviderMetadata,
    RedirectUrl, RequestTokenError, Scope as TokenScope, SignatureVerificationError, TokenResponse as _,
};
use postern_core::id::TenantId;
use serde::{Deserialize, Serialize};
use url::Url;

use fetch::{Fetching, fetch};
use hosts::ProviderHosts;
use provider::IdentityProvider;

/// What was fetched of a provider is good for so long.
const KEPT_FOR: SignedDuration = SignedDuration::from_hours(1);
/// One that was asked, and has not answered, is not asked again for so long: anybody can have it asked.
const ASKED_AGAIN_AFTER: SignedDuration = SignedDuration::from_secs(10);
/// A key that is not known is looked for at most so often.
const KEYS_AGAIN_AFTER: SignedDuration = SignedDuration::from_mins(1);
/// Clocks differ by so much, either way.
const CLOCK_SLACK: SignedDuration = SignedDuration::from_mins(1);
/// An id token is of this sign-in: it was made so long ago at most.
const OLDEST_TOKEN: SignedDuration = SignedDuration::from_mins(10);

/// Neither `none` nor anything with a shared key, whatever the provider says it can do.
const ALGORITHMS: [CoreJwsSigningAlgorithm; 9] = [
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha384,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha512,
    CoreJwsSigningAlgorithm::RsaSsaPssSha256,
    CoreJwsSigningAlgorithm::RsaSsaPssSha384,
    CoreJwsSigningAlgorithm::RsaSsaPssSha512,
    CoreJwsSigningAlgorithm::EcdsaP256Sha256,
    CoreJwsSigningAlgorithm::EcdsaP384Sha384,
    CoreJwsSigningAlgorithm::EdDsa,
];

/// Why a provider gave nobody. The texts are for the log: a provider may have written parts of them.
#[derive(Debug, thiserror::Error)]
pub enum OidcError {
    /// It does not answer, or not what it should.
    #[error("{0}")]
    Provider(String),
    /// What it answered proves nothing.
    #[error("{0}")]
    Token(String),
}

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

/// The way to identity providers, and what was fetched of them.
pub struct IdentityProviders {
    http: Option<reqwest::Client>,
    hosts: ProviderHosts,
    known: Mutex<HashMap<ProviderKey, Arc<KnownProvider>>>,
    turns: Mutex<HashMap<ProviderKey, Arc<tokio::sync::Mutex<()>>>>,
    /// Those that were asked, and have not answered.
    asked_at: Mutex<HashMap<ProviderKey, Timestamp>>,
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

/// Who came, as the provider says.
#[derive(Clone, Debug)]
pub struct ProvenIdentity {
    /// Names the account at this provider, for ever.
    pub subject: String,
    /// How they signed in there.
    pub amr: Vec<String>,
    /// The class of that sign-in.
    pub acr: Option<String>,
    /// When that was.
    pub auth_time: Option<Timestamp>,
}

impl IdentityProviders {
    /// Those at these hosts, and at no others.
    pub fn new(hosts: ProviderHosts) -> Self {
        let http = fetch::client(&hosts);
        let http =
            http.inspect_err(|error| tracing::error!(%error, "no identity provider can be asked")).ok();
        Self { http, hosts, known: Mutex::default(), turns: Mutex::default(), asked_at: Mutex::default() }
    }

    /// Where the browser is sent.
    pub async fn authorization_url(
        &self,
        (tenant, provider): (&TenantId, &IdentityProvider),
        request: ProviderRequest<'_>,
        now: Timestamp,
    ) -> Result<Url, OidcError> {
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
        let max_age = request.anew_since.map(|_| SignedDuration::ZERO).or(provider.max_age);
        if let Some(max_age) = max_age {
            asked = asked.set_max_age(max_age.unsigned_abs());
        }
        // Some providers heed this and not `max_age=0`.
        if request.anew_since.is_some() {
            asked = asked.add_prompt(CoreAuthPrompt::Login);
        }
        let (url, ..) = asked.url();
        let is_web = url.scheme() == "https" || (self.hosts.is_development() && url.scheme() == "http");
        if is_web { Ok(url) } else { Err(OidcError::Provider("its sign-in page is no https:// URL".into())) }
    }

    /// Whether the answer is from this provider: RFC 9207 §2.4.
    pub async fn expect_issuer(
        &self,
        (tenant, provider): (&TenantId, &IdentityProvider),
        named: Option<&str>,
        now: Timestamp,
    ) -> Result<(), OidcError> {
        let known = self.know((tenant, provider), now, KEPT_FOR).await?;
        let always = known.metadata.additional_metadata().authorization_response_iss_parameter_supported;
        match named {
            Some(named) if named == provider.issuer => Ok(()),
            None if !always => Ok(()),
            _ => Err(OidcError::Token("the answer names another issuer, or none".into())),
        }
    }

    /// Redeems the code, and checks the id token that comes for it.
    pub async fn redeem(
        &self,
        (tenant, provider): (&TenantId, &IdentityProvider),
        (code, request): (&str, ProviderRequest<'_>),
        now: Timestamp,
    ) -> Result<ProvenIdentity, OidcError> {
        let known = self.know((tenant, provider), now, KEPT_FOR).await?;
        let token = self.exchange((&known, provider), (code, request)).await?;
        match check(&known, provider, (&token, request), now) {
            Err(why) if may_be_of_new_key(&why) => {}
            outcome => return outcome.map_err(|why| OidcError::Token(chain(&why))),
        }
        let known = self.know((tenant, provider), now, KEYS_AGAIN_AFTER).await?;
        check(&known, provider, (&token, request), now).map_err(|why| OidcError::Token(chain(&why)))
    }

    async fn exchange(
        &self,
        (known, provider): (&KnownProvider, &IdentityProvider),
        (code, request): (&str, ProviderRequest<'_>),
    ) -> Result<CoreIdToken, OidcError> {
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
            .map_err(|why| OidcError::Provider(why.to_string()))?
            .set_pkce_verifier(PkceCodeVerifier::new(request.verifier.to_owned()))
            .request_async(&http)
            .await
            .map_err(|why| match why {
                RequestTokenError::ServerResponse(refused) => OidcError::Token(refused.to_string()),
                other => OidcError::Provider(chain(&other)),
            })?;
        tokens.id_token().cloned().ok_or_else(|| OidcError::Provider("it gave no id token".into()))
    }

    /// What is known of a provider, fetched anew where that is older than `oldest`.
    async fn know(
        &self,
        (tenant, provider): (&TenantId, &IdentityProvider),
        now: Timestamp,
        oldest: SignedDuration,
    ) -> Result<Arc<KnownProvider>, OidcError> {
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
        let _turn = turn.lock().await;
        if let Some(known) = kept().filter(is_fresh) {
            return Ok(known);
        }
        let asked_at = self.asked_at.lock().unwrap_or_else(PoisonError::into_inner).get(&key).copied();
        if asked_at.is_some_and(|at| now.duration_since(at).abs() < ASKED_AGAIN_AFTER) {
            return Err(OidcError::Provider("it did not answer a moment ago".to_owned()));
        }
        // Before it is asked: a call that hangs, or that nobody waits for any more, counts as one that failed.
        self.asked_at.lock().unwrap_or_else(PoisonError::into_inner).insert(key.clone(), now);
        let metadata = self.discover(provider).await?;
        self.asked_at.lock().unwrap_or_else(PoisonError::into_inner).remove(&key);
        let known = Arc::new(KnownProvider { metadata, fetched_at: now });
        self.known.lock().unwrap_or_else(PoisonError::into_inner).insert(key, Arc::clone(&known));
        Ok(known)
    }

    /// Its settings and its keys. Settings that name another issuer are no settings of this one: the crate looks.
    async fn discover(&self, provider: &IdentityProvider) -> Result<Metadata, OidcError> {
        let issuer =
            IssuerUrl::new(provider.issuer.clone()).map_err(|why| OidcError::Provider(why.to_string()))?;
        let http = self.http()?;
        Metadata::discover_async(issuer, &http).await.map_err(|why| OidcError::Provider(chain(&why)))
    }

    /// The crate's client of HTTP, over ours.
    fn http(&self) -> Result<impl Fn(HttpRequest) -> Fetching, OidcError> {
        let http =
            self.http.clone().ok_or_else(|| OidcError::Provider("there is no client of HTTP".into()))?;
        let hosts = self.hosts.clone();
        Ok(move |request| -> Fetching { Box::pin(fetch(http.clone(), hosts.clone(), request)) })
    }
}

fn redirect_url(request: ProviderRequest<'_>) -> Result<RedirectUrl, OidcError> {
    RedirectUrl::new(request.redirect_uri.to_owned()).map_err(|why| OidcError::Provider(why.to_string()))
}

/// Whether the provider may have another key by now: some give a new one the name of the old one, or none.
fn may_be_of_new_key(why: &ClaimsVerificationError) -> bool {
    use SignatureVerificationError as E;
    let ClaimsVerificationError::SignatureVerification(why) = why else { return false };
    matches!(why, E::NoMatchingKey | E::AmbiguousKeyId(_) | E::CryptoError(_) | E::InvalidKey(_))
}

fn check(
    known: &KnownProvider,
    provider: &IdentityProvider,
    (token, request): (&CoreIdToken, ProviderRequest<'_>),
    now: Timestamp,
) -> Result<ProvenIdentity, ClaimsVerificationError> {
    let seconds = now.as_second();
    // Both ends of the time when the person has signed in there.
    let oldest = request.anew_since.or_else(|| provider.max_age.map(|max_age| now - max_age));
    let sign_in_times =
        oldest.map(|oldest| (oldest - CLOCK_SLACK).as_second()..=(now + CLOCK_SLACK).as_second());
    // Without the secret, so that no token that is signed with it counts.
    let verifier = CoreIdTokenVerifier::new_public_client(
        ClientId::new(provider.client_id.clone()),
        known.metadata.issuer().clone(),
        known.metadata.jwks().clone(),
    )
    .set_allowed_algs(ALGORITHMS)
    .set_time_fn(move || (UNIX_EPOCH + Duration::from_secs(seconds.unsigned_abs())).into())
    .set_issue_time_verifier_fn(move |issued| {
        let age = seconds.saturating_sub(issued.timestamp());
        let is_recent = (-CLOCK_SLACK.as_secs()..=OLDEST_TOKEN.as_secs()).contains(&age);
        if is_recent { Ok(()) } else { Err("it was not issued just now".to_owned()) }
    })
    .set_auth_time_verifier_fn(move |at| {
        let Some(times) = &sign_in_times else { return Ok(()) };
        if at.is_some_and(|at| times.contains(&at.timestamp())) {
            Ok(())
        } else {
            Err("the sign-in there is too old, or has no time".to_owned())
        }
    });
    let claims = token.claims(&verifier, &Nonce::new(request.nonce.to_owned()))?;
    expect_authorized_party(claims, provider)?;
    // OpenID Connect Core §2: at most 255 characters.
    if !(1..=255).contains(&claims.subject().len()) {
        return Err(ClaimsVerificationError::Unsupported("its sub is empty, or too long".to_owned()));
    }
    Ok(identity(claims))
}

/// OpenID Connect Core §3.1.3.7, 4 and 5.
fn expect_authorized_party(
    claims: &CoreIdTokenClaims,
    provider: &IdentityProvider,
) -> Result<(), ClaimsVerificationError> {
    match claims.authorized_party() {
        Some(party) if party.as_str() != provider.client_id => {
            Err(ClaimsVerificationError::InvalidAudience("azp is another client".to_owned()))
        }
        _ => Ok(()),
    }
}

fn identity(claims: &CoreIdTokenClaims) -> ProvenIdentity {
    let words = claims.auth_method_refs().into_iter().flatten();
    let at = claims.auth_time().and_then(|at| Timestamp::from_second(at.timestamp()).ok());
    ProvenIdentity {
        subject: claims.subject().as_str().to_owned(),
        amr: words.take(MOST_WORDS).map(|word| short(word.as_str())).collect(),
        acr: claims.auth_context_ref().map(|class| short(class.as_str())),
        auth_time: at,
    }
}

/// With its causes: which address it is that is refused stands in the last one.
fn chain(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(Some(error), |error| error.source());
    causes.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}

/// More says nothing to anybody, and stands in the log.
const MOST_WORDS: usize = 10;

fn short(word: &str) -> String {
    word.chars().filter(|c| !c.is_control()).take(100).collect()
}
