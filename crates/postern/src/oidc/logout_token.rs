//! What a logout token has to hold, OpenID Connect Back-Channel Logout 1.0 §2.4 and §2.6. It is no id token: it may name a session
//! and nobody, and the crate reads no claims without `sub`. So its parts are read here; keys and signatures are the crate's,
//! and algorithms, slack and age are those of id tokens.
//!
//! Nothing of the program is used here: the fuzz target of logout tokens reads this very file.

use data_encoding::BASE64URL_NOPAD;
use jiff::{SignedDuration, Timestamp};
use openidconnect::core::{CoreJsonWebKey, CoreJsonWebKeySet, CoreJwsSigningAlgorithm};
use openidconnect::{JsonWebKey as _, JsonWebKeyAlgorithm, JsonWebKeyUse, JwsSigningAlgorithm as _};
use serde::Deserialize;
use serde::de::{DeserializeOwned, Deserializer, IgnoredAny};
use serde_json::{Map, Value};

use super::id_token::{ALGORITHMS, CLOCK_SLACK, LONGEST_NAME, OLDEST_TOKEN};

/// What says that it is a logout.
const EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";

/// What a token has to be: of this provider, and for us.
#[derive(Clone, Copy)]
pub struct ExpectedLogout<'a> {
    /// Exactly as the provider writes it.
    pub issuer: &'a str,
    /// What it calls us.
    pub client_id: &'a str,
}

/// Who or what was signed out there. At least one of account and session is named.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamedLogout {
    /// The account (`sub`).
    pub subject: Option<String>,
    /// The session (`sid`).
    pub session: Option<String>,
    /// Names the token (`jti`).
    pub token: String,
}

/// Why a token ends nothing. Nothing that stands in it is said.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LogoutTokenError {
    /// What it says does not do.
    #[error("{0}")]
    Claims(&'static str),
    /// No key of the provider made its signature.
    #[error("no key of the provider signed the logout token")]
    Signature,
}

/// A token that says what it should, and that anybody may have written.
pub struct UnprovenLogout {
    logout: NamedLogout,
    algorithm: CoreJwsSigningAlgorithm,
    key_id: Option<String>,
    signed: String,
    signature: Vec<u8>,
}

#[derive(Deserialize)]
struct LogoutHeader {
    alg: CoreJwsSigningAlgorithm,
    kid: Option<String>,
    typ: Option<String>,
    #[serde(default, deserialize_with = "is_there")]
    crit: bool,
    #[serde(default, deserialize_with = "is_there")]
    cty: bool,
}

#[derive(Deserialize)]
struct LogoutClaims {
    iss: String,
    aud: OneOrMany,
    azp: Option<String>,
    iat: f64,
    exp: f64,
    jti: String,
    events: Map<String, Value>,
    #[serde(default, deserialize_with = "is_there")]
    nonce: bool,
    sub: Option<String>,
    sid: Option<String>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum OneOrMany {
    One(String),
    Many(Vec<String>),
}

/// Whatever stands there, and be it `null`.
fn is_there<'de, D: Deserializer<'de>>(value: D) -> Result<bool, D::Error> {
    IgnoredAny::deserialize(value).map(|IgnoredAny| true)
}

impl UnprovenLogout {
    /// Reads it and looks at everything but the signature: that costs nothing, and most of what is no logout ends here.
    pub fn parse(
        token: &str,
        expected: ExpectedLogout<'_>,
        now: Timestamp,
    ) -> Result<Self, LogoutTokenError> {
        let wrong = |why| Err(LogoutTokenError::Claims(why));
        let mut parts = token.split('.');
        let (Some(head), Some(body), Some(signature), None) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return wrong("the logout token is no signed token");
        };
        let (Some(header), Some(claims), Ok(signature)) = (
            read::<LogoutHeader>(head),
            read::<LogoutClaims>(body),
            BASE64URL_NOPAD.decode(signature.as_bytes()),
        ) else {
            return wrong("the logout token lacks what one has to have, or has it twice");
        };
        header.expect_logout()?;
        claims.expect(expected, now)?;
        let logout = NamedLogout { subject: claims.sub, session: claims.sid, token: claims.jti };
        let names = [logout.subject.as_deref(), logout.session.as_deref(), Some(logout.token.as_str())];
        if names.into_iter().flatten().any(|name| !(1..=LONGEST_NAME).contains(&name.len())) {
            return wrong("a name in the logout token is empty, or too long");
        }
        if logout.subject.is_none() && logout.session.is_none() {
            return wrong("the logout token names neither an account nor a session");
        }
        let signed = format!("{head}.{body}");
        Ok(Self { logout, algorithm: header.alg, key_id: header.kid, signed, signature })
    }

    /// What it names, if a key of the provider signed it.
    pub fn prove(&self, keys: &CoreJsonWebKeySet) -> Result<&NamedLogout, LogoutTokenError> {
        let signs = |key: &CoreJsonWebKey| {
            key.verify_signature(&self.algorithm, self.signed.as_bytes(), &self.signature).is_ok()
        };
        let is_signed = keys.keys().iter().any(|key| self.may_be_of(key) && signs(key));
        if is_signed { Ok(&self.logout) } else { Err(LogoutTokenError::Signature) }
    }

    /// The crate's own rule for keys of id tokens, which it keeps to itself.
    fn may_be_of(&self, key: &CoreJsonWebKey) -> bool {
        let is_named = match (&self.key_id, key.key_id()) {
            (Some(wanted), Some(id)) => id.as_str() == wanted,
            (Some(_), None) => false,
            (None, _) => true,
        };
        let fits = match key.signing_alg() {
            JsonWebKeyAlgorithm::Unspecified => true,
            JsonWebKeyAlgorithm::Algorithm(algorithm) => *algorithm == self.algorithm,
            JsonWebKeyAlgorithm::Unsupported => false,
        };
        let signs = key.key_use().is_none_or(JsonWebKeyUse::allows_signature);
        is_named && fits && signs && self.algorithm.key_type().as_ref() == Some(key.key_type())
    }
}

impl LogoutHeader {
    fn expect_logout(&self) -> Result<(), LogoutTokenError> {
        let typ = self.typ.as_deref().unwrap_or_default().to_ascii_lowercase();
        // ASVS 5.0, 10.5.5: no other token of the provider is taken for one.
        if !["logout+jwt", "application/logout+jwt"].contains(&typ.as_str()) {
            return Err(LogoutTokenError::Claims("the token is not of the type logout+jwt"));
        }
        if self.crit || self.cty {
            return Err(LogoutTokenError::Claims("the logout token's header has parts that are not known"));
        }
        if !ALGORITHMS.contains(&self.alg) {
            return Err(LogoutTokenError::Claims("the logout token is signed by no algorithm that counts"));
        }
        Ok(())
    }
}

impl LogoutClaims {
    fn expect(&self, expected: ExpectedLogout<'_>, now: Timestamp) -> Result<(), LogoutTokenError> {
        let client = expected.client_id;
        let is_for_us = match &self.aud {
            OneOrMany::One(audience) => audience == client,
            OneOrMany::Many(all) => !all.is_empty() && all.iter().all(|audience| audience == client),
        };
        let is_new =
            moment(self.iat).is_some_and(|at| (now - OLDEST_TOKEN..=now + CLOCK_SLACK).contains(&at));
        let goes_on = moment(self.exp).is_some_and(|at| at > now);
        let checks = [
            (self.iss == expected.issuer, "the logout token names another issuer"),
            (is_for_us, "the logout token is not for this client alone"),
            (
                self.azp.as_deref().is_none_or(|party| party == client),
                "the logout token's azp is another client",
            ),
            (is_new, "the logout token was not issued just now"),
            (goes_on, "the logout token is over"),
            (self.events.get(EVENT).is_some_and(Value::is_object), "the token says nothing of a logout"),
            // An id token that somebody brings along is none.
            (!self.nonce, "the logout token has a nonce"),
        ];
        match checks.into_iter().find(|(holds, _)| !holds) {
            Some((_, why)) => Err(LogoutTokenError::Claims(why)),
            None => Ok(()),
        }
    }
}

/// RFC 7519 §2, `NumericDate`: seconds, with or without a fraction.
fn moment(seconds: f64) -> Option<Timestamp> {
    Timestamp::UNIX_EPOCH.checked_add(SignedDuration::try_from_secs_f64(seconds).ok()?).ok()
}

fn read<T: DeserializeOwned>(part: &str) -> Option<T> {
    serde_json::from_slice(&BASE64URL_NOPAD.decode(part.as_bytes()).ok()?).ok()
}
