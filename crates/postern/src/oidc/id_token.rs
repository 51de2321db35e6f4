//! What an id token has to hold. The crate checks signature, `iss`, `aud`, `exp`, `iat` and the nonce; `azp` is checked here,
//! because it leaves that out.
//!
//! Nothing of the program is used here but a plain struct: the fuzz target of id tokens reads this very file.

use std::time::{Duration, UNIX_EPOCH};

use data_encoding::BASE64URL_NOPAD;
use jiff::{SignedDuration, Timestamp};
use openidconnect::core::{
    CoreIdToken, CoreIdTokenClaims, CoreIdTokenVerifier, CoreJsonWebKeySet, CoreJwsSigningAlgorithm,
};
use openidconnect::{ClaimsVerificationError, ClientId, IssuerUrl, Nonce};
use serde::Deserialize;

use crate::proven_identity::{ProvenIdentity, short_word};

/// Clocks differ by so much, either way.
pub(super) const CLOCK_SLACK: SignedDuration = SignedDuration::from_mins(1);
/// An id token is of this sign-in: it was made so long ago at most.
pub(super) const OLDEST_TOKEN: SignedDuration = SignedDuration::from_mins(10);

/// Of an account, by OpenID Connect Core §2, and of what else a provider names. Unit: bytes.
pub(super) const LONGEST_NAME: usize = 255;

/// Neither `none` nor anything with a shared key, whatever the provider says it can do.
pub(super) const ALGORITHMS: [CoreJwsSigningAlgorithm; 9] = [
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

/// What a token has to be: of this provider, for us, and of this sign-in.
pub struct ExpectedToken<'a> {
    /// Exactly as the provider writes it.
    pub issuer: &'a IssuerUrl,
    /// Its public keys.
    pub keys: &'a CoreJsonWebKeySet,
    /// What it calls us.
    pub client_id: &'a str,
    /// What was sent there with this sign-in.
    pub nonce: &'a str,
    /// The person signed in there no earlier.
    pub signed_in_since: Timestamp,
    /// Whether a token counts that does not say when that was.
    pub may_say_no_time: bool,
}

impl ExpectedToken<'_> {
    /// Who came, if the token is what it has to be.
    pub fn check(
        &self,
        token: &CoreIdToken,
        now: Timestamp,
    ) -> Result<ProvenIdentity, ClaimsVerificationError> {
        let seconds = now.as_second();
        // Both ends of the time when the person has signed in there.
        let sign_in_times =
            (self.signed_in_since - CLOCK_SLACK).as_second()..=(now + CLOCK_SLACK).as_second();
        let may_say_no_time = self.may_say_no_time;
        // Without the secret, so that no token that is signed with it counts.
        let verifier = CoreIdTokenVerifier::new_public_client(
            ClientId::new(self.client_id.to_owned()),
            self.issuer.clone(),
            self.keys.clone(),
        )
        .set_allowed_algs(ALGORITHMS)
        .set_time_fn(move || (UNIX_EPOCH + Duration::from_secs(seconds.unsigned_abs())).into())
        .set_issue_time_verifier_fn(move |issued| {
            let age = seconds.saturating_sub(issued.timestamp());
            let is_recent = (-CLOCK_SLACK.as_secs()..=OLDEST_TOKEN.as_secs()).contains(&age);
            if is_recent { Ok(()) } else { Err("it was not issued just now".to_owned()) }
        })
        .set_auth_time_verifier_fn(move |at| match at {
            Some(at) if sign_in_times.contains(&at.timestamp()) => Ok(()),
            None if may_say_no_time => Ok(()),
            _ => Err("the sign-in there is too old, or has no time".to_owned()),
        });
        let claims = token.claims(&verifier, &Nonce::new(self.nonce.to_owned()))?;
        expect_authorized_party(claims, self.client_id)?;
        if !(1..=LONGEST_NAME).contains(&claims.subject().len()) {
            return Err(ClaimsVerificationError::Unsupported("its sub is empty, or too long".to_owned()));
        }
        Ok(ProvenIdentity { session: session_of(token), ..identity(claims) })
    }
}

/// What the provider calls its session, of a token that was checked: the crate's claims have no place for it.
fn session_of(token: &CoreIdToken) -> Option<String> {
    #[derive(Deserialize)]
    struct SessionClaim {
        sid: String,
    }
    let written = token.to_string();
    let claims = BASE64URL_NOPAD.decode(written.split('.').nth(1)?.as_bytes()).ok()?;
    let SessionClaim { sid } = serde_json::from_slice(&claims).ok()?;
    (1..=LONGEST_NAME).contains(&sid.len()).then_some(sid)
}

/// OpenID Connect Core §3.1.3.7, 4 and 5.
fn expect_authorized_party(
    claims: &CoreIdTokenClaims,
    client_id: &str,
) -> Result<(), ClaimsVerificationError> {
    match claims.authorized_party() {
        Some(party) if party.as_str() != client_id => {
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
        session: None,
        amr: words.take(MOST_WORDS).map(|word| short_word(word.as_str())).collect(),
        acr: claims.auth_context_ref().map(|class| short_word(class.as_str())),
        auth_time: at,
    }
}

/// More says nothing to anybody, and stands in the log.
const MOST_WORDS: usize = 10;
