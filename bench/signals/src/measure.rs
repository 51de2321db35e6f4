//! Samples and ratios. The two sides of a ratio take turns, and each round gives one ratio: what slows the machine for
//! a while slows both sides of that round alike.

use std::fs;
use std::time::{Duration, Instant};

use serde::Serialize;

use crate::Outcome;

/// What was measured of one thing, one value per round.
#[must_use]
#[derive(Clone, Debug, Default, Serialize)]
#[serde(transparent)]
pub struct Samples(Vec<f64>);

impl Samples {
    /// Adds a round.
    pub fn push(&mut self, value: f64) {
        self.0.push(value);
    }

    /// Round by round, this over that.
    pub fn over(&self, that: &Self) -> Self {
        self.0.iter().zip(&that.0).map(|(this, that)| this / that).collect()
    }

    /// Round by round, the higher of the two.
    pub fn or_better(&self, that: &Self) -> Self {
        self.0.iter().zip(&that.0).map(|(this, that)| this.max(*that)).collect()
    }

    /// In another unit.
    pub fn times(&self, factor: f64) -> Self {
        self.0.iter().map(|value| value * factor).collect()
    }

    /// The middle value; of an even number, the mean of the two in the middle.
    pub fn median(&self) -> f64 {
        let sorted = self.sorted();
        let at = |index: usize| sorted.get(index).copied().unwrap_or(f64::NAN);
        let half = sorted.len() / 2;
        if sorted.len().is_multiple_of(2) {
            f64::midpoint(at(half.saturating_sub(1)), at(half))
        } else {
            at(half)
        }
    }

    /// The lowest and the highest value.
    pub fn spread(&self) -> (f64, f64) {
        let sorted = self.sorted();
        let or_nan = |value: Option<&f64>| value.copied().unwrap_or(f64::NAN);
        (or_nan(sorted.first()), or_nan(sorted.last()))
    }

    /// In the order in which they were measured.
    pub fn values(&self) -> impl Iterator<Item = f64> {
        self.0.iter().copied()
    }

    /// Whether there is nothing to spread.
    pub fn is_one(&self) -> bool {
        self.0.len() == 1
    }

    /// Whether nothing was measured.
    pub fn is_none(&self) -> bool {
        self.0.is_empty()
    }

    fn sorted(&self) -> Vec<f64> {
        let mut sorted = self.0.clone();
        sorted.sort_by(f64::total_cmp);
        sorted
    }
}

impl FromIterator<f64> for Samples {
    fn from_iter<I: IntoIterator<Item = f64>>(values: I) -> Self {
        Self(values.into_iter().collect())
    }
}

/// How long `work` took.
pub fn timed<T>(work: impl FnOnce() -> Outcome<T>) -> Outcome<(Duration, T)> {
    let began = Instant::now();
    let done = work()?;
    Ok((began.elapsed(), done))
}

/// How long something took: by the clock, and of processor time. The second says the same on a busy machine.
#[derive(Debug, Clone, Copy, Default)]
pub struct Took {
    /// By the clock.
    pub clock: Duration,
    /// In processors, all of them together.
    pub busy: Duration,
}

impl Took {
    /// Both in seconds. Err: less than none.
    pub fn of(clock: f64, busy: f64) -> Outcome<Self> {
        Ok(Self { clock: Duration::try_from_secs_f64(clock)?, busy: Duration::try_from_secs_f64(busy)? })
    }
}

impl std::ops::Add for Took {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self { clock: self.clock + other.clock, busy: self.busy + other.busy }
    }
}

/// Speeds of one thing, round by round.
#[derive(Debug, Clone, Default)]
#[must_use]
pub struct Speeds {
    /// Per second.
    pub clock: Samples,
    /// Per second of processor time.
    pub busy: Samples,
}

impl Speeds {
    /// Adds a round.
    pub fn push(&mut self, count: usize, took: Took) {
        self.clock.push(rate(count, took.clock));
        self.busy.push(rate(count, took.busy));
    }
}

/// Processor time of the programs that this one has run to their end. The kernel counts it in hundredths of a second.
pub fn busy_programs() -> Outcome<Duration> {
    let about = fs::read_to_string("/proc/self/stat")?;
    // After the name in brackets: state, and from the fourteenth on, user and system time of those waited for.
    let after_name = about.rsplit(')').next().unwrap_or("");
    let ticks =
        after_name.split_whitespace().skip(13).take(2).map(str::parse::<u64>).sum::<Result<u64, _>>()?;
    Ok(Duration::from_millis(10 * ticks))
}

/// Processor time of the calling thread.
pub fn busy_thread() -> Outcome<Duration> {
    let about = fs::read_to_string("/proc/thread-self/schedstat")?;
    let nanos = about.split_whitespace().next().ok_or("no times in /proc/thread-self/schedstat")?;
    Ok(Duration::from_nanos(nanos.parse()?))
}

/// So many per second.
pub fn rate(count: usize, took: Duration) -> f64 {
    as_f64(count) / took.as_secs_f64()
}

/// A count as a number to calculate with. Exact up to 2³², which no count here reaches.
pub fn as_f64(count: usize) -> f64 {
    u32::try_from(count).map_or(f64::INFINITY, f64::from)
}
