//! What a message of Vaultwarden says. In a failure the address stands before the name that was typed; in a success
//! after the name, which is then that of an account. So a name can pose as anything but an address.

use crate::{
    cause::Cause,
    record::{AttemptResult, Method},
};

pub(super) struct VaultwardenMessage<'t> {
    pub(super) result: AttemptResult,
    pub(super) method: Method,
    pub(super) name: Option<&'t str>,
    pub(super) ip: Option<&'t str>,
    /// What Vaultwarden says, without whom it says it of.
    pub(super) text: Option<&'t str>,
    pub(super) app: Option<&'static str>,
    /// By a key of the API, and not by a person.
    pub(super) by_key: bool,
}

/// The page of the administrator, who has no name.
const ADMIN: &str = "admin";

/// How the failures start. The address follows, and the name where it is known.
const FAILURES: [(&str, Cause, Method); 15] = [
    ("Username or password is incorrect", Cause::BadPassword, Method::Password),
    ("Username or access code is incorrect", Cause::BadPassword, Method::DeviceCode),
    ("Auth request not found", Cause::SessionExpired, Method::DeviceCode),
    ("This user has been disabled", Cause::AccountDisabled, Method::Password),
    // Held until the address is confirmed.
    ("Please verify your email", Cause::AccountLocked, Method::Password),
    ("Incorrect client_secret", Cause::BadPassword, Method::Unknown),
    ("Invalid client_id", Cause::BadPassword, Method::Unknown),
    ("Malformed client_id", Cause::BadPassword, Method::Unknown),
    ("Invalid TOTP code!", Cause::MfaWrongCode, Method::Totp),
    ("Token is invalid!", Cause::MfaWrongCode, Method::Email),
    ("Token has expired", Cause::MfaWrongCode, Method::Email),
    // Used up, or withdrawn after too many wrong ones: the log does not tell which.
    ("No token available", Cause::Unknown, Method::Email),
    ("Can't recover login challenge", Cause::SessionExpired, Method::Webauthn),
    ("Given Yubikey is not registered", Cause::MfaWrongCode, Method::Totp),
    ("Failed to verify Yubikey against OTP server", Cause::MfaWrongCode, Method::Totp),
];

impl<'t> VaultwardenMessage<'t> {
    fn new(result: AttemptResult, method: Method) -> Self {
        Self { result, method, name: None, ip: None, text: None, app: None, by_key: false }
    }

    /// `None`: not about a sign-in.
    pub(super) fn read(module: &str, message: &'t str) -> Option<Self> {
        if let Some(rest) = message.strip_prefix("User ") {
            return Self::success(rest);
        }
        if message.starts_with("Invalid admin token") {
            let failed = Self::new(AttemptResult::Failure(Cause::BadPassword), Method::Password);
            return Some(Self { app: Some(ADMIN), ..failed.described_by(message) });
        }
        if message.starts_with("2FA token not provided") {
            return Some(Self::new(AttemptResult::Interrupt(None), Method::Password));
        }
        // The pages on which somebody sets up a factor refuse it in the same words.
        let is_setup = module.ends_with("::email") && !message.contains(" IP: ");
        let (start, cause, method) = FAILURES.iter().find(|(start, ..)| message.starts_with(start))?;
        if is_setup && message.starts_with("Token is invalid") {
            return None;
        }
        let by_key = start.contains("client_") || message.starts_with("This user has been disabled (API key");
        let failed = Self::new(AttemptResult::Failure(*cause), *method);
        Some(Self { by_key, ..failed.described_by(message) })
    }

    /// `mia@corp.example logged in successfully. IP: 198.51.100.7`
    fn success(rest: &'t str) -> Option<Self> {
        let (sentence, ip) = rest.rsplit_once(". IP: ")?;
        let by_key = sentence.strip_suffix(" logged in successfully via API key");
        let name = by_key.or_else(|| sentence.strip_suffix(" logged in successfully"))?;
        let method = if by_key.is_some() { Method::Unknown } else { Method::Password };
        let passed = Self::new(AttemptResult::Success, method);
        Some(Self { name: Some(name), ip: Some(ip), by_key: by_key.is_some(), ..passed })
    }

    /// `… IP: 198.51.100.7. Username: mia@corp.example.`: the first address counts, and all behind it is the name.
    fn described_by(self, message: &'t str) -> Self {
        let Some((text, rest)) = message.split_once("IP: ") else {
            return Self { text: Some(message), ..self };
        };
        let text = text.split_once(" Server time: ").map_or(text, |(text, _)| text);
        let (ip, name) = match rest.split_once(". Username: ") {
            // Without its full stop the line was cut off, and half a name is another name.
            Some((ip, name)) => (ip, name.strip_suffix('.')),
            None => (rest.split(' ').next().unwrap_or(rest), None),
        };
        Self { ip: Some(ip.trim_end_matches('.')), name, text: Some(text.trim_end()), ..self }
    }
}
