//! Records in batches: one thread cuts the input, several read what was cut.

mod cutting;

use std::{
    io::{self, Read},
    sync::Arc,
};

use super::{
    Parsed, ReadOptions, ReadSummary, RecordDefect,
    answer::AnswerLines,
    document::{DocumentSlice, Splitter},
    records::Records,
    table::Header,
    utf8::Utf8,
    window::Window,
};
use crate::record::{Position, Provider};

/// After so many bytes without a record, a line or a document has no end: 4 GiB.
const ENDLESS: u64 = 4 << 30;

/// Some of the records of one input, as bytes that nobody has parsed yet.
#[derive(Debug)]
pub struct Batch {
    file: u32,
    limit: usize,
    buffer: Vec<u8>,
    /// The part of the buffer that counts.
    len: usize,
    content: BatchContent,
}

#[derive(Debug)]
enum BatchContent {
    /// Whole lines, from this one on, and what to call those that nobody knows.
    Lines(u64, Option<Arc<str>>),
    /// Records of a document, with whatever is between them.
    Slices(Vec<DocumentSlice>),
    /// Whole rows of a table, from this line on.
    Rows(u64, Arc<Header>),
    /// One that cannot be read, at this line.
    Malformed(u64, RecordDefect),
}

impl Batch {
    /// Index of the file, as in [`ReadOptions::file`].
    pub fn file(&self) -> u32 {
        self.file
    }

    /// Reads the records, in their order. `format`: only as this provider's; `None`: look, `likely` first; it is set
    /// to the provider of the last record, for the next batch.
    pub fn for_each(
        &self,
        format: Option<Provider>,
        likely: &mut Provider,
        each: impl FnMut(Position, Parsed<'_>),
    ) -> ReadSummary {
        let summary = ReadSummary::default();
        let mut records = Records { file: self.file, format, likely, unknown_row: None, summary, each };
        let bytes = self.buffer.get(..self.len).unwrap_or_default();
        match &self.content {
            BatchContent::Lines(first, unknown_row) => {
                records.unknown_row.clone_from(unknown_row);
                records.lines(bytes, *first);
            }
            BatchContent::Slices(slices) => records.slices(bytes, slices, self.limit),
            BatchContent::Rows(first, header) => records.rows(bytes, *first, header),
            BatchContent::Malformed(line, defect) => records.malformed(*line, *defect),
        }
        records.summary
    }

    /// The memory, to be given to [`Batcher::reuse`].
    pub fn into_buffer(self) -> Vec<u8> {
        self.buffer
    }
}

/// Cuts an input into batches, and does as little else as it can: nothing is parsed here, and of plain lines only
/// the line breaks are counted.
///
/// Memory: a buffer holds a batch or the longest line that is read, whichever is more; of a document, a record and
/// two batches. What is longer is let go unread, and said to be damaged. A line that goes on for 4 GiB ends the
/// input with [`SourceStopped::EndlessLine`](crate::source::SourceStopped::EndlessLine): nobody wrote that as a log.
#[derive(Debug)]
pub struct Batcher<R> {
    window: Window<AnswerLines<Utf8<R>>>,
    options: ReadOptions,
    /// The line of the window's first byte.
    line: u64,
    shape: Option<BatchShape>,
    /// Bytes let go since the last batch, and how many may be.
    passed: u64,
    endless: u64,
}

/// What the input is, once it has been looked at.
#[derive(Debug)]
enum BatchShape {
    /// With what to call those that nobody knows.
    Lines(Option<Arc<str>>),
    Document {
        splitter: Splitter,
        /// So much of the window has been gone over.
        offset: usize,
    },
    Table(Arc<Header>),
    /// Nothing comes any more.
    Done,
}

impl<R: Read> Batcher<R> {
    /// Nothing is read yet.
    pub fn new(reader: R, mut options: ReadOptions) -> Self {
        options.max_line = options.max_line.max(1);
        // So that a line which fits into a batch is never too long.
        options.batch = options.batch.clamp(1, options.max_line);
        let window = Window::new(AnswerLines::new(Utf8::new(reader)), options.batch);
        Self { window, options, line: 1, shape: None, passed: 0, endless: ENDLESS }
    }

    /// The next batch; `None` at the end. Err: the reader's own error, or [`crate::source::SourceStopped`], after everything
    /// that was read before it has been handed out. After an error comes the end.
    #[expect(clippy::should_implement_trait, reason = "an iterator's items would be results of results")]
    pub fn next(&mut self) -> io::Result<Option<Batch>> {
        match self.cut() {
            Some(batch) => Ok(Some(batch)),
            None => self.window.take_error().map_or(Ok(None), Err),
        }
    }

    /// Where it is: the line that the next batch begins at, or that an error came at.
    pub fn position(&self) -> Position {
        let line = match &self.shape {
            Some(BatchShape::Document { splitter, .. }) => splitter.line(),
            _ => self.line,
        };
        Position { file: self.options.file, line }
    }

    /// Takes back the memory of a batch that is done with.
    pub fn reuse(&mut self, buffer: Vec<u8>) {
        self.window.reuse(buffer);
    }
}

#[cfg(test)]
mod tests;
