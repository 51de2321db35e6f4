//! `policy_misconfiguration`: a policy begins to block people who used to get in.
//!
//! Silent about a policy that blocks some people every day, and about one that stops an attack: what comes from
//! networks that are strange to the people does not count.

mod changes;
mod past;
mod story;

use std::collections::HashMap;

use super::{
    TenantEvent,
    incident::{Incident, IncidentKind, as_f64, beginning, rate},
    micros,
    window::{Ending, GroupCounts, SlidingWindow},
};
use crate::{
    event::Texts,
    finding::Finding,
    record::{AttemptResult, Provider},
    settings,
};
pub(super) use changes::Changes;
use past::PolicyPast;
use story::AccessPolicy;
pub(super) use story::PolicyStory;

const HOUR: i64 = 3_600_000_000;
/// A log younger than this has not seen what the policy does at this time of day.
const YOUNG: i64 = 24 * HOUR;
/// Nights and weekends are silent. After so long it is another misconfiguration.
const LONGEST_SILENCE: i64 = 72 * HOUR;

#[derive(Debug)]
pub(super) struct AccessPolicies {
    limits: settings::Policy,
    span: i64,
    blocked: SlidingWindow<AccessPolicy>,
    past: HashMap<AccessPolicy, PolicyPast>,
    first_sign_in: Option<i64>,
    sign_ins: u64,
    sign_ins_before: u64,
    touched: Vec<AccessPolicy>,
    open: Vec<(AccessPolicy, usize)>,
}

impl AccessPolicies {
    pub(super) fn new(limits: &settings::Policy) -> Self {
        let span = micros(limits.window).max(1);
        Self {
            limits: limits.clone(),
            span,
            blocked: SlidingWindow::new(span),
            past: HashMap::new(),
            first_sign_in: None,
            sign_ins: 0,
            sign_ins_before: 0,
            touched: Vec::new(),
            open: Vec::new(),
        }
    }

    pub(super) fn take(&mut self, step: &TenantEvent<'_>, incidents: &mut [Incident]) {
        let event = step.event;
        if event.proves() {
            self.sign_ins += 1;
            self.first_sign_in.get_or_insert(step.at);
            for (_, open) in &self.open {
                incidents.get_mut(*open).into_iter().for_each(Incident::sign_in);
            }
        }
        // A mail program that cannot do MFA is background only in name: a person waits for the mail.
        let is_of_interest = (event.interactive() || event.legacy()) && !step.is_unfamiliar();
        let (Some(policy), AttemptResult::Failure(cause)) =
            (AccessPolicy::that_refused(event), event.result())
        else {
            return;
        };
        if !is_of_interest {
            return;
        }
        let record = step.record(cause, self.sign_ins_before);
        let open = self.open.iter().find(|(open, _)| *open == policy);
        if let Some(open) = open.and_then(|(_, index)| incidents.get_mut(*index)) {
            open.fail(&record);
            return;
        }
        let people =
            |blocked: &SlidingWindow<AccessPolicy>| blocked.counts(policy).map_or(0, |counts| counts.people);
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
        if self.touched.is_empty() {
            return Vec::new();
        }
        let opening = |policy: &AccessPolicy| self.opening(provider, *policy, changes, now);
        let mut opening: Vec<_> = self.touched.iter().filter_map(opening).collect();
        opening
            .sort_by_cached_key(|incident| incident.evidence().next().map(|first| (first.file, first.line)));
        opening
    }

    fn opening(
        &self,
        provider: Provider,
        policy: AccessPolicy,
        changes: &Changes,
        now: i64,
    ) -> Option<Incident> {
        let counts = self.blocked.counts(policy)?;
        let limits = &self.limits;
        let mostly_before = f64::from(counts.before) >= limits.signed_in_before * f64::from(counts.people);
        if counts.people < limits.people || !mostly_before {
            return None;
        }
        let first = beginning(&counts.records, self.sign_ins);
        let since = counts.records.get(first)?.at;
        let change = changes.before(provider, policy, since, self.span);
        let legacy = counts.records.range(first..).filter(|record| record.legacy).count();
        let legacy = legacy * 2 > counts.records.len() - first;
        let story = PolicyStory { policy, change, before: counts.before, of: counts.people, legacy };
        if f64::from(counts.people) < self.wanted(&story, counts, now) {
            return None;
        }
        // People stop trying soon, long before the policy is corrected.
        let weight = rate(&counts.records, first, self.sign_ins) / 10.0;
        Some(Incident::new(provider, IncidentKind::Policy(story), weight, counts.records.range(first..)))
    }

    /// How many people it takes, seen what the policy did before.
    fn wanted(&self, story: &PolicyStory, counts: &GroupCounts, now: i64) -> f64 {
        let past = self.past.get(&story.policy).copied().unwrap_or_default();
        let people = u64::from(counts.people);
        let sign_ins_before = counts.records.front().map_or(0, |record| record.sign_ins);
        if sign_ins_before == 0 {
            return f64::INFINITY;
        }
        // Had it gone on as before: at so many people for so many attempts.
        let attempts = people + (self.sign_ins - sign_ins_before);
        let earlier = past.people.saturating_sub(people) + 1;
        let expected = as_f64(earlier) * as_f64(attempts) / as_f64(sign_ins_before);
        let beyond_chance = 3.0 * expected + 3.0 * expected.sqrt();
        // A window may lie across two ranges.
        let beyond_the_most = as_f64(2 * past.most_before(now.div_euclid(self.span)) + 1);
        let is_young = self.first_sign_in.is_none_or(|first| now.saturating_sub(first) < YOUNG);
        let floor = f64::from(self.limits.people) * if is_young && !story.is_changed() { 2.0 } else { 1.0 };
        floor.max(beyond_chance).max(beyond_the_most)
    }

    pub(super) fn open(&self) -> impl Iterator<Item = usize> {
        self.open.iter().map(|(_, index)| *index)
    }

    pub(super) fn opened(&mut self, story: &PolicyStory, index: usize) {
        self.open.push((story.policy, index));
        let people = self.blocked.counts(story.policy).map_or(0, |counts| counts.people);
        if let Some(past) = self.past.get_mut(&story.policy) {
            past.forget(people.into());
        }
    }

    /// Time moves on; everything up to `now` has been analysed.
    pub(super) fn advance(&mut self, next: i64, incidents: &mut [Incident]) {
        self.touched.clear();
        self.sign_ins_before = self.sign_ins;
        self.blocked.advance(next, |_| ());
        self.open.retain(|(_, index)| {
            let Some(incident) = incidents.get_mut(*index) else { return false };
            let goes_on = next.saturating_sub(incident.until) <= LONGEST_SILENCE;
            if !goes_on {
                incident.close();
            }
            goes_on
        });
    }

    pub(super) fn finding(&self, incident: &Incident, story: &PolicyStory, texts: &Texts) -> Finding {
        story.finding(incident, &self.limits, texts)
    }
}
