//! Failures that look like an attack and are none.

use postern_signals::{
    Cause,
    Provider::{Auth0, Duo, Entra, Google, Keycloak, Okta, Postern},
};

use super::{ScenarioKind, kind};
use crate::{
    answer::{About, Answer, Person},
    builder::ScenarioBuilder,
    event::{Change, Proof, ScenarioEvent},
    time::{HOUR, MINUTE},
    world::{Client, Seat},
};

pub(super) const KINDS: [ScenarioKind; 8] = [
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
fn monday_morning(builder: &mut ScenarioBuilder<'_>) -> Answer {
    let provider = builder.provider(&[Entra, Okta, Keycloak, Auth0]);
    let start = builder.reserved(provider, (8, 10), (HOUR, 2 * HOUR));
    let count = 15 + builder.random.below(60);
    let people = builder.background_accounts(provider, count, (start - 30 * MINUTE, start + 90 * MINUTE));
    for who in &people {
        let mut at = start + builder.seconds(0, 1_800);
        let seat = builder.own_seat(who, at);
        for _ in 0..builder.random.below(3) {
            builder.write_event(who, at, seat, ScenarioEvent::BadPassword);
            at += builder.seconds(8, 40);
        }
        builder.signs_in(who, at, seat);
    }
    let mut answer = Answer::nothing();
    answer.must_not(&["outage", "password_spray", "credential_stuffing", "policy_misconfiguration"]);
    answer
}

fn own_push_denied(builder: &mut ScenarioBuilder<'_>) -> Answer {
    let who = builder.account(&[Entra, Okta, Duo, Auth0]);
    let start = builder.working_hours(&who);
    let seat = builder.own_seat(&who, start);
    let mut at = start;
    for _ in 0..builder.random.between(1, 2) {
        builder.write_event(&who, at, seat, ScenarioEvent::Denied);
        at += builder.seconds(25, 180);
    }
    builder.write_event(&who, at, seat, ScenarioEvent::In(Proof::Push));
    builder.leaves(&who, start);
    let mut answer = Answer::nothing();
    answer.must_not(&["mfa_fatigue_warning", "mfa_fatigue_success"]);
    answer.person(Person::fine(&who));
    answer
}

/// Each prompt goes to phone and tablet, and one of them is answered.
fn two_phones(builder: &mut ScenarioBuilder<'_>) -> Answer {
    let who = builder.account(&[Okta]);
    let start = builder.working_hours(&who);
    let mut at = start;
    for _ in 0..builder.random.between(3, 9) {
        builder.write_event(&who, at, who.at_work(at), ScenarioEvent::InWithTwoPhones);
        at += builder.random.between(2, 60) * MINUTE;
    }
    builder.leaves(&who, start);
    let mut answer = Answer::nothing();
    answer.must_not(&["mfa_fatigue_warning", "mfa_fatigue", "mfa_fatigue_slow", "mfa_fatigue_success"]);
    answer.person(Person::fine(&who));
    answer
}

fn six_failures_then_success(builder: &mut ScenarioBuilder<'_>) -> Answer {
    let who = builder.account(&[Entra, Okta, Keycloak, Auth0, Google, Postern]);
    let start = builder.working_hours(&who);
    let seat = builder.own_seat(&who, start);
    let mut at = start;
    for _ in 0..builder.random.between(5, 8) {
        builder.write_event(&who, at, seat, ScenarioEvent::BadPassword);
        at += builder.seconds(6, 80);
    }
    builder.signs_in(&who, at, seat);
    builder.leaves(&who, start);
    let mut answer = Answer::nothing();
    answer.must_not(&["brute_force", "brute_force_success", "stale_password_on_device"]);
    answer.person(Person::fine(&who));
    answer
}

/// One address for the whole office: somebody fails there every few minutes, and one cannot find the right key.
fn office_with_a_typo_storm(builder: &mut ScenarioBuilder<'_>) -> Answer {
    let provider = builder.provider(&[Entra, Okta, Keycloak, Auth0]);
    let start = builder.workday(builder.main_office()) + 8 * HOUR;
    let people = builder.main_office_accounts(provider, 40, (start - 30 * MINUTE, start + 10 * HOUR));
    for who in &people {
        let mut at = start + builder.seconds(0, 8 * 3_600);
        for _ in 0..builder.random.between(0, 3) {
            builder.write_event(who, at, who.at_work(at), ScenarioEvent::BadPassword);
            at += builder.seconds(8, 50);
        }
        builder.signs_in(who, at, who.at_work(at));
    }
    let who = builder.account_in(&[provider], builder.main_office());
    let mut at = start + builder.random.between(30, 400) * MINUTE;
    builder.leaves(&who, at);
    for _ in 0..builder.random.between(6, 9) {
        builder.write_event(&who, at, who.at_work(at), ScenarioEvent::BadPassword);
        at += builder.seconds(5, 50);
    }
    builder.signs_in(&who, at, who.at_work(at));
    let mut answer = Answer::nothing();
    answer.must_not(&["password_spray", "spray_success", "brute_force_success", "outage"]);
    answer.person(Person::fine(&who));
    answer
}

fn password_expiry_day(builder: &mut ScenarioBuilder<'_>) -> Answer {
    let start = builder.reserved(Entra, (7, 9), (HOUR, 5 * HOUR));
    let count = 6 + builder.random.below(20);
    let people = builder.background_accounts(Entra, count, (start - 30 * MINUTE, start + 5 * HOUR));
    let mut at = start;
    for who in &people {
        let seat = builder.own_seat(who, at);
        let mut own = at;
        for _ in 0..builder.random.between(1, 2) {
            builder.write_event(who, own, seat, ScenarioEvent::PasswordExpired);
            own += builder.seconds(15, 90);
        }
        builder.write_event(who, own, seat, ScenarioEvent::Changed(Change::PasswordChanged));
        own += builder.seconds(20, 300);
        builder.signs_in(who, own, seat);
        at += builder.seconds(90, 800);
    }
    let mut answer = Answer::nothing();
    answer.must_not(&["outage", "password_spray", "policy_misconfiguration"]);
    answer
}

/// A job on a known server was not told of the new password.
fn batch_job(builder: &mut ScenarioBuilder<'_>) -> Answer {
    let who = builder.account(&[Entra, Okta, Keycloak, Postern]);
    let start = builder.working_hours(&who);
    let server = Seat { client: Client::script(&mut builder.random), ..who.at_work(start) };
    for day in 1..9 {
        let at = builder.day(&who, day, 2);
        builder.write_earlier_event(&who, at, server, ScenarioEvent::In(Proof::None));
    }
    let gap = builder.random.between(2, 30) * MINUTE;
    let mut at = start;
    for _ in 0..builder.random.between(10, 60) {
        builder.write_event(&who, at, server, ScenarioEvent::BadPassword);
        at += gap + builder.seconds(-2, 2);
    }
    builder.leaves(&who, start);
    let mut answer = Answer::nothing();
    answer.may("stale_password_on_device", About::person(&who));
    answer.must_not(&["brute_force", "lockout_by_stranger", "brute_force_success"]);
    if builder.random.chance(50) {
        builder.write_event(&who, at, server, ScenarioEvent::In(Proof::None));
        answer.person(Person::fine(&who));
    } else {
        answer.person(Person::locked_out(&who, Cause::BadPassword));
    }
    answer
}

fn reset_and_enrolled_at_home(builder: &mut ScenarioBuilder<'_>) -> Answer {
    let who = builder.account(&[Entra, Okta, Postern]);
    let start = builder.working_hours(&who);
    builder.admin(&who, start, Change::FactorsReset);
    let mut at = start + builder.random.between(5, 500) * MINUTE;
    builder.write_event(&who, at, who.at_home(at), ScenarioEvent::Changed(Change::Enrolled));
    at += builder.random.between(1, 20) * MINUTE;
    builder.signs_in(&who, at, who.at_home(at));
    builder.leaves(&who, start);
    let mut answer = Answer::nothing();
    answer.must_not(&["reset_pair", "enrolled_after_reset_abroad", "sign_in_after_reset_abroad"]);
    answer.person(Person::fine(&who));
    answer
}
