//! Every threshold of every rule and detector. An organisation that knows itself better sets them.
//!
//! ```toml
//! [outage]
//! share = 0.3
//! window = "15m"
//!
//! [rules.mfa_fatigue]
//! count = 8
//! ```

mod check;
mod toml_text;

use std::collections::BTreeMap;

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

pub use check::SettingsError;

/// Thresholds, each with its default. Where the field disagrees on a number, the source is named.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// Two places, too far apart for the time between.
    pub impossible_travel: ImpossibleTravel,
    /// A push approved on a phone that is somewhere else.
    pub phone_far_away: PhoneFarAway,
    /// A device that keeps trying an old password.
    pub stale_password: StalePassword,
    /// An account locked by somebody else's tries.
    pub lockout_by_stranger: LockoutByStranger,
    /// A phone with a wrong clock.
    pub clock_drift: ClockDrift,
    /// The provider is failing.
    pub outage: Outage,
    /// A policy that begins to block people who used to get in.
    pub policy: Policy,
    /// Text messages or calls that do not arrive.
    pub sms: Sms,
    /// Sigma rules, by name: what is set here stands instead of what the rule says.
    pub rules: BTreeMap<String, RuleLimits>,
}

/// Thresholds of `impossible_travel`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ImpossibleTravel {
    /// Least distance between the two sign-ins, in kilometres. Elastic's rules: 500.
    pub distance_km: f64,
    /// Least speed that the distance would have taken, in kilometres an hour. Panther: 900; Elastic: 800.
    pub speed_kmh: f64,
    /// What places of addresses are off by, in kilometres; taken from the distance. Panther leaves out the first 50.
    pub error_km: f64,
}

impl Default for ImpossibleTravel {
    fn default() -> Self {
        Self { distance_km: 500.0, speed_kmh: 900.0, error_km: 50.0 }
    }
}

/// Thresholds of `phone_far_away`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PhoneFarAway {
    /// Least distance between who asks and the phone that approves, in kilometres. Our choice, as for travel.
    pub distance_km: f64,
}

impl Default for PhoneFarAway {
    fn default() -> Self {
        Self { distance_km: 500.0 }
    }
}

/// Thresholds of `stale_password_on_device`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct StalePassword {
    /// Wrong passwords from one place that the person has used. Our choice: people give up before, programs do not.
    pub failures: u32,
    /// Within this time.
    #[serde(with = "toml_text::span")]
    pub within: SignedDuration,
    /// How even the gaps between them are: their standard deviation, as a share of their mean. Our choice.
    pub unevenness: f64,
}

impl Default for StalePassword {
    fn default() -> Self {
        Self { failures: 5, within: SignedDuration::from_hours(24), unevenness: 0.25 }
    }
}

/// Thresholds of `lockout_by_stranger`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LockoutByStranger {
    /// Wrong passwords before the lockout, all from networks that the person never used. Our choice: fewer lock no
    /// account at any provider that we know.
    pub failures: u32,
    /// Within this time.
    #[serde(with = "toml_text::span")]
    pub within: SignedDuration,
}

impl Default for LockoutByStranger {
    fn default() -> Self {
        Self { failures: 5, within: SignedDuration::from_mins(30) }
    }
}

/// Thresholds of `clock_drift`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ClockDrift {
    /// Wrong time-based codes after a right password, from a known network. Our choice.
    pub codes: u32,
    /// Within this time.
    #[serde(with = "toml_text::span")]
    pub within: SignedDuration,
}

impl Default for ClockDrift {
    fn default() -> Self {
        Self { codes: 3, within: SignedDuration::from_mins(10) }
    }
}

/// Thresholds of `outage`. No public rule looks for one: all are our choice.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Outage {
    /// More than this share of the people active in the window fail with one code. 0 to 1.
    pub share: f64,
    /// At least so many people fail with it.
    pub people: u32,
    /// From at least so many networks (/24 or /48).
    pub networks: u32,
    /// No single network has more than this share of them. 0 to 1.
    pub one_network: f64,
    /// The share of the active people whose last attempt succeeded lies at least so far below that of the hour before,
    /// and of a normal hour. 0 to 1.
    pub fall: f64,
    /// The window that all of this is counted in.
    #[serde(with = "toml_text::span")]
    pub window: SignedDuration,
}

impl Default for Outage {
    fn default() -> Self {
        let window = SignedDuration::from_mins(10);
        Self { share: 0.2, people: 10, networks: 5, one_network: 0.5, fall: 0.1, window }
    }
}

/// Thresholds of `policy_misconfiguration`. No public rule looks for one: all are our choice.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Policy {
    /// At least so many people are blocked.
    pub people: u32,
    /// At least this share of them had signed in before. 0 to 1.
    pub signed_in_before: f64,
    /// Within this time; a change of the policy is looked for in the same time before.
    #[serde(with = "toml_text::span")]
    pub window: SignedDuration,
}

impl Default for Policy {
    fn default() -> Self {
        Self { people: 5, signed_in_before: 0.8, window: SignedDuration::from_hours(1) }
    }
}

/// Thresholds of `sms_trouble`. No public rule looks for it: all are our choice.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Sms {
    /// At least so many people whose message or call did not come.
    pub people: u32,
    /// The method's success rate is at most this share of what it was before. 0 to 1.
    pub rate_left: f64,
    /// The window that all of this is counted in.
    #[serde(with = "toml_text::span")]
    pub window: SignedDuration,
}

impl Default for Sms {
    fn default() -> Self {
        Self { people: 5, rate_left: 0.5, window: SignedDuration::from_mins(30) }
    }
}

/// Other numbers for a Sigma correlation.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RuleLimits {
    /// Stands instead of the number in the rule's `condition`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub count: Option<u64>,
    /// Stands instead of the rule's `timespan`.
    #[serde(with = "toml_text::optional_span", skip_serializing_if = "Option::is_none")]
    pub within: Option<SignedDuration>,
}

impl Settings {
    /// Settings as written in TOML. What is not written keeps its default.
    ///
    /// Err: everything that is wrong, one problem for each wrong field.
    pub fn from_toml(text: &str) -> Result<Self, SettingsError> {
        let (settings, problems) = Self::read(text);
        SettingsError::none_of(problems)?;
        Ok(settings)
    }

    /// What can be read of it, and everything that is wrong, for who has more to find fault with: whether there are
    /// rules of the names that it gives. With a problem, the settings are not to be used.
    pub fn read(text: &str) -> (Self, Vec<String>) {
        let (settings, mut problems) = toml_text::read(text);
        problems.extend(settings.problems());
        (settings, problems)
    }

    /// For settings that came another way than from TOML.
    ///
    /// Err: everything that is out of its range.
    pub fn validate(&self) -> Result<(), SettingsError> {
        SettingsError::none_of(self.problems())
    }
}

#[cfg(test)]
mod tests;
