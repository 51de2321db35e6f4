//! `policy_misconfiguration`: a policy begins to block people who used to get in.
//!
//! Silent about a policy that blocks some people every day, and about one that stops an attack: what comes from
//! networks that are strange to the people does not count.

use std::collections::{HashMap, VecDeque};

use super::{
    Step,
    incident::{About, Incident, as_f64, beginning, rate},
    micros,
    window::{Ending, Tally, Window},
    words::{self, Wording},
};
use crate::{
    cause::Cause,
    event::{Event, TextId, Texts},
    finding::{Confidence, EVIDENCE_LISTED, Finding, Grade, Subject},
    record::{AttemptResult, Lifecycle, Position, Provider},
    report::printable,
    settings,
};

const HOUR: i64 = 3_600_000_000;
/// A log younger than this has not seen what the policy does at this time of day.
const YOUNG: i64 = 24 * HOUR;
/// Nights and weekends are silent. After so long it is another misconfiguration.
const LONGEST_SILENCE: i64 = 72 * HOUR;
/// Changes of policies that are remembered.
const MOST_CHANGES: usize = 256;

/// Which policy: its name, else the provider's code, else only what it did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Policy {
    Named(TextId),
    Coded(TextId),
    Nameless(Cause),
}

impl Policy {
    fn that_refused(event: &Event) -> Option<Self> {
        match event.result() {
            AttemptResult::Failure(Cause::PolicyBlock | Cause::DeviceBlock) if event.policy.is_some() => {
                Some(Self::Named(event.policy))
            }
            AttemptResult::Failure(Cause::PolicyBlock | Cause::DeviceBlock) if event.code.is_some() => {
                Some(Self::Coded(event.code))
            }
            AttemptResult::Failure(cause @ (Cause::PolicyBlock | Cause::DeviceBlock)) => {
                Some(Self::Nameless(cause))
            }
            _ => None,
        }
    }

    fn words(self, texts: &Texts) -> String {
        let text = |id| texts.get(id).map_or_else(String::new, |text| printable(&text));
        match self {
            Self::Named(name) => format!("The policy \u{201c}{}\u{201d}", text(name)),
            Self::Coded(code) => format!("A policy that the log does not name (code {})", text(code)),
            Self::Nameless(_) => "A policy that the log does not name".to_owned(),
        }
    }
}

/// A record that says that a policy was made or changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Change {
    provider: Provider,
    at: i64,
    position: Position,
    policy: TextId,
    actor: TextId,
}

/// The changes of the last hours, of all providers.
#[derive(Debug, Default)]
pub(super) struct Changes(VecDeque<Change>);

impl Changes {
    pub(super) fn take(&mut self, event: &Event, at: i64) {
        if event.result() != AttemptResult::Lifecycle(Lifecycle::PolicyChanged) {
            return;
        }
        let (provider, position) = (event.provider(), event.position());
        self.0.push_back(Change { provider, at, position, policy: event.policy, actor: event.actor });
        if self.0.len() > MOST_CHANGES {
            self.0.pop_front();
        }
    }

    /// The last change before a policy began to block: of this policy if there is one, else of any.
    fn before(&self, provider: Provider, policy: Policy, since: i64, span: i64) -> Option<Change> {
        let around = |change: &&Change| {
            is_told_by(change.provider, provider) && (since.saturating_sub(span)..=since).contains(&change.at)
        };
        let order = |change: &&Change| {
            let same = policy == Policy::Named(change.policy);
            (same, change.at, change.position.file, change.position.line)
        };
        self.0.iter().filter(around).max_by_key(order).copied()
    }
}

/// Entra's sign-ins and the changes made in it may be in different logs.
fn is_told_by(teller: Provider, provider: Provider) -> bool {
    teller == provider || matches!((teller, provider), (Provider::M365, Provider::Entra))
}

/// What only a misconfiguration has to tell.
#[derive(Debug, Clone)]
pub(super) struct Story {
    policy: Policy,
    change: Option<Change>,
    /// Of the first people, those who had signed in before.
    before: u32,
    of: u32,
    /// Most of what it blocks cannot do MFA.
    legacy: bool,
}

impl Story {
    pub(super) fn tells_of(&self, event: &Event) -> bool {
        Policy::that_refused(event) == Some(self.policy)
    }

    fn is_changed(&self) -> bool {
        self.change.is_some_and(|change| self.policy == Policy::Named(change.policy))
    }
}

/// What a policy did before, as far as it was no misconfiguration.
#[derive(Debug, Clone, Copy, Default)]
struct Past {
    /// People that it blocked, each once in a window.
    people: u64,
    /// Most of them in one stretch as long as the window, the last two stretches left out.
    most: u64,
    /// The last two stretches: which, and how many.
    stretches: [(i64, u64); 2],
}

impl Past {
    fn add(&mut self, stretch: i64) {
        self.people += 1;
        self.most = self.most_before(stretch);
        let [older, newer] = &mut self.stretches;
        if newer.0 != stretch {
            *older = std::mem::replace(newer, (stretch, 0));
        }
        newer.1 += 1;
    }

    fn most_before(&self, stretch: i64) -> u64 {
        let past = self.stretches.iter().filter(|(which, _)| *which < stretch - 1).map(|(_, people)| *people);
        past.fold(self.most, u64::max)
    }

    /// It was a misconfiguration, and tells nothing about the usual.
    fn forget(&mut self, people: u64) {
        self.people = self.people.saturating_sub(people);
        self.stretches = Default::default();
    }
}

#[derive(Debug)]
pub(super) struct Policies {
    limits: settings::Policy,
    span: i64,
    blocked: Window<Policy>,
    past: HashMap<Policy, Past>,
    first_sign_in: Option<i64>,
    sign_ins: u64,
    sign_ins_before: u64,
    touched: Vec<Policy>,
    open: HashMap<Policy, usize>,
}

impl Policies {
    pub(super) fn new(limits: &settings::Policy) -> Self {
        let span = micros(limits.window).max(1);
        Self {
            limits: limits.clone(),
            span,
            blocked: Window::new(span),
            past: HashMap::new(),
            first_sign_in: None,
            sign_ins: 0,
            sign_ins_before: 0,
            touched: Vec::new(),
            open: HashMap::new(),
        }
    }

    pub(super) fn take(&mut self, step: &Step<'_>, incidents: &mut [Incident]) {
        let event = step.event;
        if event.proves() {
            self.sign_ins += 1;
            self.first_sign_in.get_or_insert(step.at);
            for open in self.open.values() {
                incidents.get_mut(*open).into_iter().for_each(Incident::sign_in);
            }
        }
        // A mail program that cannot do MFA is background only in name: a person waits for the mail.
        let is_of_interest = (event.interactive() || event.legacy()) && !step.is_strange();
        let (Some(policy), AttemptResult::Failure(cause)) = (Policy::that_refused(event), event.result())
        else {
            return;
        };
        if !is_of_interest {
            return;
        }
        let record = step.record(cause, self.sign_ins_before);
        if let Some(open) = self.open.get(&policy).and_then(|index| incidents.get_mut(*index)) {
            open.fail(&record);
            return;
        }
        let people = |blocked: &Window<Policy>| blocked.tally(policy).map_or(0, |tally| tally.people);
        let before = people(&self.blocked);
        self.blocked.take(step.fact(policy, Ending::Refused));
        self.blocked.record(policy, record);
        if people(&self.blocked) > before {
            self.past.entry(policy).or_default().add(step.at.div_euclid(self.span));
        }
        if !self.touched.contains(&policy) {
            self.touched.push(policy);
        }
    }

    /// What begins now.
    pub(super) fn openings(&self, provider: Provider, changes: &Changes, now: i64) -> Vec<Incident> {
        let opening = |policy: &Policy| self.opening(provider, *policy, changes, now);
        let mut opening: Vec<_> = self.touched.iter().filter_map(opening).collect();
        opening
            .sort_by_cached_key(|incident| incident.evidence().next().map(|first| (first.file, first.line)));
        opening
    }

    fn opening(&self, provider: Provider, policy: Policy, changes: &Changes, now: i64) -> Option<Incident> {
        let tally = self.blocked.tally(policy)?;
        let limits = &self.limits;
        let mostly_before = f64::from(tally.before) >= limits.signed_in_before * f64::from(tally.people);
        if tally.people < limits.people || !mostly_before {
            return None;
        }
        let first = beginning(&tally.records, self.sign_ins);
        let since = tally.records.get(first)?.at;
        let change = changes.before(provider, policy, since, self.span);
        let legacy = tally.records.range(first..).filter(|record| record.legacy).count();
        let legacy = legacy * 2 > tally.records.len() - first;
        let story = Story { policy, change, before: tally.before, of: tally.people, legacy };
        if f64::from(tally.people) < self.wanted(&story, tally, now) {
            return None;
        }
        // People stop trying soon, long before the policy is mended.
        let weight = rate(&tally.records, first, self.sign_ins) / 10.0;
        Some(Incident::new(provider, About::Policy(story), weight, tally.records.range(first..)))
    }

    /// How many people it takes, seen what the policy did before.
    fn wanted(&self, story: &Story, tally: &Tally, now: i64) -> f64 {
        let past = self.past.get(&story.policy).copied().unwrap_or_default();
        let people = u64::from(tally.people);
        let sign_ins_before = tally.records.front().map_or(0, |record| record.sign_ins);
        if sign_ins_before == 0 {
            return f64::INFINITY;
        }
        // Had it gone on as before: at so many people for so many attempts.
        let attempts = people + (self.sign_ins - sign_ins_before);
        let earlier = past.people.saturating_sub(people) + 1;
        let expected = as_f64(earlier) * as_f64(attempts) / as_f64(sign_ins_before);
        let beyond_chance = 3.0 * expected + 3.0 * expected.sqrt();
        // A window may lie across two stretches.
        let beyond_the_most = as_f64(2 * past.most_before(now.div_euclid(self.span)) + 1);
        let is_young = self.first_sign_in.is_none_or(|first| now.saturating_sub(first) < YOUNG);
        let floor = f64::from(self.limits.people) * if is_young && !story.is_changed() { 2.0 } else { 1.0 };
        floor.max(beyond_chance).max(beyond_the_most)
    }

    pub(super) fn open(&self) -> impl Iterator<Item = usize> {
        self.open.values().copied()
    }

    pub(super) fn opened(&mut self, story: &Story, index: usize) {
        self.open.insert(story.policy, index);
        let people = self.blocked.tally(story.policy).map_or(0, |tally| tally.people);
        if let Some(past) = self.past.get_mut(&story.policy) {
            past.forget(people.into());
        }
    }

    /// Time moves on; everything up to `now` has been judged.
    pub(super) fn advance(&mut self, next: i64, incidents: &mut [Incident]) {
        self.touched.clear();
        self.sign_ins_before = self.sign_ins;
        self.blocked.advance(next, |_| ());
        self.open.retain(|_, index| {
            let Some(incident) = incidents.get_mut(*index) else { return false };
            let goes_on = next.saturating_sub(incident.until) <= LONGEST_SILENCE;
            if !goes_on {
                incident.close();
            }
            goes_on
        });
    }

    pub(super) fn finding(&self, incident: &Incident, story: &Story, texts: &Texts) -> Finding {
        let limits = &self.limits;
        let threshold = format!(
            "a policy begins to block at least {} people within {}, {} of whom had signed in before",
            limits.people,
            words::span(limits.window),
            words::per_cent(limits.signed_in_before),
        );
        let policy = match story.policy {
            Policy::Named(text) | Policy::Coded(text) => texts.get(text).unwrap_or_default(),
            Policy::Nameless(cause) => cause.as_str().into(),
        };
        let wording = Wording {
            rule: "policy_misconfiguration",
            title: if story.legacy {
                "A policy began to block clients that cannot do MFA"
            } else {
                "A policy began to block people who used to get in"
            },
            grade: Grade::Warning,
            confidence: if story.is_changed() { Confidence::High } else { Confidence::Medium },
            subject: Subject::Policy { provider: incident.provider, policy },
            threshold,
            words: story.words(incident, texts),
            mend: story.mend(),
            runbook: "agent-runbook.md#policy-misconfiguration",
        };
        let mut finding = words::finding(incident, texts, wording);
        if let Some(change) = story.change {
            finding.evidence.insert(0, change.position);
            finding.evidence.truncate(EVIDENCE_LISTED);
        }
        finding
    }
}

impl Story {
    fn mend(&self) -> &'static str {
        if self.legacy {
            "Move these people to a client that can do MFA. Do not switch the policy off, and do not touch anybody's MFA."
        } else {
            "Name the policy to its owner, who can mend it or leave these people out. Do not touch anybody's MFA: a \
             reset would not help."
        }
    }

    fn words(&self, incident: &Incident, texts: &Texts) -> String {
        let clients = if self.legacy { ", most of them with a client that cannot do MFA" } else { "" };
        let whom = format!(
            "{} began to block at {}: {} people{clients}. Of the first {}, {} had signed in before.",
            self.policy.words(texts),
            words::time(incident.since),
            incident.people,
            self.of,
            self.before,
        );
        let change = self.change.map(|change| self.change_in_words(change, texts));
        let last = words::time(incident.until);
        let end = if incident.is_over() {
            format!("It blocked nobody after {last}.")
        } else {
            format!("It still did at the end of the log, the last time at {last}.")
        };
        [Some(whom), change, Some(end)].into_iter().flatten().collect::<Vec<_>>().join(" ")
    }

    fn change_in_words(&self, change: Change, texts: &Texts) -> String {
        let text = |id: TextId| texts.get(id).map(|text| printable(&text));
        let what = match text(change.policy) {
            _ if self.is_changed() => "It".to_owned(),
            Some(other) => format!("Another policy, \u{201c}{other}\u{201d},"),
            None => "A policy".to_owned(),
        };
        let by = text(change.actor).map_or_else(String::new, |actor| format!(" by {actor}"));
        format!("{what} was changed{by} at {}.", words::time(change.at))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_past_leaves_the_last_two_stretches_out() {
        let mut past = Past::default();
        for stretch in [1, 1, 1, 5, 5, 9] {
            past.add(stretch);
        }
        assert_eq!((past.people, past.most_before(9), past.most_before(10)), (6, 3, 3));
        (0..4).for_each(|_| past.add(9));
        assert_eq!((past.most_before(10), past.most_before(11)), (3, 5));
    }
}
