//! Text messages do not arrive.

use postern_signals::{
    Cause,
    Provider::{Auth0, Entra, Okta},
};

use super::{Kind, kind, outage::organisation_wide};
use crate::{
    act::{Act, Proof},
    answer::{About, Answer, Person},
    stage::Stage,
    time::{DAY, HOUR, MINUTE},
    windows::reached_by,
    world::Account,
};

pub(super) const KINDS: [Kind; 1] = [kind("outage", "sms_trouble", sms_trouble)];

fn sms_trouble(stage: &mut Stage<'_>) -> Answer {
    let provider = stage.provider(&[Entra, Okta, Auth0]);
    let start = stage.reserved(provider, (8, 14), (2 * HOUR, 3 * HOUR));
    let count = if stage.drawn.chance(25) { stage.drawn.below(4) } else { 6 + stage.drawn.below(20) };
    let window = (start - 2 * HOUR, start + 3 * HOUR);
    let people = stage.crowd(provider, count, window);
    let others = stage.crowd(provider, 15, window);
    let caller = stage.actor(&[provider]);
    let mut hit = Vec::new();
    for who in people.iter().chain([&caller]) {
        for ago in [DAY, stage.drawn.between(20, 110) * MINUTE] {
            let at = start - ago + stage.seconds(0, 600);
            stage.before(who, at, who.at_home(at), Act::In(Proof::Sms));
        }
        hit.extend(waits(stage, who, start));
    }
    for who in &people {
        let at = start + HOUR + stage.drawn.between(1, 80) * MINUTE;
        stage.say(who, at, who.at_home(at), Act::In(Proof::Sms));
    }
    // Everything else works.
    for who in &others {
        let at = start + stage.seconds(0, 1_800);
        stage.say(who, at, who.at_work(at), Act::In(Proof::Push));
    }
    stage.leaves(&caller, start - 2 * HOUR);
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

fn waits(stage: &mut Stage<'_>, who: &Account, start: i64) -> Vec<(i64, String)> {
    let mut at = start + stage.seconds(0, 1_500);
    let mut hit = Vec::new();
    for _ in 0..stage.drawn.between(1, 3) {
        stage.say(who, at, who.at_home(at), Act::Undelivered(Proof::Sms));
        hit.push((at, who.login.clone()));
        at += stage.seconds(30, 120);
    }
    hit
}
