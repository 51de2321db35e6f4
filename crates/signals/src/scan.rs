//! From files to a diagnosis, on several cores: one thread splits, others parse, the caller's collects.

use std::{
    fmt,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
        mpsc::{Receiver, SyncSender, sync_channel},
    },
    thread,
};

use crate::{
    diagnose::{Diagnosis, Intake},
    event::Event,
    read::{Batch, Batcher, Parsed, ReadOptions, ReadSummary},
    record::{Position, Provider},
    report::printable,
    source::{Source, SourceError},
};

/// Batches that wait for a thread, per thread.
const WAITING: usize = 2;
/// Records quoted when a file holds nothing that fits.
const NOTES: usize = 3;
/// Records of a batch that are looked at for them.
const LOOKED_AT: usize = 20;

/// How to scan.
#[derive(Debug, Clone, Copy)]
pub struct ScanOptions {
    /// Threads that parse; 1 does everything in the calling thread.
    pub threads: usize,
    /// Read as this provider's log only.
    pub format: Option<Provider>,
}

impl Default for ScanOptions {
    /// As many threads as there are cores.
    fn default() -> Self {
        Self { threads: thread::available_parallelism().map_or(1, Into::into), format: None }
    }
}

/// How far a scan is, for a progress bar; and the way to stop it.
#[derive(Debug, Default)]
pub struct Progress {
    /// Records parsed.
    pub records: AtomicU64,
    /// Set it to stop: what was read until then is diagnosed.
    pub stop: Arc<AtomicBool>,
}

impl Progress {
    fn is_stopped(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }
}

/// What became of one file.
#[derive(Debug)]
pub struct FileOutcome {
    /// The file, or standard input.
    pub name: String,
    /// What was in it.
    pub summary: ReadSummary,
    /// The first records that are no sign-ins, in words; those that are alike once.
    pub notes: Vec<Note>,
    /// What kept it from being read to its end.
    pub error: Option<SourceError>,
}

/// Reads all the files into the diagnosis. A file that cannot be read does not keep the others from being read.
pub fn scan(
    diagnosis: &mut Diagnosis,
    sources: &[Source],
    options: ScanOptions,
    progress: &Progress,
) -> Vec<FileOutcome> {
    let mut outcomes: Vec<_> = sources.iter().map(FileOutcome::of).collect();
    if options.threads > 1 {
        on_threads(diagnosis, sources, options, progress, &mut outcomes);
        return outcomes;
    }
    let mut parser = Parser::new(diagnosis, options, progress);
    for (index, source) in sources.iter().enumerate() {
        let error = split(index, source, progress, &mut |batch| {
            diagnosis.push(parser.parse(&batch));
            true
        });
        note_error(&mut outcomes, index, error);
    }
    parser.finish().give(diagnosis, &mut outcomes);
    outcomes
}

fn on_threads(
    diagnosis: &mut Diagnosis,
    sources: &[Source],
    options: ScanOptions,
    progress: &Progress,
    outcomes: &mut [FileOutcome],
) {
    let parsers: Vec<_> = (0..options.threads).map(|_| Parser::new(diagnosis, options, progress)).collect();
    let (to_parse, batches) = sync_channel::<Batch>(options.threads * WAITING);
    let (to_collect, events) = sync_channel::<Vec<Event>>(options.threads * WAITING);
    let batches = Mutex::new(batches);
    thread::scope(|scope| {
        let splitter = scope.spawn(|| split_all(sources, progress, to_parse));
        let batches = &batches;
        let workers: Vec<_> = parsers
            .into_iter()
            .map(|parser| {
                let to_collect = to_collect.clone();
                scope.spawn(move || parser.work(batches, &to_collect))
            })
            .collect();
        drop(to_collect);
        for events in events {
            diagnosis.push(&events);
        }
        for worker in workers {
            joined(worker).give(diagnosis, outcomes);
        }
        for (index, error) in joined(splitter) {
            note_error(outcomes, index, Some(error));
        }
    });
}

fn joined<T>(thread: thread::ScopedJoinHandle<'_, T>) -> T {
    thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}

fn split_all(
    sources: &[Source],
    progress: &Progress,
    to_parse: SyncSender<Batch>,
) -> Vec<(usize, SourceError)> {
    let mut errors = Vec::new();
    for (index, source) in sources.iter().enumerate() {
        // A send fails only when every worker is gone, and then their own panic is what counts.
        let error = split(index, source, progress, &mut |batch| to_parse.send(batch).is_ok());
        errors.extend(error.map(|error| (index, error)));
    }
    errors
}

/// Cuts one file into batches. Some: what kept it from being read to its end.
fn split(
    index: usize,
    source: &Source,
    progress: &Progress,
    each: &mut impl FnMut(Batch) -> bool,
) -> Option<SourceError> {
    let file = u32::try_from(index).unwrap_or(u32::MAX);
    let mut batcher = match source.open_until(&progress.stop) {
        Ok(reader) => Batcher::new(reader, ReadOptions { file, ..ReadOptions::default() }),
        Err(error) => return Some(source.error(error, None)),
    };
    while !progress.is_stopped() {
        match batcher.next() {
            Ok(Some(batch)) => {
                if !each(batch) {
                    return None;
                }
            }
            Ok(None) => return None,
            Err(error) => return Some(source.error(error, Some(batcher.position()))),
        }
    }
    None
}

/// One thread's parsing.
struct Parser<'p> {
    intake: Intake,
    likely: Provider,
    format: Option<Provider>,
    progress: &'p Progress,
    files: Vec<(u32, ReadSummary, Vec<Note>)>,
}

impl<'p> Parser<'p> {
    fn new(diagnosis: &Diagnosis, options: ScanOptions, progress: &'p Progress) -> Self {
        let likely = options.format.unwrap_or(Provider::Entra);
        Self { intake: diagnosis.intake(), likely, format: options.format, progress, files: Vec::new() }
    }

    fn work(mut self, batches: &Mutex<Receiver<Batch>>, to_collect: &SyncSender<Vec<Event>>) -> ParsedFiles {
        loop {
            let next = batches.lock().unwrap_or_else(PoisonError::into_inner).recv();
            let Ok(batch) = next else { return self.finish() };
            self.parse(&batch);
            let events = std::mem::take(&mut self.intake.events);
            if to_collect.send(events).is_err() {
                return self.finish();
            }
        }
    }

    /// The events of a batch.
    fn parse(&mut self, batch: &Batch) -> &[Event] {
        self.intake.events.clear();
        let (mut notes, mut looked_at) = (Vec::new(), 0);
        let Self { intake, likely, .. } = self;
        let summary = batch.for_each(self.format, likely, |position, parsed| {
            if looked_at < LOOKED_AT
                && let Some(note) = Note::on(position, &parsed)
            {
                looked_at += 1;
                add(&mut notes, [note]);
            }
            intake.take(position, parsed);
        });
        self.progress.records.fetch_add(summary.records, Ordering::Relaxed);
        self.remember(batch.file(), summary, notes);
        &self.intake.events
    }

    fn remember(&mut self, file: u32, summary: ReadSummary, notes: Vec<Note>) {
        match self.files.last_mut() {
            Some((same, sum, known)) if *same == file => {
                *sum += summary;
                add(known, notes);
            }
            _ => self.files.push((file, summary, notes)),
        }
    }

    fn finish(self) -> ParsedFiles {
        ParsedFiles { intake: self.intake, files: self.files }
    }
}

/// What one thread parsed.
struct ParsedFiles {
    intake: Intake,
    files: Vec<(u32, ReadSummary, Vec<Note>)>,
}

impl ParsedFiles {
    fn give(self, diagnosis: &mut Diagnosis, outcomes: &mut [FileOutcome]) {
        diagnosis.merge(self.intake.counts);
        for (file, summary, notes) in self.files {
            if let Some(outcome) = usize::try_from(file).ok().and_then(|index| outcomes.get_mut(index)) {
                outcome.summary += summary;
                add(&mut outcome.notes, notes);
            }
        }
    }
}

impl FileOutcome {
    fn of(source: &Source) -> Self {
        Self { name: source.name(), summary: ReadSummary::default(), notes: Vec::new(), error: None }
    }
}

fn note_error(outcomes: &mut [FileOutcome], index: usize, error: Option<SourceError>) {
    if let Some(outcome) = outcomes.get_mut(index) {
        outcome.error = error;
    }
}

/// What to say about a record that is no sign-in, should the file hold nothing else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// Where it stands.
    pub line: u64,
    /// What is said of it. Safe to print.
    pub message: String,
}

impl Note {
    fn on(position: Position, parsed: &Parsed<'_>) -> Option<Self> {
        let message = match parsed {
            Parsed::Attempt(_) | Parsed::Several(_) => return None,
            Parsed::Unrecognised(kind) => printable(kind),
            Parsed::Malformed(defect) => defect.to_string(),
        };
        Some(Self { line: position.line, message })
    }
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.message)
    }
}

/// Keeps the first few that do not say the same: threads find them in any order.
fn add(notes: &mut Vec<Note>, more: impl IntoIterator<Item = Note>) {
    for note in more {
        match notes.iter_mut().find(|known| known.message == note.message) {
            Some(known) => known.line = known.line.min(note.line),
            None => notes.push(note),
        }
    }
    notes.sort_by_key(|note| note.line);
    notes.truncate(NOTES);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_of_each_kind_is_noted_whoever_found_it_first() {
        let note = |line, message: &str| Note { line, message: message.to_owned() };
        let mut notes = Vec::new();
        add(&mut notes, [note(5, "a"), note(9, "b"), note(7, "b")]);
        add(&mut notes, [note(1, "a"), note(8, "c"), note(6, "d")]);
        assert_eq!(notes, [note(1, "a"), note(6, "d"), note(7, "b")]);
    }
}
