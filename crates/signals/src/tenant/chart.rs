//! Attempts over time, for the chart: a bounded number of buckets, whatever the span.

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use super::{user_index::Person, window::usize};
use crate::record::Provider;

/// Buckets kept. One more, and all of them become twice as long.
const MOST_BUCKETS: usize = 500;
/// The shortest bucket, in microseconds.
const SHORTEST: i64 = 60_000_000;

/// What happened at one provider within one range of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Bucket {
    /// Whose log.
    pub provider: Provider,
    /// Its beginning.
    pub from: Timestamp,
    /// How long it is: the same for all buckets.
    pub length: SignedDuration,
    /// Attempts that ended, without background use of tokens.
    pub attempts: u64,
    /// Of these, failures.
    pub failures: u64,
    /// Different people among them.
    pub people: u64,
}

#[derive(Debug)]
pub(super) struct Chart {
    length: i64,
    columns: Vec<ChartColumn>,
    /// Of the newest column.
    serial: u32,
}

#[derive(Debug)]
struct ChartColumn {
    index: i64,
    /// Its serial number; with others merged into it, that of the first.
    serial: u32,
    rows: Vec<ChartRow>,
}

#[derive(Debug)]
struct ChartRow {
    provider: Provider,
    attempts: u64,
    failures: u64,
    people: UserSet,
}

impl Default for Chart {
    fn default() -> Self {
        Self { length: SHORTEST, columns: Vec::new(), serial: 0 }
    }
}

impl Chart {
    /// Attempts come by time. One that is late counts into the newest bucket.
    pub(super) fn take(&mut self, provider: Provider, at: i64, failed: bool, person: Option<&mut Person>) {
        let index = at.div_euclid(self.length);
        if self.columns.last().is_none_or(|column| column.index < index) {
            self.begin(index);
        }
        let Some(column) = self.columns.last_mut() else { return };
        let first = column.serial;
        let row = column.row(provider);
        row.attempts += 1;
        row.failures += u64::from(failed);
        if let Some(person) = person.filter(|person| person.counted < first) {
            person.counted = self.serial;
            row.people.push(person.number);
        }
    }

    /// By time, then by provider.
    pub(super) fn buckets(&self) -> Vec<Bucket> {
        let bucket = |column: &ChartColumn, row: &ChartRow| Bucket {
            provider: row.provider,
            from: Timestamp::from_microsecond(column.index.saturating_mul(self.length)).unwrap_or_default(),
            length: SignedDuration::from_micros(self.length),
            attempts: row.attempts,
            failures: row.failures,
            people: row.people.len(),
        };
        let all =
            self.columns.iter().flat_map(|column| column.rows.iter().map(move |row| bucket(column, row)));
        let mut all: Vec<_> = all.collect();
        all.sort_by_key(|bucket| (bucket.from, bucket.provider));
        all
    }

    fn begin(&mut self, index: i64) {
        if let Some(column) = self.columns.last_mut() {
            column.rows.iter_mut().for_each(|row| row.people.pack());
        }
        self.serial += 1;
        self.columns.push(ChartColumn { index, serial: self.serial, rows: Vec::new() });
        while self.columns.len() > MOST_BUCKETS {
            self.double();
        }
    }

    fn double(&mut self) {
        self.length = self.length.saturating_mul(2);
        let mut merged: Vec<ChartColumn> = Vec::with_capacity(MOST_BUCKETS);
        for mut column in self.columns.drain(..) {
            column.index = column.index.div_euclid(2);
            match merged.last_mut().filter(|last| last.index == column.index) {
                Some(last) => last.merge(column),
                None => merged.push(column),
            }
        }
        self.columns = merged;
    }
}

impl ChartColumn {
    fn row(&mut self, provider: Provider) -> &mut ChartRow {
        let place = self.rows.iter().position(|row| row.provider == provider);
        let place = place.unwrap_or_else(|| {
            self.rows.push(ChartRow { provider, attempts: 0, failures: 0, people: UserSet::default() });
            self.rows.len() - 1
        });
        #[expect(clippy::indexing_slicing, reason = "it was found or pushed just now")]
        &mut self.rows[place]
    }

    fn merge(&mut self, other: Self) {
        for row in other.rows {
            let own = self.row(row.provider);
            own.attempts += row.attempts;
            own.failures += row.failures;
            own.people.merge(row.people);
        }
    }
}

/// Different people: a list while they are few, a bit for each number where that is smaller.
#[derive(Debug)]
enum UserSet {
    List(Vec<u32>),
    Bits(Vec<u64>),
}

impl Default for UserSet {
    fn default() -> Self {
        Self::List(Vec::new())
    }
}

impl UserSet {
    fn len(&self) -> u64 {
        match self {
            Self::List(list) => list.len() as u64,
            Self::Bits(bits) => bits.iter().map(|word| u64::from(word.count_ones())).sum(),
        }
    }

    /// For a list: one who is not in it.
    fn push(&mut self, who: u32) {
        match self {
            Self::List(list) => list.push(who),
            Self::Bits(bits) => set(bits, who),
        }
    }

    fn pack(&mut self) {
        let Self::List(list) = self else { return };
        let words = list.iter().max().map_or(0, |most| usize(*most) / 64 + 1);
        if words * 2 < list.len() {
            let mut bits = vec![0; words];
            for who in list {
                set(&mut bits, *who);
            }
            *self = Self::Bits(bits);
        } else {
            list.sort_unstable();
            list.shrink_to_fit();
        }
    }

    fn merge(&mut self, other: Self) {
        match (&mut *self, other) {
            (Self::Bits(own), Self::Bits(other)) => {
                own.resize(own.len().max(other.len()), 0);
                own.iter_mut().zip(other).for_each(|(own, other)| *own |= other);
            }
            (Self::Bits(bits), Self::List(list)) => list.into_iter().for_each(|who| set(bits, who)),
            (Self::List(list), Self::Bits(mut bits)) => {
                for who in list {
                    set(&mut bits, *who);
                }
                *self = Self::Bits(bits);
            }
            (Self::List(own), Self::List(other)) => {
                own.extend(other);
                #[expect(clippy::stable_sort_primitive, reason = "merges the two sorted halves in one go")]
                own.sort();
                own.dedup();
                self.pack();
            }
        }
    }
}

fn set(bits: &mut Vec<u64>, who: u32) {
    let index = usize(who) / 64;
    if bits.len() <= index {
        bits.resize(index + 1, 0);
    }
    if let Some(word) = bits.get_mut(index) {
        *word |= 1 << (who % 64);
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use super::*;

    fn check(attempts: &[(i64, u32)]) {
        let mut chart = Chart::default();
        let person = |number| Person { number, counted: 0, signed_in: false };
        let mut people: Vec<_> = (0..10_000).map(person).collect();
        for (at, who) in attempts {
            chart.take(Provider::Okta, *at, who % 3 == 0, people.get_mut(usize(*who)));
        }
        let buckets = chart.buckets();
        assert!(buckets.len() <= MOST_BUCKETS);
        let length = i64::try_from(buckets[0].length.as_micros()).unwrap();
        let mut expected: BTreeMap<i64, (u64, u64, BTreeSet<u32>)> = BTreeMap::new();
        for (at, who) in attempts {
            let bucket = expected.entry(at.div_euclid(length) * length).or_default();
            bucket.0 += 1;
            bucket.1 += u64::from(who % 3 == 0);
            bucket.2.insert(*who);
        }
        let expected: Vec<_> = expected
            .into_iter()
            .map(|(at, (all, failed, who))| (at, all, failed, who.len() as u64))
            .collect();
        let found: Vec<_> = buckets
            .iter()
            .map(|bucket| (bucket.from.as_microsecond(), bucket.attempts, bucket.failures, bucket.people))
            .collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn buckets_are_what_counting_again_would_say() {
        let second = 1_000_000;
        let spread = |gap: i64, people: u32| -> Vec<(i64, u32)> {
            let who = |n: u32| n.wrapping_mul(2_654_435_761) >> 8;
            (0..30_000).map(|n| (1_772_439_251 * second + i64::from(n) * gap, who(n) % people)).collect()
        };
        check(&spread(second, 40));
        check(&spread(60 * second, 40));
        check(&spread(3_600 * second, 5_000));
        check(&spread(7, 10_000));
        // A stray record, years before the rest.
        let mut stray = spread(30 * second, 300);
        stray.insert(0, (0, 7));
        check(&stray);
        check(&[(-5, 1), (-4, 1), (3, 1)]);
    }

    #[test]
    fn records_of_nobody_count_but_are_no_people() {
        let mut chart = Chart::default();
        chart.take(Provider::Okta, 5, true, None);
        let mut person = Person { number: 0, counted: 0, signed_in: false };
        chart.take(Provider::Entra, 6, false, Some(&mut person));
        let found: Vec<_> =
            chart.buckets().iter().map(|bucket| (bucket.provider, bucket.attempts, bucket.people)).collect();
        assert_eq!(found, [(Provider::Okta, 1, 0), (Provider::Entra, 1, 1)]);
    }
}
