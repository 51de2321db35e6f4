//! What was noted so far, and what becomes of it with each further record.

use std::hash::RandomState;

use jiff::Timestamp;

use super::{
    Fired,
    court::{Court, Said},
    groups::{Backing, Entry, Groups, Hot, Memory, Path, Paths, SECOND, Trail, seconds},
};
use crate::{
    event::{View, unpacked_position},
    rules::plan::{Counts, Plan, Tally, Target, Watch},
};

/// Bytes that may be kept of people, addresses and whatever else is watched. Beyond, those that were quiet for the
/// longest are forgotten.
const BUDGET: usize = 40 << 20;
/// Records between two looks at the budget.
const LOOK_EVERY: u64 = 1_024;

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
    fn entry(&self, value: u64) -> Entry {
        Entry { at: self.at, position: self.position, value }
    }

    /// The earliest that still counts.
    fn oldest(&self, span: i64) -> i64 {
        (seconds(self.at) - span).saturating_mul(SECOND)
    }
}

/// What makes a correlation fire.
struct Verdict {
    said: Said,
    group: Vec<(String, String)>,
    /// What a chain over it needs to know.
    backing: Backing,
}

pub(super) struct State {
    court: Court,
    hasher: RandomState,
    serial: u64,
    /// By tally.
    trails: Vec<Groups<Trail>>,
    backings: Vec<Groups<Backing>>,
    /// By watch.
    paths: Vec<Groups<Paths>>,
    hot: Vec<Groups<Hot>>,
    budget: usize,
}

impl State {
    pub(super) fn new(plan: &Plan) -> Self {
        fn some<T>(count: usize) -> Vec<Groups<T>> {
            (0..count).map(|_| Groups::default()).collect()
        }
        Self {
            court: Court::new(&plan.questions),
            hasher: RandomState::new(),
            serial: 0,
            trails: some(plan.tallies.len()),
            backings: some(plan.tallies.len()),
            paths: some(plan.watches.len()),
            hot: some(plan.watches.len()),
            budget: BUDGET,
        }
    }

    pub(super) fn now<'v>(&mut self, view: View<'v>) -> Now<'v> {
        self.serial += 1;
        let (at, position) = (view.event.micros(), view.event.raw_position());
        Now { view, at, position, serial: self.serial }
    }

    /// Counts the record, or what a correlation found with it.
    pub(super) fn hit(
        &mut self,
        plan: &Plan,
        target: Target,
        now: &Now<'_>,
        backing: Option<&Backing>,
        out: &mut Vec<Fired>,
    ) {
        let fires = match target {
            Target::Tally { tally, part } => {
                return self.count(plan, (tally, part), now, backing, out);
            }
            Target::Order { watch, part } => self.step(plan, (watch, part), now, backing),
            Target::Open { watch, part } => self.ask(plan, (watch, part), now, backing),
        };
        if let Some((watch, verdict)) = fires {
            self.fire(plan, watch, verdict, now, out);
        }
    }

    fn fire(&mut self, plan: &Plan, watch: &Watch, verdict: Verdict, now: &Now<'_>, out: &mut Vec<Fired>) {
        let Verdict { said, group, backing } = verdict;
        let time = |micros| Timestamp::from_microsecond(micros).unwrap_or_default();
        if let Some(rule) = watch.rule {
            let (since, until) = (time(said.since), time(now.at));
            out.push(Fired { rule, group, value: said.value, evidence: said.evidence, since, until });
        }
        for parent in &watch.parents {
            self.hit(plan, *parent, now, Some(&backing), out);
        }
    }

    fn count(
        &mut self,
        plan: &Plan,
        (index, part): (usize, usize),
        now: &Now<'_>,
        backing: Option<&Backing>,
        out: &mut Vec<Fired>,
    ) {
        let Some(tally) = plan.tallies.get(index) else { return };
        let Some(group) = tally.group.number(now.view, &self.hasher) else { return };
        let value = match &tally.counts {
            Counts::Records => Some(now.serial),
            Counts::Values(fields) => fields.number(now.view, &self.hasher),
            Counts::Parts => u64::try_from(part).ok(),
        };
        let Some(value) = value else { return };
        let oldest = now.oldest(tally.span);
        if let (Some(more), Some(backings)) = (backing, self.backings.get_mut(index)) {
            backings.change(group, oldest, |kept| kept.add(more));
        }
        let Some(trails) = self.trails.get_mut(index) else { return };
        let entry = now.entry(value);
        let reached = trails.change(group, oldest, |trail| note(plan, tally, trail, entry));
        for (watch, goes_on) in reached {
            let Some(of) = plan.watches.get(watch) else { continue };
            let verdict = match goes_on.then(|| self.go_on((index, watch), of, group, now)).flatten() {
                Some(verdict) => Some(verdict),
                None => self.judge((index, tally), (watch, of), group, now),
            };
            if let Some(verdict) = verdict {
                self.fire(plan, of, verdict, now, out);
            }
        }
    }

    /// The limit was reached before this record and still is. `None`: forgotten.
    fn go_on(
        &mut self,
        (tally, watch): (usize, usize),
        of: &Watch,
        group: u64,
        now: &Now<'_>,
    ) -> Option<Verdict> {
        let distinct =
            of.counted.as_ref().and_then(|_| Some(self.trails.get(tally)?.get(group)?.count(of.span)));
        let hot = self.hot.get_mut(watch)?;
        hot.get(group)?;
        let evidence = vec![unpacked_position(now.position)];
        hot.change(group, now.oldest(of.span), |hot| {
            #[expect(clippy::cast_precision_loss, reason = "a count")]
            let value = distinct.map_or(hot.value + 1.0, |distinct| hot.value.max(distinct as f64));
            hot.value = value;
            hot.backing.until = now.at;
            let since = hot.backing.since;
            let mut backing = Backing::default();
            if !of.parents.is_empty() {
                hot.backing.add(&Backing { evidence: evidence.clone(), since, until: now.at });
                backing = hot.backing.clone();
            }
            Some(Verdict { said: Said { value, evidence, since }, group: hot.group.clone(), backing })
        })
    }

    /// Tells the engine everything that was noted of the group.
    fn judge(
        &mut self,
        (index, tally): (usize, &Tally),
        (watch, of): (usize, &Watch),
        group: u64,
        now: &Now<'_>,
    ) -> Option<Verdict> {
        let entries = self.trails.get(index)?.get(group)?.reaches(of.least, of.span)?.to_vec();
        let mut said = None;
        for entry in &entries {
            let part = if tally.counts == Counts::Parts { usize::try_from(entry.value).ok()? } else { 0 };
            said = self.court.tell(of.labels.get(part)?, group, entry);
        }
        let mut said = Said { since: entries.first()?.at, ..said? };
        if tally.is_backed
            && let Some(backing) = self.backings.get(index).and_then(|backings| backings.get(group))
        {
            said.build_on(backing);
        }
        let pairs = of.group.pairs(now.view);
        let backing = said.backing(now.at);
        let (value, kept) = (said.value, pairs.clone());
        let hot_backing =
            if of.parents.is_empty() { Backing { evidence: Vec::new(), ..backing } } else { backing.clone() };
        self.hot.get_mut(watch)?.change(group, now.oldest(of.span), |hot| {
            *hot = Hot { value, group: kept, backing: hot_backing };
        });
        Some(Verdict { said, group: pairs, backing })
    }

    /// A step of an order; the last one asks the engine.
    fn step<'p>(
        &mut self,
        plan: &'p Plan,
        (watch, part): (usize, usize),
        now: &Now<'_>,
        backing: Option<&Backing>,
    ) -> Option<(&'p Watch, Verdict)> {
        let of = plan.watches.get(watch)?;
        let paths = self.paths.get_mut(watch)?;
        let before = part.checked_sub(1);
        if before.is_some() && paths.is_empty() {
            return None;
        }
        let group = of.group.number(now.view, &self.hasher)?;
        let oldest = now.oldest(of.span);
        let mut path = match before {
            None => Path::default(),
            Some(before) => {
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
            paths.change(group, oldest, |kept| kept.set(part, path));
            return None;
        }
        let mut said = None;
        for step in &path.steps {
            said = self.court.tell(of.labels.get(usize::try_from(step.value).ok()?)?, group, step);
        }
        let mut said = Said { since: path.steps.first()?.at, ..said? };
        said.build_on(&path.backing);
        let backing = said.backing(now.at);
        Some((of, Verdict { said, group: of.group.pairs(now.view), backing }))
    }

    /// Asks the engine about each record.
    fn ask<'p>(
        &mut self,
        plan: &'p Plan,
        (watch, part): (usize, usize),
        now: &Now<'_>,
        backing: Option<&Backing>,
    ) -> Option<(&'p Watch, Verdict)> {
        let of = plan.watches.get(watch)?;
        let group = of.group.number(now.view, &self.hasher)?;
        let value = match &of.counted {
            Some(fields) => fields.number(now.view, &self.hasher)?,
            None => 0,
        };
        let mut said = self.court.tell(of.labels.get(part)?, group, &now.entry(value))?;
        // The engine knows the time to the second.
        said.since = said.since.min(now.at);
        if let Some(backing) = backing {
            said.build_on(backing);
        }
        let backing = said.backing(now.at);
        Some((of, Verdict { said, group: of.group.pairs(now.view), backing }))
    }

    pub(super) fn keep_within_budget(&mut self, plan: &Plan, now: &Now<'_>) {
        if !self.serial.is_multiple_of(LOOK_EVERY) || self.bytes() <= self.budget {
            return;
        }
        for (tally, of) in plan.tallies.iter().enumerate() {
            let oldest = now.oldest(of.span);
            self.trails.get_mut(tally).into_iter().for_each(|groups| groups.forget(oldest));
            self.backings.get_mut(tally).into_iter().for_each(|groups| groups.forget(oldest));
        }
        for (watch, of) in plan.watches.iter().enumerate() {
            let oldest = now.oldest(of.span);
            self.paths.get_mut(watch).into_iter().for_each(|groups| groups.forget(oldest));
            self.hot.get_mut(watch).into_iter().for_each(|groups| groups.forget(oldest));
        }
        self.memories().for_each(Memory::shrink);
        while self.bytes() > self.budget / 4 * 3 {
            let mut times = Vec::new();
            self.memories().for_each(|groups| groups.times(&mut times));
            let third = times.len() / 3;
            if times.is_empty() {
                break;
            }
            let (_, quiet, _) = times.select_nth_unstable(third);
            let quiet = quiet.saturating_add(1);
            self.memories().for_each(|groups| groups.forget(quiet));
            self.memories().for_each(Memory::shrink);
        }
    }

    fn memories(&mut self) -> impl Iterator<Item = &mut dyn Memory> {
        fn each<T>(groups: &mut [Groups<T>]) -> impl Iterator<Item = &mut dyn Memory>
        where
            Groups<T>: Memory,
        {
            groups.iter_mut().map(|groups| groups as &mut dyn Memory)
        }
        each(&mut self.trails)
            .chain(each(&mut self.backings))
            .chain(each(&mut self.paths))
            .chain(each(&mut self.hot))
    }

    pub(super) fn bytes(&self) -> usize {
        fn all<T>(groups: &[Groups<T>]) -> usize
        where
            Groups<T>: Memory,
        {
            groups.iter().map(Memory::bytes).sum()
        }
        all(&self.trails) + all(&self.backings) + all(&self.paths) + all(&self.hot)
    }

    #[cfg(test)]
    pub(super) fn set_budget(&mut self, budget: usize) {
        self.budget = budget;
    }
}

/// Notes a record. Those whose limit is now reached, and whether it was before.
fn note(plan: &Plan, tally: &Tally, trail: &mut Trail, entry: Entry) -> Vec<(usize, bool)> {
    if tally.counts == Counts::Records && trail.newest_value() == Some(entry.value) {
        // Two of the rules that are counted match one record.
        return Vec::new();
    }
    let reaches = |trail: &Trail, watch: usize| {
        plan.watches.get(watch).is_some_and(|watch| trail.reaches(watch.least, watch.span).is_some())
    };
    let mut before = Vec::new();
    if trail.len() >= tally.fewest {
        before.extend(tally.watches.iter().copied().filter(|watch| reaches(trail, *watch)));
    }
    trail.add(entry, tally.most, tally.span);
    if trail.len() < tally.fewest {
        return Vec::new();
    }
    let now = tally.watches.iter().copied().filter(|watch| reaches(trail, *watch));
    now.map(|watch| (watch, before.contains(&watch))).collect()
}
