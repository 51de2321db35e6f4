//! The kinds of scenario.

mod fatigue;
mod guessing;
mod innocent_places;
mod innocent_records;
mod innocent_tries;
mod lockout_accounts;
mod lockout_mfa;
mod lockout_passwords;
mod lockout_rules;
mod misconfiguration;
mod outage;
mod reports;
mod sms;
mod spray;
mod takeover;
mod travel;

use crate::{answer::Answer, builder::ScenarioBuilder};

/// One kind.
#[derive(Debug, Clone, Copy)]
pub struct ScenarioKind {
    /// Its stable name.
    pub name: &'static str,
    /// What it belongs to.
    pub family: &'static str,
    /// Writes one, and returns what is true about it.
    pub write: fn(&mut ScenarioBuilder<'_>) -> Answer,
}

const fn kind(
    family: &'static str,
    name: &'static str,
    write: fn(&mut ScenarioBuilder<'_>) -> Answer,
) -> ScenarioKind {
    ScenarioKind { name, family, write }
}

/// Every kind, by family.
pub fn kinds() -> Vec<ScenarioKind> {
    let families = [
        lockout_passwords::KINDS.as_slice(),
        &lockout_accounts::KINDS,
        &lockout_mfa::KINDS,
        &lockout_rules::KINDS,
        &outage::KINDS,
        &misconfiguration::KINDS,
        &sms::KINDS,
        &fatigue::KINDS,
        &reports::KINDS,
        &guessing::KINDS,
        &spray::KINDS,
        &takeover::KINDS,
        &travel::KINDS,
        &innocent_tries::KINDS,
        &innocent_places::KINDS,
        &innocent_records::KINDS,
    ];
    families.concat()
}
