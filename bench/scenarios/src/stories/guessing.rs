//! Somebody guesses one person's password or code.

use postern_signals::{
    Cause,
    Provider::{self, Auth0, CloudTrail, Duo, Entra, Google, Keycloak, Okta, Postern},
};

use super::{Kind, kind};
use crate::{
    act::{Act, Proof},
    answer::{About, Answer},
    stage::Stage,
    time::MINUTE,
    windows::{Reached, reached, reached_by},
    world::Account,
};

pub(super) const KINDS: [Kind; 4] = [
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

fn brute_force_one_address(stage: &mut Stage<'_>) -> Answer {
    let who = stage.actor(&WITH_PASSWORDS);
    let start = stage.any_hour(&who);
    let seat = stage.stranger_to(&who);
    let gap = stage.drawn.between(2, 90);
    let (mut at, mut wrong) = (start, Vec::new());
    for _ in 0..stage.drawn.between(4, 60) {
        stage.say(&who, at, seat, Act::BadPassword);
        wrong.push(at);
        at += stage.seconds(gap, gap + gap / 2);
    }
    let mut answer = Answer::nothing();
    claim(&mut answer, &who, &wrong);
    answer.must_not(&["brute_force_success", "brute_force_distributed", "stale_password_on_device"]);
    let person = stage.aftermath(&who, (start, at), Some(Cause::BadPassword));
    answer.person(person);
    answer
}

fn brute_force_many_addresses(stage: &mut Stage<'_>) -> Answer {
    let who = stage.actor(&WITH_PASSWORDS);
    let start = stage.any_hour(&who);
    let first = stage.stranger_to(&who);
    let (mut at, mut wrong, mut from) = (start, Vec::new(), Vec::new());
    let gap = stage.drawn.between(10, 240);
    for _ in 0..stage.drawn.between(3, 24) {
        let seat = stage.another_like(&first);
        for _ in 0..stage.drawn.between(1, 2) {
            stage.say(&who, at, seat, Act::BadPassword);
            wrong.push(at);
            from.push((at, seat.from.ip));
            at += stage.seconds(gap, gap + gap / 2);
        }
    }
    let mut answer = Answer::nothing();
    let distributed = reached_by(&from, 30 * MINUTE, 5);
    answer.as_reached(distributed, "brute_force_distributed", About::person(&who));
    claim(&mut answer, &who, &wrong);
    answer.must_not(&["brute_force_success"]);
    let person = stage.aftermath(&who, (start, at), Some(Cause::BadPassword));
    answer.person(person);
    answer
}

fn brute_force_then_success(stage: &mut Stage<'_>) -> Answer {
    let who = stage.actor(&[Entra, Okta, Keycloak, Auth0, Google, Postern]);
    let start = stage.any_hour(&who);
    let seat = stage.stranger_to(&who);
    let (mut at, mut wrong) = (start, Vec::new());
    for _ in 0..stage.drawn.between(5, 40) {
        stage.say(&who, at, seat, Act::BadPassword);
        wrong.push(at);
        at += stage.seconds(4, 40);
    }
    at += stage.seconds(5, 2_400);
    stage.say(&who, at, seat, Act::In(Proof::None));
    let mut answer = Answer::nothing();
    let forced = claim(&mut answer, &who, &wrong);
    answer.as_reached(forced, "brute_force_success", About::person(&who));
    answer.may("new_device_and_network", About::person(&who));
    answer.may("impossible_travel", About::person(&who));
    let person = stage.comes_back(&who, start, at);
    answer.person(person);
    answer
}

fn code_guessing(stage: &mut Stage<'_>) -> Answer {
    let who = stage.actor(&[Entra, Okta, Duo, Auth0, Google, Postern]);
    let start = stage.any_hour(&who);
    let seat = stage.stranger_to(&who);
    let gap = stage.drawn.between(4, 80);
    let (mut at, mut wrong) = (start, Vec::new());
    for _ in 0..stage.drawn.between(4, 30) {
        stage.say(&who, at, seat, Act::WrongCode(Proof::Totp));
        wrong.push(at);
        at += stage.seconds(gap, gap + gap / 2);
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
    let person = stage.aftermath(&who, (start, at), Some(Cause::MfaWrongCode));
    answer.person(person);
    answer
}
