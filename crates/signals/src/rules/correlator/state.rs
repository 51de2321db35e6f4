//! What was noted so far, and what becomes of it with each further record.

use std::hash::RandomState;

use jiff::Timestamp;

use super::{
    Fired, budget,
    event_window::{EventWindow, SECOND, WindowEntry, note, seconds},
    groups::Groups,
    kept::{BACKING, Backing, Hot, Path, Paths},
    sigma_adapter::{EngineAnswer, SigmaAdapter},
};
use crate::{
    event::{View, unpacked_position},
    rules::plan::{Counted, Counter, Plan, PlannedCorrelation, Target},
};

/// The present record.
pub(super) struct Now<'v> {
    pub(super) view: View<'v>,
    /// In microseconds.
    at: i64,
    position: u64,
    /// Tells it from all others.
    serial: u64,
}

impl Now<'_> {
    fn entry(&self, value: u64) -> WindowEntry {
        WindowEntry { at: self.at, position: self.position, value }
    }

    /// The earliest that still counts.
    pub(super) fn oldest(&self, span: i64) -> i64 {
        (seconds(self.at) - span).saturating_mul(SECOND)
    }
}

/// What makes a correlation fire.
struct Verdict {
    answer: EngineAnswer,
    group: Vec<(String, String)>,
    /// What a chain over it needs to know.
    backing: Backing,
}

pub(super) struct State {
    adapter: SigmaAdapter,
    hasher: RandomState,
    pub(super) serial: u64,
    /// By counter.
    pub(super) windows: Vec<Groups<EventWindow>>,
    pub(super) backings: Vec<Groups<Backing>>,
    /// By correlation.
    pub(super) paths: Vec<Groups<Paths>>,
    pub(super) hot: Vec<Groups<Hot>>,
    /// In bytes.
    pub(super) budget: usize,
    /// By the present record.
    pub(super) fired: Vec<Fired>,
}

impl State {
    pub(super) fn new(plan: &Plan) -> Self {
        fn some<T>(count: usize) -> Vec<Groups<T>> {
            (0..count).map(|_| Groups::default()).collect()
        }
        Self {
            adapter: SigmaAdapter::new(&plan.questions),
            hasher: RandomState::new(),
            serial: 0,
            windows: some(plan.counters.len()),
            backings: some(plan.counters.len()),
            paths: some(plan.correlations.len()),
            hot: some(plan.correlations.len()),
            budget: budget::of(plan),
            fired: Vec::new(),
        }
    }

    pub(super) fn now<'v>(&mut self, view: View<'v>) -> Now<'v> {
        self.serial += 1;
        let (at, position) = (view.event.micros(), view.event.raw_position());
        Now { view, at, position, serial: self.serial }
    }

    /// Counts the record, or what a correlation found with it.
    pub(super) fn hit(&mut self, plan: &Plan, target: Target, now: &Now<'_>, backing: Option<&Backing>) {
        let fires = match target {
            Target::Counter { counter, part } => return self.count(plan, (counter, part), now, backing),
            Target::Order { correlation, part } => self.step(plan, (correlation, part), now, backing),
            Target::Open { correlation, part } => self.ask(plan, (correlation, part), now, backing),
        };
        if let Some((correlation, verdict)) = fires {
            self.fire(plan, correlation, verdict, now);
        }
    }

    fn fire(&mut self, plan: &Plan, correlation: &PlannedCorrelation, verdict: Verdict, now: &Now<'_>) {
        let Verdict { answer, group, backing } = verdict;
        let time = |micros| Timestamp::from_microsecond(micros).unwrap_or_default();
        if let Some(rule) = correlation.rule {
            let (since, until) = (time(answer.since), time(now.at));
            self.fired.push(Fired {
                rule,
                group,
                value: answer.value,
                evidence: answer.evidence,
                since,
                until,
            });
        }
        for parent in &correlation.parents {
            self.hit(plan, *parent, now, Some(&backing));
        }
    }

    fn count(
        &mut self,
        plan: &Plan,
        (index, part): (usize, usize),
        now: &Now<'_>,
        backing: Option<&Backing>,
    ) {
        let Some(counter) = plan.counters.get(index) else { return };
        let Some(group) = counter.group.number(now.view, &self.hasher) else { return };
        let value = match &counter.counts {
            Counted::Records => Some(now.serial),
            Counted::Values(fields) => fields.number(now.view, &self.hasher),
            Counted::Parts => u64::try_from(part).ok(),
        };
        let Some(value) = value else { return };
        let oldest = now.oldest(counter.span);
        if let (Some(more), Some(backings)) = (backing, self.backings.get_mut(index)) {
            backings.change(group, oldest, |kept| kept.add(more));
        }
        let Some(windows) = self.windows.get_mut(index) else { return };
        let entry = now.entry(value);
        let reached = windows.change(group, oldest, |window| note(plan, counter, window, entry, oldest));
        if reached.now == 0 {
            return;
        }
        for (bit, correlation) in counter.correlations.iter().enumerate() {
            let Some(of) = plan.correlations.get(*correlation).filter(|_| reached.now >> bit & 1 == 1) else {
                continue;
            };
            let goes_on = reached.before >> bit & 1 == 1 && self.is_hot(*correlation, group);
            let verdict = if goes_on {
                self.go_on((index, *correlation), of, group, now)
            } else {
                self.analyse((index, counter), (*correlation, of), group, now)
            };
            if let Some(verdict) = verdict {
                self.fire(plan, of, verdict, now);
            }
        }
    }

    fn is_hot(&self, correlation: usize, group: u64) -> bool {
        self.hot.get(correlation).is_some_and(|hot| hot.get(group).is_some())
    }

    /// The limit was reached before this record and still is. `None`: this record was reported already.
    fn go_on(
        &mut self,
        (counter, correlation): (usize, usize),
        of: &PlannedCorrelation,
        group: u64,
        now: &Now<'_>,
    ) -> Option<Verdict> {
        let hot = self.hot.get_mut(correlation)?.get_mut(group)?;
        let is_reported = hot.serial == now.serial;
        (hot.last, hot.serial) = (now.entry(0), now.serial);
        if is_reported {
            return None;
        }
        #[expect(clippy::cast_precision_loss, reason = "a count")]
        let value = match &of.counted {
            None => hot.value + 1.0,
            Some(_) => self.windows.get(counter)?.get(group)?.count(of.span) as f64,
        };
        hot.value = hot.value.max(value);
        let position = unpacked_position(now.position);
        if of.remembered > 0 {
            hot.keep(position);
        }
        let answer = EngineAnswer { value: hot.value, evidence: vec![position], since: hot.since };
        let backing = if of.parents.is_empty() { Backing::default() } else { answer.backing(now.at) };
        Some(Verdict { answer, group: hot.group.clone(), backing })
    }

    /// Gives the engine everything that was noted of the group.
    fn analyse(
        &mut self,
        (index, counter): (usize, &Counter),
        (correlation, of): (usize, &PlannedCorrelation),
        group: u64,
        now: &Now<'_>,
    ) -> Option<Verdict> {
        let entries = self.windows.get(index)?.get(group)?.reaches(of.least, of.span)?.to_vec();
        let mut answer = None;
        for entry in &entries {
            let part = if counter.counts == Counted::Parts { usize::try_from(entry.value).ok()? } else { 0 };
            answer = self.adapter.observe(of.labels.get(part)?, group, entry);
        }
        let mut answer = EngineAnswer { since: entries.first()?.at, ..answer? };
        if counter.is_backed
            && let Some(backing) = self.backings.get(index).and_then(|backings| backings.get(group))
        {
            answer.build_on(backing);
        }
        let pairs = of.group.pairs(now.view);
        let backing = answer.backing(now.at);
        let mut hot = Hot {
            value: answer.value,
            group: pairs.clone(),
            evidence: Vec::new(),
            since: answer.since,
            last: now.entry(0),
            serial: now.serial,
        };
        if of.remembered > 0 {
            hot.evidence = Vec::with_capacity(BACKING);
            hot.evidence.extend(&backing.evidence);
        }
        let oldest = now.oldest(of.span.max(of.remembered));
        self.hot.get_mut(correlation)?.change(group, oldest, |kept| *kept = hot);
        Some(Verdict { answer, group: pairs, backing })
    }

    /// A step of an order; the last one asks the engine.
    fn step<'p>(
        &mut self,
        plan: &'p Plan,
        (correlation, part): (usize, usize),
        now: &Now<'_>,
        backing: Option<&Backing>,
    ) -> Option<(&'p PlannedCorrelation, Verdict)> {
        let of = plan.correlations.get(correlation)?;
        let before = part.checked_sub(1);
        let armed_by = of.armed_by.filter(|_| before == Some(0)).and_then(|child| self.hot.get(child));
        let paths = self.paths.get(correlation)?;
        let is_idle = armed_by.map_or_else(|| paths.is_empty(), Groups::is_empty);
        if before.is_some() && is_idle {
            return None;
        }
        let group = of.group.number(now.view, &self.hasher)?;
        let oldest = now.oldest(of.span);
        let mut path = match (before, armed_by) {
            (None, _) => Path::default(),
            (Some(_), Some(hot)) => hot.get(group).filter(|hot| hot.last.at >= oldest)?.path(),
            (Some(before), None) => {
                let path = paths.get(group)?.0.get(before)?;
                path.steps.first().filter(|first| first.at >= oldest)?;
                path.clone()
            }
        };
        path.steps.push(now.entry(u64::try_from(part).ok()?));
        if let Some(more) = backing {
            path.backing.add(more);
        }
        if part + 1 < of.labels.len() {
            self.paths.get_mut(correlation)?.change(group, oldest, |kept| kept.set(part, path));
            return None;
        }
        let mut answer = None;
        for step in &path.steps {
            answer = self.adapter.observe(of.labels.get(usize::try_from(step.value).ok()?)?, group, step);
        }
        let mut answer = EngineAnswer { since: path.steps.first()?.at, ..answer? };
        answer.build_on(&path.backing);
        let backing = answer.backing(now.at);
        Some((of, Verdict { answer, group: of.group.pairs(now.view), backing }))
    }

    /// Asks the engine about each record.
    fn ask<'p>(
        &mut self,
        plan: &'p Plan,
        (correlation, part): (usize, usize),
        now: &Now<'_>,
        backing: Option<&Backing>,
    ) -> Option<(&'p PlannedCorrelation, Verdict)> {
        let of = plan.correlations.get(correlation)?;
        let group = of.group.number(now.view, &self.hasher)?;
        let value = match &of.counted {
            Some(fields) => fields.number(now.view, &self.hasher)?,
            None => 0,
        };
        let mut answer = self.adapter.observe(of.labels.get(part)?, group, &now.entry(value))?;
        // The engine knows the time to the second.
        answer.since = answer.since.min(now.at);
        if let Some(backing) = backing {
            answer.build_on(backing);
        }
        let backing = answer.backing(now.at);
        Some((of, Verdict { answer, group: of.group.pairs(now.view), backing }))
    }
}
