//! Somebody is out because of a password.

use postern_signals::{
    Cause,
    Provider::{Auth0, CloudTrail, Entra, Google, Keycloak, Okta, Postern},
};

use super::{ScenarioKind, kind};
use crate::{
    answer::{About, Answer, Person},
    builder::ScenarioBuilder,
    event::{Change, Proof, ScenarioEvent},
    time::{HOUR, MINUTE},
    windows::{Reached, reached},
    world::{Account, Client, Seat},
};

pub(super) const KINDS: [ScenarioKind; 7] = [
    kind("lockout", "wrong_password", wrong_password),
    kind("lockout", "stale_password_on_phone", stale_password_on_phone),
    kind("lockout", "stale_password_locks", stale_password_locks),
    kind("lockout", "locked_by_own_typing", locked_by_own_typing),
    kind("lockout", "locked_by_stranger", locked_by_stranger),
    kind("lockout", "disabled_leaver", disabled_leaver),
    kind("lockout", "password_expired", password_expired),
];

fn wrong_password(builder: &mut ScenarioBuilder<'_>) -> Answer {
    let who = builder.account(&[Entra, Okta, Keycloak, Auth0, Google, CloudTrail, Postern]);
    let start = builder.working_hours(&who);
    let seat = builder.own_seat(&who, start);
    let mut at = start;
    for _ in 0..builder.random.between(2, 7) {
        builder.write_event(&who, at, seat, ScenarioEvent::BadPassword);
        at += builder.seconds(15, 400);
    }
    builder.leaves(&who, start);
    let mut answer = Answer::nothing();
    answer.must_not(&["brute_force", "lockout_by_stranger"]);
    answer.person(Person::locked_out(&who, Cause::BadPassword));
    answer
}

/// The password is changed on the laptop, and the phone's mail program keeps trying the old one.
/// Returns the last moment and how many tries there were.
fn phone_keeps_trying(
    builder: &mut ScenarioBuilder<'_>,
    who: &Account,
    start: i64,
    tries: i64,
) -> (Seat, i64) {
    let mail = Seat { client: Client::mail_on_phone(&mut builder.random), ..who.on_the_way() };
    for day in 1..9 {
        let at = builder.day(who, day, 12);
        builder.write_earlier_event(who, at, mail, ScenarioEvent::In(Proof::None));
    }
    builder.write_event(who, start, who.at_work(start), ScenarioEvent::Changed(Change::PasswordChanged));
    let gap = builder.random.between(5, 30) * MINUTE;
    let mut at = start + builder.random.between(2, 20) * MINUTE;
    for _ in 0..tries {
        builder.write_event(who, at, mail, ScenarioEvent::BadPassword);
        at += gap + builder.seconds(-4, 4);
    }
    (mail, at)
}

fn stale(answer: &mut Answer, who: &Account, tries: i64) {
    // "Again and again" is no number: eight are, three are not.
    let again = match tries {
        8.. => Reached::Yes,
        4..=7 => Reached::Close,
        _ => Reached::No,
    };
    answer.as_reached(again, "stale_password_on_device", About::person(who));
    answer.may("legacy_protocol", About::person(who));
    answer.must_not(&["lockout_by_stranger", "brute_force", "brute_force_success"]);
}

fn stale_password_on_phone(builder: &mut ScenarioBuilder<'_>) -> Answer {
    let who = builder.account(&[Entra, Okta]);
    let start = builder.working_hours(&who);
    let tries =
        if builder.random.chance(20) { builder.random.between(1, 3) } else { builder.random.between(6, 40) };
    let (_, mut at) = phone_keeps_trying(builder, &who, start, tries);
    // Meanwhile the person works on.
    let mut meanwhile = start + 25 * MINUTE;
    while meanwhile < at {
        builder.signs_in(&who, meanwhile, who.at_work(meanwhile));
        meanwhile += builder.random.between(90, 240) * MINUTE;
    }
    at += builder.seconds(30, 900);
    builder.signs_in(&who, at, who.at_home(at));
    builder.leaves(&who, start);
    let mut answer = Answer::nothing();
    stale(&mut answer, &who, tries);
    answer.person(Person::fine(&who));
    answer
}

fn stale_password_locks(builder: &mut ScenarioBuilder<'_>) -> Answer {
    let who = builder.account(&[Entra, Okta]);
    let start = builder.working_hours(&who);
    let tries = builder.random.between(8, 25);
    builder.signs_in(&who, start + 90_000, who.at_work(start));
    let (mail, mut at) = phone_keeps_trying(builder, &who, start, tries);
    builder.write_event(&who, at, mail, ScenarioEvent::Changed(Change::Lockout));
    for _ in 0..builder.random.between(2, 6) {
        at += builder.random.between(5, 30) * MINUTE;
        builder.write_event(&who, at, mail, ScenarioEvent::Locked);
    }
    builder.leaves(&who, start);
    let mut answer = Answer::nothing();
    stale(&mut answer, &who, tries);
    answer.person(Person::locked_out(&who, Cause::AccountLocked));
    answer
}

fn locked_by_own_typing(builder: &mut ScenarioBuilder<'_>) -> Answer {
    let who = builder.account(&[Entra, Okta, Keycloak, Auth0, Postern]);
    let start = builder.working_hours(&who);
    let seat = builder.own_seat(&who, start);
    let mut at = start;
    for _ in 0..builder.random.between(5, 9) {
        builder.write_event(&who, at, seat, ScenarioEvent::BadPassword);
        at += builder.seconds(5, 60);
    }
    if who.provider != Auth0 {
        builder.write_event(&who, at, seat, ScenarioEvent::Changed(Change::Lockout));
    }
    for _ in 0..builder.random.between(1, 3) {
        at += builder.seconds(10, 300);
        builder.write_event(&who, at, seat, ScenarioEvent::Locked);
    }
    builder.leaves(&who, start);
    let mut answer = Answer::nothing();
    answer.must_not(&["lockout_by_stranger", "brute_force"]);
    answer.person(Person::locked_out(&who, Cause::AccountLocked));
    answer
}

fn locked_by_stranger(builder: &mut ScenarioBuilder<'_>) -> Answer {
    let who = builder.account(&[Entra, Okta, Keycloak, Postern]);
    let start = builder.any_hour(&who);
    let first = builder.attacker_away_from(&who);
    let mut seats = vec![first];
    for _ in 0..builder.random.below(3) {
        seats.push(builder.another_like(&first));
    }
    let tries =
        if builder.random.chance(20) { builder.random.between(2, 4) } else { builder.random.between(5, 9) };
    let (mut at, mut wrong, mut seat) = (start, Vec::new(), first);
    for turn in 0..usize::try_from(tries).unwrap_or(0) {
        seat = seats.get(turn % seats.len()).copied().unwrap_or(first);
        builder.write_event(&who, at, seat, ScenarioEvent::BadPassword);
        wrong.push(at);
        at += builder.seconds(40, 175);
    }
    builder.write_event(&who, at, seat, ScenarioEvent::Changed(Change::Lockout));
    builder.write_event(&who, at + 30_000, seat, ScenarioEvent::Locked);
    let own = at + builder.random.between(1, 9) * HOUR;
    builder.write_event(&who, own, who.at_work(own), ScenarioEvent::Locked);
    builder.leaves(&who, start);
    let mut answer = Answer::nothing();
    let by_attacker = reached(&wrong, 30 * MINUTE, 5);
    answer.as_reached(by_attacker, "lockout_by_stranger", About::person(&who));
    answer.must_not(&["stale_password_on_device"]);
    answer.person(Person::locked_out(&who, Cause::AccountLocked));
    answer
}

fn disabled_leaver(builder: &mut ScenarioBuilder<'_>) -> Answer {
    let who = builder.account(&[Entra, Okta, Keycloak, Google, Postern]);
    let start = builder.working_hours(&who);
    if matches!(who.provider, Entra | Okta | Postern) {
        builder.admin(&who, start, Change::SwitchedOff);
    }
    let mut at = start;
    for _ in 0..builder.random.between(1, 4) {
        at += builder.random.between(3, 600) * MINUTE;
        builder.write_event(&who, at, who.at_home(at), ScenarioEvent::Disabled);
    }
    builder.leaves(&who, start);
    let mut answer = Answer::nothing();
    answer.person(Person::locked_out(&who, Cause::AccountDisabled));
    answer
}

fn password_expired(builder: &mut ScenarioBuilder<'_>) -> Answer {
    let who = builder.account(&[Entra, Postern]);
    let start = builder.working_hours(&who);
    let mut at = start;
    for _ in 0..builder.random.between(1, 3) {
        builder.write_event(&who, at, who.at_work(at), ScenarioEvent::PasswordExpired);
        at += builder.seconds(20, 900);
    }
    builder.leaves(&who, start);
    let mut answer = Answer::nothing();
    answer.person(Person::locked_out(&who, Cause::BadPassword));
    answer
}
