//! Attempts over time, for the chart: a bounded number of buckets, whatever the span.

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use super::window::usize;
use crate::record::Provider;

/// Buckets kept. One more, and all of them become twice as long.
const MOST_BUCKETS: usize = 500;
/// The shortest bucket, in microseconds.
const SHORTEST: i64 = 60_000_000;

/// What happened at one provider within one stretch of time.
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
    columns: Vec<Column>,
    /// Of the newest column; it grows with every new one.
    serial: u32,
    /// By provider and person: the column that they were last counted in.
    counted: [Vec<u32>; Provider::ALL.len()],
}

#[derive(Debug)]
struct Column {
    index: i64,
    rows: Vec<Row>,
}

#[derive(Debug)]
struct Row {
    provider: Provider,
    attempts: u64,
    failures: u64,
    people: Crowd,
}

impl Default for Chart {
    fn default() -> Self {
        Self { length: SHORTEST, columns: Vec::new(), serial: 0, counted: Default::default() }
    }
}

impl Chart {
    /// Attempts come by time. One that is late counts into the newest bucket.
    pub(super) fn take(&mut self, provider: Provider, at: i64, failed: bool, who: Option<u32>) {
        let index = at.div_euclid(self.length);
        if self.columns.last().is_none_or(|column| column.index < index) {
            self.begin(index);
        }
        let Some(column) = self.columns.last_mut() else { return };
        let row = column.row(provider);
        row.attempts += 1;
        row.failures += u64::from(failed);
        let Some(who) = who else { return };
        let Some(counted) = self.counted.get_mut(provider as usize) else { return };
        if counted.len() <= usize(who) {
            counted.resize(usize(who) + 1, 0);
        }
        if let Some(column) = counted.get_mut(usize(who)).filter(|column| **column != self.serial) {
            *column = self.serial;
            row.people.push(who);
        }
    }

    /// By time, then by provider.
    pub(super) fn buckets(&self) -> Vec<Bucket> {
        let bucket = |column: &Column, row: &Row| Bucket {
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
        self.columns.push(Column { index, rows: Vec::new() });
        self.serial = self.serial.wrapping_add(1).max(1);
        while self.columns.len() > MOST_BUCKETS {
            self.double();
        }
    }

    fn double(&mut self) {
        self.length = self.length.saturating_mul(2);
        let mut merged: Vec<Column> = Vec::with_capacity(MOST_BUCKETS);
        for mut column in self.columns.drain(..) {
            column.index = column.index.div_euclid(2);
            match merged.last_mut().filter(|last| last.index == column.index) {
                Some(last) => last.merge(column),
                None => merged.push(column),
            }
        }
        self.columns = merged;
        for row in self.columns.last_mut().into_iter().flat_map(|column| &mut column.rows) {
            row.people.unpack();
            let Some(counted) = self.counted.get_mut(row.provider as usize) else { continue };
            for who in row.people.listed() {
                if let Some(column) = counted.get_mut(usize(*who)) {
                    *column = self.serial;
                }
            }
        }
    }
}

impl Column {
    fn row(&mut self, provider: Provider) -> &mut Row {
        let place = self.rows.iter().position(|row| row.provider == provider);
        let place = place.unwrap_or_else(|| {
            self.rows.push(Row { provider, attempts: 0, failures: 0, people: Crowd::default() });
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
enum Crowd {
    List(Vec<u32>),
    Bits(Vec<u64>),
}

impl Default for Crowd {
    fn default() -> Self {
        Self::List(Vec::new())
    }
}

impl Crowd {
    fn len(&self) -> u64 {
        match self {
            Self::List(list) => list.len() as u64,
            Self::Bits(bits) => bits.iter().map(|word| u64::from(word.count_ones())).sum(),
        }
    }

    fn listed(&self) -> &[u32] {
        if let Self::List(list) = self { list } else { &[] }
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
        list.sort_unstable();
        let words = list.last().map_or(0, |most| usize(*most) / 64 + 1);
        if words * 2 < list.len() {
            let mut bits = vec![0; words];
            for who in list {
                set(&mut bits, *who);
            }
            *self = Self::Bits(bits);
        } else {
            list.shrink_to_fit();
        }
    }

    fn unpack(&mut self) {
        if let Self::Bits(bits) = self {
            *self = Self::List(numbers(bits));
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

fn numbers(bits: &[u64]) -> Vec<u32> {
    let ones = |(base, word): (u32, &u64)| {
        let word = *word;
        (0..64).filter(move |bit| word >> bit & 1 == 1).map(move |bit| base * 64 + bit)
    };
    (0..).zip(bits).flat_map(ones).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use super::*;

    fn check(attempts: &[(i64, u32)]) {
        let mut chart = Chart::default();
        for (at, who) in attempts {
            chart.take(Provider::Okta, *at, who % 3 == 0, Some(*who));
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
        chart.take(Provider::Entra, 6, false, Some(0));
        let found: Vec<_> =
            chart.buckets().iter().map(|bucket| (bucket.provider, bucket.attempts, bucket.people)).collect();
        assert_eq!(found, [(Provider::Okta, 1, 0), (Provider::Entra, 1, 1)]);
    }
}
