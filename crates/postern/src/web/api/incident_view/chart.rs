//! When the records of a finding were.

use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use super::evidence::EvidenceLine;

/// Bars of a chart.
const BARS: i64 = 24;

/// Attempts over the time of a finding, of those of its records that are kept.
#[derive(Serialize, ToSchema)]
pub struct AttemptChart {
    /// Where the first bar begins.
    #[schema(value_type = String, format = DateTime)]
    pub starts_at: Timestamp,
    /// Where the last one ends.
    #[schema(value_type = String, format = DateTime)]
    pub ends_at: Timestamp,
    /// Of equal width, oldest first.
    pub bars: Vec<AttemptBar>,
    /// What the highest bar stands for, at least four.
    pub most: u32,
}

/// Attempts within a bar.
#[derive(Clone, Default, Serialize, ToSchema)]
pub struct AttemptBar {
    /// That failed, or were prompts.
    pub failed: u32,
    /// That let somebody in.
    pub succeeded: u32,
}

impl AttemptChart {
    /// `None` for fewer than three attempts: a table says as much.
    pub(super) fn of(evidence: &[EvidenceLine]) -> Option<Self> {
        let attempts: Vec<(i64, bool)> = evidence
            .iter()
            .flat_map(|line| &line.attempts)
            .map(|attempt| (attempt.at.as_microsecond(), attempt.result == "success"))
            .collect();
        let first = attempts.iter().map(|(at, _)| *at).min()?;
        let last = attempts.iter().map(|(at, _)| *at).max()?;
        if attempts.len() < 3 || first == last {
            return None;
        }
        let mut bars = vec![AttemptBar::default(); usize::try_from(BARS).ok()?];
        for (at, succeeded) in attempts {
            let index = (at - first).saturating_mul(BARS) / (last - first);
            let bar = bars.get_mut(usize::try_from(index.min(BARS - 1)).ok()?)?;
            if succeeded { bar.succeeded += 1 } else { bar.failed += 1 }
        }
        let most = bars.iter().map(|bar| bar.failed + bar.succeeded).max()?.max(4);
        let [starts_at, ends_at] = [first, last].map(crate::store::time);
        Some(Self { starts_at, ends_at, bars, most })
    }
}
