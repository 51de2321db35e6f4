//! How far a file was read, and whether it is still the same file: a rotation leaves another log under the old name,
//! and that one may be longer already.

use sha2::{Digest as _, Sha256};

use super::FileSnapshot;
use crate::store::watched_files::WatchedFile;

/// Bytes at a file's beginning that tell it from another.
const MARKED: usize = 1 << 10;

/// Nothing was read yet.
pub(super) fn from_the_start(seen: &FileSnapshot) -> WatchedFile {
    WatchedFile {
        path: seen.path.clone(),
        import_id: None,
        size: seen.size,
        modified_at: seen.modified_at,
        head_bytes: 0,
        head_hash: String::new(),
        read_bytes: 0,
        read_lines: 0,
        equal_lines: String::new(),
        problem: None,
    }
}

/// As far as is known, at its present length.
pub(super) fn as_known(seen: &FileSnapshot, known: Option<&WatchedFile>) -> WatchedFile {
    let Some(known) = known else { return from_the_start(seen) };
    WatchedFile { size: seen.size, modified_at: seen.modified_at, problem: None, ..known.clone() }
}

/// As far as is known of the file that begins like this; another file is new from its first byte on.
pub(super) fn of_the_same(seen: &FileSnapshot, known: Option<&WatchedFile>, head: &[u8]) -> WatchedFile {
    as_known(seen, known.filter(|known| is_same(seen, known, head)))
}

fn is_same(seen: &FileSnapshot, known: &WatchedFile, head: &[u8]) -> bool {
    // Shorter than what was read, or begun by somebody who did not finish.
    if !(0..=seen.size).contains(&known.read_bytes) {
        return false;
    }
    known.read_bytes == 0 || hash_of(head, known.head_bytes).is_some_and(|hash| hash == known.head_hash)
}

/// The same, read up to a byte, and marked by how it begins.
pub(super) fn read_to(file: WatchedFile, to: i64, head: &[u8]) -> WatchedFile {
    let bytes = usize::try_from(to).unwrap_or(0).min(MARKED).min(head.len());
    let head_bytes = i64::try_from(bytes).unwrap_or(0);
    let head_hash = hash_of(head, head_bytes).unwrap_or_default();
    WatchedFile { read_bytes: to, head_bytes, head_hash, ..file }
}

/// `None`: nothing was marked, or it is shorter now.
fn hash_of(head: &[u8], bytes: i64) -> Option<String> {
    let marked = head.get(..usize::try_from(bytes).ok()?).filter(|marked| !marked.is_empty())?;
    Some(data_encoding::HEXLOWER.encode(&Sha256::digest(marked)))
}
