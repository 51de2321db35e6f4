//! A table: one record for every row that says something.

use arbitrary::{Arbitrary, Result, Unstructured};
use csv::{QuoteStyle, Terminator, WriterBuilder};
use libfuzzer_sys::Corpus;
use postern_signals::{Parsed, RecordDefect};

use crate::input::{Way, check_ways};

/// Headers of the vendors' exports, some of them shortened.
const HEADERS: [&str; 9] = [
    "Date (UTC)|Request ID|User|Username|Sign-in error code|Failure reason|IP address|Status",
    "TimeGenerated [UTC]|Identity|ResultType|ResultDescription|UserPrincipalName|Status_dynamic",
    "userPrincipalName|createdDateTime|status.errorCode|status.failureReason|id",
    "CreationDate|UserIds|Operations|AuditData",
    "published|eventType|actor.alternateId|actor.type|outcome.result|outcome.reason|client.ipAddress",
    "timestamp|event_type|actor.alternate_id|actor.type|outcome.result|debug_context.debug_data.factor",
    "number|action|serial|success|user|realm|date|info",
    "user name|a..b|a.b|a.b|a|a.b.c|\u{1f5dd} key| b ",
    "username|status|status.errorCode|STATUS|x.",
];

const WORDS: [&str; 20] = [
    "2026-03-02T08:14:11Z",
    "2026-03-02 08:14:11.204000",
    "mia@corp.example",
    "198.51.100.7",
    "50126",
    "Failure",
    "Success",
    "SUCCESS",
    "FAILURE",
    "Interrupted",
    "INVALID_CREDENTIALS",
    "user.session.start",
    "UserLoggedIn",
    "{\"errorCode\":50126}",
    "{\"Operation\":\"UserLoggedIn\",\"UserId\":\"mia\",\"CreationTime\":\"2026-03-02T08:14:11\"}",
    "POST /auth",
    "1",
    " ",
    "said \"no\"\r\n\tand again",
    ",;\t",
];

/// Writes a table that follows from `bytes`, and reads it.
pub fn check(bytes: &[u8]) -> Corpus {
    let Ok(table) = Table::of(&mut Unstructured::new(bytes)) else { return Corpus::Reject };
    let seen = check_ways(&table.text(), table.way);
    if table.way.has_usual_limit() {
        table.compare(&mut seen.iter().map(|(_, parsed)| parsed));
    }
    Corpus::Keep
}

#[derive(Debug)]
struct Table {
    way: Way,
    names: Vec<&'static str>,
    separator: u8,
    style: QuoteStyle,
    ending: &'static str,
    has_mark: bool,
    names_separator: bool,
    ends_in_a_break: bool,
    rows: Vec<Vec<String>>,
}

impl Table {
    fn of(bytes: &mut Unstructured<'_>) -> Result<Self> {
        let mut table = Self {
            way: Way::arbitrary(bytes)?,
            names: bytes.choose(&HEADERS)?.split('|').collect(),
            separator: *bytes.choose(b",;\t")?,
            style: if bytes.arbitrary()? { QuoteStyle::Always } else { QuoteStyle::Necessary },
            ending: if bytes.arbitrary()? { "\r\n" } else { "\n" },
            has_mark: bytes.arbitrary()?,
            names_separator: bytes.arbitrary()?,
            ends_in_a_break: bytes.arbitrary()?,
            rows: Vec::new(),
        };
        while !bytes.is_empty() && table.rows.len() < 20 {
            let cells = bytes.int_in_range(1..=table.names.len() + 1)?;
            let row = (0..cells).map(|cell| table.cell(cell, bytes)).collect::<Result<_>>()?;
            table.rows.push(row);
        }
        Ok(table)
    }

    fn cell(&self, at: usize, bytes: &mut Unstructured<'_>) -> Result<String> {
        Ok(match bytes.int_in_range(0..=7)? {
            0 => String::new(),
            1 => self.names.get(at).copied().unwrap_or_default().to_owned(),
            2 | 3 => {
                let len = bytes.int_in_range(0..=24)?;
                String::from_utf8_lossy(bytes.bytes(len.min(bytes.len()))?).into_owned()
            }
            _ => (*bytes.choose(&WORDS)?).to_owned(),
        })
    }

    fn text(&self) -> Vec<u8> {
        let mut text = Vec::new();
        if self.has_mark {
            text.extend("\u{feff}".as_bytes());
        }
        if self.names_separator {
            text.extend([b"sep=", &[self.separator][..], self.ending.as_bytes()].concat());
        }
        let terminator = if self.ending == "\r\n" { Terminator::CRLF } else { Terminator::Any(b'\n') };
        let mut writer = WriterBuilder::new()
            .delimiter(self.separator)
            .quote_style(self.style)
            .terminator(terminator)
            .flexible(true)
            .from_writer(text);
        writer.write_record(&self.names).unwrap();
        for row in &self.rows {
            writer.write_record(row).unwrap();
        }
        let mut text = writer.into_inner().unwrap();
        if !self.ends_in_a_break && !self.rows.is_empty() {
            text.truncate(text.len() - self.ending.len());
        }
        text
    }

    fn compare<'p>(&self, seen: &mut dyn Iterator<Item = &'p Parsed<'static>>) {
        for (row, left) in self.rows.iter().zip((0..self.rows.len()).rev()) {
            let expected = self.expected(row, left == 0 && !self.ends_in_a_break);
            if expected == Expected::Nothing {
                continue;
            }
            let parsed = match seen.next() {
                Some(parsed) => parsed,
                None if left == 0 && self.is_blank(row) => break,
                None => panic!("row {row:?} is no record of {self:?}"),
            };
            match (expected, parsed) {
                (Expected::RecordDefect(defect), _) => {
                    assert_eq!(*parsed, Parsed::Malformed(defect), "{row:?} of {self:?}")
                }
                (_, Parsed::Malformed(defect)) => {
                    assert!(
                        matches!(defect, RecordDefect::BadTime | RecordDefect::NoResult),
                        "{defect:?} in a sound row {row:?}"
                    );
                }
                _ => {}
            }
        }
        assert_eq!(seen.next(), None, "nothing but rows is a record: {self:?}");
    }

    /// Without a line break, white space alone is no row, whatever is missing.
    fn is_blank(&self, row: &[String]) -> bool {
        (self.separator == b'\t' || row.len() == 1)
            && !self.ends_in_a_break
            && row.iter().all(|cell| cell.trim_ascii().is_empty())
    }

    fn expected(&self, row: &[String], is_cut_off: bool) -> Expected {
        let names = self.names.len();
        if row.len() > names {
            Expected::RecordDefect(RecordDefect::TooManyCells { names })
        } else if is_cut_off && row.len() < names {
            Expected::RecordDefect(RecordDefect::CutOff)
        } else if row.iter().all(|cell| cell.trim().is_empty()) || row.iter().eq(self.names.iter()) {
            Expected::Nothing
        } else {
            Expected::Record
        }
    }
}

#[derive(Debug, PartialEq)]
enum Expected {
    Nothing,
    Record,
    RecordDefect(RecordDefect),
}
