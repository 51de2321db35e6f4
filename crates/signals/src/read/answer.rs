//! The answer of Azure's query API: `{"tables":[{"name":…,"columns":[{"name":…}],"rows":[[…],…]}]}`. What comes out is
//! a line for each row, an object with the columns as its keys; any other input comes through unchanged.

use std::io::{self, Read};

use serde::Deserialize;

/// Enough of an input to know one by.
const HEAD: usize = 64;
/// Columns that take more are none of a sign-in table, and so is one whose name is longer: each is written into every row.
const COLUMNS: usize = 64 * 1024;
const LONGEST_NAME: usize = 200;
const CHUNK: usize = 16 * 1024;

// How deep the parts of an answer lie: within the root, its list of tables, a table, the list of rows, a row.
const TABLE: usize = 3;
const ROWS: usize = 4;
const ROW: usize = 5;

/// A reader of lines, from a reader of an answer.
#[derive(Debug)]
pub(super) struct AnswerLines<R> {
    reader: R,
    way: Way,
    /// Ready to be handed out from `handed_out` on.
    ready: Vec<u8>,
    handed_out: usize,
    failed: Option<io::Error>,
}

#[derive(Debug)]
enum Way {
    /// Not looked at yet.
    Ahead,
    Through,
    Rows(Box<Rows>),
}

impl<R: Read> AnswerLines<R> {
    pub(super) fn new(reader: R) -> Self {
        Self { reader, way: Way::Ahead, ready: Vec::new(), handed_out: 0, failed: None }
    }

    /// What was read before an error is handed out first.
    fn look(&mut self) {
        let mut head = [0; HEAD];
        while self.ready.len() < HEAD {
            let room = head.get_mut(self.ready.len()..).unwrap_or_default();
            match self.reader.read(room) {
                Ok(0) => break,
                Ok(got) => self.ready.extend(room.get(..got).unwrap_or_default()),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => {
                    self.failed = Some(error);
                    break;
                }
            }
        }
        self.way = Way::Through;
        if is_answer(&self.ready) {
            let mut rows = Box::<Rows>::default();
            let head = std::mem::take(&mut self.ready);
            self.way = if rows.convert(&head, &mut self.ready) { Way::Rows(rows) } else { Way::Through };
        }
    }

    fn convert_next(&mut self) -> io::Result<()> {
        self.ready.clear();
        self.handed_out = 0;
        let mut chunk = [0; CHUNK];
        while let Way::Rows(rows) = &mut self.way
            && self.ready.is_empty()
        {
            match self.reader.read(&mut chunk)? {
                0 => return Ok(()),
                got if rows.convert(chunk.get(..got).unwrap_or_default(), &mut self.ready) => {}
                _ => self.way = Way::Through,
            }
        }
        Ok(())
    }
}

impl<R: Read> Read for AnswerLines<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if matches!(self.way, Way::Ahead) {
            self.look();
        }
        if self.handed_out == self.ready.len() {
            if let Some(error) = self.failed.take() {
                return Err(error);
            }
            if matches!(self.way, Way::Rows(_)) {
                self.convert_next()?;
            }
            if self.handed_out == self.ready.len() && matches!(self.way, Way::Through) {
                return self.reader.read(buffer);
            }
        }
        let got = self.ready.get(self.handed_out..).unwrap_or_default().read(buffer)?;
        self.handed_out += got;
        Ok(got)
    }
}

/// Opens with `{"tables":[`, whatever white space is in between.
fn is_answer(head: &[u8]) -> bool {
    let mut rest = head;
    [&b"{"[..], b"\"tables\"", b":", b"["].into_iter().all(|token| {
        let found = rest.trim_ascii_start().strip_prefix(token);
        rest = found.unwrap_or_default();
        found.is_some()
    })
}

#[derive(Deserialize)]
struct Column {
    name: String,
}

/// Goes over an answer, byte by byte, and keeps no more of it than the names of its columns.
#[derive(Debug, Default)]
struct Rows {
    depth: usize,
    in_text: bool,
    is_escaped: bool,
    part: Part,
    /// The names of the columns, each as JSON.
    names: Vec<String>,
    /// The column of the present element, and whether its name is written.
    column: usize,
    is_named: bool,
}

/// Where in a table the next byte is.
#[derive(Debug)]
enum Part {
    /// Between its parts. The last text there: a key, if a value follows.
    Between(Vec<u8>),
    /// In the value of `columns`: what was read of it.
    Columns(Vec<u8>),
    /// In the value of `rows`.
    Rows,
}

impl Default for Part {
    fn default() -> Self {
        Self::Between(Vec::new())
    }
}

impl Rows {
    /// Goes over some bytes, and adds what they say to `ready`. False: the answer is over, and what came after it was
    /// added as it is.
    fn convert(&mut self, bytes: &[u8], ready: &mut Vec<u8>) -> bool {
        for (index, &byte) in bytes.iter().enumerate() {
            self.take(byte, ready);
            if self.depth == 0 && byte == b'}' {
                ready.extend(bytes.get(index + 1..).unwrap_or_default());
                return false;
            }
        }
        true
    }

    fn take(&mut self, byte: u8, ready: &mut Vec<u8>) {
        let is_syntax = !self.in_text;
        let (opens, closes) =
            (is_syntax && matches!(byte, b'{' | b'['), is_syntax && matches!(byte, b'}' | b']'));
        if byte == b'"' && !self.is_escaped {
            self.in_text = !self.in_text;
        }
        self.is_escaped = self.in_text && byte == b'\\' && !self.is_escaped;
        self.depth += usize::from(opens);
        match &mut self.part {
            Part::Between(key) => {
                if byte == b'"' && is_syntax {
                    key.clear();
                } else if !is_syntax && self.in_text && self.depth == TABLE && key.len() < HEAD {
                    key.push(byte);
                } else if opens && self.depth == ROWS {
                    self.part = match key.as_slice() {
                        b"columns" => Part::Columns(vec![byte]),
                        b"rows" => Part::Rows,
                        _ => Part::default(),
                    };
                }
            }
            Part::Columns(text) => {
                if text.len() < COLUMNS {
                    text.push(byte);
                }
                if closes && self.depth == ROWS {
                    self.names = names_in(text);
                    self.part = Part::default();
                }
            }
            Part::Rows if closes && self.depth == ROWS => self.part = Part::default(),
            Part::Rows if self.depth >= ROW => self.row(byte, is_syntax, ready),
            Part::Rows => {}
        }
        self.depth -= usize::from(closes).min(self.depth);
    }

    /// A byte of a row. `is_syntax`: not of a text.
    fn row(&mut self, byte: u8, is_syntax: bool, ready: &mut Vec<u8>) {
        match (byte, is_syntax && self.depth == ROW) {
            (b'[', true) => {
                (self.column, self.is_named) = (0, false);
                ready.push(b'{');
            }
            (b']', true) => ready.extend(b"}\n"),
            (b',', true) => {
                (self.column, self.is_named) = (self.column + 1, false);
                ready.push(b',');
            }
            // A row is a line.
            _ if is_syntax && byte.is_ascii_whitespace() => {}
            _ => {
                if !std::mem::replace(&mut self.is_named, true) {
                    let name = self.names.get(self.column).map_or("\"\"", String::as_str);
                    ready.extend(name.as_bytes());
                    ready.push(b':');
                }
                ready.push(byte);
            }
        }
    }
}

/// None, if they are not what they should be: then the rows say nothing that is known.
fn names_in(text: &[u8]) -> Vec<String> {
    let columns: Vec<Column> = serde_json::from_slice(text).unwrap_or_default();
    let names = columns
        .into_iter()
        .map(|column| column.name)
        .map(|name| if name.len() <= LONGEST_NAME { name } else { String::new() });
    names.filter_map(|name| serde_json::to_string(&name).ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::read::slow::Slow;

    fn through(text: &str) -> String {
        let (mut quick, mut slow) = (String::new(), String::new());
        AnswerLines::new(text.as_bytes()).read_to_string(&mut quick).unwrap();
        AnswerLines::new(Slow(text.as_bytes())).read_to_string(&mut slow).unwrap();
        assert_eq!(quick, slow);
        quick
    }

    const ANSWER: &str = r#"{"tables":[{"name":"PrimaryResult","columns":[{"name":"a","type":"string"},{"name":"\"b]","type":"dynamic"}],"rows":[["x, [\"]",{"rows":[[1,2]]}],[null,"y\\"],[],[1,2,3]]}]}"#;
    const LINES: &str = "{\"a\":\"x, [\\\"]\",\"\\\"b]\":{\"rows\":[[1,2]]}}\n{\"a\":null,\"\\\"b]\":\"y\\\\\"}\n{}\n{\"a\":1,\"\\\"b]\":2,\"\":3}\n";

    #[test]
    fn a_row_becomes_a_line() {
        assert_eq!(through(ANSWER), LINES);
        for line in LINES.lines() {
            serde_json::from_str::<serde_json::Value>(line).unwrap();
        }
        let pretty: serde_json::Value = serde_json::from_str(ANSWER).unwrap();
        assert_eq!(through(&serde_json::to_string_pretty(&pretty).unwrap()), LINES);
    }

    #[test]
    fn several_tables_and_what_comes_behind() {
        let two = ANSWER.replace("}]}", &format!("}},{}", ANSWER.strip_prefix(r#"{"tables":["#).unwrap()));
        assert_eq!(through(&two), LINES.repeat(2));
        assert_eq!(through(&format!("{ANSWER}\n{{\"next\":[1]}}\n")), format!("{LINES}\n{{\"next\":[1]}}\n"));
        assert_eq!(through(&ANSWER.replace("]}]}", r#"]}],"error":{"code":"Partial"}}"#)), LINES);
    }

    #[test]
    fn what_ends_early_ends_in_the_middle_of_a_line() {
        for (end, _) in ANSWER.char_indices() {
            let (cut, _) = ANSWER.split_at(end);
            let found = through(cut);
            assert!(LINES.starts_with(&found) || end < HEAD && found == cut, "{found}");
        }
    }

    #[test]
    fn columns_that_are_none_name_nothing() {
        let of = |columns: &str| through(&format!(r#"{{"tables":[{{"columns":{columns},"rows":[[1]]}}]}}"#));
        let long = format!(r#"[{{"name":"{}"}}]"#, "x".repeat(LONGEST_NAME + 1));
        for columns in ["[]", "1", "[1]", "{}", r#"[{"type":"x"}]"#, &long] {
            assert_eq!(of(columns), "{\"\":1}\n", "{columns}");
        }
        assert_eq!(of(&format!("[\"{}\"]", "x".repeat(2 * COLUMNS))), "{\"\":1}\n");
    }

    #[test]
    fn everything_else_comes_through() {
        for text in ["", "{", "{\"tables\":{}}", "[{\"tables\":[]}]", "x", "{\"a\":1}\n{\"tables\":[1]}\n"] {
            assert_eq!(through(text), text);
        }
        let long = "{\"a\":1}\n".repeat(10_000);
        assert_eq!(through(&long), long);
        assert_eq!(through(r#"{ "tables" : [ ] }"#), "");
    }
}
