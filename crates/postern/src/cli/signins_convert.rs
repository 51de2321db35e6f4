//! `postern signins convert PATH…`: any provider's records as OCSF or Parquet.

#[cfg(not(feature = "parquet"))]
mod no_parquet_file;
mod output;
#[cfg(feature = "parquet")]
mod parquet_file;

use std::{io, path::PathBuf, process::ExitCode, sync::atomic::Ordering};

use clap::{Args, ValueEnum};
use postern_signals::{
    Parsed, Provider, ReadOptions,
    read::Batcher,
    report::{counted, printable},
    source::{Source, SourceError, Sources},
};

use super::{
    Outcome,
    diagnose::{Format, ProgressWatcher},
    output_file::OutputError,
};
#[cfg(not(feature = "parquet"))]
use no_parquet_file::NoParquetFile as ParquetFile;
use output::Output;
#[cfg(feature = "parquet")]
use parquet_file::ParquetFile;

const EXIT_CODES: &str = "\
Exit codes:
  0    everything was read and written
  1    a file could not be read or written, or holds nothing about sign-ins; the others are
  2    wrong usage: also a file to write that is one of the logs
  130  stopped by Ctrl-C, with what had been read until then";

/// Write sign-in logs of any provider as OCSF or Parquet.
///
/// One kind of record, for a lake or a SIEM: OCSF 1.8.0 JSON Lines, or one Parquet file.
///
/// Reads what 'postern diagnose' reads. A file to write is there whole or not at all: one that was there before is
/// replaced only when everything was read.
#[derive(Debug, Args)]
#[command(after_help = EXIT_CODES)]
pub struct ConvertArgs {
    /// Files, folders or patterns such as 'logs/*.jsonl.gz'; a lone '-' is standard input.
    #[arg(required = true, value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// What to write.
    #[arg(long, value_enum, default_value_t = ConvertTarget::Ocsf)]
    pub to: ConvertTarget,
    /// Where to write it; standard output if not given. Parquet wants a file.
    #[arg(long, short, value_name = "FILE", required_if_eq("to", "parquet"))]
    pub output: Option<PathBuf>,
    /// Whose log it is; by default each record is looked at.
    #[arg(long, value_enum, default_value_t = Format::Auto)]
    pub format: Format,
}

/// What to write.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ConvertTarget {
    /// OCSF 1.8.0, one JSON object per line.
    Ocsf,
    /// One Parquet file.
    Parquet,
}

/// Why nothing, or not all, was converted.
#[derive(Debug, thiserror::Error)]
pub enum ConvertError {
    /// The inputs cannot be found or read.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// Nothing about sign-ins in one of them.
    #[error("nothing to convert in {name}: none of its records is about sign-ins. {advice}")]
    NothingFits {
        /// The file, or standard input.
        name: String,
        /// What to do, in a sentence.
        advice: String,
    },
    /// The file cannot be written, or must not be.
    #[error(transparent)]
    Output(#[from] OutputError),
    /// The output cannot be written.
    #[error("cannot write {to}: {why}")]
    Unwritable {
        /// Where to.
        to: String,
        /// What the system said.
        why: io::Error,
    },
    /// The output cannot be written as Parquet.
    #[error("cannot write {to}: {why}")]
    Parquet {
        /// Where to.
        to: String,
        /// What the writer said.
        why: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The program was built without it.
    #[error(
        "this program was built without Parquet. Build it with `cargo build --release --features parquet`, or leave out \
         `--to parquet`"
    )]
    NoParquet,
}

/// What was written, and what not.
#[derive(Debug, Default)]
struct ConvertedCounts {
    /// Attempts, and changes that bear on one.
    fitting: u64,
    written: u64,
    undated: u64,
    other: u64,
}

/// Converts record by record: memory does not grow with the log.
pub fn run(args: &ConvertArgs) -> Outcome {
    match convert_all(args) {
        Ok(code) => Ok(code),
        Err(ConvertError::Output(error)) if error.is_wrong_usage() => Ok(super::say::wrong_usage(&error)),
        Err(error @ ConvertError::NoParquet) => Ok(super::say::wrong_usage(&error)),
        Err(error) => Err(error.into()),
    }
}

/// A file that cannot be used does not keep the others from being converted: the first such error comes back after
/// the rest is written.
fn convert_all(args: &ConvertArgs) -> Result<ExitCode, ConvertError> {
    let sources = Sources::find(&args.paths)?;
    let mut out = Output::open(args, &sources)?;
    let watcher = ProgressWatcher::start(&sources, out.unfinished());
    let mut counts = ConvertedCounts::default();
    let (mut unread, mut unfit) = (None, None);
    for (index, source) in sources.files.iter().enumerate() {
        let file = u32::try_from(index).unwrap_or(u32::MAX);
        let input = Input { file, source, format: args.format.provider() };
        let before = counts.fitting;
        match convert(&input, &watcher, &mut counts, &mut out) {
            // The reader has seen enough (`| head`).
            Err(ConvertError::Unwritable { why, .. }) if why.kind() == io::ErrorKind::BrokenPipe => {
                return Ok(ExitCode::SUCCESS);
            }
            Err(ConvertError::Source(error)) => drop(unread.get_or_insert(error)),
            Err(error) => return Err(error),
            Ok(()) if counts.fitting == before && !watcher.is_stopped() => {
                unfit.get_or_insert_with(|| printable(&source.name()));
            }
            Ok(()) => {}
        }
    }
    let stopped = watcher.finish();
    let is_whole = unread.is_none() && !stopped;
    end(out, &counts, is_whole)?;
    match (unread, unfit) {
        (Some(error), _) => Err(error.into()),
        (None, Some(name)) => {
            let advice = args.format.advice();
            let advice = advice.unwrap_or_else(|| "`postern diagnose` says what they are.".to_owned());
            Err(ConvertError::NothingFits { name, advice })
        }
        (None, None) if stopped => Ok(ExitCode::from(130)),
        (None, None) => Ok(ExitCode::SUCCESS),
    }
}

/// What was there before is replaced only by something, and by nothing less than everything.
fn end(out: Output, counts: &ConvertedCounts, is_whole: bool) -> Result<(), ConvertError> {
    if out.replaces() && !(is_whole && counts.written > 0) {
        super::say::note(format_args!("{} is left as it was: only a whole file replaces it.", out.to()));
        return Ok(());
    }
    if counts.written > 0 {
        out.finish()?;
    }
    if counts.fitting > 0 {
        say(counts);
    }
    Ok(())
}

/// One file, and how to read it.
struct Input<'s> {
    file: u32,
    source: &'s Source,
    format: Option<Provider>,
}

fn convert(
    input: &Input<'_>,
    watcher: &ProgressWatcher,
    counts: &mut ConvertedCounts,
    out: &mut Output,
) -> Result<(), ConvertError> {
    let Input { file, source, format } = *input;
    let reader = source.open_until(&watcher.progress().stop).map_err(|error| source.error(error, None))?;
    let mut batcher = Batcher::new(reader, ReadOptions { file, ..ReadOptions::default() });
    let mut likely = format.unwrap_or(Provider::Entra);
    while !watcher.is_stopped() {
        let next = batcher.next().map_err(|error| source.error(error, Some(batcher.position())))?;
        let Some(batch) = next else { break };
        let mut failed = None;
        let summary = batch.for_each(format, &mut likely, |_, parsed| {
            if failed.is_none() {
                failed = take(parsed, counts, out).err();
            }
        });
        watcher.progress().records.fetch_add(summary.records, Ordering::Relaxed);
        if let Some(error) = failed {
            return Err(error);
        }
        batcher.reuse(batch.into_buffer());
    }
    Ok(())
}

fn take(parsed: Parsed<'_>, counts: &mut ConvertedCounts, out: &mut Output) -> Result<(), ConvertError> {
    match parsed {
        Parsed::Attempt(record) => {
            counts.fitting += 1;
            out.write(&record, counts)
        }
        Parsed::Several(records) => {
            counts.fitting += 1;
            records.iter().try_for_each(|record| out.write(record, counts))
        }
        Parsed::Unrecognised(_) | Parsed::Malformed(_) => {
            counts.other += 1;
            Ok(())
        }
    }
}

/// On standard error, so that it is not among the records.
fn say(counts: &ConvertedCounts) {
    let ConvertedCounts { written, undated, other, .. } = counts;
    let undated =
        if *undated > 0 { format!(", {undated} left out because they carry no time") } else { String::new() };
    let other = if *other > 0 { format!(", {other} of other kinds or malformed") } else { String::new() };
    let written = counted(*written, "record", "records");
    super::say::note(format_args!("{written} written{undated}{other}."));
}
