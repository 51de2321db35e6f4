//! Reads a log: bytes → batches of lines, elements of a JSON document or rows of a table → records. One pass, bounded
//! memory.
//!
//! - JSON Lines, and the plain lines that some providers write; a line may also hold a list, an envelope, or objects
//!   one after the other.
//! - A JSON array, an envelope of any of the known vendors, or objects printed over many lines.
//! - The answer of a query of Azure's logs: rows below named columns.
//! - CSV, if its header has a name that is known: separated by comma, semicolon or tab.
//! - UTF-8, and UTF-16 of either order.

mod answer;
mod batch;
mod defect;
mod document;
mod envelope;
mod error_answer;
mod look;
mod records;
#[cfg(test)]
mod slow;
mod table;
mod utf8;
mod window;

use std::{
    borrow::Cow,
    io::{self, Read},
    ops::AddAssign,
};

use serde::Serialize;

use crate::{
    provider::{parse_any, parse_as},
    record::{Position, Provider, SignIn},
    source::is_packed,
};
pub use batch::{Batch, Batcher};
pub use defect::RecordDefect;
pub(crate) use defect::defect_of;
use records::not_a_record_of;

/// A log line longer than this is damaged: 4 MiB.
pub const MAX_LINE: usize = 4 << 20;

/// A batch has about so many bytes: 1 MiB.
pub const BATCH: usize = 1 << 20;

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
    Unrecognised(Cow<'static, str>),
    /// Not readable.
    Malformed(RecordDefect),
}

impl Parsed<'_> {
    /// The same, for keeping after its line is gone.
    pub fn into_owned(self) -> Parsed<'static> {
        match self {
            Self::Attempt(record) => Parsed::Attempt(record.into_owned()),
            Self::Several(records) => Parsed::Several(records.into_iter().map(SignIn::into_owned).collect()),
            Self::Unrecognised(kind) => Parsed::Unrecognised(kind),
            Self::Malformed(defect) => Parsed::Malformed(defect),
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
    /// Bytes of a batch, about; at most `max_line`.
    pub batch: usize,
}

impl Default for ReadOptions {
    fn default() -> Self {
        Self { file: 0, format: None, max_line: MAX_LINE, batch: BATCH }
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
    pub unrecognised: u64,
    /// Not readable.
    pub malformed: u64,
}

impl AddAssign for ReadSummary {
    fn add_assign(&mut self, other: Self) {
        self.records += other.records;
        self.attempts += other.attempts;
        self.unrecognised += other.unrecognised;
        self.malformed += other.malformed;
    }
}

/// Reads one record. `format`: only as this provider's; `None`: look.
pub fn parse_line(line: &str, format: Option<Provider>, position: Position) -> Parsed<'_> {
    if let Some(provider) = format {
        return parse_as(provider, line, position).unwrap_or_else(|| not_a_record_of(provider, line));
    }
    let mut likely = Provider::Entra;
    parse_any(line, &mut likely, position)
}

/// Can what begins with `head` be read on from after any of its lines? Not so a JSON document, rows below a header,
/// UTF-16, and what is packed.
pub fn goes_line_by_line(head: &[u8]) -> bool {
    let is_text = !is_packed(head) && memchr::memchr(0, head).is_none();
    is_text && matches!(look::shape_of(head, false), look::Shape::Lines)
}

/// Reads everything in this thread, calling `each` once per record, in order of appearance. [`Batcher`] says what is
/// read; it is what several threads can share the work of.
/// Err: the reader's own error, after everything that was read before it.
pub fn read<R: Read>(
    reader: R,
    options: ReadOptions,
    mut each: impl FnMut(Position, Parsed<'_>),
) -> io::Result<ReadSummary> {
    let mut batcher = Batcher::new(reader, options);
    let mut likely = options.format.unwrap_or(Provider::Entra);
    let mut summary = ReadSummary::default();
    while let Some(batch) = batcher.next()? {
        summary += batch.for_each(options.format, &mut likely, &mut each);
        batcher.reuse(batch.into_buffer());
    }
    Ok(summary)
}

#[cfg(test)]
mod tests;
