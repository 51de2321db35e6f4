//! Somebody is out because of the second factor.

use postern_signals::{
    Cause,
    Provider::{self, Auth0, Duo, Entra, Okta, Postern},
};

use super::{ScenarioKind, kind};
use crate::{
    answer::{About, Answer, Person},
    builder::ScenarioBuilder,
    event::{Change, Proof, ScenarioEvent},
    time::MINUTE,
    windows::reached,
};

pub(super) const KINDS: [ScenarioKind; 9] = [
    kind("lockout", "mfa_not_enrolled", mfa_not_enrolled),
    kind("lockout", "new_phone_wrong_code", new_phone_wrong_code),
    kind("lockout", "clock_drift", clock_drift),
    kind("lockout", "clock_drift_told", clock_drift_told),
    kind("lockout", "code_reused", code_reused),
    kind("lockout", "phone_lost", phone_lost),
    kind("lockout", "sms_not_delivered", sms_not_delivered),
    kind("lockout", "sms_rate_limited", sms_rate_limited),
    kind("lockout", "factor_suspended", factor_suspended),
];

fn mfa_not_enrolled(builder: &mut ScenarioBuilder<'_>) -> Answer {
    let who = builder.newcomer(&[Entra, Okta, Duo]);
    let start = builder.working_hours(&who);
    let mut at = start;
    for _ in 0..builder.random.between(1, 3) {
        builder.write_event(&who, at, who.at_work(at), ScenarioEvent::NotEnrolled);
        at += builder.seconds(60, 4_000);
    }
    let mut answer = Answer::nothing();
    answer.person(if who.provider == Duo {
        Person::locked_out(&who, Cause::MfaNotEnrolled)
    } else {
        Person::unfinished(&who, Some(Cause::MfaNotEnrolled))
    });
    answer
}

/// Wrong codes from a known place after a right password.
fn wrong_codes(builder: &mut ScenarioBuilder<'_>, count: (i64, i64), gap: (i64, i64)) -> (Answer, Vec<i64>) {
    let who = builder.account(&[Entra, Okta, Duo, Postern]);
    let start = builder.working_hours(&who);
    let seat = builder.own_seat(&who, start);
    let (mut at, mut wrong) = (start, Vec::new());
    for _ in 0..builder.random.between(count.0, count.1) {
        builder.write_event(&who, at, seat, ScenarioEvent::WrongCode(Proof::Totp));
        wrong.push(at);
        at += builder.seconds(gap.0, gap.1);
    }
    builder.leaves(&who, start);
    let mut answer = Answer::nothing();
    answer.must_not(&["code_guessing", "brute_force"]);
    answer.person(Person::locked_out(&who, Cause::MfaWrongCode));
    (answer, wrong)
}

/// The app on the new phone has another account's entry: one or two tries, now and then.
fn new_phone_wrong_code(builder: &mut ScenarioBuilder<'_>) -> Answer {
    let (mut answer, wrong) = wrong_codes(builder, (2, 5), (240, 1_500));
    if let (true, Some(person)) = (reached(&wrong, 10 * MINUTE, 3).perhaps(), answer.people.first()) {
        let about = About::Person(person.provider, person.login.clone());
        answer.may("clock_drift", about);
    }
    answer
}

fn clock_drift(builder: &mut ScenarioBuilder<'_>) -> Answer {
    let (mut answer, wrong) = wrong_codes(builder, (2, 8), (25, 110));
    if let Some(person) = answer.people.first() {
        let about = About::Person(person.provider, person.login.clone());
        answer.as_reached(reached(&wrong, 10 * MINUTE, 3), "clock_drift", about);
    }
    answer
}

/// Postern itself knows that the code was right, at another time.
fn clock_drift_told(builder: &mut ScenarioBuilder<'_>) -> Answer {
    let mut answer = one_trouble(builder, &[Postern], ScenarioEvent::ClockDrift, Cause::MfaClockDrift);
    if let Some(person) = answer.people.first() {
        let about = About::Person(person.provider, person.login.clone());
        answer.must("clock_drift", about);
    }
    answer
}

/// One to four times the same trouble, with time between.
fn one_trouble(
    builder: &mut ScenarioBuilder<'_>,
    at_provider: &[Provider],
    event: ScenarioEvent,
    cause: Cause,
) -> Answer {
    let who = builder.account(at_provider);
    let start = builder.working_hours(&who);
    let seat = builder.own_seat(&who, start);
    let mut at = start;
    for _ in 0..builder.random.between(1, 4) {
        builder.write_event(&who, at, seat, event);
        at += builder.seconds(40, 2_400);
    }
    builder.leaves(&who, start);
    let mut answer = Answer::nothing();
    answer.person(Person::locked_out(&who, cause));
    answer
}

fn code_reused(builder: &mut ScenarioBuilder<'_>) -> Answer {
    let mut answer = one_trouble(builder, &[Entra, Postern], ScenarioEvent::CodeReused, Cause::MfaCodeReused);
    answer.must_not(&["clock_drift", "code_guessing"]);
    answer
}

/// The phone is in a taxi. The person asks for a prompt once or twice, and calls.
fn phone_lost(builder: &mut ScenarioBuilder<'_>) -> Answer {
    let who = builder.account(&[Entra, Duo, Postern]);
    let start = builder.working_hours(&who);
    let seat = who.at_home(start);
    let mut at = start;
    let proof = if builder.random.chance(25) { Proof::Voice } else { Proof::Push };
    for _ in 0..builder.random.between(1, 3) {
        builder.write_event(&who, at, seat, ScenarioEvent::NoAnswer(proof));
        at += builder.random.between(11, 50) * MINUTE;
    }
    builder.leaves(&who, start);
    let mut answer = Answer::nothing();
    answer.must_not(&["mfa_fatigue_warning", "mfa_fatigue"]);
    answer.person(Person::locked_out(&who, Cause::MfaNoResponse));
    answer
}

fn sms_not_delivered(builder: &mut ScenarioBuilder<'_>) -> Answer {
    let mut answer = one_trouble(
        builder,
        &[Entra, Okta, Auth0],
        ScenarioEvent::Undelivered(Proof::Sms),
        Cause::MfaDeliveryFailed,
    );
    answer.must_not(&["sms_trouble"]);
    answer
}

fn sms_rate_limited(builder: &mut ScenarioBuilder<'_>) -> Answer {
    let mut answer =
        one_trouble(builder, &[Entra, Okta, Postern], ScenarioEvent::RateLimited, Cause::MfaRateLimited);
    answer.must_not(&["sms_trouble"]);
    answer
}

fn factor_suspended(builder: &mut ScenarioBuilder<'_>) -> Answer {
    let who = builder.account(&[Postern]);
    let start = builder.working_hours(&who);
    builder.admin(&who, start, Change::FactorRemoved);
    let mut at = start;
    for _ in 0..builder.random.between(1, 3) {
        at += builder.random.between(5, 200) * MINUTE;
        builder.write_event(&who, at, who.at_work(at), ScenarioEvent::FactorDisabled);
    }
    builder.leaves(&who, start);
    let mut answer = Answer::nothing();
    answer.person(Person::locked_out(&who, Cause::FactorDisabled));
    answer
}
