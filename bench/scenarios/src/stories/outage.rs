//! Something is broken for many at once.

use postern_signals::{
    Cause,
    Provider::{self, Entra, Okta, Postern},
};

use super::{Kind, kind};
use crate::{
    act::{Act, Fault},
    answer::{About, Answer, Person},
    stage::Stage,
    time::{HOUR, MINUTE},
    windows::{Reached, reached_by},
    world::{Account, Seat},
};

pub(super) const KINDS: [Kind; 4] = [
    kind("outage", "outage_of_prompts", outage_of_prompts),
    kind("outage", "outage_of_directory_agent", outage_of_directory_agent),
    kind("outage", "outage_of_service", outage_of_service),
    kind("outage", "outage_of_external_mfa", outage_of_external_mfa),
];

fn outage_of_prompts(stage: &mut Stage<'_>) -> Answer {
    outage(stage, &[Entra, Okta], Fault::Prompts, Cause::MfaDeliveryFailed)
}

fn outage_of_directory_agent(stage: &mut Stage<'_>) -> Answer {
    outage(stage, &[Entra], Fault::Agent, Cause::ProviderOutage)
}

fn outage_of_service(stage: &mut Stage<'_>) -> Answer {
    outage(stage, &[Entra, Postern], Fault::Service, Cause::ProviderOutage)
}

fn outage_of_external_mfa(stage: &mut Stage<'_>) -> Answer {
    outage(stage, &[Entra, Okta], Fault::ExternalMfa, Cause::ExternalIdp)
}

/// Most are at home, so that no network has most of the failures.
fn seat(stage: &mut Stage<'_>, who: &Account, at: i64) -> Seat {
    match stage.drawn.below(10) {
        0..=5 => who.at_home(at),
        6 | 7 => who.at_work(at),
        _ => who.on_the_way(),
    }
}

fn outage(stage: &mut Stage<'_>, of: &[Provider], fault: Fault, cause: Cause) -> Answer {
    let provider = stage.provider(of);
    let lasts = stage.drawn.between(12, 45) * MINUTE;
    let start = stage.reserved(provider, (8, 11), (2 * HOUR, 3 * HOUR));
    let few = stage.drawn.chance(15);
    let share = if few { 0 } else { stage.drawn.between(30, 75).unsigned_abs() };
    let count = stage.crowd_size(provider) * usize::try_from(share).unwrap_or(0) / 100;
    let count = if few { 2 + stage.drawn.below(6) } else { count };
    let people = stage.crowd(provider, count, (start - HOUR - 10 * MINUTE, start + lasts + HOUR));
    let mut hit = Vec::new();
    for who in &people {
        if stage.drawn.chance(70) {
            let at = start - stage.drawn.between(5, 58) * MINUTE;
            let seat = seat(stage, who, at);
            stage.signs_in(who, at, seat);
        }
        hit.extend(fails(stage, who, (start, lasts), fault));
        let at = start + lasts + stage.drawn.between(1, 40) * MINUTE;
        let seat = seat(stage, who, at);
        stage.signs_in(who, at, seat);
    }
    // Somebody has given up, and calls the desk.
    let caller = stage.actor(&[provider]);
    hit.extend(fails(stage, &caller, (start, lasts), fault));
    stage.leaves(&caller, start);
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
    stage: &mut Stage<'_>,
    who: &Account,
    (start, lasts): (i64, i64),
    fault: Fault,
) -> Vec<(i64, String)> {
    let early = stage.drawn.chance(75);
    let mut at = start + stage.drawn.between(0, if early { 8 * MINUTE } else { lasts - MINUTE });
    let seat = seat(stage, who, at);
    let mut hit = Vec::new();
    for _ in 0..stage.drawn.between(1, 4) {
        if at < start + lasts {
            stage.say(who, at, seat, Act::Outage(fault));
            hit.push((at, who.login.clone()));
        }
        at += stage.seconds(20, 360);
    }
    hit
}
