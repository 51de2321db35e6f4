//! Records that are many and mean little.

use postern_signals::{
    Cause,
    Provider::{Auth0, CloudTrail, Duo, Entra, Keycloak, Okta, Postern},
};

use super::{Kind, kind};
use crate::{
    act::{Act, Change, Pause, Scene},
    answer::{Answer, Person},
    stage::Stage,
    time::MINUTE,
};

pub(super) const KINDS: [Kind; 5] = [
    kind("innocent", "repeated_rows", repeated_rows),
    kind("innocent", "interrupts_galore", interrupts_galore),
    kind("innocent", "background_tokens", background_tokens),
    kind("innocent", "same_name_at_two_providers", same_name_at_two_providers),
    kind("innocent", "leaver_tried_by_nobody", leaver_tried_by_nobody),
];

/// One wrong password, exported again and again.
fn repeated_rows(stage: &mut Stage<'_>) -> Answer {
    let who = stage.actor(&[Entra, Okta, Keycloak, Auth0, CloudTrail, Postern]);
    let start = stage.working_hours(&who);
    let seat = stage.own_seat(&who, start);
    let times = 12 + stage.drawn.below(30);
    stage.repeat(&Scene::new(&who, start, seat, Act::BadPassword), times);
    stage.leaves(&who, start);
    let mut answer = Answer::nothing();
    answer.must_not(&["brute_force", "brute_force_long"]);
    answer.person(Person::locked_out(&who, Cause::BadPassword));
    answer
}

/// As in a well-known sample: 86 rows, 45 ids, and nothing but interrupts.
fn interrupts_galore(stage: &mut Stage<'_>) -> Answer {
    let who = stage.actor(&[Entra]);
    let start = stage.working_hours(&who);
    let mut at = start;
    for turn in 0..45 {
        let pause = match stage.drawn.below(3) {
            0 => Pause::NoSession,
            1 => Pause::WhichAccount,
            _ => Pause::Mfa,
        };
        let scene = Scene::new(&who, at, who.at_work(at), Act::Paused(pause));
        stage.repeat(&scene, if turn < 41 { 2 } else { 1 });
        at += stage.seconds(3, 400);
    }
    stage.leaves(&who, start);
    let mut answer = Answer::nothing();
    answer.must_not(&["brute_force", "mfa_fatigue_warning", "outage"]);
    answer.person(Person::fine(&who));
    answer
}

fn background_tokens(stage: &mut Stage<'_>) -> Answer {
    let who = stage.actor(&[Entra, Okta]);
    let start = stage.any_hour(&who);
    let mut at = start;
    for _ in 0..stage.drawn.between(40, 160) {
        let seat = if stage.drawn.chance(50) { who.on_the_way() } else { who.at_home(at) };
        stage.say(&who, at, seat, Act::Token);
        at += stage.drawn.between(3, 30) * MINUTE;
    }
    stage.leaves(&who, start);
    let mut answer = Answer::nothing();
    answer.must_not(&["impossible_travel", "new_device_and_network"]);
    answer.person(Person::fine(&who));
    answer
}

/// Out at one provider, in at the other: one does not undo the other.
fn same_name_at_two_providers(stage: &mut Stage<'_>) -> Answer {
    let pair = stage.drawn.pick(&[(0, 1), (1, 0), (0, 2), (2, 0)]);
    let of = |index: usize| match index {
        0 => Keycloak,
        1 => Postern,
        _ => Duo,
    };
    let out = stage.actor(&[of(pair.0)]);
    let fine = stage.actor_who(of(pair.1), |who| who.is_also(&out));
    let start = stage.working_hours(&out);
    let act = if out.provider == Duo { Act::DeviceBlock } else { Act::BadPassword };
    let mut at = start;
    for _ in 0..stage.drawn.between(2, 5) {
        stage.say(&out, at, out.at_work(at), act);
        at += stage.seconds(20, 300);
    }
    stage.signs_in(&fine, at, fine.at_work(at));
    stage.leaves(&out, start);
    stage.leaves(&fine, start);
    let cause = if out.provider == Duo { Cause::DeviceBlock } else { Cause::BadPassword };
    let mut answer = Answer::nothing();
    answer.person(Person::locked_out(&out, cause));
    answer.person(Person::fine(&fine));
    answer
}

/// Nobody asks whether a leaver can sign in, so neither does the answer.
fn leaver_tried_by_nobody(stage: &mut Stage<'_>) -> Answer {
    let who = stage.actor(&[Entra, Okta, Postern]);
    let start = stage.working_hours(&who);
    stage.admin(&who, start, Change::SwitchedOff);
    stage.leaves(&who, start);
    Answer::nothing()
}
