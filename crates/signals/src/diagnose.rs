//! Who is locked out, since when and why: records in any order → one report.

mod attack;
mod history;
mod run;

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    hash::{BuildHasher, RandomState},
};

use crate::{
    read::Parsed,
    record::{AttemptResult, Position, Provider, SignIn},
    report::{DamagedLine, PersonReport, Report, Totals},
};
use history::History;

/// Damaged lines that a report lists one by one.
const DAMAGED_LISTED: usize = 20;
/// Kinds of foreign record that are counted apart; a log of noise must not grow the report.
const FOREIGN_KINDS: usize = 64;
/// Record ids remembered to find repeats, twice over: about 32 MiB at most.
const IDS_REMEMBERED: usize = 1 << 20;

/// Takes records in any order. Memory is bounded by the people in the log, not by its length.
///
/// The order does not matter while a person has at most 128 records; beyond that, records
/// may be late by about 64 records of that person.
#[derive(Debug, Default)]
pub struct Diagnosis {
    /// By login, per provider: success with one provider does not undo a lockout at another.
    people: HashMap<(Provider, Box<str>), History>,
    by_id: HashMap<(Provider, Box<str>), History>,
    hasher: RandomState,
    seen: Seen,
    totals: Totals,
    damaged: Vec<DamagedLine>,
    foreign: BTreeMap<String, u64>,
}

impl Diagnosis {
    /// Takes what [`crate::read()`] found.
    pub fn take(&mut self, position: Position, parsed: Parsed<'_>) {
        match parsed {
            Parsed::Attempt(record) => self.observe(record),
            Parsed::Several(records) => records.into_iter().for_each(|record| self.observe(record)),
            Parsed::Foreign(kind) => {
                self.totals.records += 1;
                self.totals.foreign += 1;
                let room = self.foreign.len() < FOREIGN_KINDS || self.foreign.contains_key(kind.as_ref());
                let kind = if room { kind.into_owned() } else { "other kinds".to_owned() };
                *self.foreign.entry(kind).or_default() += 1;
            }
            Parsed::Damaged(damage) => {
                self.totals.records += 1;
                self.totals.damaged += 1;
                if self.damaged.len() < DAMAGED_LISTED {
                    self.damaged.push(DamagedLine { position, damage, why: damage.to_string() });
                }
            }
        }
    }

    /// Takes one record.
    #[expect(
        clippy::needless_pass_by_value,
        reason = "the record is done with; the caller has no use for it"
    )]
    pub fn observe(&mut self, record: SignIn<'_>) {
        self.totals.records += 1;
        if self.is_repeated(&record) {
            self.totals.repeated += 1;
            return;
        }
        self.totals.attempts += 1;
        self.totals.failures += u64::from(matches!(record.result, AttemptResult::Failure(_)));
        self.totals.undated += u64::from(record.at.is_none());
        let address = record.ip.map(|ip| self.hasher.hash_one(ip));
        let Some(history) = self.history_of(&record) else {
            self.totals.unnamed += 1;
            return;
        };
        history.observe(&record, address);
    }

    /// The report over everything taken.
    pub fn finish(mut self) -> Report {
        self.join_ids();
        let Self { people, by_id, mut totals, damaged, foreign, .. } = self;
        let histories = people.into_iter().chain(by_id);
        let mut people: Vec<_> =
            histories.map(|((provider, name), history)| history.finish(provider, &name)).collect();
        people.sort_by_cached_key(PersonReport::urgency);
        let count = |is: fn(&PersonReport) -> bool| people.iter().filter(|person| is(person)).count() as u64;
        totals.people = people.len() as u64;
        totals.locked_out = count(PersonReport::is_locked_out);
        totals.attacked = count(|person| person.attack.is_some());
        let damaged_more = totals.damaged - damaged.len() as u64;
        Report { people, totals, damaged, damaged_more, foreign }
    }

    /// An export may repeat a record. Anonymised exports also give one id to many records, so that only a record
    /// that says the same counts as a repeat.
    fn is_repeated(&mut self, record: &SignIn<'_>) -> bool {
        let Some(id) = &record.record_id else { return false };
        let said = (record.provider, id, &record.person, record.at, record.result, record.method, &record.ip);
        let print = self.hasher.hash_one(said);
        !self.seen.insert(print)
    }

    fn history_of(&mut self, record: &SignIn<'_>) -> Option<&mut History> {
        let id = record.person_id.as_deref().filter(|id| is_an_id(id));
        // Background rows may have the id where the login belongs.
        let login =
            record.person.as_deref().filter(|login| id.is_none_or(|id| !id.eq_ignore_ascii_case(login)));
        let (map, name) = match (login, id) {
            (Some(login), _) => (&mut self.people, login.to_owned()),
            (None, Some(id)) => (&mut self.by_id, id.to_lowercase()),
            (None, None) => return None,
        };
        Some(map.entry((record.provider, name.into())).or_default())
    }

    /// Rows that name only an id belong to the one person whose other rows have that id.
    fn join_ids(&mut self) {
        let mut logins: HashMap<(Provider, Box<str>), Option<Box<str>>> = HashMap::new();
        for ((provider, login), history) in &self.people {
            for id in history.ids() {
                logins
                    .entry((*provider, id.into()))
                    .and_modify(|owner| *owner = None)
                    .or_insert_with(|| Some(login.clone()));
            }
        }
        let by_id = std::mem::take(&mut self.by_id);
        for (key, history) in by_id {
            let owner =
                logins.get(&key).cloned().flatten().and_then(|login| self.people.get_mut(&(key.0, login)));
            match owner {
                Some(owner) => owner.merge(history),
                None => drop(self.by_id.insert(key, history)),
            }
        }
    }
}

/// Anonymised exports write zeros or one short number for everybody.
fn is_an_id(id: &str) -> bool {
    id.len() > 3
        && !id.bytes().all(|byte| byte == b'0' || byte == b'-')
        && !id.eq_ignore_ascii_case("unknown")
}

/// Remembers at least the last `IDS_REMEMBERED` distinct values, at most twice as many.
#[derive(Debug, Default)]
struct Seen {
    young: HashSet<u64>,
    old: HashSet<u64>,
}

impl Seen {
    /// False: seen before.
    fn insert(&mut self, value: u64) -> bool {
        if self.old.contains(&value) || !self.young.insert(value) {
            return false;
        }
        if self.young.len() >= IDS_REMEMBERED {
            self.old = std::mem::take(&mut self.young);
        }
        true
    }
}

#[cfg(test)]
mod tests;
