//! Lockouts in the words of one provider.

use postern_signals::{
    Cause,
    Provider::{self, Auth0, CloudTrail, Duo, Google, Keycloak, Okta},
};

use super::{ScenarioKind, kind};
use crate::{
    answer::{About, Answer, Person},
    builder::ScenarioBuilder,
    event::{Change, Proof, ScenarioEvent},
    time::MINUTE,
    windows::reached,
};

pub(super) const KINDS: [ScenarioKind; 6] = [
    kind("lockout", "keycloak_temporary_lockout", keycloak_temporary_lockout),
    kind("lockout", "duo_locked_out", duo_locked_out),
    kind("lockout", "okta_locked_then_unlocked", okta_locked_then_unlocked),
    kind("lockout", "auth0_blocked_address", auth0_blocked_address),
    kind("lockout", "aws_console_failure", aws_console_failure),
    kind("lockout", "google_two_step_failed", google_two_step_failed),
];

/// Tries that end in this refusal, from the person's own seat. Returns when they began and ended.
fn tries(
    builder: &mut ScenarioBuilder<'_>,
    at_provider: Provider,
    event: ScenarioEvent,
    refusal: Option<ScenarioEvent>,
) -> (Answer, LockoutTries) {
    let who = builder.account(&[at_provider]);
    let start = builder.working_hours(&who);
    let seat = builder.own_seat(&who, start);
    let mut at = start;
    let mut wrong = Vec::new();
    for _ in 0..builder.random.between(3, 8) {
        builder.write_event(&who, at, seat, event);
        wrong.push(at);
        at += builder.seconds(8, 120);
    }
    if at_provider == Keycloak || at_provider == Okta {
        builder.write_event(&who, at, seat, ScenarioEvent::Changed(Change::Lockout));
    }
    for _ in 0..builder.random.between(1, 3) {
        if let Some(refusal) = refusal {
            at += builder.seconds(5, 200);
            builder.write_event(&who, at, seat, refusal);
        }
    }
    let mut answer = Answer::nothing();
    answer.must_not(&["lockout_by_stranger", "brute_force", "code_guessing"]);
    (answer, LockoutTries { who, start, at, wrong })
}

struct LockoutTries {
    who: std::rc::Rc<crate::world::Account>,
    start: i64,
    at: i64,
    wrong: Vec<i64>,
}

fn keycloak_temporary_lockout(builder: &mut ScenarioBuilder<'_>) -> Answer {
    let (mut answer, LockoutTries { who, start, at, .. }) =
        tries(builder, Keycloak, ScenarioEvent::BadPassword, Some(ScenarioEvent::Locked));
    builder.leaves(&who, start);
    if builder.random.chance(50) {
        // The lock ends by itself.
        let later = at + builder.random.between(16, 90) * MINUTE;
        builder.signs_in(&who, later, who.at_work(later));
        answer.person(Person::fine(&who));
    } else {
        answer.person(Person::locked_out(&who, Cause::AccountLocked));
    }
    answer
}

fn duo_locked_out(builder: &mut ScenarioBuilder<'_>) -> Answer {
    let (mut answer, LockoutTries { who, start, wrong, .. }) =
        tries(builder, Duo, ScenarioEvent::WrongCode(Proof::Totp), Some(ScenarioEvent::Locked));
    builder.leaves(&who, start);
    // The letter of the rule: three wrong codes at a known place. Whether a clock or a finger is wrong is not known.
    if reached(&wrong, 10 * MINUTE, 3).perhaps() {
        answer.may("clock_drift", About::person(&who));
    }
    answer.person(Person::locked_out(&who, Cause::AccountLocked));
    answer
}

fn okta_locked_then_unlocked(builder: &mut ScenarioBuilder<'_>) -> Answer {
    let (mut answer, LockoutTries { who, start, at, .. }) =
        tries(builder, Okta, ScenarioEvent::BadPassword, Some(ScenarioEvent::Locked));
    builder.leaves(&who, start);
    let unlocked = at + builder.random.between(4, 60) * MINUTE;
    builder.admin(&who, unlocked, Change::Unlock);
    let later = unlocked + builder.random.between(1, 30) * MINUTE;
    builder.signs_in(&who, later, who.at_work(later));
    answer.person(Person::fine(&who));
    answer
}

fn auth0_blocked_address(builder: &mut ScenarioBuilder<'_>) -> Answer {
    let (mut answer, LockoutTries { who, start, .. }) =
        tries(builder, Auth0, ScenarioEvent::BadPassword, Some(ScenarioEvent::Locked));
    builder.leaves(&who, start);
    answer.person(Person::locked_out(&who, Cause::AccountLocked));
    answer
}

fn aws_console_failure(builder: &mut ScenarioBuilder<'_>) -> Answer {
    let (mut answer, LockoutTries { who, start, .. }) =
        tries(builder, CloudTrail, ScenarioEvent::BadPassword, None);
    builder.leaves(&who, start);
    answer.person(Person::locked_out(&who, Cause::BadPassword));
    answer
}

fn google_two_step_failed(builder: &mut ScenarioBuilder<'_>) -> Answer {
    let (mut answer, LockoutTries { who, start, wrong, .. }) =
        tries(builder, Google, ScenarioEvent::WrongCode(Proof::Totp), None);
    builder.leaves(&who, start);
    if reached(&wrong, 10 * MINUTE, 3).perhaps() {
        answer.may("clock_drift", About::person(&who));
    }
    answer.person(Person::locked_out(&who, Cause::MfaWrongCode));
    answer
}
