//! Who wakes a phone, for push services: a key of the organisation's own, and a token for each message (VAPID, RFC 8292).

use data_encoding::BASE64URL_NOPAD;
use jiff::{SignedDuration, Timestamp};
use p256::ecdsa::signature::Signer as _;
use p256::ecdsa::{Signature, SigningKey};
use serde_json::json;
use url::Url;

use crate::keys::TenantKeys;

/// A token lives so long; RFC 8292 allows a day.
const TOKEN_LIFE: SignedDuration = SignedDuration::from_hours(12);

/// An organisation's key for push services. Never printed.
pub struct VapidKey(SigningKey);

impl VapidKey {
    /// Derived from the key file. `None`: one seed in 2^32 is no key, and an organisation that has it wakes no phones.
    pub fn of(keys: &TenantKeys) -> Option<Self> {
        SigningKey::from_slice(keys.push_seed()).ok().map(Self)
    }

    /// The public key, as browsers take it.
    pub fn public_key(&self) -> String {
        BASE64URL_NOPAD.encode(self.0.verifying_key().to_sec1_point(false).as_bytes())
    }

    /// What `Authorization` says to the push service of this endpoint; `contact` is where its operator may ask.
    pub fn authorization(&self, endpoint: &Url, contact: &str, now: Timestamp) -> String {
        let part = |value: serde_json::Value| BASE64URL_NOPAD.encode(value.to_string().as_bytes());
        let head = part(json!({ "typ": "JWT", "alg": "ES256" }));
        let claims = part(json!({
            "aud": endpoint.origin().ascii_serialization(),
            "exp": (now + TOKEN_LIFE).as_second(),
            "sub": contact,
        }));
        let signed = format!("{head}.{claims}");
        let signature: Signature = self.0.sign(signed.as_bytes());
        format!("vapid t={signed}.{}, k={}", BASE64URL_NOPAD.encode(&signature.to_bytes()), self.public_key())
    }
}
