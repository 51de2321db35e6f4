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
use crate::measure::{Samples, as_f64, rate, timed};
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
struct Sides {
    one_core: Samples,
    two_cores: Samples,
    parsed: Samples,
    /// On one thread and on two, way by way.
    duckdb: [[Samples; 2]; 3],
    sigma: Samples,
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
        let mut sides = Sides::new();
        let mut found = None;
        for round in 1..=options.rounds {
            say(&format!("  round {round} of {}", options.rounds));
            let printed = scratch.join("report.json");
            found = Some(sides.postern(options, &cores, &log, &printed)?);
            sides.parsed.push(parse_only(&log, &cores)?);
            if let Some(python) = &python {
                sides.duckdb(python, &cores, &log)?;
            }
            if let Some((python, sigma)) = python.as_ref().zip(sigma.as_ref()) {
                sides.sigma.push(sigma.measure(python, &cores)?);
            }
        }
        report.about("diagnose's log", &log.in_words(&found.ok_or("no round")?));
        if let Some(sigma) = sigma {
            report.about("Sigma", &sigma.in_words());
        } else {
            report.about(
                "NOT COMPARED",
                "DuckDB and the Sigma engine could not be installed: no package index",
            );
        }
        sides.report(&log, report);
        Ok(())
    })
}

impl Sides {
    fn new() -> Self {
        Self {
            one_core: Samples::default(),
            two_cores: Samples::default(),
            parsed: Samples::default(),
            duckdb: Default::default(),
            sigma: Samples::default(),
        }
    }

    fn postern(&mut self, options: &Options, cores: &Cores, log: &Log, printed: &Path) -> Outcome<Totals> {
        let took = program::diagnose(options, &cores.one, 1, &log.path, printed)?;
        self.one_core.push(rate(log.records, took));
        check_report(printed, &log.key)?;
        let took = program::diagnose(options, &cores.two, 2, &log.path, printed)?;
        self.two_cores.push(rate(log.records, took));
        check_report(printed, &log.key)
    }

    fn duckdb(&mut self, python: &Python, cores: &Cores, log: &Log) -> Outcome<()> {
        let path = log.path.to_string_lossy();
        for ((way, name, _), samples) in WAYS.iter().zip(&mut self.duckdb) {
            let [one, two] = samples;
            for (samples, cores, threads) in [(one, &cores.one, "1"), (two, &cores.two, "2")] {
                let answered: Compared = python.run(cores, "duckdb_query.py", &[&path, threads, way])?;
                answered.check(name, &log.key)?;
                samples.push(as_f64(log.records) / answered.seconds);
            }
        }
        Ok(())
    }

    fn report(self, log: &Log, report: &mut Report) {
        let Self { one_core, two_cores, parsed, duckdb, sigma } = self;
        let bytes = as_f64(log.text.len()) / as_f64(log.records);
        let in_megabytes = one_core.times(bytes / 1e6);
        let (over_parsing, over_one) = (one_core.over(&parsed), two_cores.over(&one_core));
        let best = one_core.or_better(&two_cores);
        report.line(
            "postern diagnose, one core",
            "records/s",
            one_core.clone(),
            "start, read, judge, print; --threads 1",
        );
        report.line("  the same", "MB/s", in_megabytes, "");
        report.line("  two cores", "records/s", two_cores, "--threads 2");
        report.line("  ratio, two cores over one", "", over_one, "at least 1.7 is wanted");
        report.line(
            "parsing only, one core",
            "records/s",
            parsed,
            "serde_json into the same structs, from memory",
        );
        report.line(
            "  ratio, postern on one core",
            "",
            over_parsing,
            "over parsing only: at least 0.5 is wanted",
        );
        for ((_, name, note), [one, two]) in WAYS.iter().zip(duckdb).filter(|(_, [one, _])| !one.is_none()) {
            let quickest = one.or_better(&two);
            let ratio = best.over(&quickest);
            report.line(name, "records/s", quickest, note);
            report.line("  on one thread", "records/s", one, "");
            report.line("  on two", "records/s", two, "");
            report.line("  ratio, postern", "", ratio, "over DuckDB, each on the threads that suit it");
        }
        if !sigma.is_none() {
            let ratio = one_core.over(&sigma);
            report.line(
                "sigma-rule-matcher, Python",
                "records/s",
                sigma,
                "the shipped detection rules, on normalised records",
            );
            report.line("  ratio, postern on one core", "", ratio, "over it: at least 20 is wanted");
        }
    }
}

/// The Entra reader's structs and `serde_json`, and nothing else: one thread, from memory, the lines split before.
fn parse_only(log: &Log, cores: &Cores) -> Outcome<f64> {
    let lines: Vec<&str> = log.text.lines().collect();
    let parsed = thread::scope(|scope| {
        let alone = scope.spawn(|| {
            cores.pin_this_thread()?;
            timed(|| Ok(lines.iter().filter(|line| parse_entra_only(line)).count()))
        });
        alone.join().unwrap_or_else(|_| Err("parsing panicked".into()))
    });
    let (took, parsed) = parsed?;
    if parsed == log.records {
        return Ok(rate(parsed, took));
    }
    Err(format!("{parsed} of {} records could be parsed", log.records).into())
}

impl Log {
    /// Made at the first run of this size and seed, and kept.
    fn generated(options: &Options) -> Outcome<Self> {
        let size = options.size(100_000, 2_000);
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

    fn in_words(&self, found: &Totals) -> String {
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
