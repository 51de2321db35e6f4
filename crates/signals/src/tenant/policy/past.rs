//! What a policy usually does.

/// What a policy did before, as far as it was no misconfiguration.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct PolicyPast {
    /// People that it blocked, each once in a window.
    pub(super) people: u64,
    /// Most of them in one range of time as long as the window, the last two ranges left out.
    most: u64,
    /// The last two ranges: which, and how many.
    ranges: [(i64, u64); 2],
}

impl PolicyPast {
    pub(super) fn add(&mut self, range: i64) {
        self.people += 1;
        self.most = self.most_before(range);
        let [older, newer] = &mut self.ranges;
        if newer.0 != range {
            *older = std::mem::replace(newer, (range, 0));
        }
        newer.1 += 1;
    }

    pub(super) fn most_before(&self, range: i64) -> u64 {
        let past = self.ranges.iter().filter(|(which, _)| *which < range - 1).map(|(_, people)| *people);
        past.fold(self.most, u64::max)
    }

    /// It was a misconfiguration, and tells nothing about the usual.
    pub(super) fn forget(&mut self, people: u64) {
        self.people = self.people.saturating_sub(people);
        self.ranges = Default::default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_past_leaves_the_last_two_ranges_out() {
        let mut past = PolicyPast::default();
        for range in [1, 1, 1, 5, 5, 9] {
            past.add(range);
        }
        assert_eq!((past.people, past.most_before(9), past.most_before(10)), (6, 3, 3));
        (0..4).for_each(|_| past.add(9));
        assert_eq!((past.most_before(10), past.most_before(11)), (3, 5));
    }
}
