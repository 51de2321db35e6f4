//! What is kept of each person, address or other group, and how it is forgotten.

use std::{
    collections::HashMap,
    hash::{BuildHasherDefault, Hasher},
};

use crate::{finding::EVIDENCE_LISTED, record::Position};

pub(super) const SECOND: i64 = 1_000_000;
/// Evidence kept of what a chain builds on, so that its own last records still fit in.
const BACKING: usize = EVIDENCE_LISTED - 2;

/// A record that counts towards something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Entry {
    /// In microseconds.
    pub(super) at: i64,
    pub(super) position: u64,
    /// What is counted of it.
    pub(super) value: u64,
}

/// The newest records of a group, each value once, the oldest first.
#[derive(Debug, Default)]
pub(super) struct Trail(Vec<Entry>);

impl Trail {
    /// Adds a record. Keeps at most `most`, and none older than `span` seconds.
    pub(super) fn add(&mut self, entry: Entry, most: usize, span: i64) {
        let oldest = seconds(entry.at) - span;
        if let Some(same) = self.0.iter().rposition(|other| other.value == entry.value) {
            self.0.remove(same);
        }
        let gone = self.0.iter().take_while(|other| seconds(other.at) < oldest).count();
        let gone = gone.max((self.0.len() + 1).saturating_sub(most));
        self.0.drain(..gone);
        if self.0.len() == self.0.capacity() {
            // Most groups have one record or two.
            self.0.reserve_exact((self.0.len() / 2).max(2));
        }
        self.0.push(entry);
    }

    /// The newest records, if there are `least` within `span` seconds before the newest.
    pub(super) fn reaches(&self, least: usize, span: i64) -> Option<&[Entry]> {
        let newest = self.0.get(self.0.len().checked_sub(least)?..)?;
        let (first, last) = newest.first().zip(newest.last())?;
        (seconds(first.at) >= seconds(last.at) - span).then_some(newest)
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// How many there are within `span` seconds before the newest.
    pub(super) fn count(&self, span: i64) -> usize {
        let newest = self.newest();
        self.0.iter().filter(|entry| seconds(entry.at) >= seconds(newest) - span).count()
    }

    pub(super) fn newest_value(&self) -> Option<u64> {
        self.0.last().map(|entry| entry.value)
    }
}

/// Records in an order, of which more steps are to come.
#[derive(Debug, Clone, Default)]
pub(super) struct Path {
    pub(super) steps: Vec<Entry>,
    pub(super) backing: Backing,
}

/// For each step but the last, the way there that began the latest.
#[derive(Debug, Default)]
pub(super) struct Paths(pub(super) Vec<Path>);

impl Paths {
    pub(super) fn set(&mut self, step: usize, path: Path) {
        if self.0.len() <= step {
            self.0.resize_with(step + 1, Path::default);
        }
        if let Some(place) = self.0.get_mut(step) {
            *place = path;
        }
    }
}

/// Evidence for what a correlation found, for those that build on it.
#[derive(Debug, Clone, Default)]
pub(super) struct Backing {
    pub(super) evidence: Vec<Position>,
    /// The first of it and the last, in microseconds.
    pub(super) since: i64,
    pub(super) until: i64,
}

impl Backing {
    pub(super) fn add(&mut self, more: &Self) {
        let new = more.evidence.iter().filter(|position| !self.evidence.contains(position));
        let new: Vec<_> = new.copied().collect();
        self.since = if self.evidence.is_empty() { more.since } else { self.since.min(more.since) };
        self.until = self.until.max(more.until);
        self.evidence.extend(new);
        self.evidence.drain(..self.evidence.len().saturating_sub(BACKING));
    }
}

/// A group that has fired, and goes on firing as long as every further record finds the limit reached.
#[derive(Debug, Default)]
pub(super) struct Hot {
    pub(super) value: f64,
    pub(super) group: Vec<(String, String)>,
    pub(super) backing: Backing,
}

/// What can be forgotten.
pub(super) trait Kept: Default {
    /// When it was last added to, in microseconds.
    fn newest(&self) -> i64;
    /// Bytes on the heap, about.
    fn bytes(&self) -> usize;
}

impl Kept for Trail {
    fn newest(&self) -> i64 {
        self.0.last().map_or(i64::MIN, |entry| entry.at)
    }

    fn bytes(&self) -> usize {
        heap(self.0.capacity() * size_of::<Entry>())
    }
}

impl Kept for Paths {
    fn newest(&self) -> i64 {
        self.0.iter().filter_map(|path| path.steps.last()).map(|step| step.at).max().unwrap_or(i64::MIN)
    }

    fn bytes(&self) -> usize {
        let path = |path: &Path| heap(path.steps.capacity() * size_of::<Entry>()) + path.backing.bytes();
        heap(self.0.capacity() * size_of::<Path>()) + self.0.iter().map(path).sum::<usize>()
    }
}

impl Kept for Backing {
    fn newest(&self) -> i64 {
        self.until
    }

    fn bytes(&self) -> usize {
        heap(self.evidence.capacity() * size_of::<Position>())
    }
}

impl Kept for Hot {
    fn newest(&self) -> i64 {
        self.backing.until
    }

    fn bytes(&self) -> usize {
        let texts = self.group.iter().map(|(field, value)| heap(field.len()) + heap(value.len()));
        heap(self.group.capacity() * size_of::<(String, String)>())
            + texts.sum::<usize>()
            + self.backing.bytes()
    }
}

/// What an allocation of this size takes.
fn heap(size: usize) -> usize {
    if size == 0 { 0 } else { (size + 8).next_multiple_of(16).max(32) }
}

/// Something for each group.
#[derive(Debug)]
pub(super) struct Groups<T> {
    of: HashMap<u64, T, BuildHasherDefault<Number>>,
    /// Bytes on the heap.
    bytes: usize,
}

impl<T> Default for Groups<T> {
    fn default() -> Self {
        Self { of: HashMap::default(), bytes: 0 }
    }
}

impl<T: Kept> Groups<T> {
    pub(super) fn is_empty(&self) -> bool {
        self.of.is_empty()
    }

    pub(super) fn get(&self, group: u64) -> Option<&T> {
        self.of.get(&group)
    }

    /// Changes what is kept of a group. What is older than `oldest` makes room for it.
    pub(super) fn change<R>(&mut self, group: u64, oldest: i64, change: impl FnOnce(&mut T) -> R) -> R {
        if self.of.len() == self.of.capacity() && !self.of.contains_key(&group) {
            self.forget(oldest);
            // Looking through all of them must pay for a while.
            if self.of.len() > self.of.capacity() / 2 {
                self.of.reserve(self.of.capacity());
            }
        }
        let kept = self.of.entry(group).or_default();
        let before = kept.bytes();
        let result = change(kept);
        self.bytes = self.bytes + kept.bytes() - before;
        result
    }
}

/// Groups of whatever.
pub(super) trait Memory {
    /// Bytes that they take, about.
    fn bytes(&self) -> usize;
    /// Forgets what was last added to before this time, in microseconds.
    fn forget(&mut self, before: i64);
    /// Gives back what is free.
    fn shrink(&mut self);
    /// Adds when each was last added to.
    fn times(&self, times: &mut Vec<i64>);
}

impl<T: Kept> Memory for Groups<T> {
    fn bytes(&self) -> usize {
        self.bytes + self.of.capacity() * (size_of::<(u64, T)>() + 1) * 8 / 7
    }

    fn forget(&mut self, before: i64) {
        let bytes = &mut self.bytes;
        self.of.retain(|_, kept| {
            let stays = kept.newest() >= before;
            *bytes -= if stays { 0 } else { kept.bytes() };
            stays
        });
    }

    fn shrink(&mut self) {
        self.of.shrink_to(self.of.len());
    }

    fn times(&self, times: &mut Vec<i64>) {
        times.extend(self.of.values().map(Kept::newest));
    }
}

/// Groups are hashes already, under a key that nobody outside knows.
#[derive(Debug, Default)]
pub(super) struct Number(u64);

impl Hasher for Number {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(*byte);
        }
    }

    fn write_u64(&mut self, number: u64) {
        self.0 = number;
    }
}

/// The engine counts in whole seconds.
pub(super) fn seconds(micros: i64) -> i64 {
    micros.div_euclid(SECOND)
}
