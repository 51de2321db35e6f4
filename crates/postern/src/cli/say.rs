//! Writing to the terminal. A closed pipe is no error.

use std::error::Error;
use std::fmt::Display;
use std::io::{self, Write as _};
use std::process::ExitCode;

/// One line on stdout.
pub fn line(text: impl Display) {
    let _ = writeln!(io::stdout().lock(), "{text}");
}

/// One line on stderr, beside what goes to stdout.
pub fn note(text: impl Display) {
    let _ = writeln!(io::stderr().lock(), "{text}");
}

/// The error with its causes on stderr, and exit code 1.
pub fn fail(error: &dyn Error) -> ExitCode {
    let mut out = io::stderr().lock();
    let _ = writeln!(out, "postern: {error}");
    let mut cause = error.source();
    while let Some(inner) = cause {
        let _ = writeln!(out, "  because: {inner}");
        cause = inner.source();
    }
    ExitCode::from(1)
}
