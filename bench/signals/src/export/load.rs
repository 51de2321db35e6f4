//! When people sign in: by day more than by night, on weekdays more than at the week's end.

use super::seeded::Seeded;

const MINUTES_OF_DAY: usize = 1_440;
const MINUTES_OF_WEEK: usize = 7 * MINUTES_OF_DAY;
/// The log is made for so many days; it goes on after them when there are records left.
const DAYS: usize = 30;
const NANOS_OF_MINUTE: u64 = 60_000_000_000;
/// Weights are stretched by so much, so that people who start in the same minute start apart.
const FINE: u64 = 1 << 10;

/// Sign-ins a minute, hour by hour: about 15 in the small hours and 78 at the peak, which is what the risk-based
/// authentication data set shows (Wiefling et al., ACM TOPS 26(1)).
const BY_HOUR: [u64; 24] =
    [15, 15, 15, 15, 16, 20, 32, 52, 70, 77, 78, 76, 72, 75, 76, 72, 66, 58, 50, 44, 38, 30, 22, 17];

/// Says when the next one begins.
pub(super) struct Load {
    /// Weight of each minute of the week, which begins on Monday.
    minutes: Vec<u64>,
    minute: usize,
    /// What lies before `minute`.
    before: u64,
    at: u64,
    gap: u64,
}

impl Load {
    /// `starts`: how many there are in [`DAYS`] days.
    pub(super) fn new(starts: u64) -> Self {
        let minutes: Vec<u64> = (0..MINUTES_OF_WEEK).map(weight).collect();
        let all: u64 = minutes.iter().cycle().take(DAYS * MINUTES_OF_DAY).sum();
        Self { minutes, minute: 0, before: 0, at: 0, gap: (all / starts.max(1)).max(1) }
    }

    /// When the next one begins, in nanoseconds from the beginning of the log.
    pub(super) fn next(&mut self, seeded: &mut Seeded) -> u64 {
        self.at += seeded.long(2 * self.gap + 1);
        let mut weight = self.weight();
        while self.before + weight <= self.at {
            self.before += weight;
            self.minute += 1;
            weight = self.weight();
        }
        let within = (self.at - self.before) * NANOS_OF_MINUTE / weight;
        self.minute as u64 * NANOS_OF_MINUTE + within
    }

    fn weight(&self) -> u64 {
        self.minutes.get(self.minute % MINUTES_OF_WEEK).copied().unwrap_or(FINE)
    }
}

fn weight(minute: usize) -> u64 {
    let (hour, past) = (minute / 60 % 24, minute as u64 % 60);
    let at = |hour: usize| BY_HOUR.get(hour % 24).copied().unwrap_or(1);
    let by_hour = at(hour) * (60 - past) + at(hour + 1) * past;
    let by_day = if minute / MINUTES_OF_DAY < 5 { 3 } else { 2 };
    by_hour * by_day * FINE
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thirty_days_hold_as_many_as_asked_for_and_nights_hold_few() {
        let (mut load, mut seeded) = (Load::new(100_000), Seeded::new(1));
        let starts: Vec<_> = (0..100_000).map(|_| load.next(&mut seeded)).collect();
        assert!(starts.is_sorted());
        let days = starts.last().unwrap() / (NANOS_OF_MINUTE * 1_440);
        assert!((29..=30).contains(&days), "{days}");
        let in_hour = |hour| starts.iter().filter(|at| **at / (NANOS_OF_MINUTE * 60) % 24 == hour).count();
        assert!(in_hour(10) > 4 * in_hour(2), "{} {}", in_hour(10), in_hour(2));
    }
}
