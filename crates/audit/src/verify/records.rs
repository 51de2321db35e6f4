//! The records: does every line stand in its place and say what was committed to?

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read as _};
use std::path::Path;

use super::ledger::RecordLedger;
use super::{last_of, tiles};
use crate::ENTRIES_FILE;
use crate::finding::{Finding, Findings, Problem};
use crate::line::{Line, MAX_LINE};
use crate::tile::{TilePlace, WIDTH};
use crate::tree::Hash;

/// Walks the lines; returns the entries that were erased.
pub(super) fn check(dir: &Path, size: u64, findings: &mut Findings) -> Vec<u64> {
    let tree = TreeWalk { dir, size, at: None };
    let ledger = RecordLedger::default();
    let mut walk = Walk { tree, size, next: 0, unread: false, erased: Vec::new(), ledger, findings };
    let path = dir.join(ENTRIES_FILE);
    if let Err(error) = File::open(path).and_then(|file| walk.lines(BufReader::new(file))) {
        let problem = Problem::Unreadable { path: ENTRIES_FILE.into(), why: error.to_string() };
        walk.findings.whole(problem);
    }
    walk.end();
    let Walk { erased, ledger, findings, .. } = walk;
    ledger.finish(findings);
    erased
}

/// Where the walk stands.
struct Walk<'a> {
    tree: TreeWalk<'a>,
    size: u64,
    /// The entry that should come next.
    next: u64,
    /// A line that could not be read came since the last one that could; it may have been `next`.
    unread: bool,
    erased: Vec<u64>,
    ledger: RecordLedger,
    findings: &'a mut Findings,
}

impl Walk<'_> {
    fn lines(&mut self, mut file: impl BufRead) -> io::Result<()> {
        let mut bytes = Vec::new();
        let most = u64::try_from(MAX_LINE).unwrap_or(u64::MAX);
        loop {
            bytes.clear();
            if file.by_ref().take(most).read_until(b'\n', &mut bytes)? == 0 {
                return Ok(());
            }
            let ended = bytes.pop_if(|byte| *byte == b'\n').is_some();
            if let Some(line) = Line::parse(&bytes) {
                if !ended {
                    self.found(line.seq, Problem::Malformed, Some(&line));
                }
                self.place(&line);
            } else {
                self.found(self.next, Problem::Malformed, None);
                self.unread = true;
            }
        }
    }

    /// Finds where a line belongs. Its number says one thing and its record another; the record is believed,
    /// since only it is committed to.
    fn place(&mut self, line: &Line) {
        let leaf = line.leaf();
        self.resume(line, leaf.as_ref());
        let (seq, next) = (line.seq, self.next);
        if seq == next && next < self.size {
            self.expected(line, leaf.as_ref());
        } else if next < self.size && leaf.is_some() && self.tree.has(next, leaf.as_ref()) == Some(true) {
            self.found(next, Problem::Misnumbered { by: difference(seq, next) }, Some(line));
            self.genuine(next, line);
            self.next += 1;
        } else if seq < next {
            let genuine = self.tree.has(seq, leaf.as_ref()) != Some(false);
            let problem = if genuine { Problem::OutOfOrder } else { Problem::Inserted };
            self.found(seq, problem, Some(line));
        } else if next >= self.size {
            self.found(seq, Problem::NotSigned, Some(line));
        } else if seq < self.size && self.tree.has(seq, leaf.as_ref()) != Some(false) {
            self.missing(next, seq - 1);
            self.next = seq;
            self.expected(line, leaf.as_ref());
        } else {
            self.found(next, Problem::Altered, Some(line));
            self.ledger.unknown(1);
            self.next += 1;
        }
    }

    fn missing(&mut self, first: u64, last: u64) {
        self.findings.entries(first, last, Problem::Missing);
        self.ledger.unknown((last - first).saturating_add(1));
    }

    fn genuine(&mut self, seq: u64, line: &Line) {
        if let Some(content) = &line.content {
            self.ledger.genuine(seq, &content.json, self.findings);
        }
    }

    /// After lines that could not be read, go on where the next good line belongs; only one entry is taken to
    /// have been lost with them, the rest are missing.
    fn resume(&mut self, line: &Line, leaf: Option<&Hash>) {
        if !std::mem::take(&mut self.unread) || line.seq <= self.next || line.seq >= self.size {
            return;
        }
        if self.tree.has(line.seq, leaf) == Some(false) {
            return;
        }
        self.ledger.unknown(1);
        if line.seq > self.next + 1 {
            self.missing(self.next + 1, line.seq - 1);
        }
        self.next = line.seq;
    }

    /// The line has the number that should come next: does it hold that entry's record?
    fn expected(&mut self, line: &Line, leaf: Option<&Hash>) {
        let seq = line.seq;
        if leaf.is_none() {
            self.erased.push(seq);
            self.ledger.erased(seq);
        } else if self.tree.has(seq, leaf) == Some(false) {
            let problem = self.tree.neighbour(seq, leaf).map_or(Problem::Altered, |by| Problem::Moved { by });
            self.found(seq, problem, Some(line));
            self.ledger.unknown(1);
        } else {
            self.genuine(seq, line);
        }
        self.next = seq + 1;
    }

    fn end(&mut self) {
        if std::mem::take(&mut self.unread) {
            self.next += 1;
        }
        if self.next < self.size {
            self.missing(self.next, self.size - 1);
        }
    }

    fn found(&mut self, seq: u64, problem: Problem, line: Option<&Line>) {
        let (time, event) = line.map(Line::time_and_event).unwrap_or_default();
        self.findings.push(Finding { seq: Some(seq), last: Some(last_of(seq, 1)), problem, time, event });
    }
}

/// The leaf hashes, one tile at a time, by both copies: which of them is wrong is found elsewhere, and a record
/// that agrees with either is not to blame.
struct TreeWalk<'a> {
    dir: &'a Path,
    size: u64,
    at: Option<(u64, [Option<Vec<Hash>>; 2])>,
}

impl TreeWalk<'_> {
    /// Whether entry `seq` has this leaf hash. `None` if the tree can't tell, or there is no record to compare.
    fn has(&mut self, seq: u64, leaf: Option<&Hash>) -> Option<bool> {
        let leaf = leaf?;
        let place = TilePlace::in_tree(self.size, 0, seq / WIDTH)?;
        if self.at.as_ref().is_none_or(|(n, _)| *n != place.n) {
            // The same files were read before, and what is wrong with them is on the list.
            let mut known = Findings::default();
            let tile = tiles::leaves_of_tile(self.dir, place, &mut known);
            let bundle = tiles::leaves_of_bundle(self.dir, place, &mut known);
            self.at = Some((place.n, [tile, bundle]));
        }
        let (_, copies) = self.at.as_ref()?;
        let k = usize::try_from(seq % WIDTH).ok()?;
        let found = copies.iter().flatten().filter_map(|copy| copy.get(k));
        found.map(|hash| hash == leaf).reduce(|tile, bundle| tile || bundle)
    }

    /// How far the entry with this leaf hash is from `seq`, if it is next to it.
    fn neighbour(&mut self, seq: u64, leaf: Option<&Hash>) -> Option<i64> {
        let later = seq + 1 < self.size && self.has(seq + 1, leaf) == Some(true);
        let earlier = seq > 0 && self.has(seq - 1, leaf) == Some(true);
        if later { Some(1) } else { earlier.then_some(-1) }
    }
}

fn difference(found: u64, expected: u64) -> i64 {
    i64::try_from(i128::from(found) - i128::from(expected)).unwrap_or(i64::MAX)
}
