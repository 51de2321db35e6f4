//! `outage`: the provider is failing, and nobody's account is the matter.
//!
//! What tells an outage from its look-alikes:
//! - Monday morning: more people, but no code takes a greater share of them than ever.
//! - A spray: from networks that are strange to the people, or from a few. Failures from strange networks count nowhere.
//! - The day that many passwords expire: another code than that of wrong passwords.
//! - A change of policy: told by `policy_misconfiguration`.
//! - One office cut off: one network.

mod story;

use std::cmp::Reverse;

use super::{
    TenantEvent,
    active::Active,
    incident::{Incident, IncidentKind, beginning, rate},
    micros,
    normal::{Normal, minute},
    window::{Ending, Fact, GroupCounts, Record, SlidingWindow},
};
use crate::{
    cause::Cause,
    event::Texts,
    finding::Finding,
    record::{AttemptResult, Provider},
    settings,
};
pub(super) use story::OutageStory;
use story::{OutageKey, OutageProof, failed_with, proof};

/// Where people's own mistakes or an attack would look the same, more than this share has to fail.
const STRONG_SHARE: f64 = 0.5;
/// And the success rate has to fall by so much.
const STRONG_FALL: f64 = 0.4;
/// And so many of them must be familiar: on a network that is known, and signed in before.
const FAMILIAR_SHARE: f64 = 0.8;
/// Beyond so many standard deviations it is no chance.
const CHANCE: f64 = 4.0;
/// While nobody tries, it may go on: for so many windows.
const LONGEST_SILENCE: i64 = 6;

#[derive(Debug)]
pub(super) struct Outages {
    limits: settings::Outage,
    active: Active,
    failing: SlidingWindow<OutageKey>,
    normal: Normal<OutageKey>,
    sign_ins: u64,
    sign_ins_before: u64,
    touched: Vec<OutageKey>,
    open: Option<usize>,
}

impl Outages {
    pub(super) fn new(limits: &settings::Outage) -> Self {
        let window = micros(limits.window);
        Self {
            limits: limits.clone(),
            active: Active::new(window),
            failing: SlidingWindow::new(window),
            normal: Normal::new(window, limits.people),
            sign_ins: 0,
            sign_ins_before: 0,
            touched: Vec::new(),
            open: None,
        }
    }

    /// Background use of tokens says nothing: it goes on through an outage, and fails without one.
    pub(super) fn take(&mut self, step: &TenantEvent<'_>, incidents: &mut [Incident]) {
        let event = step.event;
        if !event.interactive() {
            return;
        }
        let open = self.open.and_then(|index| incidents.get_mut(index));
        match event.result() {
            AttemptResult::Success if event.proves() => {
                self.sign_ins += 1;
                if let Some(open) = open {
                    open.sign_in();
                }
                self.active.take(step.who, step.at, Ending::Succeeded);
            }
            AttemptResult::Failure(_) if step.is_unfamiliar() => {}
            AttemptResult::Failure(Cause::PolicyBlock | Cause::DeviceBlock) => {
                self.active.take(step.who, step.at, Ending::Refused);
            }
            AttemptResult::Failure(cause) => {
                self.active.take(step.who, step.at, Ending::Failed);
                if let Some(key) = failed_with(event).filter(|_| proof(cause).is_some()) {
                    self.fail(step, key, open);
                }
            }
            _ => {}
        }
    }

    fn fail(&mut self, step: &TenantEvent<'_>, key: OutageKey, open: Option<&mut Incident>) {
        let record = step.record(key.cause, self.sign_ins_before);
        self.failing.take(Fact { network: step.event.network_key(), ..step.fact(key, Ending::Failed) });
        self.failing.record(key, record);
        if !self.touched.contains(&key) {
            self.touched.push(key);
        }
        if let Some(open) =
            open.filter(|open| matches!(&open.about, IncidentKind::Outage(story) if story.has(key)))
        {
            open.fail(&record);
        }
    }

    /// What begins now.
    pub(super) fn opening(&self, provider: Provider, now: i64) -> Option<Incident> {
        if self.open.is_some() {
            return None;
        }
        let candidates = self.touched.iter().filter_map(|key| Some((*key, self.failing.counts(*key)?)));
        let proven = candidates.filter(|(key, counts)| self.is_proven(*key, counts, now));
        // With several codes at once the one that most people fail with, else the one that came first.
        let (key, counts) = proven.max_by_key(|(_, counts)| {
            let first =
                counts.records.front().map(|first| (first.at, first.position.file, first.position.line));
            (counts.people, Reverse(first))
        })?;
        let first = beginning(&counts.records, self.sign_ins);
        let normal = self.normal.hour_before(now).or_else(|| self.normal.normal_hour());
        let mut story = OutageStory { keys: vec![key], failing: 0, active: 0, networks: 0, normal };
        self.look_again(&mut story);
        // People give up while it lasts; what is usual afterwards lies far below still.
        let weight = rate(&counts.records, first, self.sign_ins) / 4.0;
        Some(Incident::new(provider, IncidentKind::Outage(story), weight, counts.records.range(first..)))
    }

    fn is_proven(&self, key: OutageKey, failing: &GroupCounts, now: i64) -> bool {
        let Some(proof) = proof(key.cause) else { return false };
        let limits = &self.limits;
        let (people, everybody) = (f64::from(failing.people), f64::from(self.active.people()));
        let many = failing.people >= limits.people && people > limits.share * everybody;
        let spread = failing.networks.count() >= limits.networks
            && f64::from(failing.networks.largest()) <= limits.one_network * people;
        let usual = self.normal.share_of(key) * everybody;
        let unusual = usual * if proof == OutageProof::Plain { 2.0 } else { 3.0 };
        many && spread
            && people >= unusual.max(usual + CHANCE * usual.sqrt())
            && self.has_fallen(key.cause, people, now)
            && (proof < OutageProof::Strong || self.is_no_mistake(key, failing, everybody))
    }

    /// The success rate lies clearly below that of the hour before, and of a normal hour.
    fn has_fallen(&self, cause: Cause, failing: f64, now: i64) -> bool {
        let everybody = f64::from(self.active.people());
        let known = [self.normal.hour_before(now), self.normal.normal_hour()];
        if known == [None, None] {
            // The log begins in the middle of it. Then only the provider's own word is good enough.
            return cause == Cause::ProviderOutage && failing > STRONG_SHARE * everybody;
        }
        let strong = proof(cause) == Some(OutageProof::Strong);
        let fall = if strong { self.limits.fall.max(STRONG_FALL) } else { self.limits.fall };
        let rate = f64::from(self.active.succeeded()) / everybody;
        known.into_iter().flatten().all(|normal| rate <= normal - fall)
    }

    fn is_no_mistake(&self, key: OutageKey, failing: &GroupCounts, everybody: f64) -> bool {
        let people = f64::from(failing.people);
        let are_familiar = f64::from(failing.familiar) >= FAMILIAR_SHARE * people
            && f64::from(failing.before) >= FAMILIAR_SHARE * people;
        // Expired passwords have a code of their own; that of an outage is the code of every wrong password.
        let is_usual = key.cause != Cause::BadPassword
            || (key.code.is_some() && self.normal.is_most_usual(key, |other| other.cause == key.cause));
        people > STRONG_SHARE * everybody && are_familiar && is_usual
    }

    fn look_again(&self, story: &mut OutageStory) {
        let active = self.active.people();
        let failing = story.keys.iter().filter_map(|key| self.failing.counts(*key));
        let Some(failing) = failing.max_by_key(|counts| counts.people) else { return };
        story.networks = story.networks.max(failing.networks.count());
        if story.active == 0 || story.is_worse(failing.people, active) {
            (story.failing, story.active) = (failing.people, active);
        }
    }

    /// What has happened by now to the one that is open.
    pub(super) fn update(&self, incident: &mut Incident, now: i64) {
        incident.settle(now);
        let since = incident.since;
        let IncidentKind::Outage(story) = &mut incident.about else { return };
        let mut joining: Vec<Record> = Vec::new();
        for key in &self.touched {
            let proven = self.failing.counts(*key).filter(|counts| self.is_proven(*key, counts, now));
            if let Some(counts) = proven.filter(|_| !story.has(*key) && story.has_room()) {
                story.keys.push(*key);
                joining.extend(counts.records.iter().filter(|record| record.at >= since));
            }
        }
        self.look_again(story);
        if !joining.is_empty() {
            incident.absorb(&joining);
        }
    }

    pub(super) fn open(&self) -> Option<usize> {
        self.open
    }

    pub(super) fn opened(&mut self, index: usize) {
        self.open = Some(index);
        self.normal.forget_young();
    }

    /// Time moves on; everything up to `now` has been analysed.
    pub(super) fn advance(&mut self, now: i64, next: i64, incidents: &mut [Incident]) {
        self.touched.clear();
        self.sign_ins_before = self.sign_ins;
        if self.open.is_none() && minute(now) != minute(next) {
            self.normal.sample(now, &self.active, self.failing.group_counts());
        }
        self.active.advance(next);
        self.failing.advance(next, |_| ());
        if let Some(incident) = self.open.and_then(|index| incidents.get_mut(index))
            && self.has_passed(incident)
            && (incident.is_over()
                || next.saturating_sub(incident.until) / LONGEST_SILENCE > micros(self.limits.window))
        {
            incident.close();
            self.open = None;
        }
    }

    /// With half the share that it takes to begin, so that it does not flicker.
    fn has_passed(&self, incident: &Incident) -> bool {
        let IncidentKind::Outage(story) = &incident.about else { return true };
        let active = self.active.people();
        let failing =
            story.keys.iter().filter_map(|key| self.failing.counts(*key)).map(|counts| counts.people);
        let failing = failing.max().unwrap_or(0);
        failing == 0 || f64::from(failing) < self.limits.share / 2.0 * f64::from(active)
    }

    pub(super) fn finding(&self, incident: &Incident, story: &OutageStory, texts: &Texts) -> Finding {
        story.finding(incident, &self.limits, texts)
    }
}
