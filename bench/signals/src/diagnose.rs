//! The speed of `postern diagnose` over a generated Entra export: beside parsing the same bytes and doing nothing with
//! them, on two cores over one, beside DuckDB, and beside a Sigma engine in Python.
//!
//! All sides read the same file, from the page cache, and take turns.

use std::fs::{self, File};
use std::io::BufReader;
use std::path::{Path, PathBuf};
use std::thread;

use postern_signals::bench_support::parse_entra_only;

use crate::answers::{Compared, Totals, check_report};
use crate::compare::Python;
use crate::export::{Export, Key, Size};
use crate::measure::{Speeds, Took, as_f64, busy_thread, timed};
use crate::program::{self, Cores};
use crate::report::Report;
use crate::sigma::Sigma;
use crate::{Options, Outcome, in_scratch, say};

/// The log, and what is in it.
pub(crate) struct Log {
    pub(crate) path: PathBuf,
    pub(crate) text: String,
    pub(crate) records: usize,
    key: Key,
    size: Size,
}

/// How DuckDB is asked, and what is said of it.
const WAYS: [(&str, &str, &str); 3] = [
    (
        "documented",
        "DuckDB, as its documentation shows",
        "read_json_auto on the file, once for each question",
    ),
    ("table", "DuckDB, read once into a table", "read_json_auto into a table, both questions of the table"),
    ("tuned", "DuckDB, tuned by hand", "the columns named, nothing guessed: the quickest it can do"),
];

/// Records per second, of all sides.
#[derive(Default)]
struct Sides {
    one_core: Speeds,
    two_cores: Speeds,
    parsed: Speeds,
    /// On one thread and on two, way by way.
    duckdb: [[Speeds; 2]; 3],
    /// On normalised records, and with the parsing of the vendor's.
    sigma: [Speeds; 2],
}

/// Measures all of them, in turns.
pub fn measure(options: &Options, report: &mut Report) -> Outcome<()> {
    let cores = Cores::allowed()?;
    let log = Log::generated(options)?;
    let python = Python::prepared(options)
        .inspect_err(|error| say(&format!("  NOT COMPARED with DuckDB and Sigma: {error}")))
        .ok();
    in_scratch(&options.out, |scratch| {
        let sigma = python.as_ref().map(|_| Sigma::prepared(&log, options, scratch)).transpose()?;
        let mut sides = Sides::default();
        let mut found = None;
        for round in 1..=options.rounds {
            say(&format!("  round {round} of {}", options.rounds));
            found = Some(sides.postern(options, &cores, &log, &scratch.join("report.json"))?);
            sides.parsed.push(log.records, parse_only(&log, &cores)?);
            if let Some((python, sigma)) = python.as_ref().zip(sigma.as_ref()) {
                sides.duckdb(python, &cores, &log)?;
                let took = sigma.measure(python, &cores)?;
                sides.sigma.iter_mut().zip(took).for_each(|(speeds, took)| speeds.push(sigma.records, took));
            }
        }
        report.about("diagnose's log", &log.description(&found.ok_or("no round")?));
        match sigma {
            Some(sigma) => report.about("Sigma", &sigma.description()),
            None => report.about("NOT COMPARED", "DuckDB and the Sigma engine could not be installed"),
        }
        sides.report(&log, report);
        Ok(())
    })
}

impl Sides {
    fn postern(&mut self, options: &Options, cores: &Cores, log: &Log, printed: &Path) -> Outcome<Totals> {
        let took = program::diagnose(options, &cores.one, 1, &log.path, printed)?;
        self.one_core.push(log.records, took);
        check_report(printed, &log.key)?;
        let took = program::diagnose(options, &cores.two, 2, &log.path, printed)?;
        self.two_cores.push(log.records, took);
        check_report(printed, &log.key)
    }

    fn duckdb(&mut self, python: &Python, cores: &Cores, log: &Log) -> Outcome<()> {
        let path = log.path.to_string_lossy();
        for ((way, name, _), speeds) in WAYS.iter().zip(&mut self.duckdb) {
            let [one, two] = speeds;
            for (speeds, cores, threads) in [(one, &cores.one, "1"), (two, &cores.two, "2")] {
                let answered: Compared = python.run(cores, "duckdb_query.py", &[&path, threads, way])?;
                answered.check(name, &log.key)?;
                speeds.push(log.records, answered.took()?);
            }
        }
        Ok(())
    }

    fn report(&self, log: &Log, report: &mut Report) {
        let Self { one_core, two_cores, parsed, .. } = self;
        let megabytes = as_f64(log.text.len()) / as_f64(log.records) / 1e6;
        let (rates, plain) = ("records/s", "");
        report.line(
            "postern diagnose, one core",
            rates,
            &one_core.clock,
            "start, read, analyse, print; --threads 1",
        );
        report.line("  the same", "MB/s", &one_core.clock.times(megabytes), plain);
        report.line("  two cores", rates, &two_cores.clock, "--threads 2");
        let note = "two cores over one; at least 1.7 is wanted";
        report.line("  ratio", plain, &two_cores.clock.over(&one_core.clock), note);
        report.line(
            "parsing only, one core",
            rates,
            &parsed.clock,
            "serde_json into the same structs, from memory",
        );
        self.ratios(parsed, "postern on one core over it; at least 0.5 is wanted", report);
        self.report_duckdb(report);
        let notes =
            ["the shipped detection rules, on normalised records", "and json.loads of the vendor's record"];
        let names = ["sigma-rule-matcher, Python", "sigma-rule-matcher, of the same file"];
        for ((name, note), speeds) in names.iter().zip(notes).zip(&self.sigma) {
            if !speeds.clock.is_none() {
                report.line(name, rates, &speeds.clock, note);
                self.ratios(speeds, "postern on one core over it; at least 20 is wanted", report);
            }
        }
    }

    fn report_duckdb(&self, report: &mut Report) {
        let best = self.one_core.clock.or_better(&self.two_cores.clock);
        for ((_, name, note), [one, two]) in WAYS.iter().zip(&self.duckdb) {
            if one.clock.is_none() {
                continue;
            }
            let quickest = one.clock.or_better(&two.clock);
            report.line(name, "records/s", &quickest, note);
            report.line("  on one thread", "records/s", &one.clock, "");
            report.line("  on two", "records/s", &two.clock, "");
            report.line(
                "  ratio",
                "",
                &best.over(&quickest),
                "postern over it, each on the threads that suit it",
            );
            let ratio = self.one_core.busy.over(&one.busy);
            report.line("    by processor time", "", &ratio, "one thread each");
        }
    }

    /// Postern on one core over another that has one.
    fn ratios(&self, other: &Speeds, note: &str, report: &mut Report) {
        report.line("  ratio", "", &self.one_core.clock.over(&other.clock), note);
        report.line("    by processor time", "", &self.one_core.busy.over(&other.busy), "");
    }
}

/// The Entra reader's structs and `serde_json`, and nothing else: one thread, from memory, the lines split before.
fn parse_only(log: &Log, cores: &Cores) -> Outcome<Took> {
    let lines: Vec<&str> = log.text.lines().collect();
    let parse = || -> Outcome<(Took, usize)> {
        cores.pin_this_thread()?;
        let before = busy_thread()?;
        let (clock, parsed) = timed(|| Ok(lines.iter().filter(|line| parse_entra_only(line)).count()))?;
        Ok((Took { clock, busy: busy_thread()?.saturating_sub(before) }, parsed))
    };
    let (took, parsed) =
        thread::scope(|scope| scope.spawn(parse).join().unwrap_or_else(|_| Err("parsing panicked".into())))?;
    if parsed == log.records {
        return Ok(took);
    }
    Err(format!("{parsed} of {} records could be parsed", log.records).into())
}

impl Log {
    /// Made at the first run of this size and seed, and kept.
    fn generated(options: &Options) -> Outcome<Self> {
        let size = options.size(100_000, 2_000)?;
        let name = format!("entra-{}-records-{}-people-seed{}", size.records, size.people, size.seed);
        let path = options.out.join(format!("{name}.jsonl"));
        let key = options.out.join(format!("{name}.key.json"));
        if !path.exists() || !key.exists() {
            say(&format!("  generating {}", path.display()));
            generate(&path, &key, size)?;
        }
        let key = serde_json::from_reader(BufReader::new(File::open(key)?))?;
        let text = fs::read_to_string(&path)?;
        let records = text.lines().count();
        Ok(Self { path, text, records, key, size })
    }

    fn description(&self, found: &Totals) -> String {
        let share =
            |part: u64| 100.0 * as_f64(usize::try_from(part).unwrap_or_default()) / as_f64(self.records);
        format!(
            "{:.1} MB, {} records of {:.0} bytes, {} people, seed {}; {:.0} % failures, {:.1} % repeats; {} people locked out, \
             {} attacked. Every answer of every round was compared with the answer key",
            as_f64(self.text.len()) / 1e6,
            self.records,
            as_f64(self.text.len()) / as_f64(self.records),
            self.size.people,
            self.size.seed,
            share(found.failures),
            share(found.repeated),
            found.locked_out,
            found.attacked,
        )
    }
}

/// Under another name until it is whole, so that a run cut short leaves no half a log to measure.
fn generate(path: &Path, key: &Path, size: Size) -> Outcome<()> {
    let unfinished = path.with_extension("unfinished");
    let mut file = File::create(&unfinished)?;
    let answers = Export::new(size).write(&mut file)?;
    file.sync_all()?;
    serde_json::to_writer_pretty(File::create(key)?, &answers)?;
    Ok(fs::rename(unfinished, path)?)
}
