//! Somebody tries many people.

use std::rc::Rc;

use postern_signals::Provider::{self, Auth0, Entra, Keycloak, Okta};

use super::{ScenarioKind, kind};
use crate::{
    answer::{About, Answer, Person},
    builder::ScenarioBuilder,
    event::{Change, Proof, ScenarioEvent},
    time::{HOUR, MINUTE},
    windows::{Reached, reached_by},
    world::{Account, Seat},
};

pub(super) const KINDS: [ScenarioKind; 5] = [
    kind("spray", "spray_one_address", spray_one_address),
    kind("spray", "spray_then_success", spray_then_success),
    kind("spray", "spray_many_addresses", spray_many_addresses),
    kind("spray", "stuffing_with_unknown_people", stuffing_with_unknown_people),
    kind("spray", "lockout_of_many", lockout_of_many),
];

const SPRAYED: [Provider; 4] = [Entra, Okta, Keycloak, Auth0];
/// Whose log names the program or the network's owner, without which many addresses have nothing in common.
const SAYS_WITH_WHAT: [Provider; 3] = [Entra, Okta, Auth0];

/// Tries, and whom they were made on.
type Hits = Vec<(i64, String)>;
/// Who is tried, and how it ends.
type Target = (Rc<Account>, ScenarioEvent);

fn targets(people: &[Rc<Account>]) -> Vec<Target> {
    people.iter().map(|who| (Rc::clone(who), ScenarioEvent::BadPassword)).collect()
}

/// One address tries these, a few times each, so many seconds apart. Returns the tries.
fn spray(
    builder: &mut ScenarioBuilder<'_>,
    people: &[Target],
    (start, seat): (i64, Seat),
    gap: (i64, i64),
) -> Hits {
    let (mut at, mut hit) = (start, Vec::new());
    for _ in 0..builder.random.between(1, 2) {
        for (who, event) in people {
            builder.write_event(who, at, seat, *event);
            hit.push((at, who.login.clone()));
            at += builder.seconds(gap.0, gap.1);
        }
    }
    hit
}

fn claim(answer: &mut Answer, seat: &Seat, hit: &Hits) -> Reached {
    let about = About::Address(seat.from.ip);
    let (spray, stuffing) = (reached_by(hit, HOUR, 10), reached_by(hit, 15 * MINUTE, 25));
    let beside = if spray == Reached::Yes && stuffing.perhaps() { Reached::Close } else { spray };
    answer.as_reached(stuffing, "credential_stuffing", about.clone());
    answer.as_reached(beside, "password_spray", about);
    spray
}

fn background_accounts_at(
    builder: &mut ScenarioBuilder<'_>,
    of: &[Provider],
    counts: (i64, i64),
    lasts: i64,
) -> (Provider, i64, Vec<Rc<Account>>) {
    let provider = builder.provider(of);
    let start = builder.workday(builder.main_office()) + builder.random.between(0, 23) * HOUR;
    let count = usize::try_from(builder.random.between(counts.0, counts.1)).unwrap_or(0);
    let people = builder.background_accounts(provider, count, (start - HOUR, start + lasts + HOUR));
    (provider, start, people)
}

fn spray_one_address(builder: &mut ScenarioBuilder<'_>) -> Answer {
    let (_, start, people) = background_accounts_at(builder, &SPRAYED, (4, 60), 2 * HOUR);
    let place = builder.main_office().far_away(1_500.0, &mut builder.random);
    let seat = builder.attacker_in(place);
    let gap = builder.random.between(1, 45);
    let hit = spray(builder, &targets(&people), (start, seat), (gap, gap + gap / 2));
    let mut answer = Answer::nothing();
    claim(&mut answer, &seat, &hit);
    answer.must_not(&["spray_success", "outage", "brute_force"]);
    answer
}

fn spray_then_success(builder: &mut ScenarioBuilder<'_>) -> Answer {
    let (provider, start, mut people) = background_accounts_at(builder, &SPRAYED, (5, 40), 4 * HOUR);
    let targeted_user = builder.account(&[provider]);
    people.insert(people.len() / 2, Rc::clone(&targeted_user));
    let place = builder.main_office().far_away(1_500.0, &mut builder.random);
    let seat = builder.attacker_in(place);
    let hit = spray(builder, &targets(&people), (start, seat), (2, 25));
    let last = hit.last().map_or(start, |(at, _)| *at);
    let at = last + builder.random.between(1, 110) * MINUTE;
    builder.write_event(&targeted_user, at, seat, ScenarioEvent::In(Proof::None));
    builder.leaves(&targeted_user, start);
    let mut answer = Answer::nothing();
    let sprayed = claim(&mut answer, &seat, &hit);
    answer.as_reached(sprayed, "spray_success", About::Address(seat.from.ip));
    for rule in ["new_device_and_network", "impossible_travel", "spray_success"] {
        answer.may(rule, About::person(&targeted_user));
    }
    answer.person(Person { rung: None, reset_helps: None, ..Person::fine(&targeted_user) });
    answer
}

fn spray_many_addresses(builder: &mut ScenarioBuilder<'_>) -> Answer {
    let (_, start, people) = background_accounts_at(builder, &SAYS_WITH_WHAT, (6, 50), 2 * HOUR);
    let place = builder.main_office().far_away(1_500.0, &mut builder.random);
    let first = builder.attacker_in(place);
    let seats: Vec<_> = (0..builder.random.between(4, 20)).map(|_| builder.another_like(&first)).collect();
    let gap = builder.random.between(3, 90);
    let (mut at, mut hit, mut from) = (start, Vec::new(), Vec::new());
    for (turn, who) in people.iter().enumerate() {
        let seat = seats.get(turn % seats.len()).copied().unwrap_or(first);
        builder.write_event(who, at, seat, ScenarioEvent::BadPassword);
        hit.push((at, who.login.clone()));
        from.push((at, seat.from.ip));
        at += builder.seconds(gap, gap + gap / 2);
    }
    let mut answer = Answer::nothing();
    let reached = reached_by(&hit, HOUR, 15).and(reached_by(&from, HOUR, 5));
    let logins = people.iter().map(|who| who.login.as_str());
    answer.as_reached(reached, "password_spray_distributed", About::group(logins));
    for seat in &seats {
        let of_one: Hits = hit
            .iter()
            .zip(&from)
            .filter(|(_, (_, ip))| *ip == seat.from.ip)
            .map(|(hit, _)| hit.clone())
            .collect();
        if reached_by(&of_one, HOUR, 10).perhaps() {
            answer.may("password_spray", About::Address(seat.from.ip));
        }
    }
    answer.must_not(&["spray_success", "outage"]);
    answer
}

/// A bought list: fast, one password each, and half of the names were never here.
fn stuffing_with_unknown_people(builder: &mut ScenarioBuilder<'_>) -> Answer {
    let (provider, start, people) = background_accounts_at(builder, &SPRAYED, (2, 40), 2 * HOUR);
    let mut tried = targets(&people);
    for _ in 0..people.len() {
        tried.push((builder.newcomer(&[provider]), ScenarioEvent::NoSuchUser));
    }
    let place = builder.main_office().far_away(1_500.0, &mut builder.random);
    let seat = builder.attacker_in(place);
    let hit = spray(builder, &tried, (start, seat), (1, 20));
    let mut answer = Answer::nothing();
    claim(&mut answer, &seat, &hit);
    answer.must_not(&["spray_success"]);
    answer
}

fn lockout_of_many(builder: &mut ScenarioBuilder<'_>) -> Answer {
    let (provider, start, people) = background_accounts_at(builder, &SPRAYED, (5, 30), 2 * HOUR);
    builder.is_about(About::Tenant(provider));
    let place = builder.main_office().far_away(1_500.0, &mut builder.random);
    let seat = builder.attacker_in(place);
    let (mut locked, mut hit) = (Vec::new(), Vec::new());
    for who in &people {
        let mut at = start + builder.seconds(0, 300);
        for _ in 0..builder.random.between(5, 8) {
            builder.write_event(who, at, seat, ScenarioEvent::BadPassword);
            hit.push((at, who.login.clone()));
            at += builder.seconds(2, 20);
        }
        if matches!(provider, Okta | Keycloak) {
            builder.write_event(who, at, seat, ScenarioEvent::Changed(Change::Lockout));
        }
        builder.write_event(who, at + 5_000, seat, ScenarioEvent::Locked);
        locked.push((at, who.login.clone()));
    }
    let mut answer = Answer::nothing();
    answer.as_reached(reached_by(&locked, 10 * MINUTE, 10), "account_lockouts", About::Tenant(provider));
    claim(&mut answer, &seat, &hit);
    for who in &people {
        answer.may("lockout_by_stranger", About::person(who));
    }
    answer.must_not(&["outage"]);
    answer
}
