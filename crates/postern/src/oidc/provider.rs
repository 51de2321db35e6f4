//! The identity providers of an organisation, as its settings name them: a text in TOML, one table for each.

use std::collections::BTreeSet;

use jiff::SignedDuration;
use openidconnect::ClientSecret;
use postern_core::text::has_hidden;
use serde::Deserialize;
use url::Url;

/// One identity provider.
#[derive(Clone, Debug)]
pub struct IdentityProvider {
    /// In addresses, and in records: `quay`.
    pub name: String,
    /// What people call it.
    pub title: String,
    /// Exactly as the provider writes it.
    pub issuer: String,
    /// What the provider calls Postern.
    pub client_id: String,
    /// It does not print.
    pub client_secret: ClientSecret,
    /// Beside `openid`.
    pub scopes: Vec<String>,
    /// How old a sign-in there may be. The provider has to say when it was.
    pub max_age: Option<SignedDuration>,
}

/// A provider that does not do. What was typed is not said again: a secret stands in it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProviderMistake {
    /// No TOML, or a name that is none.
    #[error(
        "line {0} is no setting of a provider: there are name, title, issuer, client_id, client_secret, scopes, max_age"
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
    issuer: String,
    client_id: String,
    client_secret: String,
    #[serde(default)]
    scopes: Vec<String>,
    /// Seconds.
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
        if !is_issuer(&self.issuer) {
            return wrong(
                "issuer: an https:// URL without query is wanted, as its /.well-known/openid-configuration writes it",
            );
        }
        if self.client_id.is_empty() || self.client_secret.is_empty() {
            return wrong("client_id and client_secret are wanted, as the provider gave them");
        }
        if self.scopes.iter().any(|scope| scope.is_empty() || scope.contains(char::is_whitespace)) {
            return wrong("scopes: a list of words is wanted, such as [\"profile\"]");
        }
        Ok(IdentityProvider {
            name: self.name,
            title: self.title,
            issuer: self.issuer,
            client_id: self.client_id,
            client_secret: ClientSecret::new(self.client_secret),
            scopes: self.scopes.into_iter().filter(|scope| scope != "openid").collect(),
            max_age: self.max_age.map(|seconds| SignedDuration::from_secs(seconds.into())),
        })
    }
}

/// A provider on this very machine may go without TLS; that it does in development only is the client's to say, which calls it.
fn is_issuer(text: &str) -> bool {
    let Ok(url) = Url::parse(text) else { return false };
    let is_local = ["localhost", "127.0.0.1"].contains(&url.host_str().unwrap_or_default());
    let is_secure = url.scheme() == "https" || (url.scheme() == "http" && is_local);
    let is_bare = url.username().is_empty() && url.password().is_none();
    is_secure && is_bare && url.has_host() && url.query().is_none() && url.fragment().is_none()
}
