//! From files to a diagnosis, on several cores: one thread splits, the others parse, this one collects.

use std::{
    io,
    path::PathBuf,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
        mpsc::{Receiver, SyncSender, sync_channel},
    },
    thread,
};

use crate::{
    diagnose::{Diagnosis, Intake, Tally},
    event::Event,
    read::{Batch, Batcher, ReadOptions, ReadSummary},
    record::Provider,
    source::Source,
};

/// Batches that wait for a thread, per thread.
const WAITING: usize = 2;

/// How to scan.
#[derive(Debug, Clone, Copy)]
pub struct ScanOptions {
    /// Threads that parse; 1 does everything in the calling thread.
    pub threads: usize,
    /// Read as this provider's log only.
    pub format: Option<Provider>,
}

/// How far a scan is, for a progress bar; and the way to stop it.
#[derive(Debug, Default)]
pub struct Progress {
    /// Bytes read, as they lie in the files (compressed).
    pub bytes: AtomicU64,
    /// Records parsed.
    pub records: AtomicU64,
    /// Set it to stop: what was read until then is diagnosed.
    pub stop: AtomicBool,
}

/// What became of one file.
#[derive(Debug)]
pub struct FileOutcome {
    /// As given.
    pub path: PathBuf,
    /// What was in it.
    pub summary: ReadSummary,
    /// The first records that are no sign-ins, in words.
    pub notes: Vec<String>,
    /// What kept it from being read to its end.
    pub error: Option<io::Error>,
}
