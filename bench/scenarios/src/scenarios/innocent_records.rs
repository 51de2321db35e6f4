//! Records that are many and mean little.

use postern_signals::{
    Cause,
    Provider::{Auth0, CloudTrail, Duo, Entra, Keycloak, Okta, Postern},
};

use super::{ScenarioKind, kind};
use crate::{
    answer::{Answer, Person},
    builder::ScenarioBuilder,
    event::{Change, EventContext, Pause, ScenarioEvent},
    time::MINUTE,
};

pub(super) const KINDS: [ScenarioKind; 5] = [
    kind("innocent", "repeated_rows", repeated_rows),
    kind("innocent", "interrupts_galore", interrupts_galore),
    kind("innocent", "background_tokens", background_tokens),
    kind("innocent", "same_name_at_two_providers", same_name_at_two_providers),
    kind("innocent", "leaver_tried_by_nobody", leaver_tried_by_nobody),
];

/// One wrong password, exported again and again.
fn repeated_rows(builder: &mut ScenarioBuilder<'_>) -> Answer {
    let who = builder.account(&[Entra, Okta, Keycloak, Auth0, CloudTrail, Postern]);
    let start = builder.working_hours(&who);
    let seat = builder.own_seat(&who, start);
    let times = 12 + builder.random.below(30);
    builder.repeat(&EventContext::new(&who, start, seat, ScenarioEvent::BadPassword), times);
    builder.leaves(&who, start);
    let mut answer = Answer::nothing();
    answer.must_not(&["brute_force", "brute_force_long"]);
    answer.person(Person::locked_out(&who, Cause::BadPassword));
    answer
}

/// As in a well-known sample: 86 rows, 45 ids, and nothing but interrupts.
fn interrupts_galore(builder: &mut ScenarioBuilder<'_>) -> Answer {
    let who = builder.account(&[Entra]);
    let start = builder.working_hours(&who);
    let mut at = start;
    for turn in 0..45 {
        let pause = match builder.random.below(3) {
            0 => Pause::NoSession,
            1 => Pause::WhichAccount,
            _ => Pause::Mfa,
        };
        let context = EventContext::new(&who, at, who.at_work(at), ScenarioEvent::Paused(pause));
        builder.repeat(&context, if turn < 41 { 2 } else { 1 });
        at += builder.seconds(3, 400);
    }
    builder.leaves(&who, start);
    let mut answer = Answer::nothing();
    answer.must_not(&["brute_force", "mfa_fatigue_warning", "outage"]);
    answer.person(Person::fine(&who));
    answer
}

fn background_tokens(builder: &mut ScenarioBuilder<'_>) -> Answer {
    let who = builder.account(&[Entra, Okta]);
    let start = builder.any_hour(&who);
    let mut at = start;
    for _ in 0..builder.random.between(40, 160) {
        let seat = if builder.random.chance(50) { who.on_the_way() } else { who.at_home(at) };
        builder.write_event(&who, at, seat, ScenarioEvent::Token);
        at += builder.random.between(3, 30) * MINUTE;
    }
    builder.leaves(&who, start);
    let mut answer = Answer::nothing();
    answer.must_not(&["impossible_travel", "new_device_and_network"]);
    answer.person(Person::fine(&who));
    answer
}

/// Out at one provider, in at the other: one does not undo the other.
fn same_name_at_two_providers(builder: &mut ScenarioBuilder<'_>) -> Answer {
    let pair = builder.random.pick(&[(0, 1), (1, 0), (0, 2), (2, 0)]);
    let of = |index: usize| match index {
        0 => Keycloak,
        1 => Postern,
        _ => Duo,
    };
    let out = builder.account(&[of(pair.0)]);
    let fine = builder.account_with(of(pair.1), |who| who.is_also(&out));
    let start = builder.working_hours(&out);
    let event = if out.provider == Duo { ScenarioEvent::DeviceBlock } else { ScenarioEvent::BadPassword };
    let mut at = start;
    for _ in 0..builder.random.between(2, 5) {
        builder.write_event(&out, at, out.at_work(at), event);
        at += builder.seconds(20, 300);
    }
    builder.signs_in(&fine, at, fine.at_work(at));
    builder.leaves(&out, start);
    builder.leaves(&fine, start);
    let cause = if out.provider == Duo { Cause::DeviceBlock } else { Cause::BadPassword };
    let mut answer = Answer::nothing();
    answer.person(Person::locked_out(&out, cause));
    answer.person(Person::fine(&fine));
    answer
}

/// Nobody asks whether a leaver can sign in, so neither does the answer.
fn leaver_tried_by_nobody(builder: &mut ScenarioBuilder<'_>) -> Answer {
    let who = builder.account(&[Entra, Okta, Postern]);
    let start = builder.working_hours(&who);
    builder.admin(&who, start, Change::SwitchedOff);
    builder.leaves(&who, start);
    Answer::nothing()
}
