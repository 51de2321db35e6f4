//! Prompts until somebody gives in.

use postern_signals::{
    Cause,
    Provider::{self, Auth0, Duo, Entra, Okta},
};

use super::{Kind, kind};
use crate::{
    act::{Act, Proof},
    answer::{About, Answer},
    stage::Stage,
    time::{DAY, MINUTE},
    windows::{Reached, prompts_reached},
    world::{Account, Seat},
};

pub(super) const KINDS: [Kind; 4] = [
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
    fn prompt(&mut self, stage: &mut Stage<'_>, who: &Account, (at, seat): (i64, Seat), unanswered: u32) {
        self.unanswered = stage.drawn.chance(unanswered);
        let act = if self.unanswered { Act::NoAnswer(Proof::Push) } else { Act::Denied };
        stage.say(who, at, seat, act);
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
    fn left(&self, stage: &Stage<'_>, who: &Account) -> Option<Cause> {
        let written = match who.provider {
            Auth0 => false,
            Okta => stage.okta_identity_engine(),
            _ => true,
        };
        match (self.unanswered, written) {
            (false, _) => Some(Cause::MfaDenied),
            (true, true) => Some(Cause::MfaNoResponse),
            (true, false) => None,
        }
    }
}

fn bombed(stage: &mut Stage<'_>, count: i64, gap: (i64, i64), unanswered: u32) -> Answer {
    let who = stage.actor(&WITH_PROMPTS);
    let start = stage.any_hour(&who);
    let seat = stage.stranger_to(&who);
    let (mut at, mut refused) = (start, Refused::default());
    for _ in 0..count {
        refused.prompt(stage, &who, (at, seat), unanswered);
        at += stage.seconds(gap.0, gap.1);
    }
    let mut answer = Answer::nothing();
    refused.claim(&mut answer, &who);
    answer.must_not(&["mfa_fatigue_success"]);
    stage.rests(&who, (start, at));
    let left = refused.left(stage, &who);
    let person = stage.aftermath(&who, (start, at), left);
    answer.person(person);
    answer
}

fn push_bombing(stage: &mut Stage<'_>) -> Answer {
    let count = stage.drawn.between(2, 14);
    bombed(stage, count, (15, 90), 30)
}

/// One an hour, so that no burst is ever seen.
fn push_bombing_slow(stage: &mut Stage<'_>) -> Answer {
    let count = stage.drawn.between(6, 20);
    bombed(stage, count, (2_700, 4_500), 40)
}

fn push_unanswered(stage: &mut Stage<'_>) -> Answer {
    let count = stage.drawn.between(2, 10);
    bombed(stage, count, (65, 130), 100)
}

fn push_bombing_then_success(stage: &mut Stage<'_>) -> Answer {
    let who = stage.actor(&WITH_PROMPTS);
    let start = stage.any_hour(&who);
    let seat = stage.stranger_to(&who);
    let (mut at, mut refused) = (start, Refused::default());
    let slowly = stage.drawn.chance(30);
    let (count, gap) = if slowly { (10..=14, (2_700, 4_500)) } else { (2..=12, (20, 100)) };
    for _ in 0..stage.drawn.between(*count.start(), *count.end()) {
        refused.prompt(stage, &who, (at, seat), 25);
        at += stage.seconds(gap.0, gap.1);
    }
    // Soon, or so late that it has nothing to do with it.
    let late = stage.drawn.chance(15);
    let last = refused.at.last().copied().unwrap_or(start);
    at = last + if late { stage.drawn.between(26 * 60, 30 * 60) * MINUTE } else { stage.seconds(30, 2_400) };
    stage.say(&who, at, seat, Act::In(Proof::Push));
    let mut answer = Answer::nothing();
    let fatigue = refused.claim(&mut answer, &who);
    answer.as_reached(fatigue.and(Reached::from(!late)), "mfa_fatigue_success", About::person(&who));
    for rule in ["new_device_and_network", "impossible_travel", "phone_far_away"] {
        answer.may(rule, About::person(&who));
    }
    stage.rests(&who, (start, at));
    let person = stage.comes_back(&who, start, at);
    answer.person(person);
    answer
}
