//! Compares what was found with what is true.

mod compare;
mod table;

use std::collections::BTreeMap;

use serde_json::{Value, json};

pub use compare::compare;
pub use table::print;

use crate::{analysis::Unread, rules::Weight, scenarios::kinds};

/// Right and wrong of one kind or rule.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Count {
    /// Findings, or claims, that are right.
    pub right: u64,
    /// Findings that should not be.
    pub wrong: u64,
    /// Claims that were not found.
    pub missed: u64,
}

/// How the people of some scenarios were analysed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct People {
    /// Asked about.
    pub asked: u64,
    /// State right.
    pub state: u64,
    /// Cause right, of all asked.
    pub cause: u64,
    /// Asked whether a reset helps.
    pub asked_reset: u64,
    /// Of these, right.
    pub reset: u64,
    /// Asked for the rung.
    pub asked_rung: u64,
    /// Of these, right.
    pub rung: u64,
}

/// One kind of scenario, over all seeds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct KindScore {
    /// Scenarios written.
    pub scenarios: u64,
    /// Of these, below their threshold or innocent: nothing must be found.
    pub silent: u64,
    /// Of those, about which indeed nothing wrong was found.
    pub kept_silent: u64,
    /// Claims and findings.
    pub count: Count,
    /// People.
    pub people: People,
}

/// Everything, over all seeds.
#[derive(Debug, Clone, Default)]
pub struct Scores {
    /// The seeds.
    pub seeds: Vec<u64>,
    /// By kind, in the order of [`kinds`].
    pub kinds: Vec<KindScore>,
    /// By rule, everything included.
    pub rules: BTreeMap<String, Count>,
    /// Wrong findings that a scenario names because it looks like them.
    pub trapped: u64,
    /// Wrong findings about the background, by how bad their rule is.
    pub background_wrong: BTreeMap<Option<Weight>, u64>,
    /// Days of everyday life.
    pub people_days: u64,
    /// Lines in all.
    pub lines: u64,
    /// Lines that were not read.
    pub unread: Vec<(u64, Unread)>,
    /// Every miss and every wrong finding, in words.
    pub remarks: Vec<String>,
}

impl Count {
    /// Of what was found, so much is right.
    pub fn precision(&self) -> Option<f64> {
        share(self.right, self.right + self.wrong)
    }

    /// Of what is true, so much was found.
    pub fn recall(&self) -> Option<f64> {
        share(self.right, self.right + self.missed)
    }

    fn add(&mut self, other: &Self) {
        self.right += other.right;
        self.wrong += other.wrong;
        self.missed += other.missed;
    }
}

impl People {
    fn add(&mut self, other: &Self) {
        self.asked += other.asked;
        self.state += other.state;
        self.cause += other.cause;
        self.asked_reset += other.asked_reset;
        self.reset += other.reset;
        self.asked_rung += other.asked_rung;
        self.rung += other.rung;
    }
}

impl KindScore {
    fn add(&mut self, other: &Self) {
        self.scenarios += other.scenarios;
        self.silent += other.silent;
        self.kept_silent += other.kept_silent;
        self.count.add(&other.count);
        self.people.add(&other.people);
    }
}

/// `None`: nothing to compare with.
#[expect(clippy::cast_precision_loss, reason = "counts of findings")]
pub fn share(part: u64, whole: u64) -> Option<f64> {
    (whole > 0).then(|| part as f64 / whole as f64)
}

impl Scores {
    /// All kinds together.
    pub fn total(&self) -> KindScore {
        let mut total = KindScore::default();
        self.kinds.iter().for_each(|kind| total.add(kind));
        total
    }

    /// Wrong findings per 1,000 days of a person's everyday life.
    #[expect(clippy::cast_precision_loss, reason = "counts of findings")]
    pub fn wrong_per_thousand_days(&self) -> f64 {
        let all: u64 = self.background_wrong.values().sum();
        all as f64 * 1000.0 / self.people_days.max(1) as f64
    }

    /// Wrong findings about the background of rules that bad; `None`: of a rule that no answer knows.
    pub fn wrong_of(&self, weight: Option<Weight>) -> u64 {
        self.background_wrong.get(&weight).copied().unwrap_or(0)
    }

    /// For programs.
    pub fn as_json(&self) -> Value {
        let by_kind: Value = kinds()
            .iter()
            .zip(&self.kinds)
            .map(|(kind, score)| {
                let mut entry = json!({"kind": kind.name, "family": kind.family});
                merge(&mut entry, kind_json(score));
                entry
            })
            .collect();
        let by_rule: Value = self
            .rules
            .iter()
            .map(|(rule, count)| {
                let mut entry = json!({"rule": rule});
                merge(&mut entry, count_json(count));
                entry
            })
            .collect();
        json!({
            "seeds": self.seeds,
            "lines": self.lines,
            "unread": self.unread.len(),
            "total": kind_json(&self.total()),
            "kinds": by_kind,
            "rules": by_rule,
            "trapped": self.trapped,
            "background": {
                "people_days": self.people_days,
                "false_notices": self.wrong_of(Some(Weight::Notice)),
                "false_warnings": self.wrong_of(Some(Weight::Warning)),
                "false_incidents": self.wrong_of(Some(Weight::Incident)),
                "false_breaches": self.wrong_of(Some(Weight::LikelyBreach)),
                "false_of_unknown_rules": self.wrong_of(None),
                "false_findings_per_1000_people_days": self.wrong_per_thousand_days(),
            },
            "remarks": self.remarks,
        })
    }
}

fn merge(into: &mut Value, from: Value) {
    if let (Some(into), Value::Object(from)) = (into.as_object_mut(), from) {
        into.extend(from);
    }
}

fn count_json(count: &Count) -> Value {
    json!({
        "found": count.right,
        "missed": count.missed,
        "false": count.wrong,
        "precision": count.precision(),
        "recall": count.recall(),
    })
}

fn kind_json(score: &KindScore) -> Value {
    let mut entry = json!({
        "stories": score.scenarios,
        "silent": score.silent,
        "kept_silent": score.kept_silent,
        "people": {
            "asked": score.people.asked,
            "state_right": share(score.people.state, score.people.asked),
            "cause_right": share(score.people.cause, score.people.asked),
            "reset_helps_right": share(score.people.reset, score.people.asked_reset),
            "rung_right": share(score.people.rung, score.people.asked_rung),
        },
    });
    merge(&mut entry, count_json(&score.count));
    entry
}
