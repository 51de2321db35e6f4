//! `postern signins convert PATH…`: any provider's records as OCSF or Parquet.

use std::{
    fs::File,
    io::{self, BufWriter, Write},
    path::{Path, PathBuf},
    process::ExitCode,
    sync::atomic::Ordering,
};

use clap::{Args, ValueEnum};
use postern_signals::{
    Parsed, Provider, ReadOptions, SignIn,
    ocsf::write_line,
    parquet::{ParquetError, ParquetWriter},
    read::Batcher,
    source::{Source, SourceError, Sources},
};

use super::diagnose::{Format, Watcher};

/// Write exported sign-in logs as one kind of record, for a lake or a SIEM: OCSF 1.8.0 JSON Lines, or Parquet.
///
/// Exit codes: 0 written; 1 a file could not be read or written, or holds nothing about sign-ins; 2 wrong usage;
/// 130 stopped by Ctrl-C, with what had been read until then.
#[derive(Debug, Args)]
pub struct ConvertArgs {
    /// Files, folders or patterns such as 'logs/*.jsonl.gz'; `-` is standard input.
    #[arg(required = true, value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// What to write.
    #[arg(long, value_enum, default_value_t = Target::Ocsf)]
    pub to: Target,
    /// Where to write it; standard output if not given. Parquet wants a file.
    #[arg(long, short, value_name = "FILE", required_if_eq("to", "parquet"))]
    pub output: Option<PathBuf>,
    /// Whose log it is; by default each record is looked at.
    #[arg(long, value_enum, default_value_t = Format::Auto)]
    pub format: Format,
}

/// What to write.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Target {
    /// OCSF 1.8.0, one JSON object per line.
    Ocsf,
    /// One Parquet file.
    Parquet,
}

/// Why nothing, or not all, was converted.
#[derive(Debug, thiserror::Error)]
pub enum ConvertError {
    /// The inputs cannot be found or read.
    #[error("{0}")]
    Source(#[from] SourceError),
    /// Nothing about sign-ins in any of them.
    #[error(
        "nothing to convert: {records} records, and none of them is about sign-ins. `postern diagnose` says what they are."
    )]
    NothingFits {
        /// Records found.
        records: u64,
    },
    /// The output cannot be written.
    #[error("cannot write {to}: {source}")]
    Unwritable {
        /// Where to.
        to: String,
        /// What the system said.
        source: io::Error,
    },
    /// The output cannot be written as Parquet.
    #[error("cannot write {to}: {source}")]
    Parquet {
        /// Where to.
        to: String,
        /// What the writer said.
        source: ParquetError,
    },
}

/// What was written, and what not.
#[derive(Debug, Default)]
struct Counts {
    records: u64,
    written: u64,
    undated: u64,
    other: u64,
}

/// Converts record by record: memory does not grow with the log.
pub fn run(args: &ConvertArgs) -> Result<ExitCode, ConvertError> {
    let sources = Sources::find(&args.paths)?;
    let mut out = Output::open(args)?;
    let watcher = Watcher::start(&sources);
    let mut counts = Counts::default();
    let mut first_error = None;
    for (index, source) in sources.files.iter().enumerate() {
        let file = u32::try_from(index).unwrap_or(u32::MAX);
        let input = Input { file, source, format: args.format.provider() };
        let ended = convert(&input, &watcher, &mut counts, &mut out);
        match ended {
            Ok(()) => {}
            // The reader has seen enough (`| head`).
            Err(ConvertError::Unwritable { source, .. }) if source.kind() == io::ErrorKind::BrokenPipe => {
                return Ok(ExitCode::SUCCESS);
            }
            Err(ConvertError::Source(error)) => {
                first_error.get_or_insert(error);
            }
            Err(error) => return Err(error),
        }
    }
    out.finish()?;
    let stopped = watcher.finish();
    say(&counts);
    match first_error {
        Some(error) => Err(error.into()),
        None if counts.written == 0 => Err(ConvertError::NothingFits { records: counts.records }),
        None if stopped => Ok(ExitCode::from(130)),
        None => Ok(ExitCode::SUCCESS),
    }
}

/// One file, and how to read it.
struct Input<'s> {
    file: u32,
    source: &'s Source,
    format: Option<Provider>,
}

fn convert(
    input: &Input<'_>,
    watcher: &Watcher,
    counts: &mut Counts,
    out: &mut Output,
) -> Result<(), ConvertError> {
    let Input { file, source, format } = *input;
    let reader = source.open().map_err(|error| source.error(error, None))?;
    let mut batcher = Batcher::new(reader, ReadOptions { file, ..ReadOptions::default() });
    let mut likely = format.unwrap_or(Provider::Entra);
    while !watcher.progress().stop.load(Ordering::Relaxed) {
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

fn take(parsed: Parsed<'_>, counts: &mut Counts, out: &mut Output) -> Result<(), ConvertError> {
    counts.records += 1;
    match parsed {
        Parsed::Attempt(record) => out.write(&record, counts),
        Parsed::Several(records) => records.iter().try_for_each(|record| out.write(record, counts)),
        Parsed::Foreign(_) | Parsed::Damaged(_) => {
            counts.other += 1;
            Ok(())
        }
    }
}

/// On standard error, so that it is not among the records.
fn say(counts: &Counts) {
    let Counts { written, undated, other, .. } = counts;
    let undated =
        if *undated > 0 { format!(", {undated} left out because they carry no time") } else { String::new() };
    let other = if *other > 0 { format!(", {other} of other kinds or damaged") } else { String::new() };
    super::say::note(format_args!("{written} records written{undated}{other}."));
}

/// Where the records go.
struct Output {
    to: String,
    kind: Kind,
}

enum Kind {
    Lines(BufWriter<Box<dyn Write>>),
    Parquet(Box<ParquetWriter<BufWriter<File>>>),
}

impl Output {
    fn open(args: &ConvertArgs) -> Result<Self, ConvertError> {
        let to = args
            .output
            .as_deref()
            .map_or_else(|| "standard output".to_owned(), |path| path.display().to_string());
        let unwritable = |source| ConvertError::Unwritable { to: to.clone(), source };
        let file = args.output.as_deref().map(create).transpose().map_err(unwritable)?;
        let kind = match (args.to, file) {
            (Target::Ocsf, Some(file)) => Kind::Lines(BufWriter::new(Box::new(file))),
            (Target::Ocsf, None) => Kind::Lines(BufWriter::new(Box::new(io::stdout()))),
            (Target::Parquet, Some(file)) => {
                let writer = ParquetWriter::new(BufWriter::new(file));
                Kind::Parquet(Box::new(
                    writer.map_err(|source| ConvertError::Parquet { to: to.clone(), source })?,
                ))
            }
            // The command line does not let this through.
            (Target::Parquet, None) => return Err(unwritable(io::ErrorKind::InvalidInput.into())),
        };
        Ok(Self { to, kind })
    }

    fn write(&mut self, record: &SignIn<'_>, counts: &mut Counts) -> Result<(), ConvertError> {
        match &mut self.kind {
            Kind::Lines(out) => match write_line(out, record) {
                Ok(true) => counts.written += 1,
                Ok(false) => counts.undated += 1,
                Err(source) => return Err(ConvertError::Unwritable { to: self.to.clone(), source }),
            },
            Kind::Parquet(out) => {
                let pushed = out.push(record);
                pushed.map_err(|source| ConvertError::Parquet { to: self.to.clone(), source })?;
                counts.written += 1;
            }
        }
        Ok(())
    }

    fn finish(self) -> Result<(), ConvertError> {
        let Self { to, kind } = self;
        let flushed = match kind {
            Kind::Lines(mut out) => out.flush(),
            Kind::Parquet(out) => {
                let ended = out.finish();
                ended.map_err(|source| ConvertError::Parquet { to: to.clone(), source })?.flush()
            }
        };
        match flushed {
            Err(source) if source.kind() != io::ErrorKind::BrokenPipe => {
                Err(ConvertError::Unwritable { to, source })
            }
            _ => Ok(()),
        }
    }
}

fn create(path: &Path) -> io::Result<File> {
    File::create(path)
}
