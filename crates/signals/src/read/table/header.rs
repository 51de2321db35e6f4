//! The first row of a table: what the cells of the others are called.

use std::sync::Arc;

use super::{first_row, unknown::kind_of};
use crate::read::RecordDefect;

/// One of these names, in lower case, makes a first line the header of a sign-in export.
const KNOWN: [&str; 14] = [
    // Entra: the portal, Log Analytics, Graph's PowerShell module.
    "date (utc)",
    "timegenerated",
    "timegenerated [utc]",
    "createddatetime",
    "userprincipalname",
    // Microsoft 365.
    "auditdata",
    "creationdate",
    // Okta: as the API names them, and as its console does.
    "published",
    "eventtype",
    "event_type",
    "actor.alternateid",
    "actor.alternate_id",
    // Several.
    "username",
    "user name",
];
/// privacyIDEA: words too common to tell alone.
const KNOWN_TOGETHER: [&str; 3] = ["action", "success", "serial"];
/// Between the cells, the commonest first.
const DELIMITERS: [u8; 3] = [b',', b';', b'\t'];
const LONGEST_NAME: usize = 200;
/// A name with more dots is no path.
const DEPTH: usize = 8;

/// The names of a table's cells, as the object that a row becomes.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Header {
    pub(in crate::read) delimiter: u8,
    names: Vec<String>,
    members: Vec<HeaderMember>,
}

#[derive(Debug, PartialEq, Eq)]
struct HeaderMember {
    name: String,
    value: Value,
}

#[derive(Debug, PartialEq, Eq)]
enum Value {
    Cell(usize),
    Object(Vec<HeaderMember>),
}

impl Header {
    /// Looks for a header that is known at the front of an input. Also says how many bytes it takes, with what may come
    /// before it.
    pub(crate) fn find(head: &[u8]) -> Option<(Self, usize)> {
        let FirstRow { delimiter, names, len } = FirstRow::of(head)?;
        (names.len() > 2 && are_known(&names) && names.iter().all(|name| is_a_name(name)))
            .then(|| (Self::new(delimiter, names), len))
    }

    fn new(delimiter: u8, names: Vec<String>) -> Self {
        let mut members = Vec::new();
        for (cell, name) in names.iter().enumerate() {
            insert(&mut members, &path_of(name), cell);
        }
        Self { delimiter, names, members }
    }

    /// What to call its rows, if nobody knows them.
    pub(in crate::read) fn kind(&self) -> Arc<str> {
        kind_of(&self.names)
    }

    /// Writes the row as an object. False: there is nothing in it, or it is the header once more.
    /// `is_last`: the row ends with the input, without a line break.
    pub(super) fn object(
        &self,
        row: &csv::ByteRecord,
        is_last: bool,
        object: &mut Vec<u8>,
    ) -> Result<bool, RecordDefect> {
        if row.len() > self.names.len() {
            return Err(RecordDefect::TooManyCells { names: self.names.len() });
        }
        if is_last && row.len() < self.names.len() {
            return Err(RecordDefect::CutOff);
        }
        object.clear();
        if self.is_repeated_by(row) {
            return Ok(false);
        }
        let mut sound = 0;
        for cell in row {
            sound += simdutf8::compat::from_utf8(cell)
                .map_err(|error| RecordDefect::NotUtf8 { valid_up_to: sound + error.valid_up_to() })?
                .len();
        }
        Ok(write(&self.members, row, object))
    }

    /// Files put one behind the other have their headers in between, behind a mark that also hides a first quote.
    fn is_repeated_by(&self, row: &csv::ByteRecord) -> bool {
        let bare = |cell| {
            let unmarked = <[u8]>::strip_prefix(cell, b"\xef\xbb\xbf")?;
            let unquoted = unmarked.strip_prefix(b"\"").and_then(|rest| rest.strip_suffix(b"\""));
            Some(unquoted.unwrap_or(unmarked))
        };
        let cells = row.iter().map(|cell| bare(cell).unwrap_or(cell));
        cells.eq(self.names.iter().map(String::as_bytes))
    }
}

/// `sep=;` is written by Excel and for it; `#TYPE …` by PowerShell. Returns the length of such lines, and the
/// separator if one is named.
fn preamble(head: &[u8]) -> (usize, Option<u8>) {
    let (mut len, mut stated) = (0, None);
    for line in head.split_inclusive(|byte| *byte == b'\n').take(2) {
        let ended = line.strip_suffix(b"\n").unwrap_or(line);
        match ended.strip_suffix(b"\r").unwrap_or(ended) {
            [b's' | b'S', b'e' | b'E', b'p' | b'P', b'=', delimiter @ (b',' | b';' | b'\t' | b'|')] => {
                stated = Some(*delimiter);
            }
            [b'#', b'T', b'Y', b'P', b'E', b' ', ..] => {}
            _ => break,
        }
        len += line.len();
    }
    (len, stated)
}

/// The first row of a text that may be a table.
pub(super) struct FirstRow {
    pub(super) delimiter: u8,
    pub(super) names: Vec<String>,
    /// Bytes it takes, with what may come before it.
    pub(super) len: usize,
}

impl FirstRow {
    pub(super) fn of(head: &[u8]) -> Option<Self> {
        let (preamble, stated) = preamble(head);
        let line = head.get(preamble..)?.split_inclusive(|byte| *byte == b'\n').next()?;
        let text = std::str::from_utf8(line).ok()?.trim_end_matches(['\n', '\r']).trim_start();
        if text.starts_with(['{', '[']) {
            return None;
        }
        let count = |delimiter: &u8| memchr::memchr_iter(*delimiter, text.as_bytes()).count();
        let delimiter = stated.unwrap_or_else(|| {
            // Of those that are as common, the first.
            DELIMITERS.into_iter().rev().max_by_key(count).unwrap_or(b',')
        });
        let names = first_row(text.as_bytes(), delimiter)?;
        Some(Self { delimiter, names, len: preamble + line.len() })
    }
}

fn are_known(names: &[String]) -> bool {
    let has = |known: &str| names.iter().any(|name| name.trim().eq_ignore_ascii_case(known));
    KNOWN.into_iter().any(has) || KNOWN_TOGETHER.into_iter().all(has)
}

/// A log line may have commas, and what people typed between them; it also has a time, or a sign between name and value.
/// A long name would be written into every row.
pub(super) fn is_a_name(text: &str) -> bool {
    text.len() <= LONGEST_NAME && !text.contains([':', '=', '{', '}', '<', '>', '"', '\''])
}

/// `actor.alternateId` is a path. A name with a space, or with nothing before or after a dot, is a name.
fn path_of(name: &str) -> Vec<&str> {
    let path: Vec<_> = name.split('.').collect();
    let is_path = path.len() <= DEPTH && path.iter().all(|part| !part.is_empty() && !part.contains(' '));
    if is_path { path } else { vec![name] }
}

fn insert(members: &mut Vec<HeaderMember>, path: &[&str], cell: usize) {
    let Some((first, rest)) = path.split_first() else { return };
    if rest.is_empty() {
        members.push(HeaderMember { name: (*first).to_owned(), value: Value::Cell(cell) });
        return;
    }
    for member in members.iter_mut() {
        if let Value::Object(inner) = &mut member.value
            && member.name == *first
        {
            return insert(inner, rest, cell);
        }
    }
    let mut inner = Vec::new();
    insert(&mut inner, rest, cell);
    members.push(HeaderMember { name: (*first).to_owned(), value: Value::Object(inner) });
}

/// False: all its cells are empty, and nothing is written.
fn write(members: &[HeaderMember], row: &csv::ByteRecord, object: &mut Vec<u8>) -> bool {
    let start = object.len();
    for member in members {
        let before = object.len();
        object.push(if before == start { b'{' } else { b',' });
        write_text(&member.name, object);
        object.push(b':');
        let written = match &member.value {
            Value::Object(inner) => write(inner, row, object),
            Value::Cell(cell) => {
                let text = row.get(*cell).and_then(|cell| std::str::from_utf8(cell).ok()).unwrap_or("");
                write_text(text, object);
                !text.trim().is_empty()
            }
        };
        if !written {
            object.truncate(before);
        }
    }
    let written = object.len() > start;
    if written {
        object.push(b'}');
    }
    written
}

fn write_text(text: &str, object: &mut Vec<u8>) {
    // Writing text to memory does not fail.
    let written = serde_json::to_writer(&mut *object, text);
    debug_assert!(written.is_ok());
}
