//! Something is broken for many at once.

use postern_signals::{
    Cause,
    Provider::{self, Entra, Okta, Postern},
};

use super::{ScenarioKind, kind};
use crate::{
    answer::{About, Answer, Person},
    builder::ScenarioBuilder,
    event::{Fault, ScenarioEvent},
    time::{HOUR, MINUTE},
    windows::{Reached, reached_by},
    world::{Account, Seat},
};

pub(super) const KINDS: [ScenarioKind; 4] = [
    kind("outage", "outage_of_prompts", outage_of_prompts),
    kind("outage", "outage_of_directory_agent", outage_of_directory_agent),
    kind("outage", "outage_of_service", outage_of_service),
    kind("outage", "outage_of_external_mfa", outage_of_external_mfa),
];

fn outage_of_prompts(builder: &mut ScenarioBuilder<'_>) -> Answer {
    outage(builder, &[Entra, Okta], Fault::Prompts, Cause::MfaDeliveryFailed)
}

fn outage_of_directory_agent(builder: &mut ScenarioBuilder<'_>) -> Answer {
    outage(builder, &[Entra], Fault::Agent, Cause::ProviderOutage)
}

fn outage_of_service(builder: &mut ScenarioBuilder<'_>) -> Answer {
    outage(builder, &[Entra, Postern], Fault::Service, Cause::ProviderOutage)
}

fn outage_of_external_mfa(builder: &mut ScenarioBuilder<'_>) -> Answer {
    outage(builder, &[Entra, Okta], Fault::ExternalMfa, Cause::ExternalIdp)
}

/// Most are at home, so that no network has most of the failures.
fn seat(builder: &mut ScenarioBuilder<'_>, who: &Account, at: i64) -> Seat {
    match builder.random.below(10) {
        0..=5 => who.at_home(at),
        6 | 7 => who.at_work(at),
        _ => who.on_the_way(),
    }
}

fn outage(builder: &mut ScenarioBuilder<'_>, of: &[Provider], fault: Fault, cause: Cause) -> Answer {
    let provider = builder.provider(of);
    let lasts = builder.random.between(12, 45) * MINUTE;
    let start = builder.reserved(provider, (8, 11), (2 * HOUR, 3 * HOUR));
    let few = builder.random.chance(15);
    let share = if few { 0 } else { builder.random.between(30, 75).unsigned_abs() };
    let count = builder.background_account_count(provider) * usize::try_from(share).unwrap_or(0) / 100;
    let count = if few { 2 + builder.random.below(6) } else { count };
    let people =
        builder.background_accounts(provider, count, (start - HOUR - 10 * MINUTE, start + lasts + HOUR));
    let mut hit = Vec::new();
    for who in &people {
        if builder.random.chance(70) {
            let at = start - builder.random.between(5, 58) * MINUTE;
            let seat = seat(builder, who, at);
            builder.signs_in(who, at, seat);
        }
        hit.extend(fails(builder, who, (start, lasts), fault));
        let at = start + lasts + builder.random.between(1, 40) * MINUTE;
        let seat = seat(builder, who, at);
        builder.signs_in(who, at, seat);
    }
    // Somebody has given up, and calls the desk.
    let caller = builder.account(&[provider]);
    hit.extend(fails(builder, &caller, (start, lasts), fault));
    builder.leaves(&caller, start);
    let reached = reached_by(&hit, 10 * MINUTE, 10);
    let mut answer = Answer::nothing();
    answer.as_reached(reached, "outage", About::Tenant(provider));
    answer.must_not(&["policy_misconfiguration", "sms_trouble", "password_spray"]);
    answer.person(organisation_wide(Person::locked_out(&caller, cause), reached));
    answer
}

/// What is broken for all is nothing to mend on one account.
pub(super) fn organisation_wide(person: Person, reached: Reached) -> Person {
    match reached {
        Reached::No => person,
        Reached::Yes => Person { rung: Some(1), reset_helps: None, ..person },
        Reached::Close => Person { rung: None, reset_helps: None, ..person },
    }
}

fn fails(
    builder: &mut ScenarioBuilder<'_>,
    who: &Account,
    (start, lasts): (i64, i64),
    fault: Fault,
) -> Vec<(i64, String)> {
    let early = builder.random.chance(75);
    let mut at = start + builder.random.between(0, if early { 8 * MINUTE } else { lasts - MINUTE });
    let seat = seat(builder, who, at);
    let mut hit = Vec::new();
    for _ in 0..builder.random.between(1, 4) {
        if at < start + lasts {
            builder.write_event(who, at, seat, ScenarioEvent::Outage(fault));
            hit.push((at, who.login.clone()));
        }
        at += builder.seconds(20, 360);
    }
    hit
}
