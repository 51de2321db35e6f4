//! A passkey without a device: what a browser would answer.

use data_encoding::BASE64URL_NOPAD;
use serde_json::{Value, json};
use url::Url;
use webauthn_authenticator_rs::WebauthnAuthenticator as _;
use webauthn_authenticator_rs::softpasskey;

/// A device that holds at most one discoverable passkey.
pub struct SoftPasskey {
    device: softpasskey::SoftPasskey,
    origin: Url,
    /// Credential id and user handle, base64url.
    kept: Option<(String, Value)>,
}

impl SoftPasskey {
    /// A device used at `origin`.
    pub fn new(origin: Url) -> Self {
        // It says that it verified its user, as a phone does after the fingerprint.
        Self { device: softpasskey::SoftPasskey::new(true), origin, kept: None }
    }

    /// `navigator.credentials.create`: takes the server's options, gives what the browser would send.
    pub fn create(&mut self, mut options: Value) -> Value {
        let wanted = options.pointer("/publicKey/authenticatorSelection").cloned().unwrap_or_default();
        assert_eq!(
            wanted["residentKey"], "required",
            "without a login, only a discoverable passkey can be found"
        );
        assert_eq!(wanted["userVerification"], "required", "a passkey alone must be two factors");
        // The crate's device says no to resident keys; that it is one is played by `get`.
        options["publicKey"]["authenticatorSelection"]["requireResidentKey"] = json!(false);
        let user = options["publicKey"]["user"]["id"].clone();
        let options = serde_json::from_value(options).expect("options as the standard has them");
        let answer = self.device.do_registration(self.origin.clone(), options).expect("a new passkey");
        self.kept = Some((BASE64URL_NOPAD.encode(&answer.raw_id), user));
        serde_json::to_value(answer).unwrap()
    }

    /// `navigator.credentials.get` for a request that names no credential: the device finds its own.
    pub fn get(&mut self, mut options: Value) -> Value {
        let (credential, user) = self.kept.clone().expect("a passkey was made before");
        let asked = options["publicKey"]["allowCredentials"].as_array().cloned().unwrap_or_default();
        assert!(asked.is_empty(), "naming credentials would tell strangers who has one");
        options["publicKey"]["allowCredentials"] = json!([{ "type": "public-key", "id": credential }]);
        let options = serde_json::from_value(options).expect("options as the standard has them");
        let answer = self.device.do_authentication(self.origin.clone(), options).expect("a signature");
        let mut answer = serde_json::to_value(answer).unwrap();
        answer["response"]["userHandle"] = user;
        answer
    }
}
