//! The one clock of the program. Rules take times as parameters; this is where the parameter comes from.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use jiff::{SignedDuration, Timestamp};

/// Real time plus an offset. The offset is zero but for development and tests, where `/dev/clock` moves it forward.
/// A clone is the same clock.
#[derive(Clone, Debug, Default)]
pub struct Clock {
    offset_micros: Arc<AtomicI64>,
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

    /// Moves the clock forward.
    pub fn advance(&self, by: SignedDuration) {
        let micros = i64::try_from(by.as_micros()).unwrap_or(0).max(0);
        self.offset_micros.fetch_add(micros, Ordering::Relaxed);
    }
}
