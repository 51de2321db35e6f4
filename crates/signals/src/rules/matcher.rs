//! Which detections a record matches.

use std::{fmt, sync::Arc};

use rsigma_eval::{CompiledRule, evaluate_rule};

use super::sight::Sight;
use crate::event::View;

/// Detections that fit into [`Matches`].
pub(super) const MOST_DETECTIONS: usize = 256;
/// Kinds of records whose answer is remembered. A log has some hundreds.
const REMEMBERED: usize = 4_096;

/// The detections that a record matches.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Matches([u64; MOST_DETECTIONS / 64]);

impl Matches {
    const NONE: Self = Self([0; MOST_DETECTIONS / 64]);

    /// None?
    pub fn is_empty(&self) -> bool {
        *self == Self::NONE
    }

    pub(super) fn add(&mut self, detection: usize) {
        if let Some(word) = self.0.get_mut(detection / 64) {
            *word |= 1 << (detection % 64);
        }
    }

    pub(super) fn and(&self, other: &Self) -> Self {
        let mut both = *self;
        both.0.iter_mut().zip(other.0).for_each(|(word, other)| *word &= other);
        both
    }

    pub(super) fn iter(self) -> impl Iterator<Item = usize> {
        self.0.into_iter().enumerate().flat_map(|(word, mut bits)| {
            std::iter::from_fn(move || {
                let lowest = usize::try_from(bits.trailing_zeros()).ok().filter(|lowest| *lowest < 64)?;
                bits &= bits - 1;
                Some(word * 64 + lowest)
            })
        })
    }
}

/// A detection, by its bit in [`Matches`].
#[derive(Debug)]
pub(super) struct Detection {
    pub(super) bit: usize,
    pub(super) rule: CompiledRule,
}

impl Detection {
    fn matches(&self, sight: &Sight<'_>) -> bool {
        evaluate_rule(&self.rule, sight).is_some()
    }
}

/// All detections.
#[derive(Debug, Default)]
pub(super) struct Detections {
    /// Those that only ask about words: records of one kind get one answer.
    pub(super) by_values: Vec<Detection>,
    /// Those that read free texts.
    pub(super) free: Vec<Detection>,
}

/// Says which detections a record matches. One for each thread.
pub struct Matcher {
    detections: Arc<Detections>,
    /// The answer for the words of a record, in the place that the words lead to. Two kinds that share a place take
    /// turns in it.
    answers: Box<[MatchAnswer]>,
}

#[derive(Debug, Clone, Copy)]
struct MatchAnswer {
    values: u64,
    matches: Matches,
}

impl MatchAnswer {
    /// No record has such words: none comes from provider number 255.
    const NONE: Self = Self { values: u64::MAX, matches: Matches::NONE };
}

impl fmt::Debug for Matcher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Matcher").finish_non_exhaustive()
    }
}

impl Matcher {
    pub(super) fn new(detections: &Arc<Detections>) -> Self {
        Self { detections: Arc::clone(detections), answers: vec![MatchAnswer::NONE; REMEMBERED].into() }
    }

    /// The detections that the record matches.
    pub fn matches(&mut self, view: View<'_>) -> Matches {
        let mut matches = self.by_values(view);
        if !self.detections.free.is_empty() {
            let sight = Sight(view);
            for detection in self.detections.free.iter().filter(|detection| detection.matches(&sight)) {
                matches.add(detection.bit);
            }
        }
        matches
    }

    fn by_values(&mut self, view: View<'_>) -> Matches {
        let values = view.event.packed_values();
        match self.answers.get_mut(place(values)) {
            Some(answer) if answer.values == values => answer.matches,
            Some(answer) => {
                *answer = MatchAnswer { values, matches: asked(&self.detections, view) };
                answer.matches
            }
            None => Matches::NONE,
        }
    }
}

#[cold]
fn asked(detections: &Detections, view: View<'_>) -> Matches {
    let mut matches = Matches::NONE;
    let sight = Sight(view);
    for detection in detections.by_values.iter().filter(|detection| detection.matches(&sight)) {
        matches.add(detection.bit);
    }
    matches
}

/// Multiplying spreads every bit into the upper ones.
fn place(values: u64) -> usize {
    let mixed = (values ^ (values >> 32)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    usize::try_from(mixed >> (64 - REMEMBERED.ilog2())).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bits_come_out_as_they_went_in() {
        let mut matches = Matches::default();
        assert!(matches.is_empty());
        for bit in [0, 63, 64, 200, 255, 256] {
            matches.add(bit);
        }
        assert_eq!(matches.iter().collect::<Vec<_>>(), [0, 63, 64, 200, 255], "256 does not fit");
        let mut other = Matches::default();
        other.add(64);
        assert_eq!(matches.and(&other).iter().collect::<Vec<_>>(), [64]);
    }
}
