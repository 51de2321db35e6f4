//! The sign-in record: one log line of any provider, in Postern's words.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::cause::Cause;

/// Whose log the record comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Provider {
    /// Microsoft Entra ID (Azure AD), any of its three export shapes.
    Entra,
    /// Okta System Log.
    Okta,
    /// Postern's own sign-in line.
    Postern,
}

impl Provider {
    /// The stable word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Entra => "entra",
            Self::Okta => "okta",
            Self::Postern => "postern",
        }
    }
}

/// What the person proved, or tried to prove, themselves with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Method {
    /// A password.
    Password,
    /// A time-based code from an app or token.
    Totp,
    /// A prompt on a phone app.
    Push,
    /// A text message.
    Sms,
    /// A telephone call.
    Voice,
    /// A code or link by mail.
    Email,
    /// A passkey, security key or platform key such as Windows Hello.
    Webauthn,
    /// A key bound to a managed device (Okta `FastPass`).
    DeviceKey,
    /// A client certificate or smart card.
    Certificate,
    /// A saved backup code.
    BackupCode,
    /// A one-time pass handed out for enrolment (Temporary Access Pass).
    Pass,
    /// Another identity provider vouched.
    Federated,
    /// A code shown on one device and confirmed on another (OAuth device flow).
    DeviceCode,
    /// Nothing was asked: an earlier sign-in, or a claim in its token, was enough.
    Session,
    /// The log does not say.
    #[default]
    Unknown,
}

/// Something that happened to an account, other than a sign-in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Lifecycle {
    /// The account was locked.
    Lockout,
    /// The account was unlocked.
    Unlock,
    /// A factor was enrolled.
    FactorEnrolled,
    /// One factor was removed or suspended.
    FactorRemoved,
    /// All factors were removed.
    FactorReset,
    /// The password was reset by somebody else, or expired by force.
    PasswordReset,
    /// The person changed the password.
    PasswordChanged,
    /// The account was activated or enabled.
    Enabled,
    /// The account was suspended or disabled.
    Disabled,
    /// The person reported suspicious activity.
    SuspiciousReported,
    /// The provider itself raised a threat or risk.
    RiskDetected,
}

/// What became of the attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AttemptResult {
    /// The person is in.
    Success,
    /// The attempt ended without.
    Failure(Cause),
    /// More was asked for; not a failure. The cause, where known, is what was missing.
    Interrupt(Option<Cause>),
    /// A prompt, message or call went out; no answer yet.
    PushSent,
    /// Not an attempt, but it bears on one.
    Lifecycle(Lifecycle),
}

/// The provider's own verdict that this record is part of an attack.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Flag {
    /// A phishing site was in the middle.
    Phishing,
    /// The number shown at sign-in was not the number chosen on the phone.
    NumberChallengeFailed,
    /// The address is known for malicious activity.
    MaliciousAddress,
    /// The account or sign-in is rated as risky.
    Risk,
}

/// Where a record was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
pub struct Position {
    /// Index of the file among those read, from 0.
    pub file: u32,
    /// Line, from 1.
    pub line: u64,
}

/// One log line, normalised.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SignIn {
    /// Whose log.
    pub provider: Provider,
    /// When; `None` where the record carries no time at all.
    pub at: Option<Timestamp>,
    /// The login in lower case, for grouping; `None` where the log hides or omits it.
    pub person: Option<Box<str>>,
    /// The name to show: as the provider writes it.
    pub display: Option<Box<str>>,
    /// The provider's id of the person. Not unique in anonymised exports.
    pub person_id: Option<Box<str>>,
    /// The provider's id of the record. Not unique in anonymised exports.
    pub record_id: Option<Box<str>>,
    /// Address the attempt came from.
    pub ip: Option<Box<str>>,
    /// User agent or device, as written.
    pub user_agent: Option<Box<str>>,
    /// Country or region, as written.
    pub country: Option<Box<str>>,
    /// City, as written.
    pub city: Option<Box<str>>,
    /// Application that was signed in to.
    pub app: Option<Box<str>>,
    /// What was shown as proof.
    pub method: Method,
    /// What became of it.
    pub result: AttemptResult,
    /// False for background token use, which proves nothing about the person's ability to sign in.
    pub interactive: bool,
    /// The provider's own verdict.
    pub flag: Option<Flag>,
    /// Ties the rows of one sign-in together.
    pub session: Option<Box<str>>,
    /// The policy that blocked or asked for more.
    pub policy: Option<Box<str>>,
    /// The provider's own words, or ours where it has none.
    pub detail: Option<Box<str>>,
    /// Where it was read.
    pub position: Position,
}

impl SignIn {
    /// A record with nothing but what every record has.
    pub fn new(provider: Provider, result: AttemptResult) -> Self {
        Self {
            provider,
            at: None,
            person: None,
            display: None,
            person_id: None,
            record_id: None,
            ip: None,
            user_agent: None,
            country: None,
            city: None,
            app: None,
            method: Method::Unknown,
            result,
            interactive: true,
            flag: None,
            session: None,
            policy: None,
            detail: None,
            position: Position::default(),
        }
    }

    /// Sets the login, and the display form if there is none yet. Hidden and empty names are dropped.
    pub fn set_person(&mut self, login: Option<&str>) {
        let Some(login) = login.map(str::trim).filter(|login| is_a_name(login)) else {
            return;
        };
        self.person = Some(login.to_lowercase().into());
        if self.display.is_none() {
            self.display = Some(login.into());
        }
    }

    /// The cause of a failure, or what an interrupt was waiting for.
    pub fn cause(&self) -> Option<Cause> {
        match self.result {
            AttemptResult::Failure(cause) => Some(cause),
            AttemptResult::Interrupt(cause) => cause,
            _ => None,
        }
    }
}

/// Providers write placeholders where they hide a mistyped or unknown login. Grouping those would make
/// one person of many.
fn is_a_name(login: &str) -> bool {
    const PLACEHOLDERS: [&str; 8] =
        ["null", "none", "unknown", "n/a", "-", "hidden", "redacted", "anonymous"];
    !login.starts_with("HIDDEN_DUE_TO")
        && !PLACEHOLDERS.iter().any(|word| login.eq_ignore_ascii_case(word))
        && !login.bytes().all(|byte| byte == b'*' || byte == b'0' || byte == b'-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_are_no_person() {
        for hidden in [
            "",
            " ",
            "null",
            "Unknown",
            "HIDDEN_DUE_TO_SECURITY_REASONS",
            "***",
            "00000000-0000-0000-0000-000000000000",
        ] {
            let mut record = SignIn::new(Provider::Entra, AttemptResult::Success);
            record.set_person(Some(hidden));
            assert_eq!(record.person, None, "{hidden:?}");
        }
        let mut record = SignIn::new(Provider::Entra, AttemptResult::Success);
        record.set_person(Some("Mia@Corp.Example"));
        assert_eq!(record.person.as_deref(), Some("mia@corp.example"));
        assert_eq!(record.display.as_deref(), Some("Mia@Corp.Example"));
    }
}
