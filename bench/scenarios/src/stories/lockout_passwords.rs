//! Somebody is out because of a password.

use postern_signals::{
    Cause,
    Provider::{Auth0, CloudTrail, Entra, Google, Keycloak, Okta, Postern},
};

use super::{Kind, kind};
use crate::{
    act::{Act, Change, Proof},
    answer::{About, Answer, Person},
    stage::Stage,
    time::{HOUR, MINUTE},
    windows::{Reached, reached},
    world::{Account, Client, Seat},
};

pub(super) const KINDS: [Kind; 7] = [
    kind("lockout", "wrong_password", wrong_password),
    kind("lockout", "stale_password_on_phone", stale_password_on_phone),
    kind("lockout", "stale_password_locks", stale_password_locks),
    kind("lockout", "locked_by_own_typing", locked_by_own_typing),
    kind("lockout", "locked_by_stranger", locked_by_stranger),
    kind("lockout", "disabled_leaver", disabled_leaver),
    kind("lockout", "password_expired", password_expired),
];

fn wrong_password(stage: &mut Stage<'_>) -> Answer {
    let who = stage.actor(&[Entra, Okta, Keycloak, Auth0, Google, CloudTrail, Postern]);
    let start = stage.working_hours(&who);
    let seat = stage.own_seat(&who, start);
    let mut at = start;
    for _ in 0..stage.drawn.between(2, 7) {
        stage.say(&who, at, seat, Act::BadPassword);
        at += stage.seconds(15, 400);
    }
    stage.leaves(&who, start);
    let mut answer = Answer::nothing();
    answer.must_not(&["brute_force", "lockout_by_stranger"]);
    answer.person(Person::locked_out(&who, Cause::BadPassword));
    answer
}

/// The password is changed on the laptop, and the phone's mail program keeps trying the old one.
/// Returns the last moment and how many tries there were.
fn phone_keeps_trying(stage: &mut Stage<'_>, who: &Account, start: i64, tries: i64) -> (Seat, i64) {
    let mail = Seat { client: Client::mail_on_phone(&mut stage.drawn), ..who.on_the_way() };
    for day in 1..9 {
        let at = stage.day(who, day, 12);
        stage.before(who, at, mail, Act::In(Proof::None));
    }
    stage.say(who, start, who.at_work(start), Act::Changed(Change::PasswordChanged));
    let gap = stage.drawn.between(5, 30) * MINUTE;
    let mut at = start + stage.drawn.between(2, 20) * MINUTE;
    for _ in 0..tries {
        stage.say(who, at, mail, Act::BadPassword);
        at += gap + stage.seconds(-4, 4);
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

fn stale_password_on_phone(stage: &mut Stage<'_>) -> Answer {
    let who = stage.actor(&[Entra, Okta]);
    let start = stage.working_hours(&who);
    let tries = if stage.drawn.chance(20) { stage.drawn.between(1, 3) } else { stage.drawn.between(6, 40) };
    let (_, mut at) = phone_keeps_trying(stage, &who, start, tries);
    // Meanwhile the person works on.
    let mut meanwhile = start + 25 * MINUTE;
    while meanwhile < at {
        stage.signs_in(&who, meanwhile, who.at_work(meanwhile));
        meanwhile += stage.drawn.between(90, 240) * MINUTE;
    }
    at += stage.seconds(30, 900);
    stage.signs_in(&who, at, who.at_home(at));
    stage.leaves(&who, start);
    let mut answer = Answer::nothing();
    stale(&mut answer, &who, tries);
    answer.person(Person::fine(&who));
    answer
}

fn stale_password_locks(stage: &mut Stage<'_>) -> Answer {
    let who = stage.actor(&[Entra, Okta]);
    let start = stage.working_hours(&who);
    let tries = stage.drawn.between(8, 25);
    stage.signs_in(&who, start + 90_000, who.at_work(start));
    let (mail, mut at) = phone_keeps_trying(stage, &who, start, tries);
    stage.say(&who, at, mail, Act::Changed(Change::Lockout));
    for _ in 0..stage.drawn.between(2, 6) {
        at += stage.drawn.between(5, 30) * MINUTE;
        stage.say(&who, at, mail, Act::Locked);
    }
    stage.leaves(&who, start);
    let mut answer = Answer::nothing();
    stale(&mut answer, &who, tries);
    answer.person(Person::locked_out(&who, Cause::AccountLocked));
    answer
}

fn locked_by_own_typing(stage: &mut Stage<'_>) -> Answer {
    let who = stage.actor(&[Entra, Okta, Keycloak, Auth0, Postern]);
    let start = stage.working_hours(&who);
    let seat = stage.own_seat(&who, start);
    let mut at = start;
    for _ in 0..stage.drawn.between(5, 9) {
        stage.say(&who, at, seat, Act::BadPassword);
        at += stage.seconds(5, 60);
    }
    if who.provider != Auth0 {
        stage.say(&who, at, seat, Act::Changed(Change::Lockout));
    }
    for _ in 0..stage.drawn.between(1, 3) {
        at += stage.seconds(10, 300);
        stage.say(&who, at, seat, Act::Locked);
    }
    stage.leaves(&who, start);
    let mut answer = Answer::nothing();
    answer.must_not(&["lockout_by_stranger", "brute_force"]);
    answer.person(Person::locked_out(&who, Cause::AccountLocked));
    answer
}

fn locked_by_stranger(stage: &mut Stage<'_>) -> Answer {
    let who = stage.actor(&[Entra, Okta, Keycloak, Postern]);
    let start = stage.any_hour(&who);
    let first = stage.stranger_to(&who);
    let mut seats = vec![first];
    for _ in 0..stage.drawn.below(3) {
        seats.push(stage.another_like(&first));
    }
    let tries = if stage.drawn.chance(20) { stage.drawn.between(2, 4) } else { stage.drawn.between(5, 9) };
    let (mut at, mut wrong, mut seat) = (start, Vec::new(), first);
    for turn in 0..usize::try_from(tries).unwrap_or(0) {
        seat = seats.get(turn % seats.len()).copied().unwrap_or(first);
        stage.say(&who, at, seat, Act::BadPassword);
        wrong.push(at);
        at += stage.seconds(40, 175);
    }
    stage.say(&who, at, seat, Act::Changed(Change::Lockout));
    stage.say(&who, at + 30_000, seat, Act::Locked);
    let own = at + stage.drawn.between(1, 9) * HOUR;
    stage.say(&who, own, who.at_work(own), Act::Locked);
    stage.leaves(&who, start);
    let mut answer = Answer::nothing();
    let by_stranger = reached(&wrong, 30 * MINUTE, 5);
    answer.as_reached(by_stranger, "lockout_by_stranger", About::person(&who));
    answer.must_not(&["stale_password_on_device"]);
    answer.person(Person::locked_out(&who, Cause::AccountLocked));
    answer
}

fn disabled_leaver(stage: &mut Stage<'_>) -> Answer {
    let who = stage.actor(&[Entra, Okta, Keycloak, Google, Postern]);
    let start = stage.working_hours(&who);
    if matches!(who.provider, Entra | Okta | Postern) {
        stage.admin(&who, start, Change::SwitchedOff);
    }
    let mut at = start;
    for _ in 0..stage.drawn.between(1, 4) {
        at += stage.drawn.between(3, 600) * MINUTE;
        stage.say(&who, at, who.at_home(at), Act::Disabled);
    }
    stage.leaves(&who, start);
    let mut answer = Answer::nothing();
    answer.person(Person::locked_out(&who, Cause::AccountDisabled));
    answer
}

fn password_expired(stage: &mut Stage<'_>) -> Answer {
    let who = stage.actor(&[Entra, Postern]);
    let start = stage.working_hours(&who);
    let mut at = start;
    for _ in 0..stage.drawn.between(1, 3) {
        stage.say(&who, at, who.at_work(at), Act::PasswordExpired);
        at += stage.seconds(20, 900);
    }
    stage.leaves(&who, start);
    let mut answer = Answer::nothing();
    answer.person(Person::locked_out(&who, Cause::BadPassword));
    answer
}
