//! How sign-ins usually end: in the hour before, in a normal hour, and with which codes.

use std::{
    collections::{HashMap, VecDeque},
    hash::Hash,
};

use super::{
    active::Active,
    incident::{as_f64, share},
    window::{GroupCounts, usize},
};

const MINUTE: i64 = 60_000_000;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;
/// "The hour before" is so many minutes in which something happened.
const MINUTES: usize = 60;
/// Hours that make a normal one known.
const HOURS_WANTED: u32 = 3;
/// Four weeks of hours; then what was counts half.
const HOURS_KEPT: u32 = 28 * 24;
/// Codes whose usual share is kept. No provider has a tenth of it.
const MOST_KEYS: usize = 4096;

#[derive(Debug)]
pub(super) struct Normal<K> {
    window: i64,
    /// Samples of people that make a rate worth comparing with.
    enough: u64,
    /// Younger than the window: perhaps part of what is to be compared. Newest last.
    young: VecDeque<Sample<K>>,
    /// Newest last.
    minutes: VecDeque<Rate>,
    hour: Rate,
    /// How many hours had which success rate, in per cent.
    hours: [u32; 101],
    keys: HashMap<K, Usual>,
    active: f64,
}

/// The window as it was at the end of a minute.
#[derive(Debug)]
struct Sample<K> {
    rate: Rate,
    failing: Vec<(K, u32)>,
}

/// How many people were active, and how many of them in.
#[derive(Debug, Clone, Copy, Default)]
struct Rate {
    at: i64,
    active: u64,
    succeeded: u64,
}

/// How usual it is to fail with a code.
#[derive(Debug, Clone, Copy, Default)]
struct Usual {
    people: f64,
    /// Hours in which it happened, and the last of them.
    hours: u32,
    last: i64,
}

impl<K: Copy + Eq + Hash> Normal<K> {
    /// `people`: fewer tell nothing.
    pub(super) fn new(window: i64, people: u32) -> Self {
        // Each is seen in every minute of the window.
        let enough = u64::from(people) * u64::try_from(window / MINUTE).unwrap_or(0).max(1);
        Self {
            window,
            enough,
            young: VecDeque::new(),
            minutes: VecDeque::new(),
            hour: Rate::default(),
            hours: [0; 101],
            keys: HashMap::new(),
            active: 0.0,
        }
    }

    pub(super) fn sample<'t>(
        &mut self,
        at: i64,
        active: &Active,
        failing: impl Iterator<Item = (K, &'t GroupCounts)>,
    ) {
        let rate = Rate { at, active: active.people().into(), succeeded: active.succeeded().into() };
        let failing = failing.map(|(key, counts)| (key, counts.people)).collect();
        self.young.push_back(Sample { rate, failing });
        self.grow_old(at);
    }

    /// An outage has begun, perhaps within the window: that is not how things usually are.
    pub(super) fn forget_young(&mut self) {
        self.young.clear();
    }

    fn grow_old(&mut self, now: i64) {
        let end = now.saturating_sub(self.window);
        while self.young.front().is_some_and(|sample| sample.rate.at < end) {
            self.young.pop_front().into_iter().for_each(|sample| self.count(&sample));
        }
    }

    fn count(&mut self, Sample { rate, failing }: &Sample<K>) {
        if self.minutes.len() >= MINUTES {
            self.minutes.pop_front();
        }
        self.minutes.push_back(*rate);
        let hour = rate.at.div_euclid(HOUR);
        if hour != self.hour.at.div_euclid(HOUR) {
            self.end_hour();
            self.hour = Rate { at: rate.at, ..Rate::default() };
        }
        self.hour.active += rate.active;
        self.hour.succeeded += rate.succeeded;
        self.active += as_f64(rate.active);
        for (key, people) in failing {
            if self.keys.len() < MOST_KEYS || self.keys.contains_key(key) {
                let usual = self.keys.entry(*key).or_default();
                usual.people += f64::from(*people);
                usual.hours += u32::from(usual.hours == 0 || usual.last != hour);
                usual.last = hour;
            }
        }
    }

    fn end_hour(&mut self) {
        let Rate { active, succeeded, .. } = self.hour;
        if active < self.enough {
            return;
        }
        let per_cent = usize(u32::try_from(succeeded * 100 / active).unwrap_or(100));
        if let Some(count) = self.hours.get_mut(per_cent) {
            *count += 1;
        }
        if self.hours.iter().sum::<u32>() > HOURS_KEPT {
            self.hours.iter_mut().for_each(|count| *count /= 2);
            self.active /= 2.0;
            for usual in self.keys.values_mut() {
                usual.people /= 2.0;
                usual.hours /= 2;
            }
        }
    }

    /// The success rate of the last hour before the window in which anything happened. `None`: too little did.
    pub(super) fn hour_before(&self, now: i64) -> Option<f64> {
        let end = now.saturating_sub(self.window);
        let young = self.young.iter().map(|sample| &sample.rate).filter(|rate| rate.at < end);
        let before = young.rev().chain(self.minutes.iter().rev()).take(MINUTES);
        let before = before.filter(|rate| rate.at >= end.saturating_sub(DAY));
        let (active, succeeded) = before
            .fold((0, 0), |(active, succeeded), rate| (active + rate.active, succeeded + rate.succeeded));
        (active >= self.enough).then(|| share(succeeded, active))
    }

    /// The success rate that half of all hours reach.
    pub(super) fn normal_hour(&self) -> Option<f64> {
        let all: u32 = self.hours.iter().sum();
        if all < HOURS_WANTED {
            return None;
        }
        let mut seen = 0;
        let middle = self.hours.iter().position(|count| {
            seen += count;
            seen * 2 > all
        });
        middle.and_then(|per_cent| u32::try_from(per_cent).ok()).map(|per_cent| f64::from(per_cent) / 100.0)
    }

    /// The share of the active people who usually fail with this.
    pub(super) fn share_of(&self, key: K) -> f64 {
        let people = self.keys.get(&key).map_or(0.0, |usual| usual.people);
        if self.active > 0.0 { people / self.active } else { 0.0 }
    }

    /// Has this happened, and in as many hours as any that is alike?
    pub(super) fn is_most_usual(&self, key: K, is_alike: impl Fn(K) -> bool) -> bool {
        let own = self.keys.get(&key).map_or(0, |usual| usual.hours);
        own > 0 && self.keys.iter().all(|(other, usual)| !is_alike(*other) || usual.hours <= own)
    }
}

/// Which minute of all time.
pub(super) fn minute(at: i64) -> i64 {
    at.div_euclid(MINUTE)
}
