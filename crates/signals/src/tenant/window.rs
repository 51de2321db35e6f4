//! Who did what within the last minutes: exact, and as large as the people in it.

mod networks;

use std::{
    collections::{HashMap, VecDeque},
    hash::{BuildHasherDefault, Hash, Hasher},
};

use crate::{cause::Cause, event::PersonKey, record::Position};
use networks::Networks;

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
    pub(super) familiar: bool,
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
pub(super) struct GroupCounts {
    pub(super) people: u32,
    /// Whose last attempt succeeded.
    pub(super) succeeded: u32,
    pub(super) familiar: u32,
    pub(super) before: u32,
    pub(super) networks: Networks,
    /// The records, by time and place.
    pub(super) records: VecDeque<Record>,
}

/// Facts, each forgotten when it is older than the span.
#[derive(Debug)]
pub(super) struct SlidingWindow<K> {
    span: i64,
    slots: Vec<Slot<K>>,
    unused: u32,
    /// By the person's number: the first of their facts.
    firsts: Vec<u32>,
    /// Where there were facts, by their time. Those that were renewed since, or forgotten, are no longer of that time.
    by_time: VecDeque<(i64, u32)>,
    /// The time of the first of them, if there is one.
    oldest: i64,
    facts: usize,
    group_counts: HashMap<K, GroupCounts, BuildHasherDefault<Mixed>>,
}

#[derive(Debug, Clone, Copy)]
struct Slot<K> {
    fact: Fact<K>,
    is_used: bool,
    /// The next fact of its person, or the next unused slot.
    next: u32,
}

impl<K: Copy + Eq + Hash> SlidingWindow<K> {
    pub(super) fn new(span: i64) -> Self {
        Self {
            span,
            slots: Vec::new(),
            unused: NOWHERE,
            firsts: Vec::new(),
            by_time: VecDeque::new(),
            oldest: i64::MAX,
            facts: 0,
            group_counts: HashMap::default(),
        }
    }

    pub(super) fn counts(&self, key: K) -> Option<&GroupCounts> {
        self.group_counts.get(&key)
    }

    pub(super) fn group_counts(&self) -> impl Iterator<Item = (K, &GroupCounts)> {
        self.group_counts.iter().map(|(key, counts)| (*key, counts))
    }

    /// Forgets what is older than the span.
    pub(super) fn advance(&mut self, now: i64, mut gone: impl FnMut(Fact<K>)) {
        let end = now.saturating_sub(self.span);
        while self.oldest < end
            && let Some((at, place)) = self.by_time.pop_front()
        {
            self.oldest = self.by_time.front().map_or(i64::MAX, |(at, _)| *at);
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
                if let Some(counts) = self.group_counts.get_mut(&fact.key) {
                    counts.add(&new);
                    counts.remove(&old);
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
        let Some(counts) = self.group_counts.get_mut(&key) else { return };
        let records = &mut counts.records;
        while records.front().is_some_and(|first| first.at < end) || records.len() >= MOST_RECORDS {
            records.pop_front();
        }
        // Records of one time come in any order.
        let later = records.iter().rev().take_while(|other| other.order() > record.order()).count();
        records.insert(records.len() - later, record);
    }

    fn insert(&mut self, fact: Fact<K>) {
        self.group_counts.entry(fact.key).or_default().add(&fact);
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
        self.oldest = self.by_time.front().map_or(i64::MAX, |(at, _)| *at);
    }

    fn forget(&mut self, place: u32, Slot { fact, next, .. }: Slot<K>) {
        if let Some(counts) = self.group_counts.get_mut(&fact.key) {
            counts.remove(&fact);
            if counts.people == 0 {
                self.group_counts.remove(&fact.key);
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
        familiar: old.familiar || new.familiar,
        before,
        ..new
    }
}

impl GroupCounts {
    fn add<K>(&mut self, fact: &Fact<K>) {
        self.people += 1;
        self.succeeded += u32::from(fact.ending == Ending::Succeeded);
        self.familiar += u32::from(fact.familiar);
        self.before += u32::from(fact.before);
        self.networks.add(fact.network);
    }

    fn remove<K>(&mut self, fact: &Fact<K>) {
        self.people -= 1;
        self.succeeded -= u32::from(fact.ending == Ending::Succeeded);
        self.familiar -= u32::from(fact.familiar);
        self.before -= u32::from(fact.before);
        self.networks.remove(fact.network);
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
        for byte in bytes {
            self.write_u64(u64::from(*byte));
        }
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
mod tests;
