//! What is kept of a group between its records.

use super::{
    event_window::WindowEntry,
    groups::{Forgettable, heap},
};
use crate::{finding::EVIDENCE_LISTED, record::Position};

/// Evidence kept of what a chain builds on, so that its own last records still fit in.
pub(super) const BACKING: usize = EVIDENCE_LISTED - 2;

/// Records in an order, of which more steps are to come.
#[derive(Debug, Clone, Default)]
pub(super) struct Path {
    pub(super) steps: Vec<WindowEntry>,
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
    /// Empty, if nothing builds on it.
    pub(super) evidence: Vec<Position>,
    /// The first record, in microseconds.
    pub(super) since: i64,
    /// The last.
    pub(super) last: WindowEntry,
    /// The number of the last.
    pub(super) serial: u64,
}

impl Hot {
    /// What an order that begins with it needs to know.
    pub(super) fn path(&self) -> Path {
        let backing = Backing { evidence: self.evidence.clone(), since: self.since, until: self.last.at };
        Path { steps: vec![self.last], backing }
    }

    pub(super) fn keep(&mut self, position: Position) {
        if self.evidence.len() >= BACKING {
            self.evidence.remove(0);
        }
        self.evidence.push(position);
    }
}

impl Forgettable for Paths {
    fn newest(&self) -> i64 {
        self.0.iter().filter_map(|path| path.steps.last()).map(|step| step.at).max().unwrap_or(i64::MIN)
    }

    fn bytes(&self) -> usize {
        let path =
            |path: &Path| heap(path.steps.capacity() * size_of::<WindowEntry>()) + path.backing.bytes();
        heap(self.0.capacity() * size_of::<Path>()) + self.0.iter().map(path).sum::<usize>()
    }
}

impl Forgettable for Backing {
    fn newest(&self) -> i64 {
        self.until
    }

    fn bytes(&self) -> usize {
        heap(self.evidence.capacity() * size_of::<Position>())
    }
}

impl Forgettable for Hot {
    fn newest(&self) -> i64 {
        self.last.at
    }

    fn bytes(&self) -> usize {
        let texts = self.group.iter().map(|(field, value)| heap(field.len()) + heap(value.len()));
        heap(self.group.capacity() * size_of::<(String, String)>())
            + texts.sum::<usize>()
            + heap(self.evidence.capacity() * size_of::<Position>())
    }
}
