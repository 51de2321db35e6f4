//! How each shape of input is cut.

use std::{
    io::{self, Read},
    sync::Arc,
};

use super::{Batch, BatchContent, BatchShape, Batcher};
use crate::{
    read::{
        RecordDefect,
        document::Splitter,
        look::{self, LOOK, opens_a_document, shape_of},
        table::{self, Cut, Header, newlines},
    },
    source::SourceStopped,
};

impl<R: Read> Batcher<R> {
    pub(super) fn cut(&mut self) -> Option<Batch> {
        if self.shape.is_none() {
            self.look();
        }
        match &self.shape {
            Some(BatchShape::Lines(unknown_row)) => {
                let unknown_row = unknown_row.clone();
                self.cut_lines(unknown_row)
            }
            Some(BatchShape::Document { .. }) => self.cut_document(),
            Some(BatchShape::Table(header)) => {
                let header = Arc::clone(header);
                self.cut_rows(header)
            }
            Some(BatchShape::Done) | None => None,
        }
    }

    /// Finds out what the input is. Empty lines before it say nothing.
    fn look(&mut self) {
        loop {
            self.window.fill(LOOK);
            let bytes = self.window.bytes();
            let blank = bytes.iter().position(|byte| !byte.is_ascii_whitespace()).unwrap_or(bytes.len());
            let lines = bytes.get(..blank).and_then(|blank| memchr::memrchr(b'\n', blank));
            match lines {
                Some(last) => self.pass(last + 1),
                None => break,
            }
        }
        let bytes = self.window.bytes();
        let head = bytes.get(..LOOK).unwrap_or(bytes);
        self.shape = Some(match shape_of(head, self.window.is_last() && bytes.len() <= LOOK) {
            look::Shape::Lines => BatchShape::Lines(None),
            look::Shape::UnknownTable(kind, len) => {
                self.pass(len);
                BatchShape::Lines(Some(kind))
            }
            look::Shape::Document => self.document(),
            look::Shape::Table(header, len) => {
                self.pass(len);
                BatchShape::Table(Arc::new(header))
            }
        });
    }

    fn document(&self) -> BatchShape {
        BatchShape::Document { splitter: Splitter::new(self.options.max_line, self.line), offset: 0 }
    }

    fn cut_lines(&mut self, unknown_row: Option<Arc<str>>) -> Option<Batch> {
        let limit = self.options.max_line;
        let mut wanted = self.options.batch;
        loop {
            self.window.fill(wanted);
            let bytes = self.window.bytes();
            let block = bytes.get(..self.options.batch).unwrap_or(bytes);
            // Behind the last line of the block, or behind the one line that is longer than it.
            let end = memchr::memrchr(b'\n', block).or_else(|| memchr::memchr(b'\n', bytes));
            match end {
                Some(end) if end <= limit => {
                    return Some(self.hand_out(end + 1, BatchContent::Lines(self.line, unknown_row)));
                }
                None if bytes.len() <= limit && self.window.is_last() => return self.last_line(unknown_row),
                None if bytes.len() <= limit => wanted = longer(bytes.len(), limit),
                Some(_) | None => return self.too_long_a_line(),
            }
        }
    }

    /// What is left behind the last line break.
    fn last_line(&mut self, unknown_row: Option<Arc<str>>) -> Option<Batch> {
        self.shape = Some(BatchShape::Done);
        let bytes = self.window.bytes();
        if bytes.trim_ascii().is_empty() {
            return None;
        }
        if self.window.is_broken() {
            return Some(self.malformed(self.line, RecordDefect::CutOff));
        }
        Some(self.hand_out(bytes.len(), BatchContent::Lines(self.line, unknown_row)))
    }

    fn too_long_a_line(&mut self) -> Option<Batch> {
        let bytes = self.window.bytes();
        let head = bytes.get(..LOOK.min(self.options.max_line)).unwrap_or(bytes);
        if opens_a_document(head.trim_ascii(), false, b"") {
            self.shape = Some(self.document());
            return self.cut_document();
        }
        let defect = RecordDefect::TooLong { limit: self.options.max_line };
        let batch = self.malformed(self.line, defect);
        self.pass_line(0);
        Some(batch)
    }

    fn cut_document(&mut self) -> Option<Batch> {
        loop {
            let Some(BatchShape::Document { splitter, offset }) = &mut self.shape else { return None };
            let filled = self.window.bytes().len();
            if *offset >= filled && !self.window.fill(filled + self.options.batch) {
                let end = splitter.finish();
                self.line = splitter.line();
                self.shape = Some(BatchShape::Done);
                return end.map(|slice| self.hand_out(0, BatchContent::Slices(vec![slice])));
            }
            let bytes = self.window.bytes();
            let bytes = bytes.get(..*offset + self.options.batch).unwrap_or(bytes);
            let mut slices = Vec::new();
            splitter.feed(bytes, *offset, &mut slices);
            let done = splitter.kept_from(bytes.len());
            splitter.moved(done);
            *offset = bytes.len() - done;
            if !slices.is_empty() {
                return Some(self.hand_out(done, BatchContent::Slices(slices)));
            }
            self.pass(done);
        }
    }

    fn cut_rows(&mut self, header: Arc<Header>) -> Option<Batch> {
        let (batch, limit) = (self.options.batch, self.options.max_line);
        let mut wanted = batch;
        loop {
            self.window.fill(wanted);
            let bytes = self.window.bytes();
            match table::cut(bytes, header.delimiter, batch, limit) {
                Cut::Rows(len) => return Some(self.hand_out(len, BatchContent::Rows(self.line, header))),
                Cut::TooLong(from) => {
                    let malformed = self.malformed(self.line, RecordDefect::TooLong { limit });
                    self.pass_line(from);
                    return Some(malformed);
                }
                Cut::More { quoted } if self.window.is_last() => return self.last_row(quoted, header),
                Cut::More { .. } => wanted = longer(bytes.len(), limit),
            }
        }
    }

    fn last_row(&mut self, quoted: bool, header: Arc<Header>) -> Option<Batch> {
        self.shape = Some(BatchShape::Done);
        let bytes = self.window.bytes();
        if bytes.trim_ascii().is_empty() {
            return None;
        }
        if quoted || self.window.is_broken() {
            return Some(self.malformed(self.line, RecordDefect::CutOff));
        }
        Some(self.hand_out(bytes.len(), BatchContent::Rows(self.line, header)))
    }

    fn hand_out(&mut self, len: usize, content: BatchContent) -> Batch {
        self.line += newlines(self.window.bytes().get(..len));
        self.passed = 0;
        let buffer = self.window.hand_out(len);
        Batch { file: self.options.file, limit: self.options.max_line, buffer, len, content }
    }

    fn malformed(&self, line: u64, defect: RecordDefect) -> Batch {
        Batch {
            file: self.options.file,
            limit: self.options.max_line,
            buffer: Vec::new(),
            len: 0,
            content: BatchContent::Malformed(line, defect),
        }
    }

    /// Lets the first bytes go. Ends an input that has had none but such for too long.
    fn pass(&mut self, len: usize) {
        self.line += newlines(self.window.bytes().get(..len));
        self.window.drop_front(len);
        self.passed = self.passed.saturating_add(len as u64);
        if self.passed > self.endless {
            self.window.fail(io::Error::other(SourceStopped::EndlessLine { limit: self.endless }));
        }
    }

    /// Lets everything go up to the first line break at `from` or behind it, without holding it.
    fn pass_line(&mut self, mut from: usize) {
        self.passed = 0;
        loop {
            let bytes = self.window.bytes();
            let end = bytes.get(from..).and_then(|rest| memchr::memchr(b'\n', rest));
            let len = end.map_or(bytes.len(), |end| from + end + 1);
            self.pass(len);
            from = 0;
            if end.is_some() || !self.window.fill(self.options.batch) {
                return;
            }
        }
    }
}

/// So many bytes are wanted where `len` hold no whole line: twice as many, or enough to know that it is too long.
fn longer(len: usize, limit: usize) -> usize {
    len.saturating_mul(2).min(limit.saturating_add(1)).max(len.saturating_add(1))
}
