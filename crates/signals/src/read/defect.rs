//! Why a line could not be read.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Why a line could not be read. Its content is never repeated: a broken log line may hold anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum RecordDefect {
    /// Longer than the limit, in bytes.
    TooLong {
        /// The limit.
        limit: usize,
    },
    /// Not UTF-8.
    NotUtf8 {
        /// Bytes that were fine.
        valid_up_to: usize,
    },
    /// UTF-16, as some Windows tools write it.
    Utf16,
    /// Ends in the middle.
    CutOff,
    /// Not JSON from this column on.
    NotJson {
        /// Counted in bytes, from 1.
        column: usize,
    },
    /// JSON, but no object.
    NotAnObject,
    /// A row of a table with more cells than the header has names: which cell is which cannot be told.
    TooManyCells {
        /// Names in the header.
        names: usize,
    },
    /// Its time is missing where it must not be, or cannot be understood.
    BadTime,
    /// A sign-in that does not say how it ended.
    NoResult,
}

impl fmt::Display for RecordDefect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLong { limit } => write!(f, "longer than {limit} bytes"),
            Self::NotUtf8 { valid_up_to } => write!(f, "not UTF-8 after byte {valid_up_to}"),
            Self::Utf16 => f.write_str("UTF-16 text; save the export as UTF-8"),
            Self::CutOff => f.write_str("ends in the middle of the record"),
            Self::NotJson { column } => write!(f, "not JSON at column {column}"),
            Self::NotAnObject => f.write_str("JSON, but not an object"),
            Self::TooManyCells { names } => write!(f, "more cells than the header has names ({names})"),
            Self::BadTime => f.write_str("its time cannot be understood"),
            Self::NoResult => f.write_str("a sign-in that does not say how it ended"),
        }
    }
}

/// Only where, never what: the error's own words may quote the line.
pub(crate) fn defect_of(error: &serde_json::Error) -> RecordDefect {
    if error.is_eof() { RecordDefect::CutOff } else { RecordDefect::NotJson { column: error.column() } }
}
