//! The identity providers of an organisation, as its settings name them: a text in TOML, one table for each. What each says of
//! somebody is heard by `oidc.rs` or `saml.rs`, and comes to the same.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};
use openidconnect::ClientSecret;
use postern_core::text::has_hidden;
use serde::Deserialize;
use url::Url;

pub use crate::proven_identity::{ProvenIdentity, short_word};
use crate::saml::parse_certificates;

/// How old a sign-in there may be where the settings name no `max_age`. With the longest session here it makes 24 hours, after
/// which NIST SP 800-63B-4 §2.2.3 wants another sign-in.
pub const OLDEST_SIGN_IN: SignedDuration = SignedDuration::from_hours(12);

/// One identity provider.
#[derive(Clone, Debug)]
pub struct IdentityProvider {
    /// In addresses, and in records: `quay`.
    pub name: String,
    /// What people call it.
    pub title: String,
    /// How it is spoken to.
    pub protocol: ProviderProtocol,
}

/// How a provider is spoken to.
#[derive(Clone, Debug)]
pub enum ProviderProtocol {
    Oidc(OidcProvider),
    Saml(SamlProvider),
}

/// One that speaks OpenID Connect.
#[derive(Clone, Debug)]
pub struct OidcProvider {
    /// Exactly as the provider writes it.
    pub issuer: String,
    /// What the provider calls Postern.
    pub client_id: String,
    /// It does not print.
    pub client_secret: ClientSecret,
    /// Beside `openid`.
    pub scopes: Vec<String>,
    /// How old a sign-in there may be; the provider has to say when it was. `None`: [`OLDEST_SIGN_IN`], where it says so.
    pub max_age: Option<SignedDuration>,
}

/// One that speaks SAML 2.0.
#[derive(Clone, Debug)]
pub struct SamlProvider {
    /// Exactly as the provider writes it.
    pub entity_id: String,
    /// Where it takes requests by redirect.
    pub sign_in_url: Url,
    /// What it signs with, now or soon: one or two, in base64.
    pub certificates: Vec<String>,
    /// How old a sign-in there may be: the provider always says when it was.
    pub max_age: SignedDuration,
}

impl IdentityProvider {
    /// What it is called in what it signs.
    pub fn issuer(&self) -> &str {
        match &self.protocol {
            ProviderProtocol::Oidc(oidc) => &oidc.issuer,
            ProviderProtocol::Saml(saml) => &saml.entity_id,
        }
    }
}

/// Why a provider gave nobody. The texts are for the log: a provider may have written parts of them.
#[derive(Debug, thiserror::Error)]
pub enum ProviderError {
    /// It does not answer, or not what it should.
    #[error("{0}")]
    Provider(String),
    /// What it answered proves nothing.
    #[error("{0}")]
    Answer(String),
    /// The person signed in there too long ago, or nobody says when.
    #[error("{0}")]
    TooOld(String),
}

/// What Postern is to a provider that speaks SAML.
#[derive(Clone, Debug)]
pub struct ServiceAddresses {
    /// What it is called, and where its metadata is.
    pub entity_id: String,
    /// Where the answer is sent.
    pub consumer: String,
}

/// A request of SAML on its way.
#[derive(Debug)]
pub struct SamlRequest {
    /// Where the browser is sent.
    pub url: Url,
    /// Comes back in the assertion.
    pub id: String,
}

/// What came back for it.
#[derive(Clone, Copy)]
pub struct SamlAnswer<'a> {
    /// Of the request.
    pub request_id: &'a str,
    /// What was sent along with it. Nothing is believed for its sake.
    pub relay_state: &'a str,
    /// In base64, as it was posted.
    pub response: &'a str,
    /// The person had to sign in there anew: since then.
    pub anew_since: Option<Timestamp>,
}

/// A provider that does not do. What was typed is not said again: a secret stands in it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProviderMistake {
    /// No TOML, or a name that is none.
    #[error(
        "line {0} is no setting of a provider: there are name, title, and issuer, client_id, client_secret, scopes, max_age, or \
         entity_id, sign_in_url, certificates"
    )]
    Unreadable(usize),
    /// There are too many.
    #[error("at most {MOST_PROVIDERS} providers are wanted")]
    TooMany,
    /// A name that does not do, or that stands twice.
    #[error("{0}: a name is of a-z, 0-9 and -, at most 30 of them, and stands once")]
    Name(String),
    /// A field that does not do.
    #[error("{0}: {1}")]
    Field(String, &'static str),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TypedProviders {
    #[serde(default)]
    provider: Vec<TypedProvider>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TypedProvider {
    name: String,
    title: String,
    // OpenID Connect.
    issuer: Option<String>,
    client_id: Option<String>,
    client_secret: Option<String>,
    scopes: Option<Vec<String>>,
    // SAML.
    entity_id: Option<String>,
    sign_in_url: Option<String>,
    certificates: Option<String>,
    // Both. Seconds.
    max_age: Option<u32>,
}

/// As many buttons as a sign-in page has room for.
const MOST_PROVIDERS: usize = 5;

/// Reads them.
pub fn parse_providers(text: &str) -> Result<Vec<IdentityProvider>, ProviderMistake> {
    let typed: TypedProviders = toml::from_str(text).map_err(|error: toml::de::Error| {
        let at = error.span().map_or(0, |span| span.start);
        ProviderMistake::Unreadable(text.bytes().take(at).filter(|byte| *byte == b'\n').count() + 1)
    })?;
    if typed.provider.len() > MOST_PROVIDERS {
        return Err(ProviderMistake::TooMany);
    }
    let mut names = BTreeSet::new();
    typed.provider.into_iter().map(|typed| typed.needed(&mut names)).collect()
}

impl TypedProvider {
    fn needed(self, names: &mut BTreeSet<String>) -> Result<IdentityProvider, ProviderMistake> {
        let is_plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        let is_name = (1..=30).contains(&self.name.len()) && self.name.chars().all(is_plain);
        if !is_name || !names.insert(self.name.clone()) {
            return Err(ProviderMistake::Name(self.name.chars().take(30).collect()));
        }
        let wrong = |why| Err(ProviderMistake::Field(self.name.clone(), why));
        let is_title = (1..=40).contains(&self.title.chars().count());
        if !is_title || has_hidden(&self.title) || self.title.chars().any(char::is_control) {
            return wrong("title: one line of at most 40 characters is wanted");
        }
        let is_saml = self.entity_id.is_some() || self.sign_in_url.is_some() || self.certificates.is_some();
        let (name, title) = (self.name.clone(), self.title.clone());
        let protocol = if is_saml {
            self.saml().map(ProviderProtocol::Saml)
        } else {
            self.oidc().map(ProviderProtocol::Oidc)
        };
        match protocol {
            Ok(protocol) => Ok(IdentityProvider { name, title, protocol }),
            Err(why) => Err(ProviderMistake::Field(name, why)),
        }
    }

    fn max_age(&self) -> Option<SignedDuration> {
        self.max_age.map(|seconds| SignedDuration::from_secs(seconds.into()))
    }

    fn oidc(self) -> Result<OidcProvider, &'static str> {
        let max_age = self.max_age();
        let issuer = self.issuer.filter(|issuer| is_issuer(issuer)).ok_or(
            "issuer: an https:// URL without query is wanted, as its /.well-known/openid-configuration writes it",
        )?;
        let given = |text: Option<String>| {
            text.filter(|text| !text.is_empty())
                .ok_or("client_id and client_secret are wanted, as the provider gave them")
        };
        let scopes = self.scopes.unwrap_or_default();
        if scopes.iter().any(|scope| scope.is_empty() || scope.contains(char::is_whitespace)) {
            return Err("scopes: a list of words is wanted, such as [\"profile\"]");
        }
        Ok(OidcProvider {
            issuer,
            client_id: given(self.client_id)?,
            client_secret: ClientSecret::new(given(self.client_secret)?),
            scopes: scopes.into_iter().filter(|scope| scope != "openid").collect(),
            max_age,
        })
    }

    fn saml(self) -> Result<SamlProvider, &'static str> {
        let of_oidc = [self.issuer.is_some(), self.client_id.is_some(), self.client_secret.is_some()];
        if of_oidc.contains(&true) || self.scopes.is_some() {
            return Err(
                "entity_id, sign_in_url and certificates are of SAML, and go with none of OpenID Connect's fields",
            );
        }
        let max_age = self.max_age().unwrap_or(OLDEST_SIGN_IN);
        let is_name = |text: &str| (1..=1024).contains(&text.len()) && !text.contains(is_no_name);
        let entity_id = self
            .entity_id
            .filter(|text| is_name(text))
            .ok_or("entity_id: what the provider calls itself in its metadata is wanted")?;
        let sign_in_url = self.sign_in_url.as_deref().and_then(parse_web_address).ok_or(
            "sign_in_url: the https:// URL of the provider's SingleSignOnService with HTTP-Redirect is wanted",
        )?;
        let certificates = parse_certificates(self.certificates.as_deref().unwrap_or_default())?;
        Ok(SamlProvider { entity_id, sign_in_url, certificates, max_age })
    }
}

fn is_no_name(c: char) -> bool {
    c.is_whitespace() || c.is_control()
}

/// An issuer is compared letter by letter, and addresses are made of it.
fn is_issuer(text: &str) -> bool {
    parse_web_address(text).is_some_and(|url| url.query().is_none())
}

/// A provider on this very machine may go without TLS; that it does in development only is the client's to say, which calls it.
fn parse_web_address(text: &str) -> Option<Url> {
    let url = Url::parse(text).ok()?;
    let is_local = ["localhost", "127.0.0.1"].contains(&url.host_str().unwrap_or_default());
    let is_secure = url.scheme() == "https" || (url.scheme() == "http" && is_local);
    let is_bare = url.username().is_empty() && url.password().is_none();
    (is_secure && is_bare && url.has_host() && url.fragment().is_none()).then_some(url)
}
