//! Somebody guesses one person's password or code.

use postern_signals::{
    Cause,
    Provider::{self, Auth0, CloudTrail, Duo, Entra, Google, Keycloak, Okta, Postern},
};

use super::{ScenarioKind, kind};
use crate::{
    answer::{About, Answer},
    builder::ScenarioBuilder,
    event::{Proof, ScenarioEvent},
    time::MINUTE,
    windows::{Reached, reached, reached_by},
    world::Account,
};

pub(super) const KINDS: [ScenarioKind; 4] = [
    kind("guessing", "brute_force_one_address", brute_force_one_address),
    kind("guessing", "brute_force_many_addresses", brute_force_many_addresses),
    kind("guessing", "brute_force_then_success", brute_force_then_success),
    kind("guessing", "code_guessing", code_guessing),
];

const WITH_PASSWORDS: [Provider; 7] = [Entra, Okta, Keycloak, Auth0, Google, CloudTrail, Postern];

/// The letter of the two rules over one person's wrong tries. Returns whether either was reached.
fn claim(answer: &mut Answer, who: &Account, wrong: &[i64]) -> Reached {
    let (short, long) = (reached(wrong, 10 * MINUTE, 10), reached(wrong, 30 * MINUTE, 20));
    answer.as_reached(long, "brute_force_long", About::person(who));
    let beside = if long == Reached::No { short } else { Reached::Close };
    if short.perhaps() {
        answer.as_reached(beside, "brute_force", About::person(who));
    }
    match (short, long) {
        (Reached::Yes, _) | (_, Reached::Yes) => Reached::Yes,
        (Reached::No, Reached::No) => Reached::No,
        _ => Reached::Close,
    }
}

fn brute_force_one_address(builder: &mut ScenarioBuilder<'_>) -> Answer {
    let who = builder.account(&WITH_PASSWORDS);
    let start = builder.any_hour(&who);
    let seat = builder.attacker_away_from(&who);
    let gap = builder.random.between(2, 90);
    let (mut at, mut wrong) = (start, Vec::new());
    for _ in 0..builder.random.between(4, 60) {
        builder.write_event(&who, at, seat, ScenarioEvent::BadPassword);
        wrong.push(at);
        at += builder.seconds(gap, gap + gap / 2);
    }
    let mut answer = Answer::nothing();
    claim(&mut answer, &who, &wrong);
    answer.must_not(&["brute_force_success", "brute_force_distributed", "stale_password_on_device"]);
    let person = builder.aftermath(&who, (start, at), Some(Cause::BadPassword));
    answer.person(person);
    answer
}

fn brute_force_many_addresses(builder: &mut ScenarioBuilder<'_>) -> Answer {
    let who = builder.account(&WITH_PASSWORDS);
    let start = builder.any_hour(&who);
    let first = builder.attacker_away_from(&who);
    let (mut at, mut wrong, mut from) = (start, Vec::new(), Vec::new());
    let gap = builder.random.between(10, 240);
    for _ in 0..builder.random.between(3, 24) {
        let seat = builder.another_like(&first);
        for _ in 0..builder.random.between(1, 2) {
            builder.write_event(&who, at, seat, ScenarioEvent::BadPassword);
            wrong.push(at);
            from.push((at, seat.from.ip));
            at += builder.seconds(gap, gap + gap / 2);
        }
    }
    let mut answer = Answer::nothing();
    let distributed = reached_by(&from, 30 * MINUTE, 5);
    answer.as_reached(distributed, "brute_force_distributed", About::person(&who));
    claim(&mut answer, &who, &wrong);
    answer.must_not(&["brute_force_success"]);
    let person = builder.aftermath(&who, (start, at), Some(Cause::BadPassword));
    answer.person(person);
    answer
}

fn brute_force_then_success(builder: &mut ScenarioBuilder<'_>) -> Answer {
    let who = builder.account(&[Entra, Okta, Keycloak, Auth0, Google, Postern]);
    let start = builder.any_hour(&who);
    let seat = builder.attacker_away_from(&who);
    let (mut at, mut wrong) = (start, Vec::new());
    for _ in 0..builder.random.between(5, 40) {
        builder.write_event(&who, at, seat, ScenarioEvent::BadPassword);
        wrong.push(at);
        at += builder.seconds(4, 40);
    }
    at += builder.seconds(5, 2_400);
    builder.write_event(&who, at, seat, ScenarioEvent::In(Proof::None));
    let mut answer = Answer::nothing();
    let forced = claim(&mut answer, &who, &wrong);
    answer.as_reached(forced, "brute_force_success", About::person(&who));
    answer.may("new_device_and_network", About::person(&who));
    answer.may("impossible_travel", About::person(&who));
    let person = builder.comes_back(&who, start, at);
    answer.person(person);
    answer
}

fn code_guessing(builder: &mut ScenarioBuilder<'_>) -> Answer {
    let who = builder.account(&[Entra, Okta, Duo, Auth0, Google, Postern]);
    let start = builder.any_hour(&who);
    let seat = builder.attacker_away_from(&who);
    let gap = builder.random.between(4, 80);
    let (mut at, mut wrong) = (start, Vec::new());
    for _ in 0..builder.random.between(4, 30) {
        builder.write_event(&who, at, seat, ScenarioEvent::WrongCode(Proof::Totp));
        wrong.push(at);
        at += builder.seconds(gap, gap + gap / 2);
    }
    let mut answer = Answer::nothing();
    answer.as_reached(reached(&wrong, 10 * MINUTE, 10), "code_guessing", About::person(&who));
    if reached(&wrong, 10 * MINUTE, 10).perhaps() {
        answer.may("brute_force", About::person(&who));
    }
    if reached(&wrong, 30 * MINUTE, 20).perhaps() {
        answer.may("brute_force_long", About::person(&who));
    }
    answer.must_not(&["clock_drift"]);
    let person = builder.aftermath(&who, (start, at), Some(Cause::MfaWrongCode));
    answer.person(person);
    answer
}
