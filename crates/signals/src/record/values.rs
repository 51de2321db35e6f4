//! The words of a record: whose log, what was shown, what became of it.

use serde::{Deserialize, Serialize};

use crate::cause::Cause;

/// Whose log the record comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Provider {
    /// Postern's own sign-in line.
    Postern,
    /// Okta System Log, Classic and Identity Engine.
    Okta,
    /// AWS CloudTrail: console sign-ins and changes to credentials.
    #[serde(rename = "cloudtrail")]
    CloudTrail,
    /// Auth0 tenant log.
    Auth0,
    /// Keycloak events: log lines, JSON console, admin REST.
    Keycloak,
    /// Duo: authentication, administrator, telephony and activity logs.
    Duo,
    /// Google Workspace: Reports API and Cloud Logging.
    Google,
    /// OneLogin events.
    #[serde(rename = "onelogin")]
    OneLogin,
    /// Microsoft 365 unified audit log.
    M365,
    /// authentik events and log lines.
    Authentik,
    /// Authelia log lines.
    Authelia,
    /// Vaultwarden log lines.
    Vaultwarden,
    /// privacyIDEA audit log.
    #[serde(rename = "privacyidea")]
    PrivacyIdea,
    /// OCSF Authentication (class 3002) of any vendor.
    Ocsf,
    /// Microsoft Entra ID (Azure AD), any of its export shapes.
    Entra,
}

impl Provider {
    /// Every provider, in the order in which a record is tried: those with the plainest marks first.
    pub const ALL: [Self; 15] = [
        Self::Postern,
        Self::Okta,
        Self::CloudTrail,
        Self::Auth0,
        Self::Keycloak,
        Self::Duo,
        Self::Google,
        Self::OneLogin,
        Self::M365,
        Self::Authentik,
        Self::Authelia,
        Self::Vaultwarden,
        Self::PrivacyIdea,
        Self::Ocsf,
        Self::Entra,
    ];

    /// The stable word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Postern => "postern",
            Self::Okta => "okta",
            Self::CloudTrail => "cloudtrail",
            Self::Auth0 => "auth0",
            Self::Keycloak => "keycloak",
            Self::Duo => "duo",
            Self::Google => "google",
            Self::OneLogin => "onelogin",
            Self::M365 => "m365",
            Self::Authentik => "authentik",
            Self::Authelia => "authelia",
            Self::Vaultwarden => "vaultwarden",
            Self::PrivacyIdea => "privacyidea",
            Self::Ocsf => "ocsf",
            Self::Entra => "entra",
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

impl Method {
    /// Every one of them.
    pub const ALL: [Self; 15] = [
        Self::Password,
        Self::Totp,
        Self::Push,
        Self::Sms,
        Self::Voice,
        Self::Email,
        Self::Webauthn,
        Self::DeviceKey,
        Self::Certificate,
        Self::BackupCode,
        Self::Pass,
        Self::Federated,
        Self::DeviceCode,
        Self::Session,
        Self::Unknown,
    ];

    /// The stable word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Password => "password",
            Self::Totp => "totp",
            Self::Push => "push",
            Self::Sms => "sms",
            Self::Voice => "voice",
            Self::Email => "email",
            Self::Webauthn => "webauthn",
            Self::DeviceKey => "device_key",
            Self::Certificate => "certificate",
            Self::BackupCode => "backup_code",
            Self::Pass => "pass",
            Self::Federated => "federated",
            Self::DeviceCode => "device_code",
            Self::Session => "session",
            Self::Unknown => "unknown",
        }
    }
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
    /// A way around MFA was made for the person: bypass codes, a bypass status, a temporary pass.
    BypassCreated,
    /// An access policy was made or changed. Nobody's account in particular.
    PolicyChanged,
}

impl Lifecycle {
    /// Every one of them.
    pub const ALL: [Self; 13] = [
        Self::Lockout,
        Self::Unlock,
        Self::FactorEnrolled,
        Self::FactorRemoved,
        Self::FactorReset,
        Self::PasswordReset,
        Self::PasswordChanged,
        Self::Enabled,
        Self::Disabled,
        Self::SuspiciousReported,
        Self::RiskDetected,
        Self::BypassCreated,
        Self::PolicyChanged,
    ];

    /// The stable word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Lockout => "lockout",
            Self::Unlock => "unlock",
            Self::FactorEnrolled => "factor_enrolled",
            Self::FactorRemoved => "factor_removed",
            Self::FactorReset => "factor_reset",
            Self::PasswordReset => "password_reset",
            Self::PasswordChanged => "password_changed",
            Self::Enabled => "enabled",
            Self::Disabled => "disabled",
            Self::SuspiciousReported => "suspicious_reported",
            Self::RiskDetected => "risk_detected",
            Self::BypassCreated => "bypass_created",
            Self::PolicyChanged => "policy_changed",
        }
    }
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

impl Flag {
    /// Every one of them.
    pub const ALL: [Self; 4] =
        [Self::Phishing, Self::NumberChallengeFailed, Self::MaliciousAddress, Self::Risk];

    /// The stable word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Phishing => "phishing",
            Self::NumberChallengeFailed => "number_challenge_failed",
            Self::MaliciousAddress => "malicious_address",
            Self::Risk => "risk",
        }
    }
}

/// What is known of the network that an address belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Network {
    /// Nothing.
    #[default]
    Unknown,
    /// An anonymiser, VPN or relay: its place is not the person's.
    Proxy,
    /// A mobile carrier: its place may be anywhere in the country.
    Mobile,
    /// The organisation's own, or one that it trusts.
    Trusted,
}

impl Network {
    /// Every one of them.
    pub const ALL: [Self; 4] = [Self::Unknown, Self::Proxy, Self::Mobile, Self::Trusted];

    /// The stable word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::Proxy => "proxy",
            Self::Mobile => "mobile",
            Self::Trusted => "trusted",
        }
    }
}
