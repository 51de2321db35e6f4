//! The answer key: what a reader of the log should find in it.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::{attempts::Attempt, endings::Endings, people::Person};

const MICROS_PER_HOUR: u64 = 3_600_000_000;

/// The answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Key {
    /// Rows.
    pub records: u64,
    /// Rows that repeat the one before.
    pub repeated: u64,
    /// Rows that are failures, without repeats and interrupts.
    pub failures: u64,
    /// The same by cause.
    pub causes: BTreeMap<String, u64>,
    /// `person|failures`, for everybody with any.
    pub by_person: Set,
    /// `person|code|failures`.
    pub by_person_and_code: Set,
    /// People with five refused prompts within an hour.
    pub five_denials: Set,
    /// People whose newest attempt that tells anything failed. An interrupt does not tell, nor does an old session.
    pub locked_out: Set,
    /// People with any row.
    pub people: u64,
}

/// So many different texts, and a number that tells them from others: the sum of their 64-bit FNV-1a hashes.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Set {
    /// How many.
    pub count: u64,
    /// In hexadecimal.
    pub checksum: String,
}

impl<T: AsRef<str>> FromIterator<T> for Set {
    fn from_iter<I: IntoIterator<Item = T>>(texts: I) -> Self {
        let (mut count, mut sum) = (0, 0_u64);
        for text in texts {
            count += 1;
            sum = sum.wrapping_add(fnv(text.as_ref()));
        }
        Self { count, checksum: format!("{sum:016x}") }
    }
}

fn fnv(text: &str) -> u64 {
    let add = |hash: u64, byte: &u8| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
    text.as_bytes().iter().fold(0xcbf2_9ce4_8422_2325, add)
}

/// The key in the making.
pub(super) struct KeyBuilder {
    records: u64,
    repeated: u64,
    /// Person by person, ending by ending.
    failures: Vec<Vec<u32>>,
    /// Person, and microseconds.
    denied: BTreeSet<(u32, u64)>,
    newest: Vec<Newest>,
}

#[derive(Debug, Clone, Copy, Default)]
struct Newest {
    rows: u32,
    at: u64,
    failed: bool,
}

impl KeyBuilder {
    pub(super) fn new(people: usize, endings: usize) -> Self {
        Self {
            records: 0,
            repeated: 0,
            failures: vec![vec![0; people]; endings],
            denied: BTreeSet::new(),
            newest: vec![Newest::default(); people],
        }
    }

    pub(super) fn repeat(&mut self) {
        self.records += 1;
        self.repeated += 1;
    }

    pub(super) fn take(&mut self, attempt: &Attempt, code: u32, cause: Option<&str>) {
        self.records += 1;
        let (person, at) = (attempt.person as usize, attempt.created / 1_000);
        if cause.is_some()
            && let Some(count) =
                self.failures.get_mut(attempt.ending).and_then(|people| people.get_mut(person))
        {
            *count += 1;
        }
        if cause == Some("mfa_denied") {
            self.denied.insert((attempt.person, at));
        }
        let Some(newest) = self.newest.get_mut(person) else { return };
        newest.rows += 1;
        let tells = (code == 0 || cause.is_some()) && cause != Some("session_expired");
        if tells && at >= newest.at {
            (newest.at, newest.failed) = (at, cause.is_some());
        }
    }

    pub(super) fn key(&self, people: &[Person], endings: &Endings) -> Key {
        let mut causes = BTreeMap::<String, u64>::new();
        let mut by_code = BTreeMap::<(&str, u32), u64>::new();
        let mut by_person = BTreeMap::<&str, u64>::new();
        for (index, counts) in self.failures.iter().enumerate() {
            let Some(ending) = endings.get(index).map(|texts| texts.ending) else { continue };
            let Some(cause) = ending.cause else { continue };
            let some = people.iter().zip(counts).filter(|(_, count)| **count > 0);
            for (person, count) in some {
                let login = person.login.as_str();
                *causes.entry(cause.to_owned()).or_default() += u64::from(*count);
                *by_code.entry((login, ending.code)).or_default() += u64::from(*count);
                *by_person.entry(login).or_default() += u64::from(*count);
            }
        }
        Key {
            records: self.records,
            repeated: self.repeated,
            failures: by_person.values().sum::<u64>(),
            causes,
            by_person: by_person.iter().map(|(login, count)| format!("{login}|{count}")).collect(),
            by_person_and_code: by_code
                .iter()
                .map(|((login, code), count)| format!("{login}|{code}|{count}"))
                .collect(),
            five_denials: self
                .five_denials()
                .into_iter()
                .filter_map(|person| login(people, person))
                .collect(),
            locked_out: people
                .iter()
                .zip(&self.newest)
                .filter(|(_, newest)| newest.failed)
                .map(|(person, _)| &person.login)
                .collect(),
            people: self.newest.iter().filter(|newest| newest.rows > 0).count() as u64,
        }
    }

    fn five_denials(&self) -> BTreeSet<u32> {
        let fifth_after = self.denied.iter().zip(self.denied.iter().skip(4));
        let soon = fifth_after
            .filter(|((one, first), (other, fifth))| one == other && fifth - first <= MICROS_PER_HOUR);
        soon.map(|((person, _), _)| *person).collect()
    }
}

fn login(people: &[Person], person: u32) -> Option<&str> {
    people.get(person as usize).map(|person| person.login.as_str())
}
