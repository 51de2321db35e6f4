//! What a side answered, beside the answer key.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Debug;
use std::fs::File;
use std::io::BufReader;
use std::path::Path;
use std::time::Duration;

use serde::Deserialize;

use crate::Outcome;
use crate::export::{Key, Set};
use crate::measure::Took;

/// What is asked of Postern's report.
#[derive(Deserialize)]
struct Printed {
    totals: Totals,
    causes: BTreeMap<String, u64>,
    people: Vec<Person>,
    findings: Vec<Finding>,
}

/// Its numbers.
#[derive(Debug, Clone, Copy, Deserialize)]
#[expect(missing_docs, reason = "the report's own words")]
pub struct Totals {
    pub records: u64,
    pub failures: u64,
    pub repeated: u64,
    pub damaged: u64,
    pub foreign: u64,
    pub people: u64,
    pub locked_out: u64,
    pub attacked: u64,
}

#[derive(Deserialize)]
struct Person {
    #[serde(rename = "person")]
    login: String,
    state: String,
    failures: u64,
}

#[derive(Deserialize)]
struct Finding {
    rule: String,
    people: Vec<String>,
}

/// Compares Postern's report with the key. Err: the first difference.
pub fn check_report(printed: &Path, key: &Key) -> Outcome<Totals> {
    let printed: Printed = serde_json::from_reader(BufReader::new(File::open(printed)?))?;
    let of = |is: fn(&&Person) -> bool| printed.people.iter().filter(is);
    let by_person = of(|person| person.failures > 0).map(|of| format!("{}|{}", of.login, of.failures));
    let locked_out = of(|person| person.state == "locked_out").map(|of| &of.login);
    let totals = printed.totals;
    same("postern: records", &totals.records, &key.records)?;
    same("postern: damaged and foreign records", &(totals.damaged + totals.foreign), &0)?;
    same("postern: repeated records", &totals.repeated, &key.repeated)?;
    same("postern: failures", &totals.failures, &key.failures)?;
    same("postern: failures by cause", &printed.causes, &key.causes)?;
    same("postern: failures by person", &by_person.collect(), &key.by_person)?;
    same("postern: people", &totals.people, &key.people)?;
    same("postern: people locked out", &locked_out.collect(), &key.locked_out)?;
    let denied = printed.findings.iter().filter(|finding| finding.rule == "five_denials");
    let denied: BTreeSet<_> = denied.flat_map(|finding| &finding.people).collect();
    same("postern: five denials within an hour", &denied.into_iter().collect(), &key.five_denials)?;
    Ok(totals)
}

/// What a compared program answered.
#[derive(Deserialize)]
pub struct Compared {
    /// How long it took, by its own clock: without its start.
    seconds: f64,
    /// Of processor time.
    busy: f64,
    /// `person|code|failures`.
    pub by_person_and_code: Set,
    /// People with five refused prompts within an hour.
    pub five_denials: Set,
}

impl Compared {
    /// How long it took.
    pub fn took(&self) -> Outcome<Took> {
        let (clock, busy) =
            (Duration::try_from_secs_f64(self.seconds)?, Duration::try_from_secs_f64(self.busy)?);
        Ok(Took { clock, busy })
    }

    /// Compares with the key. Err: the first difference.
    pub fn check(&self, who: &str, key: &Key) -> Outcome<()> {
        let by_code = &self.by_person_and_code;
        same(&format!("{who}: failures by person and code"), by_code, &key.by_person_and_code)?;
        same(&format!("{who}: five denials within an hour"), &self.five_denials, &key.five_denials)
    }
}

/// Err: they differ.
pub fn same<T: PartialEq + Debug>(what: &str, found: &T, expected: &T) -> Outcome<()> {
    if found == expected {
        return Ok(());
    }
    Err(format!("WRONG ANSWER. {what}: found {found:?}, the answer key says {expected:?}").into())
}
