//! Measures Postern, each figure beside the bare work that it cannot do without, in the same run.
//!
//! One part per file: [`start`], [`sign_ins`], [`resets`], [`diagnose`]. The two sides of a ratio take turns
//! ([`measure`]), because the machine is never ours alone.

mod diagnose;
mod entra;
mod measure;
mod people;
mod report;
mod resets;
mod server;
mod sign_ins;
mod start;

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Parser, ValueEnum};
use report::Report;

/// Why a part could not be measured, in words.
pub type Error = Box<dyn std::error::Error + Send + Sync>;
/// What parts return.
pub type Outcome<T> = Result<T, Error>;

/// Measures Postern. Prints a table, and writes the same as JSON beside it.
#[derive(Parser)]
pub struct Args {
    /// The program to measure.
    #[arg(long, value_name = "FILE", default_value = "target/release/postern")]
    pub postern: PathBuf,
    /// Folder for the data, the generated log and the results. Its disk is the one that is measured.
    #[arg(long, value_name = "DIR", default_value = "bench/out")]
    pub out: PathBuf,
    /// Measure this part only.
    #[arg(long, value_enum)]
    pub only: Option<Part>,
    /// How often each side of each ratio is measured.
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..))]
    pub rounds: u32,
    /// Sign-ins in a round, each by another person.
    #[arg(long, default_value_t = 200)]
    pub sign_ins: usize,
    /// Forced resets in a round, each in a case of its own.
    #[arg(long, default_value_t = 300)]
    pub resets: usize,
    /// People who sign in, and agents who reset, at the same time.
    #[arg(long, default_value_t = 8)]
    pub clients: usize,
    /// Size of the generated log. Unit: MB (1,000,000 bytes).
    #[arg(long, default_value_t = 200, value_name = "MB")]
    pub megabytes: u64,
    /// Seed of the generated log: the same seed and size give the same bytes.
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
}

/// What can be measured by itself.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Part {
    /// Cold start, idle memory, binary size.
    Start,
    /// Sign-ins against Argon2id.
    SignIns,
    /// Forced resets against fsync'd commits.
    Resets,
    /// `postern diagnose` against parsing.
    Diagnose,
}

fn main() -> ExitCode {
    let args = Args::parse();
    match measure_all(&args).and_then(|report| report.publish(&args.out)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            say(&format!("bench: {error}"));
            ExitCode::FAILURE
        }
    }
}

fn measure_all(args: &Args) -> Outcome<Report> {
    std::fs::create_dir_all(&args.out)?;
    let mut report = Report::new(args)?;
    let wanted = |part| args.only.is_none_or(|only| only == part);
    if wanted(Part::Start) {
        say("start: demo, fresh and again");
        start::measure(args, &mut report)?;
    }
    if wanted(Part::SignIns) {
        say("sign-ins: beside bare Argon2id");
        in_scratch(&args.out, |folder| sign_ins::measure(args, folder, &mut report))?;
    }
    if wanted(Part::Resets) {
        say("resets: beside bare commits (bringing the cases to ready takes a while)");
        in_scratch(&args.out, |folder| resets::measure(args, folder, &mut report))?;
    }
    if wanted(Part::Diagnose) {
        say("diagnose: beside bare parsing");
        diagnose::measure(args, &mut report)?;
    }
    Ok(report)
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
pub fn say(words: &str) {
    // A closed stderr is no reason to stop measuring.
    let _ = writeln!(std::io::stderr(), "{words}");
}
