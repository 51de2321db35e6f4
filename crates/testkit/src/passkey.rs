//! A passkey without a device: what a browser would answer.

use data_encoding::BASE64URL_NOPAD;
use serde_json::{Value, json};
use url::Url;
use webauthn_authenticator_rs::WebauthnAuthenticator as _;
use webauthn_authenticator_rs::softpasskey;

/// A device that holds at most one credential.
pub struct SoftPasskey {
    device: softpasskey::SoftPasskey,
    origin: Url,
    verifies_user: bool,
    /// Credential id and user handle, base64url.
    kept: Option<(String, Value)>,
}

impl SoftPasskey {
    /// A device used at `origin`, which verifies its user, as a phone does by fingerprint.
    pub fn new(origin: Url) -> Self {
        Self { device: softpasskey::SoftPasskey::new(true), origin, verifies_user: true, kept: None }
    }

    /// A plain security key: whoever holds it can touch it. It answers so even where it was asked to verify its user.
    pub fn without_user_verification(origin: Url) -> Self {
        Self { verifies_user: false, ..Self::new(origin) }
    }

    /// Somebody sets a PIN on a plain security key: from now on it verifies its user.
    pub fn set_pin(&mut self) {
        self.verifies_user = true;
    }

    /// From now on it says that it was touched, and no more, whatever it is asked.
    pub fn stop_verifying(&mut self) {
        self.verifies_user = false;
    }

    /// Whether it does.
    pub fn verifies_user(&self) -> bool {
        self.verifies_user
    }

    /// `navigator.credentials.create`: takes the server's options, gives what the browser would send.
    pub fn create(&mut self, mut options: Value) -> Value {
        let selection = &mut options["publicKey"]["authenticatorSelection"];
        if self.verifies_user {
            assert_eq!(
                selection["residentKey"], "required",
                "without a login, only a discoverable passkey can be found"
            );
            assert_eq!(selection["userVerification"], "required", "a passkey alone must be two factors");
        } else {
            selection["userVerification"] = json!("discouraged");
        }
        // The crate's device says no to resident keys; that it is one is played by `get`.
        selection["requireResidentKey"] = json!(false);
        let user = options["publicKey"]["user"]["id"].clone();
        let options = serde_json::from_value(options).expect("options as the standard has them");
        let answer = self.device.do_registration(self.origin.clone(), options).expect("a new passkey");
        self.kept = Some((BASE64URL_NOPAD.encode(&answer.raw_id), user));
        serde_json::to_value(answer).unwrap()
    }

    /// `navigator.credentials.get` for a request that names no credential: the device finds its own.
    pub fn get(&mut self, mut options: Value) -> Value {
        let asked = options["publicKey"]["allowCredentials"].as_array().cloned().unwrap_or_default();
        assert!(asked.is_empty(), "naming credentials would tell strangers who has one");
        let (credential, user) = self.kept.clone().expect("a passkey was made before");
        options["publicKey"]["allowCredentials"] = json!([{ "type": "public-key", "id": credential }]);
        let mut answer = self.sign(options);
        answer["response"]["userHandle"] = user;
        answer
    }

    /// `navigator.credentials.get` for a request that names this device's credential among others.
    pub fn touch(&mut self, options: Value) -> Value {
        let (credential, _) = self.kept.as_ref().expect("a passkey was made before");
        let asked = options["publicKey"]["allowCredentials"].as_array().expect("named credentials");
        assert!(
            asked.iter().any(|one| one["id"] == credential.as_str()),
            "this device was not asked: {asked:?}"
        );
        self.sign(options)
    }

    fn sign(&mut self, mut options: Value) -> Value {
        // A phone wants the fingerprint whenever it can, a plain key never.
        let verifies = if self.verifies_user { "required" } else { "discouraged" };
        options["publicKey"]["userVerification"] = json!(verifies);
        let options = serde_json::from_value(options).expect("options as the standard has them");
        let answer = self.device.do_authentication(self.origin.clone(), options).expect("a signature");
        serde_json::to_value(answer).unwrap()
    }
}
