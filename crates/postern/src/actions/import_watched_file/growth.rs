//! What is new in a log that grows, up to its last whole line.

use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::path::Path;

use postern_signals::read::MAX_LINE;
use postern_signals::{Parsed, Position, ReadOptions, RecordDefect, parse_line};
use serde::de::IgnoredAny;

use super::UnchangedFor;
use crate::actions::import_sign_ins::{Limits, Ordinals, RecordBatch, Sorter};

/// Bytes that are read for one change.
const BLOCK: usize = 1 << 20;
/// Bytes that say what a file is.
const HEAD: u64 = 64 << 10;

/// How the file begins.
pub(super) fn head_of(path: &Path) -> io::Result<Vec<u8>> {
    let mut head = Vec::new();
    File::open(path)?.take(HEAD).read_to_end(&mut head)?;
    Ok(head)
}

/// What comes after what was read.
pub(super) enum ReadRange {
    /// Whole lines; none, if the only one is not whole yet.
    Lines(Vec<u8>),
    /// One line that is longer than any record.
    Endless,
}

/// Reads on from a byte, a block at a time. `begins`: how the file began that is meant.
pub(super) fn stretch(path: &Path, begins: &[u8], from: i64, rest: UnchangedFor) -> io::Result<ReadRange> {
    let mut file = File::open(path)?;
    let mut head = Vec::new();
    (&mut file).take(u64::try_from(begins.len()).unwrap_or(HEAD)).read_to_end(&mut head)?;
    if head != begins {
        // It was just now replaced. The next look sees what is there.
        return Ok(ReadRange::Lines(Vec::new()));
    }
    file.seek(SeekFrom::Start(u64::try_from(from).unwrap_or(0)))?;
    let mut bytes = Vec::new();
    let longest = u64::try_from(MAX_LINE).unwrap_or(u64::MAX);
    for length in [u64::try_from(BLOCK).unwrap_or(u64::MAX), longest] {
        let missing = length.saturating_sub(u64::try_from(bytes.len()).unwrap_or(0));
        (&mut file).take(missing).read_to_end(&mut bytes)?;
        if let Some(end) = memchr::memrchr(b'\n', &bytes) {
            bytes.truncate(end + 1);
            return Ok(ReadRange::Lines(bytes));
        }
    }
    if u64::try_from(bytes.len()).unwrap_or(0) >= longest {
        return Ok(ReadRange::Endless);
    }
    if !is_whole(&bytes, rest) {
        bytes.clear();
    }
    Ok(ReadRange::Lines(bytes))
}

/// Whether the last line of a file is all there, although no line break ends it. Half a JSON record is none; half a line
/// of text can read like another record, and only time tells.
fn is_whole(line: &[u8], rest: UnchangedFor) -> bool {
    let Ok(text) = std::str::from_utf8(line.trim_ascii()) else { return false };
    match rest {
        UnchangedFor::None => false,
        UnchangedFor::Short => text.starts_with('{') && serde_json::from_str::<IgnoredAny>(text).is_ok(),
        UnchangedFor::Long => {
            !text.is_empty()
                && !matches!(
                    parse_line(text, None, Position::default()),
                    Parsed::Malformed(RecordDefect::CutOff)
                )
        }
    }
}

/// What a stretch brings.
pub(super) struct Growth {
    pub(super) batch: RecordBatch,
    /// Lines that it stands on.
    pub(super) lines: i64,
    /// What the next stretch has to know.
    pub(super) ordinals: Ordinals,
}

/// Its records. `lines`: how many were read before; `ordinals`: the last of them.
pub(super) fn parse(bytes: &[u8], limits: Limits, (lines, ordinals): (i64, Ordinals)) -> Growth {
    let mut sorter = Sorter::new(limits, u64::try_from(lines).unwrap_or(0), ordinals);
    // Bytes in memory do not fail to be read.
    let _ = postern_signals::read(bytes, ReadOptions::default(), |position, parsed| {
        sorter.take(position, parsed);
    });
    let breaks = memchr::memchr_iter(b'\n', bytes).count();
    Growth {
        batch: sorter.give(),
        lines: i64::try_from(breaks).unwrap_or(i64::MAX),
        ordinals: sorter.into_ordinals(),
    }
}
