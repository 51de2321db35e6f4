//! What a side answered, beside the answer key.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Debug;
use std::fs::File;
use std::io::BufReader;
use std::path::Path;

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

/// Its numbers, in its own words.
#[derive(Debug, Clone, Copy, Deserialize)]
pub struct Totals {
    pub records: u64,
    pub failures: u64,
    pub repeated: u64,
    pub malformed: u64,
    pub unrecognised: u64,
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
    check(serde_json::from_reader(BufReader::new(File::open(printed)?))?, key)
}

fn check(printed: Printed, key: &Key) -> Outcome<Totals> {
    let of = |is: fn(&&Person) -> bool| printed.people.iter().filter(is);
    let by_person = of(|person| person.failures > 0).map(|of| format!("{}|{}", of.login, of.failures));
    let locked_out = of(|person| person.state == "locked_out").map(|of| &of.login);
    let totals = printed.totals;
    same("postern: records", &totals.records, &key.records)?;
    same("postern: malformed and unrecognised records", &(totals.malformed + totals.unrecognised), &0)?;
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
        Took::of(self.seconds, self.busy)
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

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::sync::Arc;

    use postern_signals::rules::RuleSet;
    use postern_signals::{Diagnosis, Options, ReadOptions, read};

    use super::*;
    use crate::export::{Export, Size};

    #[test]
    fn the_right_answers_pass_and_a_wrong_one_does_not() {
        let mut bytes = Vec::new();
        let size = Size { records: 4_000, people: 100, seed: 3 };
        let mut key = Export::new(size).write(&mut bytes).unwrap();
        let mut rules = RuleSet::shipped();
        rules.add_dir(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../compare/rules")).unwrap();
        let rules = Arc::new(rules.compile().unwrap());
        let mut diagnosis = Diagnosis::new(Options { rules, ..Options::shipped() });
        read(&bytes[..], ReadOptions::default(), |position, parsed| diagnosis.take(position, parsed))
            .unwrap();
        let report = serde_json::to_value(diagnosis.finish().unwrap()).unwrap();
        let printed = || serde_json::from_value(report.clone()).unwrap();
        assert!(key.five_denials.count > 0);
        check(printed(), &key).unwrap();
        key.locked_out = Set::from_iter(["mia"]);
        assert!(check(printed(), &key).is_err_and(|error| error.to_string().contains("locked out")));
    }
}
