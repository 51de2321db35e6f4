//! Which of several equal lines one is. A log without ids and without fractions of a second writes a fast guesser's
//! attempts as lines that are equal to the letter: each of them counts, and the same file again brings the same ones.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use postern_signals::SignIn;

use crate::store::micros;

/// Equal lines stand together: what is further from the line at hand, by its time, is forgotten. By what was read, and
/// not by when, so that a log that grows and a log that is whole are numbered alike.
const NEAR: SignedDuration = SignedDuration::from_secs(10);
/// Lines that are remembered: they are kept with a watched file, whenever it grows.
const MOST: usize = 500;

/// Lines near the one that was read last, by time and fingerprint, and how often each stood there.
#[derive(Clone, Debug, Default)]
pub(crate) struct Ordinals(BTreeMap<(i64, String), u32>);

impl Ordinals {
    /// As they were kept.
    pub(crate) fn parse(text: &str) -> Self {
        let lines: Vec<(i64, String, u32)> = serde_json::from_str(text).unwrap_or_default();
        Self(lines.into_iter().map(|(at, line, count)| ((at, line), count)).collect())
    }

    /// To be kept.
    pub(crate) fn to_text(&self) -> Result<String, serde_json::Error> {
        let lines: Vec<_> = self.0.iter().map(|((at, line), count)| (at, line, count)).collect();
        serde_json::to_string(&lines)
    }

    /// How many equal ones came before. Only of records that nothing else tells apart.
    pub(crate) fn next(&mut self, record: &SignIn<'_>, fingerprint: &str) -> u32 {
        let Some(at) = record.at.filter(|at| record.record_id.is_none() && at.subsec_nanosecond() == 0)
        else {
            return 0;
        };
        self.forget(at);
        let count = self.0.entry((micros(at), fingerprint.to_owned())).or_default();
        *count = count.saturating_add(1);
        *count - 1
    }

    fn forget(&mut self, at: Timestamp) {
        let (at, near) = (micros(at), i64::try_from(NEAR.as_micros()).unwrap_or(0));
        while let (Some(((first, _), _)), Some(((last, _), _))) =
            (self.0.first_key_value(), self.0.last_key_value())
        {
            let (before, after) = (at.saturating_sub(*first), last.saturating_sub(at));
            if before.max(after) <= near && self.0.len() < MOST {
                break;
            }
            let _ = if before >= after { self.0.pop_first() } else { self.0.pop_last() };
        }
    }
}
