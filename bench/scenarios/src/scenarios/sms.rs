//! Text messages do not arrive.

use postern_signals::{
    Cause,
    Provider::{Auth0, Entra, Okta},
};

use super::{ScenarioKind, kind, outage::organisation_wide};
use crate::{
    answer::{About, Answer, Person},
    builder::ScenarioBuilder,
    event::{Proof, ScenarioEvent},
    time::{DAY, HOUR, MINUTE},
    windows::reached_by,
    world::Account,
};

pub(super) const KINDS: [ScenarioKind; 1] = [kind("outage", "sms_trouble", sms_trouble)];

fn sms_trouble(builder: &mut ScenarioBuilder<'_>) -> Answer {
    let provider = builder.provider(&[Entra, Okta, Auth0]);
    let start = builder.reserved(provider, (8, 14), (2 * HOUR, 3 * HOUR));
    let count =
        if builder.random.chance(25) { builder.random.below(4) } else { 6 + builder.random.below(20) };
    let window = (start - 2 * HOUR, start + 3 * HOUR);
    let people = builder.background_accounts(provider, count, window);
    let others = builder.background_accounts(provider, 15, window);
    let caller = builder.account(&[provider]);
    let mut hit = Vec::new();
    for who in people.iter().chain([&caller]) {
        for ago in [DAY, builder.random.between(20, 110) * MINUTE] {
            let at = start - ago + builder.seconds(0, 600);
            builder.write_earlier_event(who, at, who.at_home(at), ScenarioEvent::In(Proof::Sms));
        }
        hit.extend(waits(builder, who, start));
    }
    for who in &people {
        let at = start + HOUR + builder.random.between(1, 80) * MINUTE;
        builder.write_event(who, at, who.at_home(at), ScenarioEvent::In(Proof::Sms));
    }
    // Everything else works.
    for who in &others {
        let at = start + builder.seconds(0, 1_800);
        builder.write_event(who, at, who.at_work(at), ScenarioEvent::In(Proof::Push));
    }
    builder.leaves(&caller, start - 2 * HOUR);
    let reached = reached_by(&hit, 30 * MINUTE, 5);
    let mut answer = Answer::nothing();
    answer.as_reached(reached, "sms_trouble", About::Tenant(provider));
    if reached_by(&hit, 10 * MINUTE, 10).perhaps() {
        answer.may("outage", About::Tenant(provider));
    }
    answer.must_not(&["mfa_fatigue_warning", "policy_misconfiguration"]);
    answer.person(organisation_wide(Person::locked_out(&caller, Cause::MfaDeliveryFailed), reached));
    answer
}

fn waits(builder: &mut ScenarioBuilder<'_>, who: &Account, start: i64) -> Vec<(i64, String)> {
    let mut at = start + builder.seconds(0, 1_500);
    let mut hit = Vec::new();
    for _ in 0..builder.random.between(1, 3) {
        builder.write_event(who, at, who.at_home(at), ScenarioEvent::Undelivered(Proof::Sms));
        hit.push((at, who.login.clone()));
        at += builder.seconds(30, 120);
    }
    hit
}
