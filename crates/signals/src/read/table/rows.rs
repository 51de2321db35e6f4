//! Where the rows of a table end. A line break between quotes is part of a cell.

/// What to do with the front of a range of rows.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Cut {
    /// So many bytes are whole rows.
    Rows(usize),
    /// The first row is longer than the limit; from this byte on its end is the next line break.
    TooLong(usize),
    /// The first row goes on.
    More {
        /// Within quotes.
        quoted: bool,
    },
}

/// Cuts behind the last row that ends within `block` bytes, or else behind the first row. `limit`: longest row.
///
/// Quotes count where the `csv` crate counts them: at the front of a cell.
pub(crate) fn cut(bytes: &[u8], delimiter: u8, block: usize, limit: usize) -> Cut {
    let mut end = 0;
    loop {
        let row = match row_end(bytes, end, delimiter, limit) {
            TableRow::Ends(at) => at,
            TableRow::TooLong if end == 0 => return Cut::TooLong(limit.saturating_add(1)),
            TableRow::GoesOn { quoted } if end == 0 => return Cut::More { quoted },
            TableRow::TooLong | TableRow::GoesOn { .. } => return Cut::Rows(end),
        };
        if row > block && end > 0 {
            return Cut::Rows(end);
        }
        end = row;
        if end >= block {
            return Cut::Rows(end);
        }
    }
}

enum TableRow {
    /// Behind its line break.
    Ends(usize),
    TooLong,
    GoesOn {
        quoted: bool,
    },
}

fn row_end(bytes: &[u8], start: usize, delimiter: u8, limit: usize) -> TableRow {
    // A row of just the limit has its line break on the byte behind it.
    let stop = start.saturating_add(limit).saturating_add(1);
    let row = bytes.get(..stop).unwrap_or(bytes);
    let (mut at, mut quoted, mut closed) = (start, false, None);
    while let Some(rest) = row.get(at..) {
        let found = if quoted { memchr::memchr(b'"', rest) } else { memchr::memchr2(b'"', b'\n', rest) };
        let Some(found) = found else { break };
        at += found;
        if row.get(at) == Some(&b'\n') {
            return TableRow::Ends(at + 1);
        }
        if quoted {
            quoted = false;
            closed = Some(at + 1);
        } else {
            let before = at.checked_sub(1).filter(|_| at > start).and_then(|before| row.get(before));
            let at_front = before.is_none_or(|before| *before == delimiter || *before == b'\r');
            // A doubled quote closes the cell and opens it again.
            quoted = at_front || closed == Some(at);
        }
        at += 1;
    }
    if row.len() == stop { TableRow::TooLong } else { TableRow::GoesOn { quoted } }
}
