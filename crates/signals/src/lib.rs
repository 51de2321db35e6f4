//! Sign-in logs of outside providers and of Postern itself: bytes → one kind of record → who is locked out and why.
//!
//! ```
//! use postern_signals::{Diagnosis, Parsed, PersonState, ReadOptions, read};
//!
//! let log = br#"{"postern":"signin/v1","at":"2026-03-02T08:14:11Z","person":"ana","result":"failure","cause":"mfa_code_reused"}"#;
//! let mut diagnosis = Diagnosis::default();
//! read(&log[..], ReadOptions::default(), |position, parsed| diagnosis.take(position, parsed))?;
//! let report = diagnosis.finish()?;
//! assert!(matches!(report.people[0].state, PersonState::LockedOut { .. }));
//! # Ok::<(), std::io::Error>(())
//! ```
//!
//! - [`read()`] streams a file; [`parse_line`] reads one record and keeps nothing.
//! - [`SignIn`] is the record, [`Cause`] the one vocabulary of what goes wrong.
//! - [`Diagnosis`] takes records in any order and gives a [`Report`]; its memory is bounded by the people in the log.
//!
//! The clock is never asked: a log is analysed by the times in it.
#![warn(missing_docs)]

mod analysis;
#[doc(hidden)]
pub mod bench_support;
pub mod cause;
pub mod diagnose;
pub mod event;
mod external_sort;
pub mod finding;
pub mod live;
pub mod ocsf;
#[cfg(feature = "parquet")]
pub mod parquet;
mod provider;
pub mod read;
pub mod record;
pub mod report;
pub mod rules;
pub mod scan;
pub mod settings;
pub mod source;
pub mod tenant;
mod time;
mod wire;

pub use cause::{Cause, ResetHelps};
pub use diagnose::{Diagnosis, Options};
pub use finding::{Confidence, Finding, RuleSource, Severity, Subject};
pub use live::Live;
pub use provider::postern;
pub use read::{Batch, Batcher, Parsed, ReadOptions, ReadSummary, RecordDefect, parse_line, read};
pub use record::{AttemptResult, Flag, Lifecycle, Method, Network, Point, Position, Provider, SignIn};
pub use report::{PersonReport, PersonState, Report};
