//! `postern diagnose FILE…`: who is locked out, why, and who is under attack.

use std::{
    fs::File,
    io::{self, BufRead, BufReader, IsTerminal, Read, Write},
    path::{Path, PathBuf},
    process::ExitCode,
};

use clap::{Args, ValueEnum};
use comfy_table::{ContentArrangement, Table, presets::UTF8_HORIZONTAL_ONLY};
use indicatif::{ProgressBar, ProgressStyle};
use postern_signals::{
    Diagnosis, PersonReport, Provider, ReadOptions, Report, read,
    report::{TABLE_HEADS, printable},
};

/// People who need nothing are listed one by one up to this many.
const WELL_LISTED: usize = 50;
/// Columns of the table when it goes to a file or another program.
const WIDTH_WITHOUT_TERMINAL: u16 = 160;
const BUFFER_BYTES: usize = 256 * 1024;

/// Read exported sign-in logs and say, for every person, whether they are locked out, since when, why, what mends
/// it, whether an MFA reset would help, and whether it looks like an attack.
///
/// Reads Microsoft Entra ID (Graph, diagnostic settings, Log Analytics), Okta System Log, and Postern's own lines;
/// JSON Lines, a JSON array, or `{"value":[…]}`. Nothing is sent anywhere and nothing is changed.
///
/// Exit codes: 0 read and reported; 1 a file could not be read, or holds nothing about sign-ins; 2 wrong usage.
#[derive(Debug, Args)]
pub struct DiagnoseArgs {
    /// Log files; `-` is standard input.
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// Print JSON for programs instead of a table.
    #[arg(long)]
    pub json: bool,
    /// Whose log it is.
    #[arg(long, value_enum, default_value_t = Format::Auto)]
    pub format: Format,
}

/// Whose log a file holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// Look at each record.
    Auto,
    /// Microsoft Entra ID.
    Entra,
    /// Okta System Log.
    Okta,
    /// Postern's own lines.
    Postern,
}

/// Why there is no diagnosis.
#[derive(Debug, thiserror::Error)]
pub enum DiagnoseError {
    /// The file cannot be opened or read.
    #[error("cannot read {}: {source}. Check the path and that you may read the file.", path.display())]
    Unreadable {
        /// As given.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The file was read, and none of it is about sign-ins.
    #[error(
        "{} holds no sign-in record that Postern knows ({found}). Export the sign-in log of Entra or Okta as JSON, \
         one record per line, and try again.", path.display()
    )]
    NothingFits {
        /// As given.
        path: PathBuf,
        /// What was in it, in words.
        found: String,
    },
    /// The report could not be written.
    #[error("cannot write the report: {0}")]
    Unwritable(#[source] io::Error),
    /// The report could not be turned into JSON: a defect of ours.
    #[error("Postern failed to write its own report as JSON; please report this: {0}")]
    Json(#[source] serde_json::Error),
}

/// Reads all files into one diagnosis and prints it to standard output.
/// A file that cannot be used does not keep the others from being reported: the first such error comes back after
/// the report is printed.
pub fn run(args: &DiagnoseArgs) -> Result<ExitCode, DiagnoseError> {
    let mut diagnosis = Diagnosis::default();
    let mut first_error = None;
    for (index, path) in args.files.iter().enumerate() {
        if let Err(error) = read_file(path, index, args.format, &mut diagnosis) {
            first_error.get_or_insert(error);
        }
    }
    let report = diagnosis.finish();
    if report.found_nothing()
        && let Some(error) = first_error
    {
        return Err(error);
    }
    match print(&report, args) {
        // The reader has seen enough (`| head`).
        Err(DiagnoseError::Unwritable(error)) if error.kind() == io::ErrorKind::BrokenPipe => {}
        Err(DiagnoseError::Json(error)) if error.io_error_kind() == Some(io::ErrorKind::BrokenPipe) => {}
        Err(error) => return Err(error),
        Ok(()) => {}
    }
    first_error.map_or(Ok(ExitCode::SUCCESS), Err)
}

fn read_file(
    path: &Path,
    index: usize,
    format: Format,
    diagnosis: &mut Diagnosis,
) -> Result<(), DiagnoseError> {
    let unreadable = |source| DiagnoseError::Unreadable { path: path.to_owned(), source };
    let (input, size) = open(path).map_err(unreadable)?;
    let progress = progress_of(path, size);
    let reader = BufReader::with_capacity(BUFFER_BYTES, progress.wrap_read(input));
    let outcome = read_into(reader, index, format, diagnosis);
    progress.finish_and_clear();
    match outcome.map_err(unreadable)? {
        Found { attempts: 0, words } => {
            Err(DiagnoseError::NothingFits { path: path.to_owned(), found: words })
        }
        Found { .. } => Ok(()),
    }
}

/// Standard input for `-`.
fn open(path: &Path) -> io::Result<(Box<dyn Read>, Option<u64>)> {
    if path == Path::new("-") {
        return Ok((Box::new(io::stdin()), None));
    }
    let file = File::open(path)?;
    let about = file.metadata()?;
    if about.is_dir() {
        return Err(io::Error::new(io::ErrorKind::IsADirectory, "it is a directory"));
    }
    Ok((Box::new(file), about.is_file().then_some(about.len())))
}

/// Shown on a terminal only, and only once reading takes a noticeable time.
fn progress_of(path: &Path, size: Option<u64>) -> ProgressBar {
    if !io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let (bar, template) = match size {
        Some(size) => {
            (ProgressBar::new(size), "{msg} {wide_bar} {bytes}/{total_bytes} {bytes_per_sec} {eta}")
        }
        None => (ProgressBar::new_spinner(), "{msg} {bytes} {bytes_per_sec}"),
    };
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style);
    }
    bar.set_message(printable(&path.display().to_string()));
    bar
}

/// What one file held.
struct Found {
    attempts: u64,
    words: String,
}

fn read_into(
    reader: impl BufRead,
    index: usize,
    format: Format,
    diagnosis: &mut Diagnosis,
) -> io::Result<Found> {
    let options = ReadOptions {
        file: u32::try_from(index).unwrap_or(u32::MAX),
        format: format.provider(),
        ..ReadOptions::default()
    };
    let mut notes = Vec::new();
    let summary = read(reader, options, |position, parsed| {
        if notes.len() < 3
            && let Some(note) = note_on(position.line, &parsed)
        {
            notes.push(note);
        }
        diagnosis.take(position, parsed);
    })?;
    let words = match summary.records {
        0 => "it is empty".to_owned(),
        records => format!(
            "{records} records: {} of other kinds, {} damaged; {}",
            summary.foreign,
            summary.damaged,
            notes.join("; ")
        ),
    };
    Ok(Found { attempts: summary.attempts, words })
}

/// What to say about a record that is no sign-in, should the file hold nothing else.
fn note_on(line: u64, parsed: &postern_signals::Parsed) -> Option<String> {
    match parsed {
        postern_signals::Parsed::Attempt(_) | postern_signals::Parsed::Several(_) => None,
        postern_signals::Parsed::Foreign(kind) => Some(format!("line {line}: {}", printable(kind))),
        postern_signals::Parsed::Damaged(damage) => Some(format!("line {line}: {damage}")),
    }
}

fn print(report: &Report, args: &DiagnoseArgs) -> Result<(), DiagnoseError> {
    let mut out = io::BufWriter::new(io::stdout().lock());
    if args.json {
        serde_json::to_writer_pretty(&mut out, report).map_err(DiagnoseError::Json)?;
        writeln!(out).map_err(DiagnoseError::Unwritable)?;
    } else {
        print_table(&mut out, report, &args.files).map_err(DiagnoseError::Unwritable)?;
    }
    out.flush().map_err(DiagnoseError::Unwritable)
}

fn print_table(out: &mut impl Write, report: &Report, files: &[PathBuf]) -> io::Result<()> {
    let well = report.people.iter().filter(|person| !person.needs_care()).count();
    let listed = |person: &&PersonReport| well <= WELL_LISTED || person.needs_care();
    let mut table = Table::new();
    table.load_style(UTF8_HORIZONTAL_ONLY).set_content_arrangement(ContentArrangement::Dynamic);
    if table.width().is_none() {
        table.set_width(WIDTH_WITHOUT_TERMINAL);
    }
    table.set_header(TABLE_HEADS);
    table.add_rows(report.people.iter().filter(listed).map(PersonReport::table_row));
    writeln!(out, "{table}")?;
    if well > WELL_LISTED {
        writeln!(out, "And {well} people who need nothing; --json lists them.")?;
    }
    let totals = &report.totals;
    writeln!(
        out,
        "{} people, {} locked out, {} with signs of an attack.",
        totals.people, totals.locked_out, totals.attacked
    )?;
    writeln!(out, "{}.", report.in_numbers())?;
    for (kind, count) in &report.foreign {
        writeln!(out, "  other: {count} × {}", printable(kind))?;
    }
    for line in &report.damaged {
        let file = usize::try_from(line.position.file).ok().and_then(|index| files.get(index));
        let file = file.map(|path| printable(&path.display().to_string())).unwrap_or_default();
        writeln!(out, "  damaged: {file}:{}: {}", line.position.line, line.why)?;
    }
    if report.damaged_more > 0 {
        writeln!(out, "  and {} more damaged lines", report.damaged_more)?;
    }
    Ok(())
}

impl Format {
    fn provider(self) -> Option<Provider> {
        match self {
            Self::Auto => None,
            Self::Entra => Some(Provider::Entra),
            Self::Okta => Some(Provider::Okta),
            Self::Postern => Some(Provider::Postern),
        }
    }
}
