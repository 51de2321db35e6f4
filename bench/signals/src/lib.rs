//! Measures `postern diagnose` beside bare parsing, DuckDB and a Sigma engine, and its memory over a log that is never
//! written to disk. The log is generated ([`export`]) with an answer key, and every side's answers are checked against
//! it: a fast wrong answer is no result.

pub mod answers;
pub mod compare;
pub mod diagnose;
pub mod export;
pub mod measure;
pub mod memory;
pub mod program;
pub mod report;
mod sigma;

use std::io::Write as _;
use std::path::{Path, PathBuf};

/// Why a part could not be measured, in words.
pub type Error = Box<dyn std::error::Error + Send + Sync>;
/// What parts return.
pub type Outcome<T> = Result<T, Error>;

/// What is measured, and on what.
#[derive(Debug, Clone, clap::Args)]
pub struct Options {
    /// The program to measure.
    #[arg(long, value_name = "FILE", default_value = "target/release/postern")]
    pub postern: PathBuf,
    /// Folder for the data, the generated log and the results. Its disk is the one that is measured.
    #[arg(long, value_name = "DIR", default_value = "bench/out")]
    pub out: PathBuf,
    /// Folder with what Postern is compared with.
    #[arg(long, value_name = "DIR", default_value = "bench/compare")]
    pub compare: PathBuf,
    /// Folder with the Sigma rules that are compared.
    #[arg(long, value_name = "DIR", default_value = "crates/signals/rules")]
    pub rules: PathBuf,
    /// How often each side of each ratio is measured.
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..))]
    pub rounds: u32,
    /// Records in the generated log: 100,000 for `diagnose`, 10,000,000 for `memory`.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1_000..))]
    pub records: Option<u64>,
    /// People in the generated log: 2,000 for `diagnose`, 100,000 for `memory`. In the directory, for `people` and `pages`: 100,000.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub people: Option<u32>,
    /// Seed of the generated log: the same seed and sizes give the same bytes.
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
}

impl Options {
    /// Of a log. Err: it would be about more people than there are names.
    fn size(&self, records: u64, people: u32) -> Outcome<export::Size> {
        let people = self.people.unwrap_or(people);
        if people > export::MOST_PEOPLE {
            return Err(format!("a log is about {} people at most", export::MOST_PEOPLE).into());
        }
        Ok(export::Size { records: self.records.unwrap_or(records), people, seed: self.seed })
    }
}

/// Runs `work` in a folder of its own, which is removed again.
pub fn in_scratch<T>(out: &Path, work: impl FnOnce(&Path) -> Outcome<T>) -> Outcome<T> {
    let folder = out.join(format!("scratch-{}", std::process::id()));
    if folder.exists() {
        std::fs::remove_dir_all(&folder)?;
    }
    std::fs::create_dir_all(&folder)?;
    let done = work(&folder);
    std::fs::remove_dir_all(&folder)?;
    done
}

/// Progress, on stderr: the table alone goes to stdout.
pub fn say(message: &str) {
    // A closed stderr is no reason to stop measuring.
    let _ = writeln!(std::io::stderr(), "{message}");
}
