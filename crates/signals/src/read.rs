//! Reads a log: bytes → lines (or the elements of a JSON document) → records. One pass, bounded memory.

mod damage;
mod document;

use std::{
    borrow::Cow,
    io::{self, BufRead, Read},
};

use serde::Serialize;

use crate::{
    provider::{nobodys, parse_any, parse_as},
    record::{Position, Provider, SignIn},
};
pub use damage::Damage;
pub(crate) use damage::damage_of;
use document::Splitter;

/// A log line longer than this is damaged: 4 MiB.
pub const MAX_LINE: usize = 4 << 20;

/// What one line turned out to be.
#[derive(Debug, Clone, PartialEq)]
#[expect(
    clippy::large_enum_variant,
    reason = "nearly every line is an attempt; a box would cost one allocation each"
)]
pub enum Parsed<'a> {
    /// A sign-in, or a change that bears on one.
    Attempt(SignIn<'a>),
    /// Several of them in one record, in their order.
    Several(Vec<SignIn<'a>>),
    /// Sound, but not about a sign-in. The text names its kind.
    Foreign(Cow<'static, str>),
    /// Not readable.
    Damaged(Damage),
}

impl Parsed<'_> {
    /// The same, for keeping after its line is gone.
    pub fn into_owned(self) -> Parsed<'static> {
        match self {
            Self::Attempt(record) => Parsed::Attempt(record.into_owned()),
            Self::Several(records) => Parsed::Several(records.into_iter().map(SignIn::into_owned).collect()),
            Self::Foreign(kind) => Parsed::Foreign(kind),
            Self::Damaged(damage) => Parsed::Damaged(damage),
        }
    }
}

/// How to read.
#[derive(Debug, Clone, Copy)]
pub struct ReadOptions {
    /// Index of the file, for positions.
    pub file: u32,
    /// Read as this provider's log only; by default each line is looked at.
    pub format: Option<Provider>,
    /// Longest line (or element) that is read.
    pub max_line: usize,
}

impl Default for ReadOptions {
    fn default() -> Self {
        Self { file: 0, format: None, max_line: MAX_LINE }
    }
}

/// What was in the input, in numbers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct ReadSummary {
    /// Records and broken lines; empty lines do not count.
    pub records: u64,
    /// Sign-ins, and changes that bear on one.
    pub attempts: u64,
    /// Sound, but not about a sign-in.
    pub foreign: u64,
    /// Not readable.
    pub damaged: u64,
}

/// Reads one record. `format`: only as this provider's; `None`: look.
pub fn parse_line(line: &str, format: Option<Provider>, position: Position) -> Parsed<'_> {
    match format {
        Some(provider) => {
            parse_as(provider, line, position).unwrap_or_else(|| not_a_record_of(provider, line))
        }
        None => parse_any(line, Provider::Entra, position),
    }
}

fn not_a_record_of(provider: Provider, line: &str) -> Parsed<'static> {
    match nobodys(line) {
        Parsed::Foreign(_) => Parsed::Foreign(Cow::Owned(format!("not a record of {}", provider.as_str()))),
        damaged => damaged,
    }
}

/// Reads everything, calling `each` once per record, in order of appearance.
/// JSON Lines; a JSON array; an object with the array in `value` (Graph) or `Records`; objects printed over many lines.
/// Err: the reader's own error.
pub fn read<R: BufRead>(
    mut reader: R,
    options: ReadOptions,
    mut each: impl FnMut(Position, Parsed<'_>),
) -> io::Result<ReadSummary> {
    let mut session =
        Session { options, last: options.format.unwrap_or(Provider::Entra), summary: ReadSummary::default() };
    skip_byte_order_mark(&mut reader)?;
    let mut line = Vec::new();
    let mut number = 0;
    loop {
        line.clear();
        let is_first = session.summary.records == 0;
        let Some(fate) = read_line(&mut reader, &mut line, options.max_line, is_first)? else {
            return Ok(session.summary);
        };
        number += 1;
        if is_first && document::opens(&line) {
            let rest = line.as_slice().chain(reader);
            return read_document(rest, number, session, each);
        }
        session.take(&line, fate, number, &mut each);
    }
}

/// The rest of a read: what the lines share.
struct Session {
    options: ReadOptions,
    /// The provider of the last record: logs are rarely mixed, so it is tried first.
    last: Provider,
    summary: ReadSummary,
}

impl Session {
    fn take(&mut self, line: &[u8], fate: Fate, number: u64, each: &mut impl FnMut(Position, Parsed<'_>)) {
        let line = line.trim_ascii();
        if line.is_empty() && fate == Fate::Whole {
            return;
        }
        let position = Position { file: self.options.file, line: number };
        let parsed = match fate {
            Fate::TooLong => Parsed::Damaged(Damage::TooLong { limit: self.options.max_line }),
            Fate::CutOff => Parsed::Damaged(Damage::CutOff),
            Fate::Whole => self.parse(line, position),
        };
        self.summary.records += 1;
        match &parsed {
            Parsed::Attempt(record) => {
                self.summary.attempts += 1;
                self.last = record.provider;
            }
            Parsed::Several(records) => {
                self.summary.attempts += 1;
                self.last = records.first().map_or(self.last, |record| record.provider);
            }
            Parsed::Foreign(_) => self.summary.foreign += 1,
            Parsed::Damaged(_) => self.summary.damaged += 1,
        }
        each(position, parsed);
    }

    fn parse<'l>(&self, line: &'l [u8], position: Position) -> Parsed<'l> {
        match simdutf8::compat::from_utf8(line) {
            Ok(line) if self.options.format.is_some() => parse_line(line, self.options.format, position),
            Ok(line) => parse_any(line, self.last, position),
            Err(_) if memchr::memchr(0, line).is_some() => Parsed::Damaged(Damage::Utf16),
            Err(error) => Parsed::Damaged(Damage::NotUtf8 { valid_up_to: error.valid_up_to() }),
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    Whole,
    TooLong,
    CutOff,
}

/// Reads to the next line break. Of a line beyond `limit` the rest is skipped, so that memory stays bounded.
/// `None`: end of input.
fn read_line<R: BufRead>(
    reader: &mut R,
    line: &mut Vec<u8>,
    limit: usize,
    is_first: bool,
) -> io::Result<Option<Fate>> {
    let bound = u64::try_from(limit).unwrap_or(u64::MAX).saturating_add(1);
    if reader.by_ref().take(bound).read_until(b'\n', line)? == 0 {
        return Ok(None);
    }
    if line.ends_with(b"\n") || line.len() <= limit {
        return Ok(Some(Fate::Whole));
    }
    if is_first && document::opens(line) {
        // One endless line may be a whole document; the caller reads on from what we have.
        return Ok(Some(Fate::TooLong));
    }
    reader.skip_until(b'\n')?;
    Ok(Some(Fate::TooLong))
}

fn read_document<R: BufRead>(
    mut reader: R,
    first_line: u64,
    mut session: Session,
    mut each: impl FnMut(Position, Parsed<'_>),
) -> io::Result<ReadSummary> {
    let mut splitter = Splitter::new(session.options.max_line, first_line);
    loop {
        let chunk = reader.fill_buf()?;
        if chunk.is_empty() {
            break;
        }
        splitter.feed(chunk, |element, whole, line| {
            session.take(element, if whole { Fate::Whole } else { Fate::TooLong }, line, &mut each);
        });
        let len = chunk.len();
        reader.consume(len);
    }
    if let Some(line) = splitter.cut_off_at() {
        session.take(b"", Fate::CutOff, line, &mut each);
    }
    Ok(session.summary)
}

fn skip_byte_order_mark<R: BufRead>(reader: &mut R) -> io::Result<()> {
    if reader.fill_buf()?.starts_with(b"\xef\xbb\xbf") {
        reader.consume(3);
    }
    Ok(())
}

#[cfg(test)]
mod tests;
