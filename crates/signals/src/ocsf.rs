//! Writes a record as OCSF 1.8.0: class 3002 Authentication for an attempt, class 3001 Account Change for what happened
//! to an account.
//!
//! What OCSF has no word for stands in `unmapped.postern`, in Postern's own words, so that a record which is read back
//! is the same record. Its keys: `provider`, `result`, `cause`, `method`, `flag`, `interactive`, `policy`, `phone`,
//! `detail`; and, where they say something, `legacy`, `network`, `place`, `phone_place`.

pub(crate) mod codes;
mod event;
mod own;
mod party;

use std::io;

use crate::record::SignIn;
use event::OcsfEvent;

/// The version of OCSF that is written.
pub const VERSION: &str = "1.8.0";

/// The record as one line of JSON, without a line break.
/// `None`: the record has no time, without which it is no OCSF event.
pub fn to_line(record: &SignIn<'_>) -> Option<String> {
    let event = OcsfEvent::new(record)?;
    serde_json::to_string(&event).ok()
}

/// Writes the record and a line break, in many small pieces: give it a buffered writer.
/// `false`: nothing was written, because the record has no time.
/// Err: the writer's own error.
pub fn write_line(out: &mut impl io::Write, record: &SignIn<'_>) -> io::Result<bool> {
    let Some(event) = OcsfEvent::new(record) else {
        return Ok(false);
    };
    serde_json::to_writer(&mut *out, &event)?;
    out.write_all(b"\n")?;
    Ok(true)
}

#[cfg(test)]
mod tests;
