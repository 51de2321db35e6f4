//! One failed attempt per provider and shape, in the documented form, with invented values. The same person, address
//! and moment in all of them, so that a test can put others in their place.

mod directories;
mod hosted;
mod lines;
mod microsoft;
mod okta;

use std::fmt;

use jiff::Timestamp;
use postern_signals::{AttemptResult, Cause, Method, Parsed, Position, Provider, SignIn, parse_line};

pub const NAME: &str = "mia@corp.example";
pub const IP: &str = "198.51.100.7";
/// Where an envelope has its records.
pub const RECORDS: &str = "RECORDS";

/// How a shape is written, which is what decides how a value stands in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// A JSON object.
    Json,
    /// A JSON object, in which the values that are looked at stand in JSON text of its own.
    JsonInJson,
    /// A JSON object whose message is a line of `key="value"`.
    JsonLine,
    /// `key="value"`, a quote in a value behind a backslash.
    Quoted,
    /// `key=value`.
    Bare,
    /// A line whose message stands in quotes as Go writes them.
    Logfmt,
    /// A sentence.
    Plain,
    /// Values in single quotes, with commas between.
    SingleQuotes,
    /// A row below this header.
    Row(&'static str),
    /// A row below this header, of which one cell is JSON.
    JsonInRow(&'static str),
}

pub struct Sample {
    pub shape: &'static str,
    pub provider: Provider,
    pub form: Form,
    pub text: &'static str,
    /// As it stands in the text.
    pub time: &'static str,
    pub at: &'static str,
    pub method: Method,
    pub cause: Cause,
    pub code: &'static str,
    /// What to replace so that nobody knows why it failed, and the code that is then kept.
    pub unknown: (&'static [(&'static str, &'static str)], &'static str),
    pub envelopes: &'static [&'static str],
}

impl fmt::Debug for Sample {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.shape)
    }
}

pub fn all() -> impl Iterator<Item = &'static Sample> {
    [microsoft::SAMPLES, okta::SAMPLES, hosted::SAMPLES, directories::SAMPLES, lines::SAMPLES]
        .into_iter()
        .flatten()
}

impl Sample {
    /// The record as one text that [`parse_line`] takes: a row as the object that it becomes.
    pub fn record(&self) -> String {
        self.as_record(self.text)
    }

    pub fn as_record(&self, text: &str) -> String {
        match self.header() {
            Some(header) => row_as_object(header, text),
            None => text.to_owned(),
        }
    }

    pub fn header(&self) -> Option<&'static str> {
        match self.form {
            Form::Row(header) | Form::JsonInRow(header) => Some(header),
            _ => None,
        }
    }

    /// Are its records JSON objects?
    pub fn is_json(&self) -> bool {
        matches!(self.form, Form::Json | Form::JsonInJson | Form::JsonLine)
    }

    /// The file that holds these texts.
    pub fn file(&self, texts: &[String]) -> String {
        lines(self.header().into_iter().chain(texts.iter().map(String::as_str)))
    }

    /// The text with a value in the place of another, as the writer of this form would have put it there.
    pub fn with(&self, old: &str, new: &str) -> String {
        let as_json = |text: &str| {
            let quoted = serde_json::to_string(text).unwrap();
            quoted[1..quoted.len() - 1].to_owned()
        };
        let json = || as_json(new);
        let backslashed = |text: &str| text.replace('\\', "\\\\").replace('"', "\\\"");
        let new = match self.form {
            Form::Json => json(),
            Form::JsonInJson => backslashed(&json()),
            Form::JsonLine => as_json(&new.replace('"', "\\\"")),
            Form::Quoted => new.replace('"', "\\\""),
            Form::Logfmt => backslashed(new).replace('\n', "\\n").replace('\r', "\\r"),
            Form::Bare | Form::Plain | Form::SingleQuotes => new.to_owned(),
            Form::Row(_) => new.replace('"', "\"\""),
            Form::JsonInRow(_) => json().replace('"', "\"\""),
        };
        self.text.replace(old, &new)
    }

    pub fn read(&self) -> SignIn<'static> {
        attempt(&self.record())
    }

    /// The login as the record has it.
    pub fn login(&self, name: &str) -> String {
        let name = name.trim().to_lowercase();
        // A user of AWS belongs to an account.
        if self.provider == Provider::CloudTrail { format!("{name}@123456789012") } else { name }
    }

    pub fn at(&self) -> Timestamp {
        self.at.parse().unwrap()
    }

    pub fn result(&self) -> AttemptResult {
        AttemptResult::Failure(self.cause)
    }
}

/// Each with a line break behind it.
pub fn lines<'t>(texts: impl IntoIterator<Item = &'t str>) -> String {
    texts.into_iter().flat_map(|text| [text, "\n"]).collect()
}

/// What was read of a text that must be an attempt.
pub fn attempt(text: &str) -> SignIn<'static> {
    match look(text) {
        Parsed::Attempt(record) => record,
        other => panic!("{text}: {other:?}"),
    }
}

pub fn look(text: &str) -> Parsed<'static> {
    parse_line(text, None, Position::default()).into_owned()
}

pub fn read_as(text: &str, provider: Provider) -> Parsed<'static> {
    parse_line(text, Some(provider), Position::default()).into_owned()
}

/// As the reader of tables makes it, in the test's own words.
fn row_as_object(header: &str, row: &str) -> String {
    let cells = |line: &str| -> Vec<String> {
        let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(line.as_bytes());
        let row = reader.records().next().unwrap().unwrap();
        row.iter().map(str::to_owned).collect()
    };
    let mut object = serde_json::Map::new();
    for (name, cell) in cells(header).iter().zip(cells(row)) {
        let path: Vec<_> = if name.contains(' ') { vec![name.as_str()] } else { name.split('.').collect() };
        let (last, outer) = path.split_last().unwrap();
        let inside = outer.iter().fold(&mut object, |object, part| {
            let inner = object.entry(*part).or_insert_with(|| serde_json::Map::new().into());
            inner.as_object_mut().unwrap()
        });
        inside.insert((*last).to_owned(), cell.into());
    }
    serde_json::Value::Object(object).to_string()
}

/// The person, if there is one.
pub fn person<'r>(record: &'r SignIn<'_>) -> Option<&'r str> {
    record.person.as_deref()
}

/// The provider's code; empty if there is none.
pub fn code<'r>(record: &'r SignIn<'_>) -> &'r str {
    record.code.as_deref().unwrap_or_default()
}
