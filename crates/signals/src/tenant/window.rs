//! Who did what within the last minutes: exact, and as large as the people in it.

use std::{
    collections::{HashMap, VecDeque},
    hash::{BuildHasherDefault, Hash, Hasher},
};

use crate::{cause::Cause, event::PersonKey, record::Position};

/// Records of one key that are remembered one by one.
const MOST_RECORDS: usize = 4096;
const NOWHERE: u32 = u32::MAX;

/// How an attempt ended. Of several at one time, the greatest counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Ending {
    Failed,
    Succeeded,
    /// By a policy, which decides last.
    Refused,
}

/// What one person did under one key, the last time.
#[derive(Debug, Clone, Copy)]
pub(super) struct Fact<K> {
    /// The person's number.
    pub(super) who: u32,
    pub(super) key: K,
    pub(super) at: i64,
    pub(super) ending: Ending,
    /// 0: not known, or of no interest.
    pub(super) network: u64,
    /// The network, or its address, is known to be good.
    pub(super) known: bool,
    /// The person had signed in before.
    pub(super) before: bool,
}

/// A failure that may become evidence.
#[derive(Debug, Clone, Copy)]
pub(super) struct Record {
    pub(super) at: i64,
    pub(super) position: Position,
    pub(super) person: PersonKey,
    /// Sign-ins of everybody before its time.
    pub(super) sign_ins: u64,
    pub(super) cause: Cause,
    pub(super) legacy: bool,
}

impl Record {
    fn order(&self) -> (i64, u32, u64) {
        (self.at, self.position.file, self.position.line)
    }
}

/// What the people of one key did.
#[derive(Debug, Default)]
pub(super) struct Tally {
    pub(super) people: u32,
    /// Whose last attempt succeeded.
    pub(super) succeeded: u32,
    pub(super) known: u32,
    pub(super) before: u32,
    pub(super) networks: Networks,
    /// The records, by time and place.
    pub(super) records: VecDeque<Record>,
}

/// Facts, each forgotten when it is older than the span.
#[derive(Debug)]
pub(super) struct Window<K> {
    span: i64,
    slots: Vec<Slot<K>>,
    unused: u32,
    /// By the person's number: the first of their facts.
    firsts: Vec<u32>,
    /// Where there were facts, by their time. Those that were renewed since, or forgotten, are no longer of that time.
    by_time: VecDeque<(i64, u32)>,
    facts: usize,
    tallies: HashMap<K, Tally, BuildHasherDefault<Mixed>>,
}

#[derive(Debug, Clone, Copy)]
struct Slot<K> {
    fact: Fact<K>,
    is_used: bool,
    /// The next fact of its person, or the next unused slot.
    next: u32,
}

impl<K: Copy + Eq + Hash> Window<K> {
    pub(super) fn new(span: i64) -> Self {
        Self {
            span,
            slots: Vec::new(),
            unused: NOWHERE,
            firsts: Vec::new(),
            by_time: VecDeque::new(),
            facts: 0,
            tallies: HashMap::default(),
        }
    }

    pub(super) fn tally(&self, key: K) -> Option<&Tally> {
        self.tallies.get(&key)
    }

    pub(super) fn tallies(&self) -> impl Iterator<Item = (K, &Tally)> {
        self.tallies.iter().map(|(key, tally)| (*key, tally))
    }

    /// Forgets what is older than the span.
    pub(super) fn advance(&mut self, now: i64, mut gone: impl FnMut(Fact<K>)) {
        let end = now.saturating_sub(self.span);
        while let Some((at, place)) = self.by_time.front().copied().filter(|(at, _)| *at < end) {
            self.by_time.pop_front();
            if let Some(slot) = self.slots.get(usize(place)).copied().filter(|slot| slot.is_of(at)) {
                self.forget(place, slot);
                gone(slot.fact);
            }
        }
    }

    /// Facts come by time.
    pub(super) fn take(&mut self, fact: Fact<K>) {
        let mut place = self.firsts.get(usize(fact.who)).copied().unwrap_or(NOWHERE);
        while let Some(slot) = self.slots.get_mut(usize(place)) {
            if slot.fact.key == fact.key {
                let (old, new) = (slot.fact, merged(slot.fact, fact));
                slot.fact = new;
                if let Some(tally) = self.tallies.get_mut(&fact.key) {
                    tally.add(&new);
                    tally.remove(&old);
                }
                if new.at > old.at {
                    self.remember_time(new.at, place);
                }
                return;
            }
            place = slot.next;
        }
        self.insert(fact);
    }

    /// Remembers a record of a key that has a fact.
    pub(super) fn record(&mut self, key: K, record: Record) {
        let end = record.at.saturating_sub(self.span);
        let Some(tally) = self.tallies.get_mut(&key) else { return };
        let records = &mut tally.records;
        while records.front().is_some_and(|first| first.at < end) || records.len() >= MOST_RECORDS {
            records.pop_front();
        }
        // Records of one time come in any order.
        let later = records.iter().rev().take_while(|other| other.order() > record.order()).count();
        records.insert(records.len() - later, record);
    }

    fn insert(&mut self, fact: Fact<K>) {
        self.tallies.entry(fact.key).or_default().add(&fact);
        let who = usize(fact.who);
        if self.firsts.len() <= who {
            self.firsts.resize(who + 1, NOWHERE);
        }
        let place = if self.unused == NOWHERE { u32(self.slots.len()) } else { self.unused };
        let Some(first) = self.firsts.get_mut(who) else { return };
        let slot = Slot { fact, is_used: true, next: std::mem::replace(first, place) };
        match self.slots.get_mut(usize(place)) {
            Some(old) => self.unused = std::mem::replace(old, slot).next,
            None => self.slots.push(slot),
        }
        self.facts += 1;
        self.remember_time(fact.at, place);
    }

    fn remember_time(&mut self, at: i64, place: u32) {
        if self.by_time.len() > 2 * self.facts + 64 {
            let Self { by_time, slots, .. } = self;
            by_time.retain(|(at, place)| slots.get(usize(*place)).is_some_and(|slot| slot.is_of(*at)));
        }
        self.by_time.push_back((at, place));
    }

    fn forget(&mut self, place: u32, Slot { fact, next, .. }: Slot<K>) {
        if let Some(tally) = self.tallies.get_mut(&fact.key) {
            tally.remove(&fact);
            if tally.people == 0 {
                self.tallies.remove(&fact.key);
            }
        }
        let Some(first) = self.firsts.get_mut(usize(fact.who)) else { return };
        let mut before = *first;
        if before == place {
            *first = next;
        }
        while let Some(slot) = self.slots.get_mut(usize(before)).filter(|_| before != place) {
            before = slot.next;
            if before == place {
                slot.next = next;
            }
        }
        if let Some(slot) = self.slots.get_mut(usize(place)) {
            (slot.is_used, slot.next) = (false, self.unused);
            self.unused = place;
        }
        self.facts -= 1;
    }
}

impl<K> Slot<K> {
    fn is_of(&self, at: i64) -> bool {
        self.is_used && self.fact.at == at
    }
}

/// The later counts. At one time the order in which they come must not.
fn merged<K>(old: Fact<K>, new: Fact<K>) -> Fact<K> {
    let before = old.before || new.before;
    if new.at > old.at {
        return Fact { before, ..new };
    }
    Fact {
        ending: old.ending.max(new.ending),
        network: old.network.max(new.network),
        known: old.known || new.known,
        before,
        ..new
    }
}

impl Tally {
    fn add<K>(&mut self, fact: &Fact<K>) {
        self.people += 1;
        self.succeeded += u32::from(fact.ending == Ending::Succeeded);
        self.known += u32::from(fact.known);
        self.before += u32::from(fact.before);
        self.networks.add(fact.network);
    }

    fn remove<K>(&mut self, fact: &Fact<K>) {
        self.people -= 1;
        self.succeeded -= u32::from(fact.ending == Ending::Succeeded);
        self.known -= u32::from(fact.known);
        self.before -= u32::from(fact.before);
        self.networks.remove(fact.network);
    }
}

/// How many people are on each network, and on the fullest.
#[derive(Debug, Default)]
pub(super) struct Networks {
    people: HashMap<u64, u32>,
    /// How many networks have one person more than the index.
    sizes: Vec<u32>,
}

impl Networks {
    pub(super) fn count(&self) -> u32 {
        u32(self.people.len())
    }

    /// People on the fullest.
    pub(super) fn largest(&self) -> u32 {
        u32(self.sizes.len())
    }

    fn add(&mut self, network: u64) {
        if network == 0 {
            return;
        }
        let people = self.people.entry(network).or_default();
        *people += 1;
        let size = *people;
        if self.sizes.len() < usize(size) {
            self.sizes.push(0);
        }
        self.resize(size, |count| count + 1);
        self.resize(size - 1, |count| count - 1);
    }

    fn remove(&mut self, network: u64) {
        let Some(people) = self.people.get_mut(&network) else { return };
        let size = *people;
        *people -= 1;
        if size == 1 {
            self.people.remove(&network);
        }
        self.resize(size, |count| count - 1);
        self.resize(size - 1, |count| count + 1);
        if self.sizes.last() == Some(&0) {
            self.sizes.pop();
        }
    }

    fn resize(&mut self, size: u32, change: impl FnOnce(u32) -> u32) {
        if let Some(count) = usize(size).checked_sub(1).and_then(|index| self.sizes.get_mut(index)) {
            *count = change(*count);
        }
    }
}

/// Every platform that this runs on has at least 32 bits.
pub(super) fn usize(number: u32) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

pub(super) fn u32(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

/// For keys that are few, and numbers of our own: nobody outside can choose them so that they collide.
#[derive(Debug, Default)]
struct Mixed(u64);

impl Hasher for Mixed {
    fn finish(&self) -> u64 {
        self.0 ^ self.0 >> 32
    }

    fn write(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|byte| self.write_u64(u64::from(*byte)));
    }

    fn write_u32(&mut self, number: u32) {
        self.write_u64(u64::from(number));
    }

    fn write_u64(&mut self, number: u64) {
        self.0 = (self.0.rotate_left(5) ^ number).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    }

    fn write_isize(&mut self, number: isize) {
        self.write_i64(number as i64);
    }

    fn write_i64(&mut self, number: i64) {
        self.write_u64(number.cast_unsigned());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fact(who: u32, key: char, at: i64, network: u64) -> Fact<char> {
        Fact { who, key, at, ending: Ending::Failed, network, known: false, before: false }
    }

    /// The window, told by looking at all facts again.
    fn expected(facts: &[Fact<char>], key: char, end: i64) -> (u32, u32, u32) {
        let mut last: HashMap<u32, u64> = HashMap::new();
        for fact in facts.iter().filter(|fact| fact.key == key && fact.at >= end) {
            last.insert(fact.who, fact.network);
        }
        let mut networks: HashMap<u64, u32> = HashMap::new();
        for network in last.values() {
            *networks.entry(*network).or_default() += 1;
        }
        let count = |len: usize| u32::try_from(len).unwrap();
        (count(last.len()), count(networks.len()), networks.values().copied().max().unwrap_or(0))
    }

    #[test]
    fn the_window_is_what_counting_again_would_say() {
        let mut random = 7_u64;
        let mut next = |below: u64| {
            random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (random >> 33) % below
        };
        let (mut window, mut facts, mut now) = (Window::new(50), Vec::new(), 0);
        for _ in 0..20_000 {
            now += i64::try_from(next(4)).unwrap() * i64::try_from(next(4)).unwrap();
            let key = ['a', 'b', 'c'][usize::try_from(next(3)).unwrap()];
            // A person's networks at one time are merged in a way of their own.
            let network = u64::try_from(now).unwrap() % 7 + 1;
            let fact = fact(u32::try_from(next(20)).unwrap(), key, now, network);
            window.advance(now, |_| ());
            window.take(fact);
            facts.push(fact);
            for key in ['a', 'b', 'c'] {
                let found = window.tally(key).map_or((0, 0, 0), |tally| {
                    (tally.people, tally.networks.count(), tally.networks.largest())
                });
                assert_eq!(found, expected(&facts, key, now - 50), "{key} at {now}");
            }
            facts.drain(..facts.len().saturating_sub(200));
        }
        assert!(window.slots.len() <= 60, "{} slots", window.slots.len());
    }

    #[test]
    fn a_fact_lives_to_the_last_moment_of_the_span_and_no_longer() {
        let mut window = Window::new(600);
        window.take(fact(1, 'a', 0, 1));
        window.advance(600, |_| ());
        assert_eq!(window.tally('a').map(|tally| tally.people), Some(1));
        let mut gone = 0;
        window.advance(601, |_| gone += 1);
        assert!(window.tally('a').is_none());
        assert_eq!(gone, 1);
    }

    #[test]
    fn at_one_time_the_order_does_not_matter() {
        let failed = Fact { known: true, ..fact(1, 'a', 5, 2) };
        let succeeded = Fact { ending: Ending::Succeeded, ..fact(1, 'a', 5, 9) };
        for both in [[failed, succeeded], [succeeded, failed]] {
            let mut window = Window::new(600);
            for fact in both {
                window.take(fact);
            }
            let tally = window.tally('a').unwrap();
            assert_eq!((tally.people, tally.succeeded, tally.known), (1, 1, 1));
            assert_eq!((tally.networks.count(), tally.networks.largest()), (1, 1));
        }
    }
}
