//! What the exporter found wrong with the store.

use std::fs::File;
use std::io::{BufRead as _, BufReader, ErrorKind, Read as _};
use std::path::Path;

use crate::finding::{Findings, Problem};
use crate::{STORE_FINDINGS_FILE, StoreFinding};

/// Longest line that is read. Unit: bytes.
const MOST: u64 = 4096;

/// Every line is a finding; one that cannot be read is one too.
pub(super) fn check(dir: &Path, size: u64, findings: &mut Findings) {
    let unreadable = |why: String| Problem::Unreadable { path: STORE_FINDINGS_FILE.into(), why };
    let mut lines = match File::open(dir.join(STORE_FINDINGS_FILE)) {
        Ok(file) => BufReader::new(file),
        Err(error) if error.kind() == ErrorKind::NotFound => return,
        Err(error) => return findings.whole(unreadable(error.to_string())),
    };
    let mut line = Vec::new();
    loop {
        line.clear();
        match lines.by_ref().take(MOST).read_until(b'\n', &mut line) {
            Ok(0) => return,
            Ok(_) => {}
            Err(error) => return findings.whole(unreadable(error.to_string())),
        }
        match serde_json::from_slice::<StoreFinding>(&line) {
            Ok(StoreFinding { seq, message }) => {
                let message = message.chars().filter(|c| !c.is_control()).take(500).collect();
                let problem = Problem::StoreTampered { message };
                match seq.filter(|seq| *seq < size) {
                    Some(seq) => findings.entries(seq, seq, problem),
                    None => findings.whole(problem),
                }
            }
            Err(error) => return findings.whole(unreadable(error.to_string())),
        }
    }
}
