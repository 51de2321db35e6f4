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

/// The error with its causes on stderr, and exit code 1: it could not be done.
pub fn fail(error: &dyn Error) -> ExitCode {
    explain(error);
    ExitCode::from(1)
}

/// The same with exit code 2: what was asked for cannot be meant.
pub fn wrong_usage(error: &dyn Error) -> ExitCode {
    explain(error);
    ExitCode::from(2)
}

fn explain(error: &dyn Error) {
    let mut out = io::stderr().lock();
    let _ = writeln!(out, "postern: {error}");
    let mut cause = error.source();
    while let Some(inner) = cause {
        let _ = writeln!(out, "  because: {inner}");
        cause = inner.source();
    }
}
