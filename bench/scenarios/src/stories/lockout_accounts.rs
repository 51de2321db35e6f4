//! Lockouts in the words of one provider.

use postern_signals::{
    Cause,
    Provider::{self, Auth0, CloudTrail, Duo, Google, Keycloak, Okta},
};

use super::{Kind, kind};
use crate::{
    act::{Act, Change, Proof},
    answer::{About, Answer, Person},
    stage::Stage,
    time::MINUTE,
    windows::reached,
};

pub(super) const KINDS: [Kind; 6] = [
    kind("lockout", "keycloak_temporary_lockout", keycloak_temporary_lockout),
    kind("lockout", "duo_locked_out", duo_locked_out),
    kind("lockout", "okta_locked_then_unlocked", okta_locked_then_unlocked),
    kind("lockout", "auth0_blocked_address", auth0_blocked_address),
    kind("lockout", "aws_console_failure", aws_console_failure),
    kind("lockout", "google_two_step_failed", google_two_step_failed),
];

/// Tries that end in this refusal, from the person's own seat. Returns when they began and ended.
fn tries(stage: &mut Stage<'_>, at_provider: Provider, act: Act, refusal: Option<Act>) -> (Answer, Tried) {
    let who = stage.actor(&[at_provider]);
    let start = stage.working_hours(&who);
    let seat = stage.own_seat(&who, start);
    let mut at = start;
    let mut wrong = Vec::new();
    for _ in 0..stage.drawn.between(3, 8) {
        stage.say(&who, at, seat, act);
        wrong.push(at);
        at += stage.seconds(8, 120);
    }
    if at_provider == Keycloak || at_provider == Okta {
        stage.say(&who, at, seat, Act::Changed(Change::Lockout));
    }
    for _ in 0..stage.drawn.between(1, 3) {
        if let Some(refusal) = refusal {
            at += stage.seconds(5, 200);
            stage.say(&who, at, seat, refusal);
        }
    }
    let mut answer = Answer::nothing();
    answer.must_not(&["lockout_by_stranger", "brute_force", "code_guessing"]);
    (answer, Tried { who, start, at, wrong })
}

struct Tried {
    who: std::rc::Rc<crate::world::Account>,
    start: i64,
    at: i64,
    wrong: Vec<i64>,
}

fn keycloak_temporary_lockout(stage: &mut Stage<'_>) -> Answer {
    let (mut answer, Tried { who, start, at, .. }) =
        tries(stage, Keycloak, Act::BadPassword, Some(Act::Locked));
    stage.leaves(&who, start);
    if stage.drawn.chance(50) {
        // The lock ends by itself.
        let later = at + stage.drawn.between(16, 90) * MINUTE;
        stage.signs_in(&who, later, who.at_work(later));
        answer.person(Person::fine(&who));
    } else {
        answer.person(Person::locked_out(&who, Cause::AccountLocked));
    }
    answer
}

fn duo_locked_out(stage: &mut Stage<'_>) -> Answer {
    let (mut answer, Tried { who, start, wrong, .. }) =
        tries(stage, Duo, Act::WrongCode(Proof::Totp), Some(Act::Locked));
    stage.leaves(&who, start);
    // The letter of the rule: three wrong codes at a known place. Whether a clock or a finger is wrong is not known.
    if reached(&wrong, 10 * MINUTE, 3).perhaps() {
        answer.may("clock_drift", About::person(&who));
    }
    answer.person(Person::locked_out(&who, Cause::AccountLocked));
    answer
}

fn okta_locked_then_unlocked(stage: &mut Stage<'_>) -> Answer {
    let (mut answer, Tried { who, start, at, .. }) = tries(stage, Okta, Act::BadPassword, Some(Act::Locked));
    stage.leaves(&who, start);
    let unlocked = at + stage.drawn.between(4, 60) * MINUTE;
    stage.admin(&who, unlocked, Change::Unlock);
    let later = unlocked + stage.drawn.between(1, 30) * MINUTE;
    stage.signs_in(&who, later, who.at_work(later));
    answer.person(Person::fine(&who));
    answer
}

fn auth0_blocked_address(stage: &mut Stage<'_>) -> Answer {
    let (mut answer, Tried { who, start, .. }) = tries(stage, Auth0, Act::BadPassword, Some(Act::Locked));
    stage.leaves(&who, start);
    answer.person(Person::locked_out(&who, Cause::AccountLocked));
    answer
}

fn aws_console_failure(stage: &mut Stage<'_>) -> Answer {
    let (mut answer, Tried { who, start, .. }) = tries(stage, CloudTrail, Act::BadPassword, None);
    stage.leaves(&who, start);
    answer.person(Person::locked_out(&who, Cause::BadPassword));
    answer
}

fn google_two_step_failed(stage: &mut Stage<'_>) -> Answer {
    let (mut answer, Tried { who, start, wrong, .. }) =
        tries(stage, Google, Act::WrongCode(Proof::Totp), None);
    stage.leaves(&who, start);
    if reached(&wrong, 10 * MINUTE, 3).perhaps() {
        answer.may("clock_drift", About::person(&who));
    }
    answer.person(Person::locked_out(&who, Cause::MfaWrongCode));
    answer
}
