//! CSV exports: rows to records. One row becomes one JSON object, so that a provider reads it like any record.

mod header;
mod rows;
mod unknown;

pub(super) use header::Header;
pub(super) use rows::{Cut, cut};
pub(super) use unknown::find as find_unknown;

use std::io::Read as _;

use super::RecordDefect;

/// Calls `each` with every whole row as an object, and the line it begins at.
pub(super) fn for_each_row(
    bytes: &[u8],
    first: u64,
    header: &Header,
    mut each: impl FnMut(u64, Result<&str, RecordDefect>),
) {
    // Behind a line break of its own, the front of these rows is no front of a file, where a mark would be left out.
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(header.delimiter)
        .buffer_capacity(64 * 1024)
        .from_reader(b"\n".chain(bytes));
    let mut row = csv::ByteRecord::new();
    let mut object = Vec::new();
    let (mut line, mut counted) = (first, 0);
    while reader.read_byte_record(&mut row).is_ok_and(|more| more) {
        let start = row_start(bytes, &row);
        line += newlines(bytes.get(counted..start));
        counted = start;
        let is_last = reader.position().byte() > bytes.len() as u64 && !bytes.ends_with(b"\n");
        match header.object(&row, is_last, &mut object) {
            Ok(true) => {
                each(line, simdutf8::basic::from_utf8(&object).map_err(|_| RecordDefect::NotAnObject));
            }
            Ok(false) => {}
            Err(defect) => each(line, Err(defect)),
        }
    }
}

/// The cells of the row that `bytes` begin with.
fn first_row(bytes: &[u8], delimiter: u8) -> Option<Vec<String>> {
    let mut reader = csv::ReaderBuilder::new().has_headers(false).delimiter(delimiter).from_reader(bytes);
    let row = reader.records().next()?.ok()?;
    Some(row.iter().map(str::to_owned).collect())
}

/// Where the row is. The line break before it may count as its own, and so do empty lines.
fn row_start(bytes: &[u8], row: &csv::ByteRecord) -> usize {
    let stated = row.position().and_then(|position| usize::try_from(position.byte()).ok()).unwrap_or(0);
    let stated = stated.saturating_sub(1);
    let breaks =
        bytes.get(stated..).unwrap_or_default().iter().take_while(|byte| matches!(byte, b'\r' | b'\n'));
    stated + breaks.count()
}

pub(super) fn newlines(bytes: Option<&[u8]>) -> u64 {
    memchr::memchr_iter(b'\n', bytes.unwrap_or_default()).count() as u64
}

#[cfg(test)]
mod tests;
