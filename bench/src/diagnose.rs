//! `postern diagnose` over a generated Entra export, beside parsing the same bytes and doing nothing with them.
//!
//! Three sides take turns: the program as users run it; reading and judging inside this process; parsing alone.

use std::fs::{self, File};
use std::hint::black_box;
use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use postern_signals::{Diagnosis, Parsed, Position, ReadOptions, Report as Found, parse_line, read};

use crate::entra::Export;
use crate::measure::{Samples, as_f64, rate, timed};
use crate::report::Report;
use crate::{Args, Outcome, say};

/// The log, and how much is in it.
struct Log {
    path: PathBuf,
    text: String,
    records: usize,
}

/// Measures all three, in turns.
pub fn measure(args: &Args, report: &mut Report) -> Outcome<()> {
    let log = Log::generated(args)?;
    let (mut program, mut judged, mut parsed) = (Took::default(), Took::default(), Took::default());
    let mut found = None;
    for _ in 0..args.rounds {
        parsed.push(timed(|| parse_alone(&log))?.0, &log);
        let (took, report) = timed(|| judge(&log))?;
        judged.push(took, &log);
        found = Some(report);
        program.push(timed(|| run_program(&args.postern, &log))?.0, &log);
    }
    report.about("diagnose's log", &log.in_words(&found.ok_or("no round")?));
    let ratio = |took: &Took| took.records.over(&parsed.records);
    let (of_program, of_judged) = (ratio(&program), ratio(&judged));
    program.report("postern diagnose --json", "the program: start, read, judge, print", report);
    judged.report("  read and judge, in this process", "read() into a Diagnosis, from memory", report);
    parsed.report("  parse alone", "parse_line(), from memory", report);
    report.line("  ratio, the program", "", of_program, "over parsing alone");
    report.line("  ratio, read and judge", "", of_judged, "over parsing alone");
    Ok(())
}

/// Speeds of one side.
#[derive(Default)]
struct Took {
    megabytes: Samples,
    records: Samples,
}

impl Took {
    fn push(&mut self, took: Duration, log: &Log) {
        self.megabytes.push(rate(log.text.len(), took) / 1e6);
        self.records.push(rate(log.records, took));
    }

    fn report(self, name: &str, note: &str, report: &mut Report) {
        report.line(name, "MB/s", self.megabytes, note);
        report.line(name, "records/s", self.records, "");
    }
}

impl Log {
    /// Made at the first run with this size and seed, and kept.
    fn generated(args: &Args) -> Outcome<Self> {
        let name = format!("entra-{}mb-seed{}.jsonl", args.megabytes, args.seed);
        let path = args.out.join(name);
        if !path.exists() {
            say(&format!("  generating {}", path.display()));
            generate(&path, args)?;
        }
        let text = fs::read_to_string(&path)?;
        let records = text.lines().count();
        Ok(Self { path, text, records })
    }

    fn in_words(&self, found: &Found) -> String {
        let totals = &found.totals;
        let share = |part: u64| -> f64 {
            let part = usize::try_from(part).unwrap_or(usize::MAX);
            100.0 * as_f64(part) / as_f64(self.records)
        };
        format!(
            "{:.1} MB, {} records of {:.0} bytes, {:.0} % failures, {:.1} % repeats, {} damaged; {} people, {} locked out, \
             {} attacked",
            as_f64(self.text.len()) / 1e6,
            self.records,
            as_f64(self.text.len()) / as_f64(self.records),
            share(totals.failures),
            share(totals.repeated),
            totals.damaged,
            totals.people,
            totals.locked_out,
            totals.attacked,
        )
    }
}

/// Under another name until it is whole, so that a run cut short leaves no half a log to measure.
fn generate(path: &Path, args: &Args) -> Outcome<()> {
    let unfinished = path.with_extension("unfinished");
    let mut out = BufWriter::new(File::create(&unfinished)?);
    let (mut written, wanted) = (0, args.megabytes * 1_000_000);
    for line in Export::new(args.seed) {
        writeln!(out, "{line}")?;
        written += line.len() as u64 + 1;
        if written >= wanted {
            break;
        }
    }
    out.into_inner()?.sync_all()?;
    Ok(fs::rename(unfinished, path)?)
}

fn parse_alone(log: &Log) -> Outcome<()> {
    let mut attempts = 0_usize;
    for (line, number) in log.text.lines().zip(1..) {
        let position = Position { file: 0, line: number };
        let parsed = black_box(parse_line(line, None, position));
        attempts += usize::from(matches!(parsed, Parsed::Attempt(_)));
    }
    if attempts == log.records {
        Ok(())
    } else {
        Err(format!("{attempts} of {} records were read as sign-ins", log.records).into())
    }
}

fn judge(log: &Log) -> Outcome<Found> {
    let mut diagnosis = Diagnosis::default();
    read(log.text.as_bytes(), ReadOptions::default(), |position, parsed| {
        diagnosis.take(position, parsed);
    })?;
    Ok(diagnosis.finish())
}

fn run_program(program: &Path, log: &Log) -> Outcome<()> {
    let status = Command::new(program)
        .args(["diagnose", "--json"])
        .arg(&log.path)
        .stdout(Stdio::null())
        .stderr(Stdio::inherit())
        .status()
        .map_err(|error| format!("cannot start {}: {error}", program.display()))?;
    if status.success() { Ok(()) } else { Err(format!("postern diagnose ended with {status}").into()) }
}
