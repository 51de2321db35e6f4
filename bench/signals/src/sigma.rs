//! The Sigma engine in Python: what it is given, and what it must find.

use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};

use postern_signals::event::{Event, Field, Texts, View, Writer};
use postern_signals::rules::Rules;
use postern_signals::{Parsed, Position, Provider, parse_line};
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::answers::same;
use crate::compare::Python;
use crate::diagnose::Log;
use crate::measure::Took;
use crate::program::Cores;
use crate::{Options, Outcome};

/// Records that the engine is given, spread over the log: enough for seconds.
const SAMPLE: usize = 20_000;

/// Some records, as rules see them.
pub(crate) struct Sigma {
    events: PathBuf,
    /// The same as the vendor exports them.
    export: PathBuf,
    rules: PathBuf,
    pub(crate) records: usize,
    /// Those that any rule matches, by Postern's own engine.
    matched: usize,
}

/// What the script prints.
#[derive(Deserialize)]
struct Found {
    seconds: f64,
    busy: f64,
    /// The vendor's records that were parsed, in seconds by the clock and of processor time.
    parsed: usize,
    parsing: f64,
    parsing_busy: f64,
    rules: usize,
    records: usize,
    matched: usize,
}

impl Sigma {
    /// Writes the records, normalised, one JSON object per line.
    pub(crate) fn prepared(log: &Log, options: &Options, scratch: &Path) -> Outcome<Self> {
        let (events, export) = (scratch.join("normalised.jsonl"), scratch.join("export.jsonl"));
        let mut out = BufWriter::new(File::create(&events)?);
        let mut as_exported = BufWriter::new(File::create(&export)?);
        let (texts, mut engine) = (Texts::default(), Rules::shipped().matcher());
        let (mut records, mut matched) = (0, 0);
        for line in log.text.lines().step_by((log.records / SAMPLE).max(1)) {
            let Parsed::Attempt(record) = parse_line(line, Some(Provider::Entra), Position::default()) else {
                return Err("a generated record is no attempt".into());
            };
            let event = Event::of(&record, &mut Writer::new(&texts));
            let view = View { event: &event, texts: &texts };
            records += 1;
            matched += usize::from(!engine.matches(view).is_empty());
            serde_json::to_writer(&mut out, &in_json(view))?;
            writeln!(out)?;
            writeln!(as_exported, "{line}")?;
        }
        out.flush()?;
        as_exported.flush()?;
        Ok(Self { events, export, rules: options.rules.clone(), records, matched })
    }

    /// How long matching took, and how long together with parsing the vendor's records: by the script's own clock, which
    /// does not run while rules are loaded.
    pub(crate) fn measure(&self, python: &Python, cores: &Cores) -> Outcome<[Took; 2]> {
        let [rules, events, export] =
            [&self.rules, &self.events, &self.export].map(|path| path.to_string_lossy());
        let found: Found = python.run(&cores.one, "sigma_match.py", &[&rules, &events, &export])?;
        same("sigma-rule-matcher: records", &found.records, &self.records)?;
        same("sigma-rule-matcher: parsed records", &found.parsed, &self.records)?;
        same("sigma-rule-matcher: records that match", &found.matched, &self.matched)?;
        if found.rules == 0 {
            return Err(format!("no detection rule in {rules}").into());
        }
        let matching = Took::of(found.seconds, found.busy)?;
        let parsing = Took::of(found.parsing, found.parsing_busy)?;
        Ok([matching, matching + parsing])
    }

    /// What was compared.
    pub(crate) fn description(&self) -> String {
        format!(
            "{} of the records, of which {} match a rule, for both engines. This favours Python: the vendor's record is \
             normalised beforehand, and there are no correlations, no detectors and no report",
            self.records, self.matched
        )
    }
}

/// Every field that a rule may ask about. The engine in Python knows no yes and no, so they are words.
fn in_json(view: View<'_>) -> Map<String, Value> {
    let fields = View::WORDS.into_iter().chain(View::TEXTS);
    let value = |name: &str| {
        Some(match view.field(name)? {
            Field::Word(word) => word.into(),
            Field::Text(text) => text.as_ref().into(),
            Field::Truth(truth) => truth.to_string().into(),
            Field::Number(number) => number.into(),
        })
    };
    fields.filter_map(|name| Some((name.to_owned(), value(name)?))).collect()
}
