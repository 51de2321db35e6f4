//! The names that an answer may hold, and how bad each is. They are the names of Postern's shipped rules and detectors.

/// How bad, for what follows for a person: under an incident or worse nobody resets anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Weight {
    /// Nothing is wrong with anybody's account.
    Notice,
    /// Look at it.
    Warning,
    /// An attack.
    Incident,
    /// An attack that was followed by a success.
    LikelyBreach,
}

use Weight::{Incident, LikelyBreach, Notice, Warning};

/// Every rule and detector. A test compares them with those that are shipped.
pub const RULES: [(&str, Weight); 35] = [
    ("fraud_report", Incident),
    ("phishing_blocked", Incident),
    ("number_challenge_failed", Incident),
    ("suspicious_activity_reported", Incident),
    ("provider_risk", Warning),
    ("risky_account_blocked", Incident),
    ("bypass_created", Warning),
    ("mfa_fatigue_warning", Warning),
    ("mfa_fatigue", Incident),
    ("mfa_fatigue_slow", Incident),
    ("mfa_fatigue_success", LikelyBreach),
    ("brute_force", Warning),
    ("brute_force_long", Incident),
    ("brute_force_distributed", Incident),
    ("brute_force_success", LikelyBreach),
    ("code_guessing", Incident),
    ("password_spray", Incident),
    ("credential_stuffing", Incident),
    ("password_spray_distributed", Incident),
    ("spray_success", LikelyBreach),
    ("new_device_and_network", Notice),
    ("reset_pair", Incident),
    ("enrolled_after_reset_abroad", Incident),
    ("sign_in_after_reset_abroad", Incident),
    ("shared_phone", Warning),
    ("legacy_protocol", Notice),
    ("account_lockouts", Incident),
    ("impossible_travel", Warning),
    ("phone_far_away", Warning),
    ("stale_password_on_device", Notice),
    ("lockout_by_stranger", Warning),
    ("clock_drift", Notice),
    ("outage", Notice),
    ("policy_misconfiguration", Warning),
    ("sms_trouble", Notice),
];

/// Those that are written in the program, because Sigma cannot say them; the others are rules.
pub const DETECTORS: [&str; 8] = [
    "impossible_travel",
    "phone_far_away",
    "stale_password_on_device",
    "lockout_by_stranger",
    "clock_drift",
    "outage",
    "policy_misconfiguration",
    "sms_trouble",
];

/// How bad this may be at worst: travel with a new device is an incident.
pub fn worst(rule: &str) -> Option<Weight> {
    if rule == "impossible_travel" { Some(Incident) } else { weight(rule) }
}

/// How bad this is; `None`: no such rule.
pub fn weight(rule: &str) -> Option<Weight> {
    RULES.iter().find(|(name, _)| *name == rule).map(|(_, weight)| *weight)
}
