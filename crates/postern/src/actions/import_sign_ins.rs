//! Takes in the sign-in records of another provider: a file in, rows and counts out. Each record is kept once.
//!
//! A thread reads and hands over a thousand records at a time; each batch is one change. What was committed stays if the
//! rest cannot be read: the same file again adds only what is missing.

mod admission;
mod ordinals;
mod reading;
mod record_batch;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::SignedDuration;
use postern_core::event::Actor;
use postern_signals::report::printable;

use super::{ActionError, Caller};
use crate::scope::Scope;
use crate::store::Change;
use crate::store::imports::ImportCounts;

use admission::AdmissionSlots;
pub(crate) use admission::acquire_slots;
pub use admission::{Admission, UPLOAD_PREFIX, admit_import, delete_left_over_uploads};
pub(crate) use ordinals::Ordinals;
use reading::Reading;
pub(crate) use reading::{Limits, ReadCounts, RecordBatch, Sorter};
use record_batch::write_batch;

/// A record from further ahead waits until its time has come: it would make every other one late.
pub const WAITS_FROM: SignedDuration = SignedDuration::from_mins(2);

/// How the records came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Via {
    /// By the API.
    Api,
    /// By the page of the desk.
    Page,
    /// From the watched folder.
    Folder,
    /// From the demo, which invented them.
    Demo,
}

impl Via {
    /// The word in the database and in the API.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Api => "api",
            Self::Page => "page",
            Self::Folder => "folder",
            Self::Demo => "demo",
        }
    }
}

/// What is to be read.
pub struct Upload {
    source: String,
    via: Via,
    path: PathBuf,
}

impl Upload {
    /// `source`: what to call it in lists and as evidence. Cut to what a list has room for.
    pub fn new(source: &str, via: Via, path: PathBuf) -> Self {
        let shown: String = printable(source.trim()).chars().take(100).collect();
        Self { source: if shown.is_empty() { "upload".to_owned() } else { shown }, via, path }
    }
}

/// What came of an import.
#[derive(Clone, Debug)]
pub struct Imported {
    /// Its id.
    pub id: String,
    /// In numbers.
    pub counts: ImportCounts,
}

/// Who brings the records.
pub(crate) enum By<'a> {
    /// Somebody signed in, or a token of theirs.
    Caller(&'a Caller, Vec<String>),
    /// The watched folder, or the demo.
    System,
}

impl By<'_> {
    async fn change<'a>(&self, scope: &'a Scope) -> Result<Change<'a>, ActionError> {
        match self {
            Self::Caller(caller, _) => caller.change(scope).await,
            Self::System => Ok(scope.begin().await?),
        }
    }

    fn actor(&self) -> Actor {
        match self {
            Self::Caller(caller, _) => caller.actor(),
            Self::System => Actor::System,
        }
    }
}

/// Reads a file and keeps its records.
pub async fn import_sign_ins(
    scope: &Scope,
    caller: &Caller,
    admission: Admission,
    upload: &Upload,
) -> Result<Imported, ActionError> {
    let Admission { permit, limit, slots } = admission;
    let by = By::Caller(caller, permit.policies().to_vec());
    let imported = read_and_record(scope, &by, upload, Some(Arc::clone(&slots))).await?;
    let later = scope.later();
    let mut change = later.begin().await?;
    limit.clear(&mut change).await?;
    change.commit_unrecorded("an import that fitted costs nothing").await?;
    // No sooner: a program that sends several at a time has never paid for more of them than there are slots.
    drop(slots);
    scope.app.jobs.records.notify_one();
    Ok(imported)
}

/// `slots`: held until the thread that reads has ended, which may be after the caller has gone.
pub(crate) async fn read_and_record(
    scope: &Scope,
    by: &By<'_>,
    upload: &Upload,
    slots: Option<AdmissionSlots>,
) -> Result<Imported, ActionError> {
    let mut reading = Reading::start(upload.path.clone(), Limits::of(scope), slots);
    let mut import: Option<Imported> = None;
    let mut held = reading.next().await;
    // One batch is held back until it is known whether it is the last: a small file is one change.
    while let Some(batch) = held {
        held = reading.next().await;
        if held.is_some() {
            // A large file takes minutes: each part is taken in as of its own moment, if whoever brings it is still let in.
            import = Some(write_batch(&scope.later(), by, upload, import, (batch, None)).await?);
            continue;
        }
        let end = reading.end().await?;
        if import.is_none() && batch.counts.attempts == 0 {
            return Err(nothing_fits(&upload.path, &batch.counts, end.problem.as_deref()));
        }
        return write_batch(&scope.later(), by, upload, import, (batch, Some(end))).await;
    }
    Err(ActionError::Internal("an import was read that had no last batch".to_owned()))
}

fn nothing_fits(path: &Path, counts: &ReadCounts, problem: Option<&str>) -> ActionError {
    let is_empty = std::fs::metadata(path).is_ok_and(|about| about.len() == 0);
    let found = match problem {
        Some(problem) => problem.to_owned(),
        None if is_empty => "it is empty".to_owned(),
        None => counts.description(),
    };
    let message = format!(
        "No sign-in record that Postern knows was found: {found}. Export the sign-in log of your provider as the guide \
         docs/guide/diagnose.md shows, and send it as it is."
    );
    ActionError::invalid("file", message)
}
