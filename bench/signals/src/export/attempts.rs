//! Who tries when, from where, and how it ends.

use std::{cmp::Reverse, collections::BinaryHeap};

use super::{
    endings::{APPROVED, DECLINED, Endings},
    load::Load,
    seeded::Seeded,
};

const NANOS: u64 = 1_000_000_000;
const HOUR: u64 = 3_600 * NANOS;
/// Rows that come of one person who wants to sign in, in thousandths: tries, and the success after them.
const ROWS_OF_A_RUN: u64 = 2_824;
/// One in so many people is a victim of push bombing within the 30 days.
const VICTIMS: u32 = 500;
/// Endings 0 to 2 are successes.
const SUCCESSES: usize = 3;

/// One row to come. Rows are written in the order of `logged`, which is not quite the order of `created`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Attempt {
    /// Nanoseconds from the beginning of the log.
    pub(super) logged: u64,
    pub(super) created: u64,
    pub(super) person: u32,
    pub(super) ending: usize,
    /// The same for all rows of one run.
    pub(super) correlation: u64,
    pub(super) from: From,
    pub(super) device: Device,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum From {
    Home,
    Office,
    /// 192.0.2.N.
    Attacker(u8),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Device {
    Desktop,
    Phone,
}

/// All rows, without end, in the order in which they are written.
pub(super) struct Attempts {
    seeded: Seeded,
    load: Load,
    people: u32,
    waiting: BinaryHeap<Reverse<Attempt>>,
    next_start: u64,
    started: u64,
    /// A victim after so many runs.
    story_every: u64,
}

impl Attempts {
    pub(super) fn new(seed: u64, records: u64, people: u32) -> Self {
        let runs = records * 1_000 / ROWS_OF_A_RUN;
        let stories = u64::from((people / VICTIMS).max(3));
        let (mut seeded, mut load) = (Seeded::new(seed), Load::new(runs));
        let next_start = load.next(&mut seeded);
        let story_every = (runs / (stories + 1)).max(1);
        Self { seeded, load, people, waiting: BinaryHeap::new(), next_start, started: 0, story_every }
    }

    pub(super) fn next(&mut self, endings: &Endings) -> Attempt {
        loop {
            // Once the next run begins later than the first row that waits, nothing can come before that row.
            if let Some(Reverse(first)) = self.waiting.pop() {
                if first.logged <= self.next_start {
                    return first;
                }
                self.waiting.push(Reverse(first));
            }
            self.begin(endings);
        }
    }

    fn begin(&mut self, endings: &Endings) {
        let created = self.next_start;
        self.next_start = self.load.next(&mut self.seeded);
        self.started += 1;
        let seeded = &mut self.seeded;
        // The lower of two draws: some people sign in far more often than others.
        let person = seeded.small(self.people).min(seeded.small(self.people));
        let first = Attempt {
            logged: 0,
            created,
            person,
            ending: endings.pick(seeded),
            correlation: seeded.next(),
            from: if is_office_time(created) && seeded.below(10) < 6 { From::Office } else { From::Home },
            device: if seeded.below(100) < 15 { Device::Phone } else { Device::Desktop },
        };
        if self.started.is_multiple_of(self.story_every) {
            self.bomb(first);
        } else {
            self.try_and_try(first, endings);
        }
    }

    /// Tries until the person gives up, or gets in.
    fn try_and_try(&mut self, first: Attempt, endings: &Endings) {
        let Some(texts) = endings.get(first.ending) else { return };
        let mut attempt = first;
        for _ in 0..=self.seeded.below(texts.ending.tries) {
            attempt = self.add(attempt, 6, 55);
        }
        if texts.ending.recovers && self.seeded.below(10) < 9 {
            let ending = self.seeded.below(SUCCESSES);
            self.add(Attempt { ending, ..attempt }, 6, 55);
        }
    }

    /// Somebody has the password and sends prompt after prompt: six to twenty, refused, and one in three times the
    /// last is approved.
    fn bomb(&mut self, first: Attempt) {
        let from = From::Attacker(u8::try_from(1 + self.seeded.small(254)).unwrap_or(1));
        let mut attempt = Attempt { ending: DECLINED, from, device: Device::Desktop, ..first };
        for _ in 0..6 + self.seeded.below(15) {
            attempt = self.add(attempt, 20, 30);
        }
        if self.seeded.below(3) == 0 {
            self.add(Attempt { ending: APPROVED, ..attempt }, 20, 30);
        }
    }

    /// Returns the same a while later. Entra writes a row up to minutes after the attempt.
    fn add(&mut self, attempt: Attempt, least: u64, spread: u64) -> Attempt {
        let delay = 10 * NANOS + self.seeded.long(230 * NANOS);
        self.waiting.push(Reverse(Attempt { logged: attempt.created + delay, ..attempt }));
        let pause = least * NANOS + self.seeded.long(spread * NANOS);
        Attempt { created: attempt.created + pause, ..attempt }
    }
}

/// The log begins on a Monday.
fn is_office_time(nanos: u64) -> bool {
    nanos / (24 * HOUR) % 7 < 5 && (8..18).contains(&(nanos / HOUR % 24))
}
