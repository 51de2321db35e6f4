//! The range of every field.

use std::fmt;

use jiff::SignedDuration;

use super::Settings;

/// Half the way round the Earth, in kilometres.
const FARTHEST_KM: f64 = 20_038.0;
/// No aircraft with passengers is a tenth as fast, in kilometres an hour.
const FASTEST_KMH: f64 = 20_000.0;
/// Longer than any log is kept.
const LONGEST: SignedDuration = SignedDuration::from_hours(366 * 24);

/// Everything that is wrong with the settings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SettingsError {
    problems: Vec<String>,
}

impl SettingsError {
    pub(super) fn none_of(problems: Vec<String>) -> Result<(), Self> {
        if problems.is_empty() { Ok(()) } else { Err(Self { problems }) }
    }

    /// One sentence for each wrong field; it begins with the field's name.
    pub fn problems(&self) -> &[String] {
        &self.problems
    }
}

impl fmt::Display for SettingsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.problems.join("\n"))
    }
}

impl std::error::Error for SettingsError {}

impl Settings {
    pub(super) fn problems(&self) -> Vec<String> {
        let mut check = SettingsCheck::default();
        self.check_people(&mut check);
        self.check_tenant(&mut check);
        for (name, limits) in &self.rules {
            if let Some(count) = limits.count {
                check.at_least_one(&format!("rules.{name}.count"), count);
            }
            if let Some(within) = limits.within {
                check.span(&format!("rules.{name}.within"), within);
            }
        }
        check.problems
    }

    fn check_people(&self, check: &mut SettingsCheck) {
        let Self {
            impossible_travel, phone_far_away, stale_password, lockout_by_stranger, clock_drift, ..
        } = self;
        check.distance("impossible_travel.distance_km", impossible_travel.distance_km);
        check.number("impossible_travel.speed_kmh", impossible_travel.speed_kmh, 1.0, FASTEST_KMH);
        check.distance("impossible_travel.error_km", impossible_travel.error_km);
        check.distance("phone_far_away.distance_km", phone_far_away.distance_km);
        check.at_least_one("stale_password.failures", stale_password.failures);
        check.span("stale_password.within", stale_password.within);
        check.share("stale_password.unevenness", stale_password.unevenness);
        check.at_least_one("lockout_by_stranger.failures", lockout_by_stranger.failures);
        check.span("lockout_by_stranger.within", lockout_by_stranger.within);
        check.at_least_one("clock_drift.codes", clock_drift.codes);
        check.span("clock_drift.within", clock_drift.within);
    }

    fn check_tenant(&self, check: &mut SettingsCheck) {
        let Self { outage, policy, sms, .. } = self;
        check.share("outage.share", outage.share);
        check.at_least_one("outage.people", outage.people);
        check.at_least_one("outage.networks", outage.networks);
        check.share("outage.one_network", outage.one_network);
        check.share("outage.fall", outage.fall);
        check.span("outage.window", outage.window);
        check.at_least_one("policy.people", policy.people);
        check.share("policy.signed_in_before", policy.signed_in_before);
        check.span("policy.window", policy.window);
        check.at_least_one("sms.people", sms.people);
        check.share("sms.rate_left", sms.rate_left);
        check.span("sms.window", sms.window);
    }
}

#[derive(Default)]
struct SettingsCheck {
    problems: Vec<String>,
}

impl SettingsCheck {
    fn expect(&mut self, sound: bool, field: &str, must: &str) {
        if !sound {
            self.problems.push(format!("settings.{field} must {must}"));
        }
    }

    fn number(&mut self, field: &str, value: f64, least: f64, most: f64) {
        let range = format!("lie between {least} and {most}");
        self.expect((least..=most).contains(&value), field, &range);
    }

    fn share(&mut self, field: &str, value: f64) {
        self.number(field, value, 0.0, 1.0);
    }

    fn distance(&mut self, field: &str, value: f64) {
        self.number(field, value, 0.0, FARTHEST_KM);
    }

    fn at_least_one(&mut self, field: &str, value: impl Into<u64>) {
        self.expect(value.into() >= 1, field, "be at least 1");
    }

    fn span(&mut self, field: &str, value: SignedDuration) {
        let sound = value.is_positive() && value <= LONGEST;
        self.expect(sound, field, "be longer than 0 and at most a year");
    }
}
