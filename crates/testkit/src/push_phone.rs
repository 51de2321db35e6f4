//! A phone that approves sign-ins: what an app that speaks the protocol of `docs/guide/push.md` would send.

use data_encoding::BASE64URL_NOPAD;
use p256::ecdsa::signature::Signer as _;
use p256::ecdsa::{Signature, SigningKey};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

/// A phone with one key, for one account.
#[derive(Clone)]
pub struct PushPhone {
    key: SigningKey,
    origin: String,
}

impl PushPhone {
    /// With the key of this number, at the service of this origin.
    pub fn new(origin: &str, number: u8) -> Self {
        let key = SigningKey::from_slice(&[number.max(1); 32]).expect("a key");
        Self { key, origin: origin.to_owned() }
    }

    /// The same phone, which takes another address for the right one.
    #[must_use]
    pub fn at(&self, origin: &str) -> Self {
        Self { origin: origin.to_owned(), ..self.clone() }
    }

    /// The public key, as it is sent.
    pub fn public_key(&self) -> String {
        BASE64URL_NOPAD.encode(self.point().as_slice())
    }

    /// The phone's name.
    pub fn device(&self) -> String {
        BASE64URL_NOPAD.encode(&Sha256::digest(self.point()))
    }

    /// Signs a statement: its lines after the protocol's name and the address.
    pub fn sign(&self, lines: &[&str]) -> String {
        let text = format!("postern-push 1\n{}\n{}", self.origin, lines.join("\n"));
        let signature: Signature = self.key.sign(text.as_bytes());
        BASE64URL_NOPAD.encode(&signature.to_bytes())
    }

    /// Follows a link.
    pub fn enrol(&self, secret: &str, label: &str) -> Value {
        let public_key = self.public_key();
        let signature = self.sign(&["enrol", secret, &public_key, label]);
        json!({ "secret": secret, "public_key": public_key, "label": label, "signature": signature })
    }

    /// Asks what is asked, at this moment. Unit: milliseconds since 1970.
    pub fn list(&self, at: i64) -> Value {
        let device = self.device();
        let signature = self.sign(&["list", &device, &at.to_string()]);
        json!({ "device": device, "at": at, "signature": signature })
    }

    /// Answers a request, as the list gave it.
    pub fn answer(&self, request: &Value, answer: &str, number: &str) -> Value {
        let device = self.device();
        let (id, shown) = (request["id"].as_str().unwrap(), request["shown"].as_str().unwrap());
        let signature = self.sign(&["answer", &device, id, answer, number, shown]);
        json!({ "device": device, "request": id, "answer": answer, "number": number, "signature": signature })
    }

    /// Says at this moment that it can be woken there: endpoint, `p256dh`, `auth`.
    pub fn subscribe(&self, at: i64, [endpoint, p256dh, auth]: &[String; 3]) -> Value {
        let device = self.device();
        let signature = self.sign(&["subscribe", &device, &at.to_string(), p256dh, auth, endpoint]);
        json!({
            "device": device, "at": at, "endpoint": endpoint, "p256dh": p256dh, "auth": auth, "signature": signature,
        })
    }

    fn point(&self) -> Vec<u8> {
        self.key.verifying_key().to_sec1_point(false).as_bytes().to_vec()
    }
}
