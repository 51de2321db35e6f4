//! Reads the records of a batch: from the bytes that were cut to what they say.

use std::{borrow::Cow, sync::Arc};

use super::{
    Parsed, ReadSummary, RecordDefect,
    document::{DocumentSlice, SliceOutcome, Splitter},
    envelope::carried,
    error_answer::{self, ERROR_ANSWER},
    table::{Header, for_each_row},
};
use crate::{
    provider::{UNKNOWN, nobodys, parse_any, parse_as, without_container},
    record::{Position, Provider},
};

/// An envelope that begins with short members is known from so many bytes, before anything is parsed.
const ENVELOPE_HEAD: usize = 256;

/// Hands what it reads to `each`.
pub(super) struct Records<'p, F> {
    pub(super) file: u32,
    /// Read as this provider's only.
    pub(super) format: Option<Provider>,
    /// Whose the last record was, which is tried first.
    pub(super) likely: &'p mut Provider,
    /// What to call a row of a table that nobody knows.
    pub(super) unknown_row: Option<Arc<str>>,
    pub(super) summary: ReadSummary,
    pub(super) each: F,
}

impl<F: FnMut(Position, Parsed<'_>)> Records<'_, F> {
    pub(super) fn lines(&mut self, bytes: &[u8], first: u64) {
        let texts = TextLines::of(bytes);
        let mut start = 0;
        let ends = memchr::memchr_iter(b'\n', bytes).chain([bytes.len()]);
        for (end, line) in ends.zip(first..) {
            match texts.get(start, end) {
                Ok(text) => self.line(text, line),
                Err(defect) => self.malformed(line, defect),
            }
            start = end + 1;
        }
    }

    pub(super) fn slices(&mut self, bytes: &[u8], slices: &[DocumentSlice], limit: usize) {
        let texts = TextLines::of(bytes);
        for slice in slices {
            match slice.outcome {
                SliceOutcome::TooLong => self.malformed(slice.line, RecordDefect::TooLong { limit }),
                SliceOutcome::CutOff => self.malformed(slice.line, RecordDefect::CutOff),
                SliceOutcome::Whole | SliceOutcome::Hollow => match texts.get(slice.start, slice.end) {
                    Ok(text) => self.record(text, slice.line, slice.outcome),
                    Err(defect) => self.malformed(slice.line, defect),
                },
            }
        }
    }

    pub(super) fn rows(&mut self, bytes: &[u8], first: u64, header: &Header) {
        // Of one provider's log only, the columns may be another's, and known.
        self.unknown_row = self.format.is_none().then(|| header.kind());
        for_each_row(bytes, first, header, |line, row| match row {
            Ok(text) => self.record(text, line, SliceOutcome::Whole),
            Err(defect) => self.malformed(line, defect),
        });
    }

    pub(super) fn malformed(&mut self, line: u64, defect: RecordDefect) {
        self.hand_over(line, Parsed::Malformed(defect));
    }

    /// Reads one record.
    pub(super) fn record(&mut self, text: &str, line: u64, outcome: SliceOutcome) {
        match self.parse(text, line) {
            Some(parsed) => self.hand_over(line, parsed),
            // A page of an export without anything on it.
            None if outcome == SliceOutcome::Hollow => {}
            None => self.hand_over(line, self.not_known(text)),
        }
    }

    /// Reads a line, which may hold several records: an array, an envelope, objects one after the other.
    fn line(&mut self, text: &str, line: u64) {
        // Files put one behind the other have marks in between.
        let text = without_container(text.strip_prefix('\u{feff}').unwrap_or(text));
        if text.is_empty() {
            return;
        }
        if opens_a_list(text.as_bytes()) {
            return self.several(text, &split(text), line);
        }
        let parsed = self.parse(text, line);
        let several = match &parsed {
            None if text.starts_with('{') => Some(split(text)).filter(|split| !split.is_one(text)),
            Some(Parsed::Malformed(RecordDefect::NotJson { .. })) => {
                Some(split(text)).filter(|split| split.is_plain(text))
            }
            _ => None,
        };
        match (several, parsed) {
            (Some(split), _) => self.several(text, &split, line),
            (None, Some(Parsed::Malformed(_)))
                if self.unknown_row.is_some() && !text.starts_with(['{', '[']) =>
            {
                self.hand_over(line, self.not_known(text));
            }
            (None, Some(parsed)) => self.hand_over(line, parsed),
            (None, None) => self.hand_over(line, self.not_known(text)),
        }
    }

    fn several(&mut self, text: &str, split: &Split, line: u64) {
        for slice in &split.slices {
            let record = text.get(slice.start..slice.end).unwrap_or_default();
            self.record(record, line, slice.outcome);
        }
        if split.is_cut_off {
            self.malformed(line, RecordDefect::CutOff);
        }
    }

    /// `None`: nobody's record.
    fn parse<'t>(&mut self, text: &'t str, line: u64) -> Option<Parsed<'t>> {
        let position = Position { file: self.file, line };
        self.parse_bare(text, position).or_else(|| self.parse_bare(carried(text)?, position))
    }

    fn parse_bare<'t>(&mut self, text: &'t str, position: Position) -> Option<Parsed<'t>> {
        match self.format {
            Some(provider) => parse_as(provider, text, position),
            None => Some(parse_any(text, self.likely, position)).filter(|parsed| !is_nobodys(parsed)),
        }
    }

    fn not_known(&self, text: &str) -> Parsed<'static> {
        if error_answer::is_one(text) {
            return Parsed::Unrecognised(Cow::Borrowed(ERROR_ANSWER));
        }
        if let Some(kind) = &self.unknown_row {
            return Parsed::Unrecognised(Cow::Owned(kind.as_ref().to_owned()));
        }
        self.format.map_or_else(|| nobodys(text), |provider| not_a_record_of(provider, text))
    }

    fn hand_over(&mut self, line: u64, parsed: Parsed<'_>) {
        self.summary.records += 1;
        match &parsed {
            Parsed::Attempt(_) | Parsed::Several(_) => self.summary.attempts += 1,
            Parsed::Unrecognised(_) => self.summary.unrecognised += 1,
            Parsed::Malformed(_) => self.summary.malformed += 1,
        }
        (self.each)(Position { file: self.file, line }, parsed);
    }
}

pub(super) fn not_a_record_of(provider: Provider, text: &str) -> Parsed<'static> {
    match nobodys(text) {
        Parsed::Unrecognised(_) => {
            Parsed::Unrecognised(Cow::Owned(format!("not a record of {}", provider.as_str())))
        }
        malformed => malformed,
    }
}

fn is_nobodys(parsed: &Parsed<'_>) -> bool {
    matches!(parsed, Parsed::Unrecognised(kind) if kind == UNKNOWN)
}

/// Known from its first bytes: an array of objects, or an envelope.
fn opens_a_list(text: &[u8]) -> bool {
    // The front of a log line that leaves its time to the journal.
    if text.starts_with(b"[][") {
        return false;
    }
    if let Some(list) = text.strip_prefix(b"[") {
        return matches!(list.trim_ascii_start().first(), Some(b'{' | b']'));
    }
    let head = text.get(..ENVELOPE_HEAD).unwrap_or(text);
    // Most records have no list so early.
    if !head.starts_with(b"{") || memchr::memchr(b'[', head).is_none() {
        return false;
    }
    let mut splitter = Splitter::new(usize::MAX, 0);
    splitter.feed(head, 0, &mut Vec::new());
    splitter.is_in_a_list()
}

/// The records in a line.
struct Split {
    slices: Vec<DocumentSlice>,
    /// The line ends before they do.
    is_cut_off: bool,
}

fn split(text: &str) -> Split {
    let mut slices = Vec::new();
    let mut splitter = Splitter::new(usize::MAX, 0);
    splitter.feed(text.as_bytes(), 0, &mut slices);
    Split { slices, is_cut_off: splitter.finish().is_some() }
}

impl Split {
    /// One record and nothing else.
    fn is_one(&self, text: &str) -> bool {
        let whole = |slice: &DocumentSlice| {
            slice.start == 0 && slice.end == text.len() && slice.outcome == SliceOutcome::Whole
        };
        matches!(self.slices.as_slice(), [only] if whole(only))
    }

    /// Objects one after the other, with or without commas, and nothing else: how a stream to a file store writes
    /// them, and what a search in a printed array finds.
    fn is_plain(&self, text: &str) -> bool {
        let ends = self.slices.iter().map(|slice| slice.end);
        let starts = self.slices.iter().map(|slice| slice.start);
        let rest = if self.is_cut_off { None } else { Some(text.len()) };
        let gaps = [0].into_iter().chain(ends).zip(starts.chain(rest));
        let mut gaps = gaps.map(|(from, to)| text.get(from..to).unwrap_or("?"));
        !self.slices.is_empty()
            && !self.is_one(text)
            && gaps.all(|gap| gap.bytes().all(|byte| byte == b',' || byte.is_ascii_whitespace()))
    }
}

/// Bytes whose lines are taken as text. Looked over in one go, and line by line only if something is wrong.
struct TextLines<'b> {
    bytes: &'b [u8],
    sound: Option<&'b str>,
}

impl<'b> TextLines<'b> {
    fn of(bytes: &'b [u8]) -> Self {
        Self { bytes, sound: simdutf8::basic::from_utf8(bytes).ok() }
    }

    /// Without the white space around it.
    fn get(&self, start: usize, end: usize) -> Result<&'b str, RecordDefect> {
        if let Some(text) = self.sound.and_then(|sound| sound.get(start..end)) {
            return Ok(text.trim_ascii());
        }
        let bytes = self.bytes.get(start..end).unwrap_or_default().trim_ascii();
        simdutf8::compat::from_utf8(bytes).map_err(|error| {
            if memchr::memchr(0, bytes).is_some() {
                RecordDefect::Utf16
            } else {
                RecordDefect::NotUtf8 { valid_up_to: error.valid_up_to() }
            }
        })
    }
}
