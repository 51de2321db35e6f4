//! What is counted while records come in.

use std::{borrow::Cow, collections::BTreeMap};

use super::DistinctCounts;
use crate::{
    event::Event,
    read::RecordDefect,
    record::{AttemptResult, Position},
    report::MalformedLine,
};

/// Damaged lines that a report lists one by one.
const DAMAGED_LISTED: usize = 20;
/// Kinds of foreign record that are counted apart; a log of noise must not grow the report.
const FOREIGN_KINDS: usize = 64;
const MICROS_PER_HOUR: i64 = 3_600_000_000;
const HOURS_PER_WEEK: i64 = 168;
/// 1970-01-01 was a Thursday: hours from Monday to it.
const EPOCH_HOUR: i64 = 72;

/// Records as they come in, in numbers.
#[derive(Debug, Default)]
pub(crate) struct RecordCounts {
    pub(crate) records: u64,
    pub(crate) unrecognised_count: u64,
    pub(crate) malformed_count: u64,
    /// Left out because they are after the time that the report is made for.
    pub(crate) later: u64,
    pub(crate) malformed: Vec<MalformedLine>,
    pub(crate) unrecognised: BTreeMap<String, u64>,
}

impl RecordCounts {
    pub(crate) fn count_unrecognised(&mut self, kind: Cow<'static, str>) {
        self.records += 1;
        self.unrecognised_count += 1;
        self.add_kind(kind.into_owned(), 1);
    }

    pub(crate) fn count_malformed(&mut self, position: Position, defect: RecordDefect) {
        self.records += 1;
        self.malformed_count += 1;
        if self.malformed.len() < DAMAGED_LISTED {
            self.malformed.push(MalformedLine { position, defect, why: defect.to_string() });
        }
    }

    pub(crate) fn merge(&mut self, other: Self) {
        self.records += other.records;
        self.unrecognised_count += other.unrecognised_count;
        self.malformed_count += other.malformed_count;
        self.later += other.later;
        self.malformed.extend(other.malformed);
        self.malformed.sort_by_key(|line| (line.position.file, line.position.line));
        self.malformed.truncate(DAMAGED_LISTED);
        for (kind, count) in other.unrecognised {
            self.add_kind(kind, count);
        }
    }

    fn add_kind(&mut self, kind: String, count: u64) {
        let room = self.unrecognised.len() < FOREIGN_KINDS || self.unrecognised.contains_key(&kind);
        let kind = if room { kind } else { "other kinds".to_owned() };
        *self.unrecognised.entry(kind).or_default() += count;
    }
}

impl DistinctCounts {
    pub(super) fn count(&mut self, event: &Event) {
        self.attempts += 1;
        self.unnamed += u64::from(!event.person.is_somebody());
        let failure = match event.result() {
            AttemptResult::Failure(cause) => {
                *self.causes.entry(cause.as_str()).or_default() += 1;
                self.failures += 1;
                true
            }
            _ => false,
        };
        if event.at().is_none() {
            self.undated += 1;
            return;
        }
        let at = event.micros();
        let (first, last) = self.span.unwrap_or((at, at));
        self.span = Some((first.min(at), last.max(at)));
        if failure {
            let hour = (at.div_euclid(MICROS_PER_HOUR) + EPOCH_HOUR).rem_euclid(HOURS_PER_WEEK);
            self.week.resize(usize::try_from(HOURS_PER_WEEK).unwrap_or_default(), 0);
            if let Some(count) = usize::try_from(hour).ok().and_then(|hour| self.week.get_mut(hour)) {
                *count += 1;
            }
        }
    }
}
