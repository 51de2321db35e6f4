//! Cuts a JSON document into its records, without holding more than one of them.

mod open;

use open::{Open, follows_bracket};

/// Arrays and envelopes within each other that are opened. What is nested deeper is read as one record.
const LEVELS: usize = 4;

/// Where a record is among the bytes it was cut from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct DocumentSlice {
    pub(super) start: usize,
    pub(super) end: usize,
    /// The line it begins at.
    pub(super) line: u64,
    pub(super) outcome: SliceOutcome,
}

/// What became of a record on its way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum SliceOutcome {
    Whole,
    /// Whole, and with an empty array where an envelope has its records: a page without any, if it is no record.
    Hollow,
    TooLong,
    CutOff,
}

/// Finds the objects that are records: elements of an array, elements of an envelope's array, or objects of their own.
///
/// It is given a window of bytes from the front, and again after the window has grown; bytes before `kept_from` are
/// of no further use to it.
#[derive(Debug)]
pub(super) struct Splitter {
    limit: usize,
    line: u64,
    text: Text,
    depth: u32,
    /// Depth at which a record opens.
    base: u32,
    /// The same, of the arrays around this one.
    outer: Vec<u32>,
    open: Option<Open>,
    /// The line of the last bracket that opened or closed a record or a list of them.
    bracket_line: u64,
}

/// Where in the document the next byte is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Text {
    Outside,
    Inside,
    Escaped,
    /// At the front of a line, while looking for a new beginning.
    LineStart,
}

impl Splitter {
    pub(super) fn new(limit: usize, first_line: u64) -> Self {
        Self {
            limit: limit.max(1),
            line: first_line,
            text: Text::Outside,
            depth: 0,
            base: 0,
            outer: Vec::new(),
            open: None,
            bracket_line: first_line,
        }
    }

    /// The line of the next byte.
    pub(super) fn line(&self) -> u64 {
        self.line
    }

    /// Whether everything that opened is closed.
    pub(super) fn is_closed(&self) -> bool {
        self.depth == 0 && self.text == Text::Outside
    }

    pub(super) fn is_outside_text(&self) -> bool {
        self.text == Text::Outside
    }

    /// Whether it is among an array's elements, or would be if one came next.
    pub(super) fn is_in_a_list(&self) -> bool {
        !self.outer.is_empty() || self.open.as_ref().is_some_and(|open| open.waiting)
    }

    /// From here on the bytes are still needed. `len`: of the window.
    pub(super) fn kept_from(&self, len: usize) -> usize {
        self.open.as_ref().filter(|open| !open.skipped).map_or(len, |open| open.start)
    }

    /// The window has lost so many bytes at its front.
    pub(super) fn moved(&mut self, by: usize) {
        if let Some(open) = &mut self.open {
            open.start = open.start.saturating_sub(by);
        }
    }

    /// Goes over `window` from `at` on and puts what it finds into `slices`.
    pub(super) fn feed(&mut self, window: &[u8], mut at: usize, slices: &mut Vec<DocumentSlice>) {
        while at < window.len() {
            // At the last byte that the open record may have, it is looked at again.
            let held = self.open.as_ref().filter(|open| !open.skipped).map(|open| open.start);
            let stop = held.map_or(window.len(), |start| window.len().min(start.saturating_add(self.limit)));
            at = self.scan(window.get(..stop).unwrap_or(window), at, slices);
            if let Some(open) = &mut self.open
                && !open.skipped
                && at.saturating_sub(open.start) >= self.limit
            {
                open.skipped = true;
                open.waiting = false;
            }
        }
    }

    /// The end of the input: what is still open is cut off.
    pub(super) fn finish(&mut self) -> Option<DocumentSlice> {
        let unclosed = (self.depth > 0).then_some(DocumentSlice {
            start: 0,
            end: 0,
            line: self.bracket_line,
            outcome: SliceOutcome::CutOff,
        });
        let slice = self.open.take().map(|open| open.ended(0, SliceOutcome::CutOff)).or(unclosed);
        self.begin_anew();
        slice
    }

    /// Goes on to the end of `bytes`, or to where a record opened or closed. Returns where it is then.
    fn scan(&mut self, bytes: &[u8], mut at: usize, slices: &mut Vec<DocumentSlice>) -> usize {
        while let Some(rest) = bytes.get(at..) {
            let step = match self.text {
                Text::Outside => rest.iter().position(|byte| is_structure(*byte)),
                Text::Inside => memchr::memchr3(b'"', b'\\', b'\n', rest),
                Text::Escaped | Text::LineStart => Some(0),
            };
            let Some((step, byte)) = step.and_then(|step| Some((step, *rest.get(step)?))) else { break };
            at += step;
            if self.text == Text::LineStart {
                self.at_line_start(byte, slices);
                continue;
            }
            at += 1;
            if self.take(byte, bytes.get(..at).unwrap_or(bytes), slices) {
                return at;
            }
        }
        bytes.len()
    }

    /// A line that begins with a bracket, while the end of a record is not found: the record was damaged, and here
    /// is a new one. In a document written over several lines, records within a record are indented.
    fn at_line_start(&mut self, byte: u8, slices: &mut Vec<DocumentSlice>) {
        self.text = Text::Outside;
        if byte == b'{' {
            slices.extend(self.open.take().map(|open| open.ended(0, SliceOutcome::CutOff)));
            self.begin_anew();
        }
    }

    /// Takes a byte that matters, the last one of `bytes`. True: a record opened or closed.
    fn take(&mut self, byte: u8, bytes: &[u8], slices: &mut Vec<DocumentSlice>) -> bool {
        match (self.text, byte) {
            (Text::Inside | Text::Escaped, b'\n') => {
                // No text goes over a line: one was cut off, and the next line is a new beginning.
                self.line += 1;
                slices.extend(self.open.take().map(|open| open.ended(0, SliceOutcome::CutOff)));
                self.begin_anew();
                return true;
            }
            (Text::Inside, b'"') => self.text = Text::Outside,
            (Text::Inside, _) => self.text = Text::Escaped,
            (Text::Escaped, _) => self.text = Text::Inside,
            (_, b'"') => {
                self.text = Text::Inside;
                if let Some(open) = &mut self.open {
                    open.waiting = false;
                }
            }
            (_, b'\n') => {
                self.line += 1;
                if self.open.as_ref().is_some_and(|open| open.skipped) {
                    self.text = Text::LineStart;
                }
            }
            (_, b'{') => return self.open_object(bytes),
            (_, b'[') => self.open_array(bytes),
            _ => return self.close(bytes, slices),
        }
        false
    }

    fn open_object(&mut self, bytes: &[u8]) -> bool {
        let depth = self.depth;
        self.depth = depth.saturating_add(1);
        match &mut self.open {
            None if depth == self.base => {}
            Some(open) if open.waiting && follows_bracket(bytes) => {
                // What looked like a record is an envelope, and its records begin here.
                self.outer.push(self.base);
                self.base = depth;
            }
            Some(open) => {
                open.waiting = false;
                open.look_into(bytes, depth);
                return false;
            }
            None => return false,
        }
        self.bracket_line = self.line;
        self.open = Some(Open::new(bytes, self.line, self.depth));
        true
    }

    fn open_array(&mut self, bytes: &[u8]) {
        let depth = self.depth;
        self.depth = depth.saturating_add(1);
        let room = self.outer.len() < LEVELS;
        match &mut self.open {
            None if depth == self.base && room => {
                self.outer.push(self.base);
                self.base = self.depth;
                self.bracket_line = self.line;
            }
            Some(open) => {
                let member = open.member(bytes, depth);
                open.waiting = room && member.is_some_and(|member| member.holds_records);
            }
            None => {}
        }
    }

    fn close(&mut self, bytes: &[u8], slices: &mut Vec<DocumentSlice>) -> bool {
        let depth = self.depth;
        self.depth = depth.saturating_sub(1);
        let Some(open) = &mut self.open else {
            if self.depth < self.base {
                self.base = self.outer.pop().unwrap_or(0);
                self.bracket_line = self.line;
            }
            return false;
        };
        if open.waiting {
            open.waiting = false;
            open.hollow = follows_bracket(bytes);
        }
        if self.depth > self.base {
            if depth == open.members_depth {
                open.look_out();
            }
            return false;
        }
        let outcome = if open.hollow { SliceOutcome::Hollow } else { SliceOutcome::Whole };
        slices.extend(self.open.take().map(|open| open.ended(bytes.len(), outcome)));
        self.bracket_line = self.line;
        true
    }

    fn begin_anew(&mut self) {
        self.text = Text::Outside;
        self.depth = 0;
        self.base = 0;
        self.outer.clear();
        self.open = None;
    }
}

fn is_structure(byte: u8) -> bool {
    matches!(byte, b'"' | b'{' | b'}' | b'[' | b']' | b'\n')
}

#[cfg(test)]
mod tests;
