//! A whole input: how it is read and cut changes nothing.

use std::io::{self, Read};

use arbitrary::{Arbitrary, Unstructured};
use libfuzzer_sys::Corpus;
use postern_signals::{Parsed, Position, ReadOptions, ReadSummary, read, record::SignIn};

use crate::line::check_record;

/// The first bytes of an input say how it is read.
pub const HEAD: usize = 4;

/// How an input is read.
#[derive(Debug, Clone, Copy, Arbitrary)]
pub struct Way {
    /// Bytes of a batch.
    batch: u8,
    /// Bytes given out at a time.
    chunk: u8,
    /// Longest line, in sixteenths; 0 for the usual limit.
    max_line: u8,
    /// After this share of the input, in 255ths, it cannot be read on; 255 for never.
    fails_at: u8,
}

/// Reads `bytes`, of which the first say how.
pub fn check(bytes: &[u8]) -> Corpus {
    let Some((head, input)) = bytes.split_at_checked(HEAD) else { return Corpus::Reject };
    let Ok(way) = Way::arbitrary(&mut Unstructured::new(head)) else { return Corpus::Reject };
    check_ways(input, way);
    Corpus::Keep
}

/// Reads it in one go and piecemeal. Returns what was read.
pub fn check_ways(input: &[u8], way: Way) -> Vec<(Position, Parsed<'static>)> {
    let usual = ReadOptions { file: 5, ..ReadOptions::default() };
    let max_line = if way.max_line == 0 { usual.max_line } else { usize::from(way.max_line) * 16 };
    let options = ReadOptions { max_line, ..usual };
    let whole = Seen::of(input, input.len().max(1), false, options);
    assert!(whole.error.is_none());
    whole.check(input);
    let piecemeal = ReadOptions { batch: usize::from(way.batch) + 1, ..options };
    let cut = Seen::of(input, usize::from(way.chunk) + 1, false, piecemeal);
    assert_eq!(cut, whole, "read piecemeal, it is not the same");
    if way.fails_at < u8::MAX {
        check_broken(&input[..input.len() * usize::from(way.fails_at) / 255], way, piecemeal);
    }
    whole.records
}

/// What was read before an error counts, and the error comes out.
fn check_broken(input: &[u8], way: Way, options: ReadOptions) {
    let broken = Seen::of(input, usize::from(way.chunk) + 1, true, options);
    assert_eq!(broken.error, Some(io::ErrorKind::ConnectionReset));
    let whole = Seen::of(input, usize::from(way.chunk) + 1, false, options);
    let before = broken.records.len().saturating_sub(1);
    let known = whole.records.get(..before).expect("nothing is made up");
    assert_eq!(&broken.records[..before], known, "what was read before an error is not the same");
}

#[derive(Debug, PartialEq)]
struct Seen {
    records: Vec<(Position, Parsed<'static>)>,
    summary: Option<ReadSummary>,
    error: Option<io::ErrorKind>,
}

impl Seen {
    fn of(input: &[u8], chunk: usize, fails: bool, options: ReadOptions) -> Self {
        let mut records = Vec::new();
        let outcome = read(Chunks { input, chunk, fails }, options, |position, parsed| {
            records.push((position, parsed.into_owned()));
        });
        Self { records, error: outcome.as_ref().err().map(io::Error::kind), summary: outcome.ok() }
    }

    fn check(&self, input: &[u8]) {
        let summary = self.summary.unwrap_or_default();
        assert_eq!(summary.records, self.records.len() as u64);
        assert_eq!(summary.attempts + summary.unrecognised + summary.malformed, summary.records);
        assert!(self.records.is_sorted_by_key(|(position, _)| *position), "positions do not go back");
        // Of UTF-16 too, where a line break is one of two bytes.
        let count = |wanted: u8| input.iter().filter(|byte| **byte == wanted).count() as u64;
        // Of a query's answer, the rows count, and what comes behind them.
        let rows = if input.windows(8).any(|word| word == b"\"tables\"") { count(b']') } else { 0 };
        let lines = count(b'\n') + rows + 1;
        for (position, parsed) in &self.records {
            assert!(position.file == 5 && (1..=lines).contains(&position.line), "{position:?} of {lines}");
            let check = |record: &SignIn<'_>| {
                assert_eq!(record.position, *position);
                check_record(record);
            };
            match parsed {
                Parsed::Attempt(record) => check(record),
                Parsed::Several(records) => records.iter().for_each(check),
                Parsed::Unrecognised(_) | Parsed::Malformed(_) => {}
            }
        }
    }
}

/// Gives out so many bytes at a time, then fails if it is told to.
struct Chunks<'b> {
    input: &'b [u8],
    chunk: usize,
    fails: bool,
}

impl Read for Chunks<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.input.is_empty() && self.fails {
            return Err(io::ErrorKind::ConnectionReset.into());
        }
        let room = buffer.len().min(self.chunk);
        self.input.read(&mut buffer[..room])
    }
}

impl Way {
    /// No line is too long.
    pub fn has_usual_limit(self) -> bool {
        self.max_line == 0
    }
}
