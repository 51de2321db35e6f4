//! The one clock of the program. Rules take times as parameters; this is where the parameter comes from.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};

/// Real time plus an offset. The offset is zero but for development and tests, where `/dev/clock` moves it forward.
/// A clone is the same clock.
#[derive(Clone, Debug)]
pub struct Clock {
    started: Instant,
    offset_micros: Arc<AtomicI64>,
}

impl Default for Clock {
    fn default() -> Self {
        Self { started: Instant::now(), offset_micros: Arc::default() }
    }
}

impl Clock {
    /// The moment it is.
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the clock")]
    pub fn now(&self) -> Timestamp {
        let offset = SignedDuration::from_micros(self.offset_micros.load(Ordering::Relaxed));
        let now = Timestamp::now().saturating_add(offset).unwrap_or(Timestamp::MAX);
        // Whole microseconds, as the database keeps them: what is written reads back equal.
        Timestamp::from_microsecond(now.as_microsecond()).unwrap_or(now)
    }

    /// How long it has run: what is counted in memory goes by it, because nobody sets it back.
    pub fn run_time(&self) -> Duration {
        let offset = u64::try_from(self.offset_micros.load(Ordering::Relaxed)).unwrap_or_default();
        self.started.elapsed() + Duration::from_micros(offset)
    }

    /// Moves the clock forward.
    pub fn advance(&self, by: SignedDuration) {
        let micros = i64::try_from(by.as_micros()).unwrap_or(0).max(0);
        self.offset_micros.fetch_add(micros, Ordering::Relaxed);
    }
}
