//! The thread that reads: bytes → records → batches of rows.

use std::collections::BTreeMap;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use jiff::{SignedDuration, Timestamp};
use postern_core::login;
use postern_signals::postern::to_line;
use postern_signals::report::printable;
use postern_signals::source::Sources;
use postern_signals::{Parsed, Position, ReadOptions, RecordDefect, SignIn};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use super::admission::AdmissionSlots;
use super::{Ordinals, WAITS_FROM};
use crate::actions::ActionError;
use crate::scope::Scope;
use crate::store::imported_sign_ins::NewRecord;
use crate::store::imports::{ImportCounts, ImportRow};
use crate::store::micros;

/// Records in one change: on SQLite nobody else writes meanwhile.
const BATCH: usize = 1_000;
/// Bytes in one change: records may be long.
const BATCH_BYTES: usize = 4 << 20;
/// Damaged lines, and kinds of other records, that are named.
const NAMED: usize = 20;
/// Longest normalised record that is kept. Unit: bytes.
const LONGEST: usize = 64 << 10;
/// A packed file may hold so many times what may be sent.
const UNPACKED: u64 = 16;
/// A record's time may be so far ahead: clocks are off, and exports write local times as UTC.
const AHEAD: SignedDuration = SignedDuration::from_hours(24);

/// What is read and kept.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    oldest: Timestamp,
    newest: Timestamp,
    waits_from: Timestamp,
    unpacked: u64,
}

impl Limits {
    /// By the settings, now.
    pub(crate) fn of(scope: &Scope) -> Self {
        let (now, signals) = (scope.now, &scope.app.config.signals);
        let sent = u64::try_from(signals.max_import_bytes).unwrap_or(u64::MAX);
        Self {
            oldest: now.saturating_sub(scope.tenant.settings.keep).unwrap_or(Timestamp::MIN),
            newest: now.saturating_add(AHEAD).unwrap_or(Timestamp::MAX),
            waits_from: now.saturating_add(WAITS_FROM).unwrap_or(Timestamp::MAX),
            unpacked: sent.saturating_mul(UNPACKED),
        }
    }
}

/// What was found so far, in numbers.
#[derive(Clone, Debug, Default)]
pub(crate) struct ReadCounts {
    pub(crate) records: i64,
    pub(crate) attempts: i64,
    pub(crate) out_of_time: i64,
    pub(crate) ahead: i64,
    pub(crate) unrecognised: i64,
    pub(crate) malformed: i64,
    pub(crate) unrecognised_kinds: BTreeMap<String, i64>,
    /// Line and reason.
    pub(crate) malformed_lines: Vec<(u64, String)>,
}

impl ReadCounts {
    /// "12 records: 9 of other kinds (user.session.end), 3 malformed (line 4: not JSON at column 1)".
    pub(crate) fn description(&self) -> String {
        let plural = if self.records == 1 { "" } else { "s" };
        let mut parts = vec![format!("{} record{plural}", self.records)];
        if self.unrecognised > 0 {
            let kinds: Vec<&str> = self.unrecognised_kinds.keys().take(3).map(String::as_str).collect();
            parts.push(format!("{} of other kinds ({})", self.unrecognised, kinds.join("; ")));
        }
        if self.malformed > 0 {
            let lines: Vec<String> = self
                .malformed_lines
                .iter()
                .take(3)
                .map(|(line, why)| format!("line {line}: {why}"))
                .collect();
            parts.push(format!("{} malformed ({})", self.malformed, lines.join("; ")));
        }
        parts.join(", ")
    }

    /// What a row says of it.
    pub(crate) fn of(row: &ImportRow) -> Self {
        let lines: Vec<MalformedImportLine> = serde_json::from_str(&row.malformed_lines).unwrap_or_default();
        Self {
            records: row.records,
            attempts: row.attempts,
            out_of_time: row.out_of_time,
            ahead: row.ahead,
            unrecognised: row.unrecognised_records,
            malformed: row.malformed_records,
            unrecognised_kinds: serde_json::from_str(&row.unrecognised_kinds).unwrap_or_default(),
            malformed_lines: lines.into_iter().map(|MalformedImportLine { line, why }| (line, why)).collect(),
        }
    }

    /// Puts it into what is kept of an import.
    pub(crate) fn write(&self, totals: &mut ImportCounts) -> Result<(), serde_json::Error> {
        totals.records = self.records;
        totals.attempts = self.attempts;
        totals.out_of_time = self.out_of_time;
        totals.ahead = self.ahead;
        totals.unrecognised_records = self.unrecognised;
        totals.malformed_records = self.malformed;
        totals.unrecognised_kinds = serde_json::to_string(&self.unrecognised_kinds)?;
        let line = |(line, why): &(u64, String)| MalformedImportLine { line: *line, why: why.clone() };
        totals.malformed_lines =
            serde_json::to_string(&self.malformed_lines.iter().map(line).collect::<Vec<_>>())?;
        Ok(())
    }

    /// The same and what came after it.
    pub(crate) fn add(&mut self, later: &Self) {
        self.records += later.records;
        self.attempts += later.attempts;
        self.out_of_time += later.out_of_time;
        self.ahead += later.ahead;
        self.unrecognised += later.unrecognised;
        self.malformed += later.malformed;
        for (kind, count) in &later.unrecognised_kinds {
            self.count_kind(kind, *count);
        }
        let room = NAMED.saturating_sub(self.malformed_lines.len());
        self.malformed_lines.extend(later.malformed_lines.iter().take(room).cloned());
    }

    fn count_kind(&mut self, kind: &str, count: i64) {
        if self.unrecognised_kinds.len() < NAMED || self.unrecognised_kinds.contains_key(kind) {
            *self.unrecognised_kinds.entry(kind.to_owned()).or_default() += count;
        }
    }
}

/// A malformed line, as it is kept.
#[derive(Serialize, Deserialize)]
struct MalformedImportLine {
    line: u64,
    why: String,
}

/// Rows for one change, and what was found up to the last of them.
#[derive(Debug, Default)]
pub(crate) struct RecordBatch {
    pub(crate) rows: Vec<NewRecord>,
    pub(crate) counts: ReadCounts,
}

/// How the reading ended.
#[derive(Debug, Default)]
pub(crate) struct ReadingEnd {
    /// What kept it from being read to its end.
    pub(crate) problem: Option<String>,
}

/// A file that is being read.
pub(crate) struct Reading {
    batches: mpsc::Receiver<RecordBatch>,
    thread: JoinHandle<ReadingEnd>,
}

impl Reading {
    /// Begins to read.
    pub(crate) fn start(path: PathBuf, limits: Limits, slots: Option<AdmissionSlots>) -> Self {
        let (sender, batches) = mpsc::channel(2);
        let work = move || {
            let end = read_file(&path, limits, &sender);
            drop(slots);
            end
        };
        Self { batches, thread: tokio::task::spawn_blocking(work) }
    }

    /// The next batch; `None` after the last, which may be empty.
    pub(crate) async fn next(&mut self) -> Option<RecordBatch> {
        self.batches.recv().await
    }

    /// How it ended.
    pub(crate) async fn end(self) -> Result<ReadingEnd, ActionError> {
        self.thread.await.map_err(|error| ActionError::Internal(format!("reading an import: {error}")))
    }
}

fn read_file(path: &Path, limits: Limits, sender: &mpsc::Sender<RecordBatch>) -> ReadingEnd {
    let mut sorter = Sorter::new(limits, 0, Ordinals::default());
    let read = open(path).and_then(|file| {
        let bounded = BoundedUpload { inner: file, left: limits.unpacked, listener: sender.clone() };
        postern_signals::read(bounded, ReadOptions::default(), |position, parsed| {
            sorter.take(position, parsed);
            if sorter.is_full() {
                // Nobody may listen any more; the next read notices.
                let _ = sender.blocking_send(sorter.give());
            }
        })
    });
    // Nobody listens any more when the request was given up: then nothing is left to tell.
    let _ = sender.blocking_send(sorter.give());
    ReadingEnd { problem: read.err().map(|error| printable(&error.to_string())) }
}

/// Unpacks while it is read.
fn open(path: &Path) -> io::Result<Box<dyn Read + Send>> {
    let mut sources = Sources::find(&[path.to_owned()]).map_err(io::Error::other)?;
    sources.files.pop().ok_or(io::ErrorKind::NotFound)?.open()
}

/// Ends a reading that nobody waits for, and one that unpacks to too much.
struct BoundedUpload {
    inner: Box<dyn Read + Send>,
    left: u64,
    listener: mpsc::Sender<RecordBatch>,
}

impl Read for BoundedUpload {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.listener.is_closed() {
            return Err(io::Error::other("given up"));
        }
        let read = self.inner.read(buffer)?;
        let Some(left) = self.left.checked_sub(u64::try_from(read).unwrap_or(u64::MAX)) else {
            return Err(io::Error::other("it unpacks to more than is read at once. Send it in parts"));
        };
        self.left = left;
        Ok(read)
    }
}

/// Turns records into rows.
pub(crate) struct Sorter {
    limits: Limits,
    first_line: u64,
    ordinals: Ordinals,
    batch: RecordBatch,
    bytes: usize,
}

impl Sorter {
    /// `first_line`: how many lines of the file were read before; `ordinals`: the last of them.
    pub(crate) fn new(limits: Limits, first_line: u64, ordinals: Ordinals) -> Self {
        Self { limits, first_line, ordinals, batch: RecordBatch::default(), bytes: 0 }
    }

    /// What the next stretch of the same file has to know of this one.
    pub(crate) fn into_ordinals(self) -> Ordinals {
        self.ordinals
    }

    /// Takes one record.
    pub(crate) fn take(&mut self, position: Position, parsed: Parsed<'_>) {
        let line = self.first_line.saturating_add(position.line);
        let counts = &mut self.batch.counts;
        counts.records += 1;
        match parsed {
            Parsed::Attempt(record) => self.keep(line, &record),
            Parsed::Several(records) => records.iter().for_each(|record| self.keep(line, record)),
            Parsed::Unrecognised(kind) => {
                counts.unrecognised += 1;
                let kind: String = printable(&kind).chars().take(80).collect();
                counts.count_kind(&kind, 1);
            }
            Parsed::Malformed(defect) => self.malformed(line, defect),
        }
    }

    /// Whether what was gathered is enough for one change.
    fn is_full(&self) -> bool {
        self.batch.rows.len() >= BATCH || self.bytes >= BATCH_BYTES
    }

    /// What was gathered; the counts go on.
    pub(crate) fn give(&mut self) -> RecordBatch {
        let counts = self.batch.counts.clone();
        self.bytes = 0;
        std::mem::replace(&mut self.batch, RecordBatch { rows: Vec::new(), counts })
    }

    fn malformed(&mut self, line: u64, defect: RecordDefect) {
        self.batch.counts.malformed += 1;
        if self.batch.counts.malformed_lines.len() < NAMED {
            self.batch.counts.malformed_lines.push((line, defect.to_string()));
        }
    }

    fn keep(&mut self, line: u64, record: &SignIn<'_>) {
        self.batch.counts.attempts += 1;
        self.batch.counts.ahead += i64::from(record.at.is_some_and(|at| at > self.limits.waits_from));
        let kept = record.at.filter(|at| (self.limits.oldest..=self.limits.newest).contains(at));
        let Some((at, text)) = kept.zip(to_line(record)) else {
            self.batch.counts.out_of_time += 1;
            return;
        };
        if text.len() > LONGEST {
            self.malformed(line, RecordDefect::TooLong { limit: LONGEST });
            return;
        }
        let login_key = record.person.as_deref().map(login::normalise).filter(|key| !key.is_empty());
        let fingerprint = self.fingerprint(record, &text);
        self.bytes += text.len();
        self.batch.rows.push(NewRecord {
            line: i64::try_from(line).unwrap_or(i64::MAX),
            provider: record.provider.as_str(),
            login_key,
            at: micros(at),
            fingerprint,
            record: text,
        });
    }

    /// The same for the same record, whatever file it comes in. Of equal lines in one file, each has its own.
    fn fingerprint(&mut self, record: &SignIn<'_>, text: &str) -> String {
        let first = hash(text);
        match self.ordinals.next(record, &first) {
            0 => first,
            ordinal => hash(&format!("{text}\n{ordinal}")),
        }
    }
}

/// 128 bits are enough to tell records apart.
fn hash(text: &str) -> String {
    let hash = Sha256::digest(text.as_bytes());
    data_encoding::HEXLOWER.encode(hash.get(..16).unwrap_or_default())
}
