//! `postern diagnose PATH…`: who is locked out, why, and who is under attack.

mod args;
mod blocks;
mod chart;
mod html;
mod progress;
mod rule_list;
mod table;
mod thresholds;

use std::{
    io::{self, BufWriter, Write},
    path::PathBuf,
    process::ExitCode,
    sync::Arc,
};

use postern_signals::{
    Diagnosis, Options, Report,
    report::{counted, printable},
    rules::RuleError,
    scan::{FileOutcome, ScanOptions, scan},
    source::{Source, SourceError, Sources},
};

use super::{
    Outcome,
    output_file::{OutputError, OutputFile},
};
pub use args::{DiagnoseArgs, Format};
pub(super) use progress::ProgressWatcher;

/// Why there is no diagnosis.
#[derive(Debug, thiserror::Error)]
pub enum DiagnoseError {
    /// The inputs cannot be found.
    #[error(transparent)]
    Sources(#[from] SourceError),
    /// A rule cannot be used.
    #[error(transparent)]
    Rules(#[from] RuleError),
    /// The settings are wrong.
    #[error("{} cannot be used:\n  {}", path.display(), problems.join("\n").replace('\n', "\n  "))]
    Settings {
        /// As given.
        path: PathBuf,
        /// Every problem in it, each in a sentence that begins with the field's name.
        problems: Vec<String>,
    },
    /// The settings cannot be read.
    #[error("cannot read {}: {why}. Check the path and that you may read the file.", path.display())]
    Unreadable {
        /// As given.
        path: PathBuf,
        /// What the system said.
        why: io::Error,
    },
    /// The file was read, and none of it is about sign-ins.
    #[error("{name} holds no sign-in record that Postern knows ({found}). {advice}")]
    NothingFits {
        /// The file, or standard input.
        name: String,
        /// What was in it, in words.
        found: String,
        /// What to do, in a sentence.
        advice: String,
    },
    /// Records are sorted in an unnamed temporary file.
    #[error("cannot keep the records in the temporary folder: {0}. Set TMPDIR to a folder with more room.")]
    NoRoom(io::Error),
    /// The HTML file cannot be written, or must not be.
    #[error(transparent)]
    Output(#[from] OutputError),
    /// The report could not be printed.
    #[error("cannot write to standard output: {0}")]
    Unwritable(io::Error),
    /// The report could not be turned into JSON: a defect of ours.
    #[error("Postern failed to write its own report as JSON; please report this: {0}")]
    Json(serde_json::Error),
    /// The page could not be filled in: a defect of ours.
    #[error("Postern failed to write its own report as HTML; please report this: {0:#}")]
    Html(minijinja::Error),
}

impl DiagnoseError {
    fn is_wrong_usage(&self) -> bool {
        match self {
            Self::Rules(_) | Self::Settings { .. } | Self::Unreadable { .. } => true,
            Self::Output(error) => error.is_wrong_usage(),
            _ => false,
        }
    }
}

/// Reads everything into one diagnosis and prints it to standard output.
pub fn run(args: &DiagnoseArgs) -> Outcome {
    match diagnose(args) {
        Ok(code) => Ok(code),
        Err(error) if error.is_wrong_usage() => Ok(super::say::wrong_usage(&error)),
        Err(error) => Err(error.into()),
    }
}

/// A file that cannot be used does not keep the others from being reported: the first such error comes back after
/// the report is printed.
fn diagnose(args: &DiagnoseArgs) -> Result<ExitCode, DiagnoseError> {
    let (settings, rules) = thresholds::of(args)?;
    if args.list_rules {
        return unless_pipe_closed(rule_list::print(&rules, args.json)).map(|()| ExitCode::SUCCESS);
    }
    let sources = Sources::find(&args.paths)?;
    // Before anything is read: an hour's reading must not be lost to a path that cannot be written.
    let page = args.html.as_deref().map(|path| OutputFile::create_report(path, &sources)).transpose()?;
    let options = Options {
        settings: Arc::new(settings),
        rules: Arc::new(rules.compile()?),
        since: args.since,
        as_of: args.as_of,
        parallel: args.threads != Some(1),
    };
    let watcher = ProgressWatcher::start(&sources, page.as_ref().and_then(OutputFile::unfinished));
    let (report, outcomes) = read(args, &sources, options, watcher)?;
    let mut error = first_error(outcomes, report.stopped, args.format);
    if report.found_nothing()
        && let Some(error) = error.take()
    {
        return Err(error);
    }
    let saved = page.map_or(Ok(()), |page| save(page, &report));
    unless_pipe_closed(print(&report, args))?;
    saved?;
    match error {
        Some(error) => Err(error),
        None if report.stopped => Ok(ExitCode::from(130)),
        None => Ok(ExitCode::SUCCESS),
    }
}

fn read(
    args: &DiagnoseArgs,
    sources: &Sources,
    options: Options,
    watcher: ProgressWatcher,
) -> Result<(Report, Vec<FileOutcome>), DiagnoseError> {
    let mut diagnosis = Diagnosis::new(options);
    let mut scanning = ScanOptions { format: args.format.provider(), ..ScanOptions::default() };
    scanning.threads = args.threads.map_or(scanning.threads, usize::from);
    for skipped in &sources.skipped {
        super::say::note(format_args!("skipped {}", printable(&skipped.to_string())));
    }
    let outcomes = scan(&mut diagnosis, &sources.files, scanning, watcher.progress());
    let stopped = watcher.finish();
    let mut report = diagnosis.finish().map_err(DiagnoseError::NoRoom)?;
    report.files = sources.files.iter().map(Source::name).collect();
    report.stopped = stopped;
    Ok((report, outcomes))
}

/// `stopped`: what was not come to is not wrong.
fn first_error(outcomes: Vec<FileOutcome>, stopped: bool, format: Format) -> Option<DiagnoseError> {
    outcomes.into_iter().find_map(|outcome| {
        let FileOutcome { name, summary, notes, error } = outcome;
        if let Some(error) = error {
            return Some(error.into());
        }
        if summary.attempts > 0 || stopped && summary.records == 0 {
            return None;
        }
        let notes: Vec<_> = notes.iter().map(ToString::to_string).collect();
        let found = match summary.records {
            0 => "it is empty".to_owned(),
            records => format!(
                "{}: {} of other kinds, {} malformed; {}",
                counted(records, "record", "records"),
                summary.unrecognised,
                summary.malformed,
                notes.join("; ")
            ),
        };
        let advice = format.advice().unwrap_or_else(|| {
            "Export the sign-in log of your provider as docs/guide/diagnose.md shows, and try again."
                .to_owned()
        });
        Some(DiagnoseError::NothingFits { name: printable(&name), found, advice })
    })
}

/// A reader that has seen enough (`| head`) is no error.
fn unless_pipe_closed(written: Result<(), DiagnoseError>) -> Result<(), DiagnoseError> {
    match written {
        Err(DiagnoseError::Unwritable(error)) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        Err(DiagnoseError::Json(error)) if error.io_error_kind() == Some(io::ErrorKind::BrokenPipe) => Ok(()),
        other => other,
    }
}

fn print(report: &Report, args: &DiagnoseArgs) -> Result<(), DiagnoseError> {
    let mut out = BufWriter::new(io::stdout().lock());
    if args.json {
        serde_json::to_writer_pretty(&mut out, report).map_err(DiagnoseError::Json)?;
        writeln!(out).map_err(DiagnoseError::Unwritable)?;
    } else {
        table::print(&mut out, report).map_err(DiagnoseError::Unwritable)?;
    }
    out.flush().map_err(DiagnoseError::Unwritable)
}

fn save(mut page: OutputFile, report: &Report) -> Result<(), DiagnoseError> {
    let text = html::render(report).map_err(DiagnoseError::Html)?;
    page.fill(text.as_bytes())?;
    Ok(page.put_in_place()?)
}
