//! The results: a table for people, JSON for programs.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::Path;
use std::thread;

use comfy_table::presets::NOTHING;
use comfy_table::{CellAlignment, Table};
use jiff::Timestamp;
use serde::Serialize;

use crate::Outcome;
use crate::measure::Samples;

/// Everything that was measured.
#[derive(Serialize)]
pub struct Report {
    at: String,
    cores: usize,
    processor: String,
    rounds: u32,
    lines: Vec<Line>,
    about: Vec<About>,
}

#[derive(Serialize)]
struct Line {
    name: String,
    unit: &'static str,
    median: f64,
    lowest: f64,
    highest: f64,
    samples: Samples,
    note: String,
}

#[derive(Serialize)]
struct About {
    what: &'static str,
    description: String,
}

impl Report {
    /// An empty one, with what there is to say about the machine.
    #[expect(clippy::disallowed_methods, reason = "a run is named by the time at which it was begun")]
    pub fn new(rounds: u32) -> Outcome<Self> {
        Ok(Self {
            at: Timestamp::now().to_string(),
            cores: thread::available_parallelism()?.get(),
            processor: processor(),
            rounds,
            lines: Vec::new(),
            about: vec![About { what: "load of the machine before", description: load() }],
        })
    }

    /// Adds what was measured of one thing. A name that is indented belongs to the line above it.
    pub fn line(&mut self, name: &str, unit: &'static str, samples: &Samples, note: &str) {
        let (lowest, highest) = samples.spread();
        self.lines.push(Line {
            name: name.to_owned(),
            unit,
            median: samples.median(),
            lowest,
            highest,
            samples: samples.clone(),
            note: note.to_owned(),
        });
    }

    /// Adds a sentence that belongs to the figures.
    pub fn about(&mut self, what: &'static str, description: &str) {
        let description = description.to_owned();
        self.about.push(About { what, description });
    }

    /// Prints the table, and writes the JSON to `out`: one file per run, and `latest.json`.
    pub fn publish(mut self, out: &Path) -> Outcome<()> {
        self.about("load of the machine after", &load());
        let named = out.join(format!("{}.json", self.at.replace(':', "")));
        let mut file = File::create(&named)?;
        serde_json::to_writer_pretty(&mut file, &self)?;
        writeln!(file)?;
        fs::copy(&named, out.join("latest.json"))?;
        Ok(self.print(&mut io::stdout().lock(), &named)?)
    }

    fn print(&self, to: &mut impl io::Write, named: &Path) -> io::Result<()> {
        let mut table = Table::new();
        table.load_style(NOTHING);
        table.set_header(["measured", "median", "lowest – highest", "unit", "note"]);
        for line in &self.lines {
            table.add_row([
                line.name.clone(),
                digits(line.median),
                line.spread_label(),
                line.unit.to_owned(),
                line.note.clone(),
            ]);
        }
        for column in [1, 2] {
            if let Some(column) = table.column_mut(column) {
                column.set_cell_alignment(CellAlignment::Right);
            }
        }
        writeln!(to, "{table}")?;
        for about in &self.about {
            writeln!(to, "{}: {}.", about.what, about.description)?;
        }
        let Self { cores, processor, rounds, .. } = self;
        writeln!(to, "{cores} cores, {processor}; rounds: {rounds}. As JSON: {}", named.display())
    }
}

impl Line {
    fn spread_label(&self) -> String {
        if self.samples.is_one() {
            return String::new();
        }
        format!("{} – {}", digits(self.lowest), digits(self.highest))
    }
}

/// Three digits that matter.
fn digits(value: f64) -> String {
    match value {
        ..1.0 => format!("{value:.3}"),
        ..10.0 => format!("{value:.2}"),
        ..100.0 => format!("{value:.1}"),
        _ => format!("{value:.0}"),
    }
}

/// How many wanted a processor at once, in the last minutes. Beyond the cores, the clock tells of others too.
fn load() -> String {
    let about = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let averages: Vec<_> = about.split_whitespace().take(3).collect();
    format!("{} in the last 1, 5 and 15 minutes", averages.join(", "))
}

fn processor() -> String {
    let about = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = about.lines().find_map(|line| line.strip_prefix("model name"));
    model.map_or("processor unknown", |rest| rest.trim_start_matches(['\t', ' ', ':'])).to_owned()
}
