//! Failures that look like an attack and are none.

use postern_signals::{
    Cause,
    Provider::{Auth0, Duo, Entra, Google, Keycloak, Okta, Postern},
};

use super::{Kind, kind};
use crate::{
    act::{Act, Change, Proof},
    answer::{About, Answer, Person},
    stage::Stage,
    time::{HOUR, MINUTE},
    world::{Client, Seat},
};

pub(super) const KINDS: [Kind; 8] = [
    kind("innocent", "monday_morning", monday_morning),
    kind("innocent", "own_push_denied", own_push_denied),
    kind("innocent", "two_phones", two_phones),
    kind("innocent", "six_failures_then_success", six_failures_then_success),
    kind("innocent", "office_with_a_typo_storm", office_with_a_typo_storm),
    kind("innocent", "password_expiry_day", password_expiry_day),
    kind("innocent", "batch_job", batch_job),
    kind("innocent", "reset_and_enrolled_at_home", reset_and_enrolled_at_home),
];

/// Everybody comes at once, and many mistype.
fn monday_morning(stage: &mut Stage<'_>) -> Answer {
    let provider = stage.provider(&[Entra, Okta, Keycloak, Auth0]);
    let start = stage.reserved(provider, (8, 10), (HOUR, 2 * HOUR));
    let count = 15 + stage.drawn.below(60);
    let people = stage.crowd(provider, count, (start - 30 * MINUTE, start + 90 * MINUTE));
    for who in &people {
        let mut at = start + stage.seconds(0, 1_800);
        let seat = stage.own_seat(who, at);
        for _ in 0..stage.drawn.below(3) {
            stage.say(who, at, seat, Act::BadPassword);
            at += stage.seconds(8, 40);
        }
        stage.signs_in(who, at, seat);
    }
    let mut answer = Answer::nothing();
    answer.must_not(&["outage", "password_spray", "credential_stuffing", "policy_misconfiguration"]);
    answer
}

fn own_push_denied(stage: &mut Stage<'_>) -> Answer {
    let who = stage.actor(&[Entra, Okta, Duo, Auth0]);
    let start = stage.working_hours(&who);
    let seat = stage.own_seat(&who, start);
    let mut at = start;
    for _ in 0..stage.drawn.between(1, 2) {
        stage.say(&who, at, seat, Act::Denied);
        at += stage.seconds(25, 180);
    }
    stage.say(&who, at, seat, Act::In(Proof::Push));
    stage.leaves(&who, start);
    let mut answer = Answer::nothing();
    answer.must_not(&["mfa_fatigue_warning", "mfa_fatigue_success"]);
    answer.person(Person::fine(&who));
    answer
}

/// Each prompt goes to phone and tablet, and one of them is answered.
fn two_phones(stage: &mut Stage<'_>) -> Answer {
    let who = stage.actor(&[Okta]);
    let start = stage.working_hours(&who);
    let mut at = start;
    for _ in 0..stage.drawn.between(3, 9) {
        stage.say(&who, at, who.at_work(at), Act::InWithTwoPhones);
        at += stage.drawn.between(2, 60) * MINUTE;
    }
    stage.leaves(&who, start);
    let mut answer = Answer::nothing();
    answer.must_not(&["mfa_fatigue_warning", "mfa_fatigue", "mfa_fatigue_slow", "mfa_fatigue_success"]);
    answer.person(Person::fine(&who));
    answer
}

fn six_failures_then_success(stage: &mut Stage<'_>) -> Answer {
    let who = stage.actor(&[Entra, Okta, Keycloak, Auth0, Google, Postern]);
    let start = stage.working_hours(&who);
    let seat = stage.own_seat(&who, start);
    let mut at = start;
    for _ in 0..stage.drawn.between(5, 8) {
        stage.say(&who, at, seat, Act::BadPassword);
        at += stage.seconds(6, 80);
    }
    stage.signs_in(&who, at, seat);
    stage.leaves(&who, start);
    let mut answer = Answer::nothing();
    answer.must_not(&["brute_force", "brute_force_success", "stale_password_on_device"]);
    answer.person(Person::fine(&who));
    answer
}

/// One address for the whole office: somebody fails there every few minutes, and one cannot find the right key.
fn office_with_a_typo_storm(stage: &mut Stage<'_>) -> Answer {
    let provider = stage.provider(&[Entra, Okta, Keycloak, Auth0]);
    let start = stage.workday(stage.main_office()) + 8 * HOUR;
    let people = stage.office_crowd(provider, 40, (start - 30 * MINUTE, start + 10 * HOUR));
    for who in &people {
        let mut at = start + stage.seconds(0, 8 * 3_600);
        for _ in 0..stage.drawn.between(0, 3) {
            stage.say(who, at, who.at_work(at), Act::BadPassword);
            at += stage.seconds(8, 50);
        }
        stage.signs_in(who, at, who.at_work(at));
    }
    let who = stage.actor_in(&[provider], stage.main_office());
    let mut at = start + stage.drawn.between(30, 400) * MINUTE;
    stage.leaves(&who, at);
    for _ in 0..stage.drawn.between(6, 9) {
        stage.say(&who, at, who.at_work(at), Act::BadPassword);
        at += stage.seconds(5, 50);
    }
    stage.signs_in(&who, at, who.at_work(at));
    let mut answer = Answer::nothing();
    answer.must_not(&["password_spray", "spray_success", "brute_force_success", "outage"]);
    answer.person(Person::fine(&who));
    answer
}

fn password_expiry_day(stage: &mut Stage<'_>) -> Answer {
    let start = stage.reserved(Entra, (7, 9), (HOUR, 5 * HOUR));
    let count = 6 + stage.drawn.below(20);
    let people = stage.crowd(Entra, count, (start - 30 * MINUTE, start + 5 * HOUR));
    let mut at = start;
    for who in &people {
        let seat = stage.own_seat(who, at);
        let mut own = at;
        for _ in 0..stage.drawn.between(1, 2) {
            stage.say(who, own, seat, Act::PasswordExpired);
            own += stage.seconds(15, 90);
        }
        stage.say(who, own, seat, Act::Changed(Change::PasswordChanged));
        own += stage.seconds(20, 300);
        stage.signs_in(who, own, seat);
        at += stage.seconds(90, 800);
    }
    let mut answer = Answer::nothing();
    answer.must_not(&["outage", "password_spray", "policy_misconfiguration"]);
    answer
}

/// A job on a known server was not told of the new password.
fn batch_job(stage: &mut Stage<'_>) -> Answer {
    let who = stage.actor(&[Entra, Okta, Keycloak, Postern]);
    let start = stage.working_hours(&who);
    let server = Seat { client: Client::script(&mut stage.drawn), ..who.at_work(start) };
    for day in 1..9 {
        let at = stage.day(&who, day, 2);
        stage.before(&who, at, server, Act::In(Proof::None));
    }
    let gap = stage.drawn.between(2, 30) * MINUTE;
    let mut at = start;
    for _ in 0..stage.drawn.between(10, 60) {
        stage.say(&who, at, server, Act::BadPassword);
        at += gap + stage.seconds(-2, 2);
    }
    stage.leaves(&who, start);
    let mut answer = Answer::nothing();
    answer.may("stale_password_on_device", About::person(&who));
    answer.must_not(&["brute_force", "lockout_by_stranger", "brute_force_success"]);
    if stage.drawn.chance(50) {
        stage.say(&who, at, server, Act::In(Proof::None));
        answer.person(Person::fine(&who));
    } else {
        answer.person(Person::locked_out(&who, Cause::BadPassword));
    }
    answer
}

fn reset_and_enrolled_at_home(stage: &mut Stage<'_>) -> Answer {
    let who = stage.actor(&[Entra, Okta, Postern]);
    let start = stage.working_hours(&who);
    stage.admin(&who, start, Change::FactorsReset);
    let mut at = start + stage.drawn.between(5, 500) * MINUTE;
    stage.say(&who, at, who.at_home(at), Act::Changed(Change::Enrolled));
    at += stage.drawn.between(1, 20) * MINUTE;
    stage.signs_in(&who, at, who.at_home(at));
    stage.leaves(&who, start);
    let mut answer = Answer::nothing();
    answer.must_not(&["reset_pair", "enrolled_after_reset_abroad", "sign_in_after_reset_abroad"]);
    answer.person(Person::fine(&who));
    answer
}
