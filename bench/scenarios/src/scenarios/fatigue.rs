//! Prompts until somebody gives in.

use postern_signals::{
    Cause,
    Provider::{self, Auth0, Duo, Entra, Okta},
};

use super::{ScenarioKind, kind};
use crate::{
    answer::{About, Answer},
    builder::ScenarioBuilder,
    event::{Proof, ScenarioEvent},
    time::{DAY, MINUTE},
    windows::{Reached, prompts_reached},
    world::{Account, Seat},
};

pub(super) const KINDS: [ScenarioKind; 4] = [
    kind("fatigue", "push_bombing", push_bombing),
    kind("fatigue", "push_bombing_slow", push_bombing_slow),
    kind("fatigue", "push_unanswered", push_unanswered),
    kind("fatigue", "push_bombing_then_success", push_bombing_then_success),
];

const WITH_PROMPTS: [Provider; 4] = [Entra, Okta, Duo, Auth0];

/// Prompts that were refused.
#[derive(Default)]
struct Refused {
    at: Vec<i64>,
    /// The last was not answered.
    unanswered: bool,
}

impl Refused {
    /// Sends a prompt, which is declined or, in so many of a hundred cases, not answered.
    fn prompt(
        &mut self,
        builder: &mut ScenarioBuilder<'_>,
        who: &Account,
        (at, seat): (i64, Seat),
        unanswered: u32,
    ) {
        self.unanswered = builder.random.chance(unanswered);
        let event =
            if self.unanswered { ScenarioEvent::NoAnswer(Proof::Push) } else { ScenarioEvent::Denied };
        builder.write_event(who, at, seat, event);
        self.at.push(at);
    }

    fn within(&self, window: i64, least: usize) -> Reached {
        prompts_reached(&self.at, self.unanswered, window, least)
    }

    /// The letter of the three rules. The weaker is right beside the stronger, but nobody misses it.
    fn claim(&self, answer: &mut Answer, who: &Account) -> Reached {
        let (warning, incident) = (self.within(10 * MINUTE, 3), self.within(10 * MINUTE, 5));
        let slow = self.within(DAY, 10);
        let softened = |reached: Reached, by: Reached| match (reached, by) {
            (Reached::Yes, Reached::No) => Reached::Yes,
            (Reached::No, _) => Reached::No,
            _ => Reached::Close,
        };
        answer.as_reached(incident, "mfa_fatigue", About::person(who));
        answer.as_reached(softened(warning, incident), "mfa_fatigue_warning", About::person(who));
        answer.as_reached(softened(slow, incident), "mfa_fatigue_slow", About::person(who));
        match (warning, slow) {
            (Reached::Yes, _) | (_, Reached::Yes) => Reached::Yes,
            (Reached::No, Reached::No) => Reached::No,
            _ => Reached::Close,
        }
    }

    /// What the log shows at the end, if it shows it.
    fn left(&self, builder: &ScenarioBuilder<'_>, who: &Account) -> Option<Cause> {
        let written = match who.provider {
            Auth0 => false,
            Okta => builder.okta_identity_engine(),
            _ => true,
        };
        match (self.unanswered, written) {
            (false, _) => Some(Cause::MfaDenied),
            (true, true) => Some(Cause::MfaNoResponse),
            (true, false) => None,
        }
    }
}

fn bombed(builder: &mut ScenarioBuilder<'_>, count: i64, gap: (i64, i64), unanswered: u32) -> Answer {
    let who = builder.account(&WITH_PROMPTS);
    let start = builder.any_hour(&who);
    let seat = builder.attacker_away_from(&who);
    let (mut at, mut refused) = (start, Refused::default());
    for _ in 0..count {
        refused.prompt(builder, &who, (at, seat), unanswered);
        at += builder.seconds(gap.0, gap.1);
    }
    let mut answer = Answer::nothing();
    refused.claim(&mut answer, &who);
    answer.must_not(&["mfa_fatigue_success"]);
    builder.rests(&who, (start, at));
    let left = refused.left(builder, &who);
    let person = builder.aftermath(&who, (start, at), left);
    answer.person(person);
    answer
}

fn push_bombing(builder: &mut ScenarioBuilder<'_>) -> Answer {
    let count = builder.random.between(2, 14);
    bombed(builder, count, (15, 90), 30)
}

/// One an hour, so that no burst is ever seen.
fn push_bombing_slow(builder: &mut ScenarioBuilder<'_>) -> Answer {
    let count = builder.random.between(6, 20);
    bombed(builder, count, (2_700, 4_500), 40)
}

fn push_unanswered(builder: &mut ScenarioBuilder<'_>) -> Answer {
    let count = builder.random.between(2, 10);
    bombed(builder, count, (65, 130), 100)
}

fn push_bombing_then_success(builder: &mut ScenarioBuilder<'_>) -> Answer {
    let who = builder.account(&WITH_PROMPTS);
    let start = builder.any_hour(&who);
    let seat = builder.attacker_away_from(&who);
    let (mut at, mut refused) = (start, Refused::default());
    let slowly = builder.random.chance(30);
    let (count, gap) = if slowly { (10..=14, (2_700, 4_500)) } else { (2..=12, (20, 100)) };
    for _ in 0..builder.random.between(*count.start(), *count.end()) {
        refused.prompt(builder, &who, (at, seat), 25);
        at += builder.seconds(gap.0, gap.1);
    }
    // Soon, or so late that it has nothing to do with it.
    let late = builder.random.chance(15);
    let last = refused.at.last().copied().unwrap_or(start);
    at = last
        + if late { builder.random.between(26 * 60, 30 * 60) * MINUTE } else { builder.seconds(30, 2_400) };
    builder.write_event(&who, at, seat, ScenarioEvent::In(Proof::Push));
    let mut answer = Answer::nothing();
    let fatigue = refused.claim(&mut answer, &who);
    answer.as_reached(fatigue.and(Reached::from(!late)), "mfa_fatigue_success", About::person(&who));
    for rule in ["new_device_and_network", "impossible_travel", "phone_far_away"] {
        answer.may(rule, About::person(&who));
    }
    builder.rests(&who, (start, at));
    let person = builder.comes_back(&who, start, at);
    answer.person(person);
    answer
}
