//! Everything that the program logs while the tests run, kept for the check that no secret is in it.

use std::io::{self, Write};
use std::sync::{Mutex, Once};

use tracing_subscriber::EnvFilter;

static KEPT: Mutex<Vec<u8>> = Mutex::new(Vec::new());

struct Keep;

impl Write for Keep {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        KEPT.lock().unwrap().extend_from_slice(line);
        if std::env::var_os("POSTERN_TEST_LOG").is_some() {
            io::stderr().write_all(line)?;
        }
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Starts keeping, once. Says how much was kept before.
pub fn install() -> usize {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        // More than production logs, so that what is found clean here is clean there.
        let filter = EnvFilter::new("info,postern=trace,sqlx=warn,hyper=warn");
        tracing_subscriber::fmt().with_env_filter(filter).with_ansi(false).with_writer(|| Keep).init();
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    });
    KEPT.lock().unwrap().len()
}

/// What was logged since then, by this test's app and its neighbours.
pub fn since(from: usize) -> String {
    let kept = KEPT.lock().unwrap();
    String::from_utf8_lossy(kept.get(from..).unwrap_or_default()).into_owned()
}

/// The newest errors, for the message of a test that met one.
pub fn captured_errors() -> String {
    let all = since(0);
    let errors: Vec<&str> = all.lines().filter(|line| line.contains("ERROR")).collect();
    errors.iter().rev().take(5).copied().collect::<Vec<_>>().join("\n")
}

/// Lines of the log that say this.
pub fn logged(words: &str) -> Vec<String> {
    since(0).lines().filter(|line| line.contains(words)).map(str::to_owned).collect()
}
