//! What genuine records say of each other: that none was left out before it had its place, and which were erased.
//!
//! A program that numbers its records without a gap, in one stream or several, writes `stream` and `number` into each.
//! Whoever deletes a record before it is in the tree leaves a gap in the numbers; whoever puts one in repeats a number.
//! An erasure is named by a later record (`audit.entries_erased`, `detail.seqs`): a record that is merely gone is
//! damage.

use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap};

use serde::Deserialize;

use crate::ERASURE_EVENT;
use crate::finding::{Findings, Problem};

/// What has been read so far.
#[derive(Debug, Default)]
pub(super) struct RecordLedger {
    /// The highest number of each stream.
    streams: HashMap<String, u64>,
    /// Whether the log numbers its records; known from its first one.
    is_numbered: Option<bool>,
    /// Erased entries that no later record has named yet.
    unnamed: BTreeSet<u64>,
    /// Entries whose numbers cannot be known, because they are gone, altered or erased, and explain no gap yet.
    unknown: u64,
}

/// The part of a record that matters here. A log of other records has none of it.
#[derive(Default, Deserialize)]
#[serde(default)]
struct RecordFacts<'a> {
    #[serde(borrow)]
    event: Option<Cow<'a, str>>,
    #[serde(borrow)]
    stream: Option<Cow<'a, str>>,
    number: Option<u64>,
    detail: Option<serde_json::Value>,
}

impl RecordLedger {
    /// An entry whose record is gone, altered or not in its place.
    pub(super) fn unknown(&mut self, count: u64) {
        self.unknown = self.unknown.saturating_add(count);
    }

    /// An entry that says it was erased.
    pub(super) fn erased(&mut self, seq: u64) {
        self.unnamed.insert(seq);
        self.unknown(1);
    }

    /// A record that is the one in the tree.
    pub(super) fn genuine(&mut self, seq: u64, json: &str, findings: &mut Findings) {
        let facts: RecordFacts<'_> = serde_json::from_str(json).unwrap_or_default();
        if facts.event.as_deref() == Some(ERASURE_EVENT) {
            let named = facts.detail.as_ref().and_then(|detail| detail.get("seqs")?.as_array());
            for named in named.into_iter().flatten().filter_map(serde_json::Value::as_u64) {
                self.unnamed.remove(&named);
            }
        }
        let number = facts.stream.zip(facts.number);
        match (number, *self.is_numbered.get_or_insert(facts.number.is_some())) {
            (Some((stream, number)), _) => self.count(seq, stream.into_owned(), number, findings),
            (None, true) => findings.entries(seq, seq, Problem::Unnumbered),
            (None, false) => {}
        }
    }

    fn count(&mut self, seq: u64, stream: String, number: u64, findings: &mut Findings) {
        let last = self.streams.entry(stream.clone()).or_default();
        let expected = last.saturating_add(1);
        if number < expected {
            findings.entries(seq, seq, Problem::NumberRepeated { stream, number });
            return;
        }
        *last = number;
        let left_out = number - expected;
        if left_out <= self.unknown {
            self.unknown -= left_out;
        } else {
            let problem = Problem::NumbersMissing { stream, from: expected, to: number - 1 };
            findings.entries(seq, seq, problem);
        }
    }

    /// At the end of the log, what was not named was not erased by the program.
    pub(super) fn finish(self, findings: &mut Findings) {
        for seq in self.unnamed {
            findings.entries(seq, seq, Problem::ErasedUnnamed);
        }
    }
}
