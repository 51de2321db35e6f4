//! A record on a line of its own. There is exactly one way to write a record, so that no byte of the file
//! can change unnoticed.

use std::io::{self, Write};

use data_encoding::HEXLOWER;
use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

use crate::commitment::{Nonce, commitment};
use crate::tree::{Hash, leaf_hash};

/// Longest line, in bytes: more than any record, and little enough to hold in memory.
pub(crate) const MAX_LINE: usize = 16 << 20;

/// Where records say when and what. Only for showing a finding; nothing depends on them.
const TIME_FIELDS: [&str; 4] = ["time", "at", "occurred_at", "recorded_at"];
const EVENT_FIELDS: [&str; 3] = ["event", "kind", "type"];

/// A record that was not erased.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LineContent {
    /// The record's own random bytes.
    pub nonce: Nonce,
    /// The record as stored: JSON on one line, no white space around it.
    pub json: String,
}

/// A line that reads, and reads back to the same bytes.
pub(crate) struct Line {
    pub(crate) seq: u64,
    /// `None` when the record was erased.
    pub(crate) content: Option<LineContent>,
}

impl Line {
    /// Reads a line without its newline; `None` if it is not exactly what [`write`] would have written.
    pub(crate) fn parse(bytes: &[u8]) -> Option<Self> {
        let raw: Raw<'_> = serde_json::from_slice(bytes).ok()?;
        let content = match (raw.nonce, raw.erased) {
            (Some(nonce), false) => {
                let nonce = HEXLOWER.decode(nonce.as_bytes()).ok()?.try_into().ok()?;
                Some(LineContent { nonce, json: raw.entry.get().to_owned() })
            }
            (None, true) => None,
            _ => return None,
        };
        let mut again = Vec::with_capacity(bytes.len());
        write(&mut again, raw.seq, content.as_ref()).ok()?;
        (again == bytes).then_some(Self { seq: raw.seq, content })
    }

    /// The leaf hash that the record would have in the tree.
    pub(crate) fn leaf(&self) -> Option<Hash> {
        self.content.as_ref().map(|content| leaf_hash(&commitment(&content.nonce, &content.json)))
    }

    /// When and what, as the record now says.
    pub(crate) fn time_and_event(&self) -> (Option<String>, Option<String>) {
        let text = self.content.as_ref().map_or("null", |content| &content.json);
        let record: Value = serde_json::from_str(text).unwrap_or_default();
        (first(&record, &TIME_FIELDS), first(&record, &EVENT_FIELDS))
    }
}

/// Writes the line of a record, without its newline.
pub(crate) fn write(out: &mut impl Write, seq: u64, content: Option<&LineContent>) -> io::Result<()> {
    match content {
        Some(LineContent { nonce, json }) => {
            write!(out, r#"{{"seq":{seq},"nonce":"{}","entry":{json}}}"#, HEXLOWER.encode(nonce))
        }
        None => write!(out, r#"{{"seq":{seq},"nonce":null,"entry":null,"erased":true}}"#),
    }
}

/// Whether a record survives a line: JSON, no newline in it, no white space around it.
pub(crate) fn fits(seq: u64, content: &LineContent) -> bool {
    let mut line = Vec::with_capacity(content.json.len() + 80);
    let written = write(&mut line, seq, Some(content));
    let back = Line::parse(&line).and_then(|line| line.content);
    written.is_ok() && line.len() < MAX_LINE && !line.contains(&b'\n') && back.as_ref() == Some(content)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw<'a> {
    seq: u64,
    nonce: Option<&'a str>,
    #[serde(borrow)]
    entry: &'a RawValue,
    #[serde(default)]
    erased: bool,
}

fn first(record: &Value, fields: &[&str]) -> Option<String> {
    fields.iter().find_map(|field| match record.get(field)? {
        Value::String(text) => Some(text.chars().filter(|c| !c.is_control()).take(80).collect()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(json: &str) -> Vec<u8> {
        let content = LineContent { nonce: [0xab; 16], json: json.into() };
        let mut line = Vec::new();
        write(&mut line, 3, Some(&content)).unwrap();
        line
    }

    #[test]
    fn any_json_on_one_line_keeps_its_bytes() {
        for json in [r#"{"b":1, "a":1.50,"b":"\u00e9é\ud800"}"#, "null", "1e400", "\"x\"", "[ ]", "{}"] {
            let content = LineContent { nonce: [0xab; 16], json: json.into() };
            assert!(fits(3, &content), "{json}");
            let back = Line::parse(&line(json)).unwrap();
            assert_eq!((back.seq, back.content), (3, Some(content)));
        }
    }

    #[test]
    fn what_would_not_read_back_is_refused_beforehand() {
        for json in ["", " {}", "{}\n", "{\n}", "{", "{},\"erased\":false", "null,\"erased\":true"] {
            assert!(!fits(3, &LineContent { nonce: [0; 16], json: json.into() }), "{json:?}");
        }
    }

    #[test]
    fn a_second_way_to_write_a_line_is_no_line() {
        let good = String::from_utf8(line("{}")).unwrap();
        assert!(Line::parse(good.as_bytes()).is_some());
        assert!(Line::parse(br#"{"seq":3,"nonce":null,"entry":null,"erased":true}"#).is_some());
        let bad = [
            good.replace("abab", "ABAB"),
            good.replace(":3", ": 3"),
            good.replace("{}}", "{}} "),
            good.replace("{}}", "{},\"erased\":false}"),
            good.replace("{}}", "{},\"more\":1}"),
            good.replace("seq", "s\\u0065q"),
            good.replace(":3", ":03"),
            r#"{"seq":3,"nonce":null,"entry":{},"erased":true}"#.into(),
            r#"{"seq":3,"nonce":null,"entry":null}"#.into(),
        ];
        for text in bad {
            assert!(Line::parse(text.as_bytes()).is_none(), "{text}");
        }
    }

    #[test]
    fn time_and_event_are_read_where_they_are() {
        let time_and_event = |json| Line::parse(&line(json)).unwrap().time_and_event();
        let both = time_and_event(r#"{"at":"2026-03-02T08:14:11Z","kind":"case.opened"}"#);
        assert_eq!(both, (Some("2026-03-02T08:14:11Z".into()), Some("case.opened".into())));
        assert_eq!(time_and_event(r#"{"time":5,"event":{"a":1}}"#), (Some("5".into()), None));
        assert_eq!(time_and_event("7"), (None, None));
    }
}
