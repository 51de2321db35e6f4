//! The Sigma engine in Python: what it is given, and what it must find.

use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

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
    rules: usize,
    records: usize,
    matched: usize,
}

impl Sigma {
    /// Writes the records, normalised, one JSON object per line.
    pub(crate) fn prepared(log: &Log, options: &Options, scratch: &Path) -> Outcome<Self> {
        let events = scratch.join("normalised.jsonl");
        let mut out = BufWriter::new(File::create(&events)?);
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
        }
        out.flush()?;
        Ok(Self { events, rules: options.rules.clone(), records, matched })
    }

    /// By the script's own clock, which does not run while rules are loaded.
    pub(crate) fn measure(&self, python: &Python, cores: &Cores) -> Outcome<Took> {
        let (rules, events) = (self.rules.to_string_lossy(), self.events.to_string_lossy());
        let found: Found = python.run(&cores.one, "sigma_match.py", &[&rules, &events])?;
        same("sigma-rule-matcher: records", &found.records, &self.records)?;
        same("sigma-rule-matcher: records that match", &found.matched, &self.matched)?;
        if found.rules == 0 {
            return Err(format!("no detection rule in {rules}").into());
        }
        let (clock, busy) =
            (Duration::try_from_secs_f64(found.seconds)?, Duration::try_from_secs_f64(found.busy)?);
        Ok(Took { clock, busy })
    }

    /// What was compared.
    pub(crate) fn in_words(&self) -> String {
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
