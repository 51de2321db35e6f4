//! From bytes to rows.

use super::{MAX_BYTES, MAX_ROWS, PeopleColumn, PeopleFile, PeopleFileError, PeopleFileRow, RowProblem};
use crate::spreadsheet::undefused;
use crate::text::has_hidden;

/// The text of a file, in the one form that is hashed: without a byte order mark, each line end a line feed. A browser that
/// carries the text in a form changes nothing of it.
pub fn decode(bytes: &[u8]) -> Result<String, PeopleFileError> {
    if bytes.len() > MAX_BYTES {
        return Err(PeopleFileError::TooLarge);
    }
    if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
        return Err(PeopleFileError::Utf16);
    }
    let text = str::from_utf8(bytes).map_err(|error| {
        let (before, after) = bytes.split_at_checked(error.valid_up_to()).unwrap_or_default();
        let lines = before.split(|byte| *byte == b'\n').count();
        PeopleFileError::NotUtf8 { line: lines, byte: after.first().copied().unwrap_or_default() }
    })?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    Ok(text.replace("\r\n", "\n").replace('\r', "\n"))
}

impl PeopleFile {
    /// Reads a text that [`decode`] gave: a header, and a row for each person, separated by commas, semicolons or tabs.
    pub fn parse(text: &str) -> Result<Self, PeopleFileError> {
        // What ends in a line end counts its lines alike.
        let text = format!("{text}\n");
        let mut reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .delimiter(separator(&text))
            .from_reader(text.as_bytes());
        let mut record = csv::StringRecord::new();
        if !reader.read_record(&mut record).unwrap_or(false) {
            return Err(PeopleFileError::Empty);
        }
        let columns = columns(&record)?;
        let mut file = Self { rows: Vec::new(), problems: Vec::new() };
        // What is UTF-8 already, of rows of any length, always reads.
        while reader.read_record(&mut record).unwrap_or(false) {
            if file.rows.len() + file.problems.len() >= MAX_ROWS {
                return Err(PeopleFileError::TooManyRows);
            }
            let line = reader.position().line().saturating_sub(1);
            match row(line, &columns, &record) {
                Ok(Some(row)) => file.rows.push(row),
                Ok(None) => {}
                Err(problem) => file.problems.push(problem),
            }
        }
        if file.rows.is_empty() && file.problems.is_empty() {
            return Err(PeopleFileError::Empty);
        }
        Ok(file)
    }
}

/// The one that makes a column named login of the first line.
fn separator(text: &str) -> u8 {
    let header = text.trim_start_matches('\n').lines().next().unwrap_or_default();
    let names_login = |separator: &u8| {
        let names = header.split(char::from(*separator));
        names.into_iter().any(|name| PeopleColumn::parse(name.trim_matches('"')) == Some(PeopleColumn::Login))
    };
    b",;\t".iter().copied().find(names_login).unwrap_or(b',')
}

fn columns(header: &csv::StringRecord) -> Result<Vec<PeopleColumn>, PeopleFileError> {
    let mut columns = Vec::new();
    for name in header {
        let column = PeopleColumn::parse(name);
        let column = column.ok_or_else(|| {
            let visible: String = name.chars().filter(|c| !c.is_control()).take(40).collect();
            PeopleFileError::UnknownColumn(visible)
        });
        // A file without a login has no header at all, perhaps: that is the better word then.
        if column.is_err()
            && !header.iter().any(|name| PeopleColumn::parse(name) == Some(PeopleColumn::Login))
        {
            return Err(PeopleFileError::Lacks(PeopleColumn::Login.as_str()));
        }
        let column = column?;
        if columns.contains(&column) {
            return Err(PeopleFileError::TwiceColumn(column.as_str()));
        }
        columns.push(column);
    }
    match PeopleColumn::WANTED.into_iter().find(|wanted| !columns.contains(wanted)) {
        Some(lacking) => Err(PeopleFileError::Lacks(lacking.as_str())),
        None => Ok(columns),
    }
}

/// A row; `None` where nothing stands in it, as spreadsheets leave them at the end.
fn row(
    line: u64,
    columns: &[PeopleColumn],
    record: &csv::StringRecord,
) -> Result<Option<PeopleFileRow>, RowProblem> {
    if record.iter().all(|field| field.trim().is_empty()) {
        return Ok(None);
    }
    if let Some(at) = record.iter().position(|field| field.trim().contains('\n')) {
        let message =
            "A line ends inside a value. Look for a quote that is opened here, or before, and not closed.";
        return Err(RowProblem { line, column: columns.get(at).copied(), message: message.to_owned() });
    }
    if record.len() != columns.len() {
        let (has, wants) = (record.len(), columns.len());
        let message = format!(
            "There are {has} fields where the first line names {wants}. A value with a comma in it wants quotes round it."
        );
        return Err(RowProblem { line, column: None, message });
    }
    let mut row = PeopleFileRow { line, fields: Default::default() };
    for (column, field) in columns.iter().zip(record) {
        let field = undefused(field.trim());
        if has_hidden(field) || field.chars().any(char::is_control) {
            let message = "Type it anew: it holds characters that can't be seen, or that turn the direction of writing.";
            return Err(RowProblem { line, column: Some(*column), message: message.to_owned() });
        }
        let places = PeopleColumn::ALL.iter().zip(&mut row.fields);
        if let Some((_, place)) = places.into_iter().find(|(of, _)| *of == column) {
            field.clone_into(place);
        }
    }
    Ok(Some(row))
}
