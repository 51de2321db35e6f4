//! The records of a group that count, before the engine is asked.

use super::groups::{Forgettable, heap};
use crate::rules::plan::{Counted, Counter, Plan};

pub(super) const SECOND: i64 = 1_000_000;

/// A record that counts towards something.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct WindowEntry {
    /// In microseconds.
    pub(super) at: i64,
    pub(super) position: u64,
    /// What is counted of it.
    pub(super) value: u64,
}

/// The newest records of a group, each value once, the oldest first.
#[derive(Debug, Default)]
pub(super) struct EventWindow(Vec<WindowEntry>);

impl EventWindow {
    /// Adds a record. Keeps at most `most`, and none from before `oldest`.
    pub(super) fn add(&mut self, entry: WindowEntry, most: usize, oldest: i64) {
        let gone = self.0.iter().take_while(|other| other.at < oldest).count();
        let gone = gone.max((self.0.len() + 1).saturating_sub(most));
        if gone > 0 {
            self.0.drain(..gone);
        }
        if self.0.len() == self.0.capacity() {
            // Most groups have one record or two.
            self.0.reserve_exact((self.0.len() / 2).max(2));
        }
        self.0.push(entry);
    }

    /// The newest records, if there are `least` within `span` seconds before the newest.
    pub(super) fn reaches(&self, least: usize, span: i64) -> Option<&[WindowEntry]> {
        let newest = self.0.get(self.0.len().checked_sub(least)?..)?;
        let (from, to) = newest.first().zip(newest.last())?;
        (seconds(from.at) >= seconds(to.at) - span).then_some(newest)
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// How many there are within `span` seconds before the newest.
    pub(super) fn count(&self, span: i64) -> usize {
        let newest = self.newest();
        self.0.iter().filter(|entry| seconds(entry.at) >= seconds(newest) - span).count()
    }

    /// Forgets the record with this value.
    pub(super) fn remove(&mut self, value: u64) {
        if let Some(same) = self.0.iter().rposition(|other| other.value == value) {
            self.0.remove(same);
        }
    }

    pub(super) fn newest_value(&self) -> Option<u64> {
        self.0.last().map(|entry| entry.value)
    }
}

impl Forgettable for EventWindow {
    fn newest(&self) -> i64 {
        self.0.last().map_or(i64::MIN, |entry| entry.at)
    }

    fn bytes(&self) -> usize {
        heap(self.0.capacity() * size_of::<WindowEntry>())
    }
}

/// The correlations of a counter, by the bits of a number, whose limit is reached.
pub(super) struct Reached {
    pub(super) before: u64,
    pub(super) now: u64,
}

/// Notes a record. What is from before `oldest` is forgotten.
pub(super) fn note(
    plan: &Plan,
    counter: &Counter,
    window: &mut EventWindow,
    entry: WindowEntry,
    oldest: i64,
) -> Reached {
    let reaches = |window: &EventWindow| {
        if window.len() < counter.fewest {
            return 0;
        }
        let limits = counter.correlations.iter().map(|correlation| {
            let correlation = plan.correlations.get(*correlation);
            correlation
                .is_some_and(|correlation| window.reaches(correlation.least, correlation.span).is_some())
        });
        limits.rev().fold(0, |bits, reached| bits << 1 | u64::from(reached))
    };
    let counts_records = counter.counts == Counted::Records;
    if counts_records && window.newest_value() == Some(entry.value) {
        // Two of the rules that are counted match one record.
        return Reached { before: 0, now: 0 };
    }
    let before = reaches(window);
    if !counts_records {
        window.remove(entry.value);
    }
    window.add(entry, counter.most, oldest);
    Reached { before, now: reaches(window) }
}

/// The engine counts in whole seconds.
pub(super) fn seconds(micros: i64) -> i64 {
    micros.div_euclid(SECOND)
}
