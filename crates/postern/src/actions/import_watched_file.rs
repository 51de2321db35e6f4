//! Takes in a file of the watched folder: a log that grows line by line from where it was left, anything else as a
//! whole. How far it was read is kept in the change that keeps its records, so that nothing is read twice.

mod growth;
mod read_state;

use std::io;
use std::path::PathBuf;

use postern_core::event::payload::SignInsImported;
use postern_core::event::{Actor, Event};
use postern_signals::read::{MAX_LINE, goes_line_by_line};
use postern_signals::report::printable;

use self::growth::{ReadRange, head_of, parse, stretch};
use self::read_state::{as_known, from_the_start, of_the_same, read_to};
use super::ActionError;
use super::import_sign_ins::{By, Limits, Ordinals, ReadCounts, RecordBatch, Upload, Via, read_and_record};
use crate::scope::Scope;
use crate::store::imported_sign_ins::insert_new;
use crate::store::imports::{self, ImportCounts, ImportRow};
use crate::store::watched_files::{self, WatchedFile};
use crate::store::{Change, StoreError};

/// Read, but not by this version's hands: another node, or one that was stopped in the middle.
const CLAIMED: i64 = -1;
/// How the problem of a file begins that may be readable at the next look.
const UNREADABLE: &str = "cannot be read";

/// A file as it is now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileSnapshot {
    /// Below the folder.
    pub path: String,
    /// Where it lies.
    pub at: PathBuf,
    /// Its length.
    pub size: i64,
    /// Its time. Unit: microseconds.
    pub modified_at: i64,
    /// Whether neither has changed of late.
    pub rest: UnchangedFor,
}

/// For how long a file has not changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum UnchangedFor {
    /// It may change at any moment.
    None,
    /// For some seconds: whoever writes a document is done with it.
    Short,
    /// For some minutes: whoever appends to it, line by line or block by block, has nothing more to say.
    Long,
}

/// How far a file was read, and whether somebody has to look again soon.
pub struct FileProgress {
    /// As it was kept.
    pub file: WatchedFile,
    /// There is more of it to read at once.
    pub has_more: bool,
}

/// Reads what is new. `None`: nothing is to be done now.
pub async fn import_watched_file(
    scope: &Scope,
    seen: &FileSnapshot,
    known: Option<&WatchedFile>,
) -> Result<Option<FileProgress>, ActionError> {
    let path = seen.at.clone();
    let head = match blocking(move || head_of(&path)).await? {
        Ok(head) => head,
        Err(error) => return unreadable(scope, seen, known, &error).await,
    };
    if head.is_empty() {
        return Ok(None);
    }
    if goes_line_by_line(&head) {
        return read_on(scope, seen, known, head).await;
    }
    if known.is_some_and(|known| is_done(seen, known)) || seen.rest == UnchangedFor::None {
        return Ok(None);
    }
    read_whole(scope, seen, known).await.map(Some)
}

/// Whether a file that is read as a whole was read as it is now.
fn is_done(seen: &FileSnapshot, known: &WatchedFile) -> bool {
    let is_same = (known.size, known.modified_at) == (seen.size, seen.modified_at);
    is_same && known.read_bytes != CLAIMED && !is_unreadable(known)
}

/// Whether somebody has begun to read it, and has not finished.
pub fn is_claimed(known: &WatchedFile) -> bool {
    known.read_bytes == CLAIMED
}

/// Somebody may have given the right to read it since: that changes neither its length nor its time.
pub fn is_unreadable(known: &WatchedFile) -> bool {
    known.problem.as_deref().is_some_and(|problem| problem.starts_with(UNREADABLE))
}

async fn unreadable(
    scope: &Scope,
    seen: &FileSnapshot,
    known: Option<&WatchedFile>,
    error: &io::Error,
) -> Result<Option<FileProgress>, ActionError> {
    let problem = format!("{UNREADABLE}: {error}");
    if known.is_some_and(|known| known.problem.as_deref() == Some(problem.as_str())) {
        return Ok(None);
    }
    let file = as_known(seen, known);
    let file = WatchedFile { read_bytes: file.read_bytes.max(0), ..file };
    set_aside(scope, seen, known, (file, problem)).await.map(Some)
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, ActionError> {
    tokio::task::spawn_blocking(work).await.map_err(|error| ActionError::Internal(error.to_string()))
}

/// A document, a table, or something packed: all of it, once it has come to rest.
async fn read_whole(
    scope: &Scope,
    seen: &FileSnapshot,
    known: Option<&WatchedFile>,
) -> Result<FileProgress, ActionError> {
    let claim = WatchedFile { read_bytes: CLAIMED, ..as_known(seen, known) };
    let mut change = scope.begin().await?;
    watched_files::save(&mut change, known, &claim).await?;
    change.commit_unrecorded("a file of the watched folder is about to be read").await?;
    let upload = Upload::new(&seen.path, Via::Folder, seen.at.clone());
    match read_and_record(scope, &By::System, &upload, None).await {
        Ok(imported) => {
            let done =
                WatchedFile { import_id: Some(imported.id), read_bytes: seen.size, ..from_the_start(seen) };
            let mut change = scope.begin().await?;
            watched_files::save(&mut change, Some(&claim), &done).await?;
            change.commit_unrecorded("a file of the watched folder was read").await?;
            Ok(FileProgress { file: done, has_more: false })
        }
        Err(ActionError::Invalid { message, .. }) => {
            let file = WatchedFile {
                import_id: claim.import_id.clone(),
                read_bytes: seen.size,
                ..from_the_start(seen)
            };
            set_aside(scope, seen, Some(&claim), (file, message.to_string())).await
        }
        Err(error) => Err(error),
    }
}

/// A file that nothing can be done with is named, once.
async fn set_aside(
    scope: &Scope,
    seen: &FileSnapshot,
    known: Option<&WatchedFile>,
    (mut file, problem): (WatchedFile, String),
) -> Result<FileProgress, ActionError> {
    tracing::warn!(file = printable(&seen.path), problem, "a file of the watched folder is of no use");
    let row = import_of(scope, &file).await?;
    let mut change = scope.begin().await?;
    let (id, totals) = match row {
        Some(row) => (row.id.clone(), ImportCounts::from(row)),
        None => (begin(&mut change, seen).await?, ImportCounts::default()),
    };
    let totals = ImportCounts { is_finished: true, problem: Some(problem.clone()), ..totals };
    imports::save(&mut change, &id, &totals).await?;
    (file.import_id, file.problem) = (Some(id), Some(problem));
    watched_files::save(&mut change, known, &file).await?;
    change.commit_unrecorded("a file of the watched folder that brings nothing").await?;
    Ok(FileProgress { file, has_more: false })
}

/// A log that grows: from the last whole line on, a stretch at a time.
async fn read_on(
    scope: &Scope,
    seen: &FileSnapshot,
    known: Option<&WatchedFile>,
    head: Vec<u8>,
) -> Result<Option<FileProgress>, ActionError> {
    let file = of_the_same(seen, known, &head);
    let from = file.read_bytes;
    if from == seen.size {
        return Ok(None);
    }
    let (path, rest, begins) = (seen.at.clone(), seen.rest, head.clone());
    let bytes = match blocking(move || stretch(&path, &begins, from, rest)).await? {
        Ok(ReadRange::Lines(bytes)) if bytes.is_empty() => return Ok(None),
        Ok(ReadRange::Lines(bytes)) => bytes,
        Ok(ReadRange::Endless) => {
            let problem = format!("a line goes on for more than {MAX_LINE} bytes; the rest is left out");
            let rest = read_to(file, seen.size, &head);
            return set_aside(scope, seen, known, (rest, problem)).await.map(Some);
        }
        Err(error) => return unreadable(scope, seen, known, &error).await,
    };
    let to = from.saturating_add(i64::try_from(bytes.len()).unwrap_or(i64::MAX));
    let (limits, before) = (Limits::of(scope), (file.read_lines, Ordinals::parse(&file.equal_lines)));
    let growth = blocking(move || parse(&bytes, limits, before)).await?;
    let file = WatchedFile {
        read_lines: file.read_lines + growth.lines,
        equal_lines: growth.ordinals.to_text()?,
        ..read_to(file, to, &head)
    };
    let file = record(scope, seen, (known, file), growth.batch).await?;
    Ok(Some(FileProgress { has_more: to < seen.size, file }))
}

/// Keeps a stretch, and how far the file was read, in one change. Its beginning is on the record.
async fn record(
    scope: &Scope,
    seen: &FileSnapshot,
    (known, mut file): (Option<&WatchedFile>, WatchedFile),
    batch: RecordBatch,
) -> Result<WatchedFile, ActionError> {
    let row = import_of(scope, &file).await?;
    let mut change = scope.begin().await?;
    let is_first = row.is_none();
    let mut counts = row.as_ref().map_or_else(ReadCounts::default, ReadCounts::of);
    let (id, mut totals) = match row {
        Some(row) => (row.id.clone(), ImportCounts::from(row)),
        None => (begin(&mut change, seen).await?, ImportCounts::default()),
    };
    let added = i64::try_from(insert_new(&mut change, &id, &batch.rows).await?).unwrap_or(0);
    totals.stored += added;
    totals.repeated += i64::try_from(batch.rows.len()).unwrap_or(0) - added;
    counts.add(&batch.counts);
    counts.write(&mut totals)?;
    totals.is_finished = true;
    totals.problem = (totals.attempts == 0)
        .then(|| format!("no sign-in record that Postern knows was found yet: {}", counts.description()));
    if let (Some(problem), true) = (&totals.problem, is_first) {
        tracing::warn!(file = printable(&seen.path), problem, "a file of the watched folder brings nothing");
    }
    imports::save(&mut change, &id, &totals).await?;
    file.import_id = Some(id.clone());
    watched_files::save(&mut change, known, &file).await?;
    if is_first {
        let imported = SignInsImported {
            import: &id,
            source: &name_of(seen),
            via: Via::Folder.as_str(),
            finished: false,
            records: totals.records,
            attempts: totals.attempts,
            stored: totals.stored,
            left_out: None,
        };
        change.commit(&Event::new(Actor::System, imported)).await?;
    } else {
        change.commit_unrecorded("more lines of a watched file whose beginning is on record").await?;
    }
    scope.app.jobs.records.notify_one();
    Ok(file)
}

async fn import_of(scope: &Scope, file: &WatchedFile) -> Result<Option<ImportRow>, StoreError> {
    match &file.import_id {
        Some(id) => imports::find(&scope.app.db, &scope.tenant.id, id).await,
        None => Ok(None),
    }
}

async fn begin(change: &mut Change<'_>, seen: &FileSnapshot) -> Result<String, StoreError> {
    imports::insert(change, &name_of(seen), Via::Folder.as_str(), None).await
}

fn name_of(seen: &FileSnapshot) -> String {
    printable(&seen.path).chars().take(100).collect()
}
