//! Who is locked out, since when and why: records in any order → one report.

mod people;
mod record_counts;
mod verdict;

use std::{io, sync::Arc};

use jiff::Timestamp;

use crate::{
    analysis::{AnalysedEvent, AnalysisContext, OrganizationAnalyzer, UserAnalyzer},
    event::{Cache, Event, Texts, Writer},
    external_sort::{ExternalSort, Sorted},
    read::Parsed,
    record::{Position, SignIn},
    report::Report,
    rules::Rules,
    settings::Settings,
};
pub(crate) use record_counts::RecordCounts;

/// Events that go from one half of the analysis to the other at a time.
const BATCH: usize = 8_192;

/// How to diagnose.
#[derive(Debug, Clone)]
pub struct Options {
    /// Thresholds.
    pub settings: Arc<Settings>,
    /// Rules.
    pub rules: Arc<Rules>,
    /// Earlier records only teach what is usual for a person.
    pub since: Option<Timestamp>,
    /// Later records are left out.
    pub as_of: Option<Timestamp>,
    /// Use a second thread for the analysis.
    pub parallel: bool,
}

impl Options {
    /// The shipped rules and settings, over the whole log.
    pub fn shipped() -> Self {
        Self {
            settings: Arc::default(),
            rules: Arc::new(Rules::shipped()),
            since: None,
            as_of: None,
            parallel: true,
        }
    }
}

/// Takes records in any order. Memory is bounded by the people in the log, not by its length: what is kept of a record
/// goes to an unnamed temporary file when there is too much of it.
#[derive(Debug)]
pub struct Diagnosis {
    options: Options,
    texts: Arc<Texts>,
    cache: Cache,
    sorter: ExternalSort,
    counts: RecordCounts,
    error: Option<io::Error>,
}

impl Default for Diagnosis {
    fn default() -> Self {
        Self::new(Options::shipped())
    }
}

impl Diagnosis {
    /// With these rules and settings.
    pub fn new(options: Options) -> Self {
        Self {
            options,
            texts: Arc::default(),
            cache: Cache::default(),
            sorter: ExternalSort::default(),
            counts: RecordCounts::default(),
            error: None,
        }
    }

    /// Takes what [`crate::read()`] found.
    pub fn take(&mut self, position: Position, parsed: Parsed<'_>) {
        let mut intake = Intake {
            texts: Arc::clone(&self.texts),
            cache: std::mem::take(&mut self.cache),
            counts: std::mem::take(&mut self.counts),
            as_of: self.options.as_of,
            events: Vec::new(),
        };
        intake.take(position, parsed);
        let Intake { cache, counts, events, .. } = intake;
        (self.cache, self.counts) = (cache, counts);
        self.push(&events);
    }

    /// Takes one record.
    pub fn observe(&mut self, record: SignIn<'_>) {
        self.take(record.position, Parsed::Attempt(record));
    }

    /// What one thread needs to take records on its own; [`Diagnosis::merge`] brings back what it took.
    pub(crate) fn intake(&self) -> Intake {
        Intake {
            texts: Arc::clone(&self.texts),
            cache: Cache::default(),
            counts: RecordCounts::default(),
            as_of: self.options.as_of,
            events: Vec::new(),
        }
    }

    pub(crate) fn merge(&mut self, counts: RecordCounts) {
        self.counts.merge(counts);
    }

    pub(crate) fn push(&mut self, events: &[Event]) {
        if self.error.is_none() {
            self.error = self.sorter.push(events).err();
        }
    }

    /// The report over everything taken. Err: the temporary folder has no room.
    pub fn finish(self) -> io::Result<Report> {
        let Self { options, texts, sorter, counts, error, .. } = self;
        if let Some(error) = error {
            return Err(error);
        }
        let since = options.since.map_or(i64::MIN, Timestamp::as_microsecond);
        let context = AnalysisContext { texts, settings: options.settings, rules: options.rules, since };
        let mut people = UserAnalyzer::new(&context);
        let mut company = OrganizationAnalyzer::new(&context);
        let mut source = Distinct::new(sorter.into_sorted()?);
        let found = if options.parallel {
            analyse_on_two_threads(&mut source, people, company)?
        } else {
            while let Some(batch) = analyse_batch(&mut source, &mut people)? {
                company.take_all(&batch);
            }
            let mut last = Vec::new();
            let (persons, aggregator, addresses) = people.finish(&mut last);
            company.take_all(&last);
            verdict::AnalysisResult { persons, addresses, people: aggregator, company: company.finish() }
        };
        Ok(verdict::report(&context, found, counts, source.counts))
    }
}

/// One thread's share of the records.
#[derive(Debug)]
pub(crate) struct Intake {
    texts: Arc<Texts>,
    cache: Cache,
    pub(crate) counts: RecordCounts,
    as_of: Option<Timestamp>,
    pub(crate) events: Vec<Event>,
}

impl Intake {
    pub(crate) fn take(&mut self, position: Position, parsed: Parsed<'_>) {
        match parsed {
            Parsed::Attempt(record) => {
                self.counts.records += 1;
                self.observe(&record);
            }
            Parsed::Several(records) => {
                self.counts.records += 1;
                for record in &records {
                    self.observe(record);
                }
            }
            Parsed::Unrecognised(kind) => self.counts.count_unrecognised(kind),
            Parsed::Malformed(defect) => self.counts.count_malformed(position, defect),
        }
    }

    fn observe(&mut self, record: &SignIn<'_>) {
        if self.as_of.is_some_and(|as_of| record.at.is_some_and(|at| at > as_of)) {
            self.counts.later += 1;
            return;
        }
        let mut writer = Writer::resume(&self.texts, std::mem::take(&mut self.cache));
        self.events.push(Event::of(record, &mut writer));
        self.cache = writer.stop();
    }
}

/// Leaves out what an export repeats: the same record has the same time, so that repeats stand together.
struct Distinct {
    sorted: Sorted,
    at: i64,
    fingerprints: Vec<u64>,
    counts: DistinctCounts,
}

/// What can be counted only once repeats are gone.
#[derive(Debug, Default)]
pub(crate) struct DistinctCounts {
    pub(crate) repeated: u64,
    pub(crate) attempts: u64,
    pub(crate) failures: u64,
    pub(crate) unnamed: u64,
    pub(crate) undated: u64,
    pub(crate) causes: std::collections::BTreeMap<&'static str, u64>,
    pub(crate) week: Vec<u64>,
    pub(crate) span: Option<(i64, i64)>,
}

impl Distinct {
    fn new(sorted: Sorted) -> Self {
        Self { sorted, at: i64::MIN, fingerprints: Vec::new(), counts: DistinctCounts::default() }
    }

    fn next(&mut self) -> io::Result<Option<Event>> {
        while let Some(event) = self.sorted.next()? {
            if event.micros() != self.at {
                self.at = event.micros();
                self.fingerprints.clear();
            }
            if event.fingerprint != 0 && self.fingerprints.contains(&event.fingerprint) {
                self.counts.repeated += 1;
                continue;
            }
            // Records without a time all stand together; of those, the newest few thousand are compared.
            if self.fingerprints.len() >= 4_096 {
                self.fingerprints.drain(..2_048);
            }
            self.fingerprints.push(event.fingerprint);
            self.counts.count(&event);
            return Ok(Some(event));
        }
        Ok(None)
    }
}

/// `None`: no more events.
fn analyse_batch(source: &mut Distinct, people: &mut UserAnalyzer) -> io::Result<Option<Vec<AnalysedEvent>>> {
    let mut out = Vec::with_capacity(BATCH);
    while out.len() < BATCH {
        let Some(event) = source.next()? else { break };
        people.take(event, &mut out);
    }
    Ok((!out.is_empty()).then_some(out))
}

fn analyse_on_two_threads(
    source: &mut Distinct,
    mut people: UserAnalyzer,
    mut company: OrganizationAnalyzer,
) -> io::Result<verdict::AnalysisResult> {
    let (sender, receiver) = std::sync::mpsc::sync_channel::<Vec<AnalysedEvent>>(8);
    std::thread::scope(|scope| {
        let other_half = scope.spawn(move || {
            for batch in receiver {
                company.take_all(&batch);
            }
            company
        });
        // A send fails only if the other half panicked, and then the join below says so.
        while let Some(batch) = analyse_batch(source, &mut people)? {
            if sender.send(batch).is_err() {
                break;
            }
        }
        let mut last = Vec::new();
        let (persons, aggregator, addresses) = people.finish(&mut last);
        sender.send(last).ok();
        drop(sender);
        match other_half.join() {
            Ok(company) => Ok(verdict::AnalysisResult {
                persons,
                addresses,
                people: aggregator,
                company: company.finish(),
            }),
            Err(panic) => std::panic::resume_unwind(panic),
        }
    })
}

#[cfg(test)]
mod tests;
