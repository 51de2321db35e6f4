//! Checking a folder with nothing but a public key.
//!
//! The signed root is the only thing believed. The same entries stand in the folder three times, as tiles of
//! hashes, as bundles of commitments and as records, and an attacker who changes one must change all, and then
//! the root. Where the copies disagree, the one that leads to the signed root says which other is wrong.

mod ledger;
mod records;
mod store;
mod tiles;

use std::fs::{self, File};
use std::io::{BufRead as _, BufReader, Read as _};
use std::path::Path;

use crate::checkpoint::{Checkpoint, CheckpointError, claimed, is_verifier_key, verify_checkpoint};
use crate::finding::{Finding, Findings, Problem, WhichCheckpoint};
use crate::tree::{Hash, MAX_SIZE};
use crate::{CHECKPOINT_FILE, ENTRIES_FILE, KEY_FILE};

/// More than any checkpoint or key has.
const MAX_SMALL_FILE: u64 = 1 << 20;

/// A log that is whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified {
    /// The log's name.
    pub origin: String,
    /// Its entries.
    pub size: u64,
    /// Their root.
    pub root: Hash,
    /// The entries whose records were erased. Their proofs hold; what they said is gone.
    pub erased: Vec<u64>,
    /// Entries in the earlier checkpoint that this log was found to continue.
    pub continues: Option<u64>,
}

/// Checks the folder `dir` against the key `vkey`, and against an `earlier` checkpoint of the same log if there
/// is one: only with that can a rewriting by somebody who has the log's key be seen.
pub fn verify_folder(dir: &Path, vkey: &str, earlier: Option<&str>) -> Result<Verified, Vec<Finding>> {
    let mut findings = Findings::default();
    check_key_file(dir, vkey, &mut findings);
    let earlier = earlier.and_then(|text| trusted(text, vkey, WhichCheckpoint::Earlier, &mut findings));
    let head = head(dir, vkey, &mut findings);
    let size = head.as_ref().map_or_else(|| count_lines(dir), |head| head.size);
    if let (Some(older), Some(head)) = (&earlier, &head)
        && older.size > head.size
    {
        findings.whole(Problem::Shrunk { older: older.size, newer: head.size });
    }
    if size > MAX_SIZE {
        findings
            .whole(Problem::Checkpoint { which: WhichCheckpoint::Folder, error: CheckpointError::Malformed });
        return Err(findings.into_sorted());
    }
    tiles::check(
        dir,
        &tiles::Expected { size, head: head.as_ref(), earlier: earlier.as_ref() },
        &mut findings,
    );
    let erased = records::check(dir, size, &mut findings);
    store::check(dir, size, &mut findings);
    match head {
        Some(Checkpoint { origin, size, root }) if findings.is_empty() => {
            Ok(Verified { origin, size, root, erased, continues: earlier.map(|older| older.size) })
        }
        _ => Err(findings.into_sorted()),
    }
}

/// The key file is a convenience, but one that says something else than the key given is no accident.
fn check_key_file(dir: &Path, vkey: &str, findings: &mut Findings) {
    if !is_verifier_key(vkey) {
        findings.whole(Problem::Checkpoint { which: WhichCheckpoint::Folder, error: CheckpointError::Key });
    }
    if let Ok(bytes) = fs::read(dir.join(KEY_FILE))
        && bytes != format!("{vkey}\n").as_bytes()
    {
        findings.whole(Problem::KeyDiffers);
    }
}

/// The folder's checkpoint. One that can't be trusted is a finding, and what it claims still serves to name
/// the entries that are wrong.
fn head(dir: &Path, vkey: &str, findings: &mut Findings) -> Option<Checkpoint> {
    let mut bytes = Vec::new();
    let read = File::open(dir.join(CHECKPOINT_FILE))
        .and_then(|file| file.take(MAX_SMALL_FILE).read_to_end(&mut bytes));
    if let Err(error) = read {
        findings.whole(Problem::Unreadable { path: CHECKPOINT_FILE.into(), why: error.to_string() });
        return None;
    }
    let text = String::from_utf8_lossy(&bytes);
    trusted(&text, vkey, WhichCheckpoint::Folder, findings).or_else(|| claimed(&text))
}

fn trusted(text: &str, vkey: &str, which: WhichCheckpoint, findings: &mut Findings) -> Option<Checkpoint> {
    verify_checkpoint(text, vkey).map_err(|error| findings.whole(Problem::Checkpoint { which, error })).ok()
}

/// With no checkpoint to say how many entries there are, there are as many as there are lines.
fn count_lines(dir: &Path) -> u64 {
    let Ok(file) = File::open(dir.join(ENTRIES_FILE)) else {
        return 0;
    };
    let lines = BufReader::new(file).split(b'\n').map_while(Result::ok).count();
    u64::try_from(lines).unwrap_or(u64::MAX)
}

/// The last entry of `count` from `first`.
fn last_of(first: u64, count: u64) -> u64 {
    first.saturating_add(count.saturating_sub(1))
}
