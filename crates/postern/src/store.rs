//! All SQL. One text for both databases; writes only through [`Change`].

pub mod arrivals;
pub mod audit;
pub mod backup_codes;
pub mod cases;
pub mod ceremonies;
pub mod change;
pub mod contacts;
pub mod contests;
pub mod db;
pub mod enrolment_passes;
pub mod factors;
pub mod findings;
pub mod flows;
pub mod forgotten_passwords;
pub mod hardware_tokens;
pub mod imported_sign_ins;
pub mod imports;
pub mod jobs;
pub mod known_devices;
pub mod locks;
pub mod muted_notices;
pub mod outbox;
pub mod persons;
pub mod power_grants;
pub mod provider_sessions;
pub mod push_requests;
mod readers;
mod row;
pub mod saved_views;
pub mod sent_codes;
pub mod service_tokens;
pub mod sessions;
pub mod sign_ins;
pub mod tenant_settings;
pub mod tenants;
pub mod throttles;
pub mod trusted_contacts;
pub mod watched_files;

pub use change::{Change, WriteContext};
pub use db::{Db, Engine};

use jiff::Timestamp;

/// What went wrong below. Hides the driver; the cause goes to the log, never to a person.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Somebody else changed or used it first.
    #[error("it was changed by somebody else in the meantime")]
    Conflict,
    /// It is not there.
    #[error("not found")]
    NotFound,
    /// It ran into another change at the same moment. Nothing was written; the same again may succeed.
    #[error("it ran into another change: {0}")]
    Contended(#[source] sqlx::Error),
    /// The database failed.
    #[error("database: {0}")]
    Database(#[source] sqlx::Error),
    /// The record of a change does not say what its kind must say. Nothing was written: this is a mistake in the program.
    #[error("the record {event} lacks {lacks}")]
    Unexplained {
        /// The event's name.
        event: &'static str,
        /// A reason, or the state before.
        lacks: &'static str,
    },
    /// A row does not read as what it should be.
    #[error("a stored {0} does not read back")]
    Corrupt(&'static str),
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        match error {
            sqlx::Error::RowNotFound => Self::NotFound,
            sqlx::Error::Database(e) if e.is_unique_violation() => Self::Conflict,
            sqlx::Error::Database(ref e) if e.code().is_some_and(|code| is_contention(&code)) => {
                Self::Contended(error)
            }
            other => Self::Database(other),
        }
    }
}

/// PostgreSQL's words for a deadlock, for a change that cannot be put in order with another, and for a lock that was
/// waited for too long; SQLite's for a writer that is busy.
fn is_contention(code: &str) -> bool {
    ["40P01", "40001", "55P03", "5"].contains(&code)
}

/// What store functions return.
pub type Result<T> = std::result::Result<T, StoreError>;

/// Rows for statements of many rows, in pieces of a few lengths: each length is a statement of its own, of which each connection
/// keeps a hundred.
fn in_pieces<T>(mut rows: &[T]) -> Vec<&[T]> {
    let mut pieces = Vec::new();
    for length in [64, 16, 4, 3, 2, 1] {
        while let Some((piece, rest)) = rows.split_at_checked(length) {
            pieces.push(piece);
            rows = rest;
        }
    }
    pieces
}

/// Parameters for a list in a statement: `$2, $3, $4`.
fn parameters(from: usize, count: usize) -> String {
    let parameters: Vec<String> = (from..).take(count).map(|at| format!("${at}")).collect();
    parameters.join(", ")
}

/// Rows of a statement of many, each of `width` parameters of its own behind what all share:
/// `($1, $2, $3), ($1, $4, $5)`.
fn value_rows(shared: &str, from: usize, width: usize, count: usize) -> String {
    let row = |at: usize| format!("({shared}, {})", parameters(at, width));
    let rows: Vec<String> = (from..).step_by(width).take(count).map(row).collect();
    rows.join(", ")
}

/// The smallest id that a row of that moment can have: UUIDs of version 7 begin with the millisecond.
pub(crate) fn first_id_of(moment: Timestamp) -> String {
    let millis = u64::try_from(moment.as_millisecond()).unwrap_or(0);
    uuid::Builder::from_unix_timestamp_millis(millis, &[0; 10]).into_uuid().to_string()
}

/// A time as it is stored: microseconds UTC.
pub(crate) fn micros(at: Timestamp) -> i64 {
    at.as_microsecond()
}

/// A time as it was stored.
pub(crate) fn time(micros: i64) -> Timestamp {
    Timestamp::from_microsecond(micros).unwrap_or(Timestamp::UNIX_EPOCH)
}

/// A guarded write must have moved exactly one row.
pub(crate) fn one_row(done: &sqlx::any::AnyQueryResult) -> Result<()> {
    if done.rows_affected() == 1 { Ok(()) } else { Err(StoreError::Conflict) }
}
