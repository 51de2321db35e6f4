//! How much is kept, and what goes when it is too much.

use super::{
    groups::{GroupMemory, Groups},
    state::{Now, State},
};
use crate::rules::plan::Plan;

/// Bytes that may be kept of people. Beyond, those that were quiet for the longest are forgotten.
const PEOPLE: usize = 36 << 20;
/// Bytes that may be kept of addresses and whatever else is counted.
const OTHERS: usize = 16 << 20;
/// Records between two looks at the budget.
const LOOK_EVERY: u64 = 1_024;

pub(super) fn of(plan: &Plan) -> usize {
    if plan.is_by_person { PEOPLE } else { OTHERS }
}

impl State {
    pub(super) fn keep_within_budget(&mut self, plan: &Plan, now: &Now<'_>) {
        if self.serial.is_multiple_of(LOOK_EVERY) && self.bytes() > self.budget {
            self.forget_what_is_over(plan, now);
            self.forget_the_quiet();
        }
    }

    fn forget_what_is_over(&mut self, plan: &Plan, now: &Now<'_>) {
        for ((windows, backings), counter) in
            self.windows.iter_mut().zip(&mut self.backings).zip(&plan.counters)
        {
            windows.forget(now.oldest(counter.span));
            backings.forget(now.oldest(counter.span));
        }
        for ((paths, hot), correlation) in self.paths.iter_mut().zip(&mut self.hot).zip(&plan.correlations) {
            paths.forget(now.oldest(correlation.span));
            hot.forget(now.oldest(correlation.span.max(correlation.remembered)));
        }
        self.memories().for_each(GroupMemory::shrink);
    }

    /// A quarter must become free, so that this is not done for every record.
    fn forget_the_quiet(&mut self) {
        while self.bytes() > self.budget / 4 * 3 {
            let mut times = Vec::new();
            self.memories().for_each(|groups| groups.times(&mut times));
            if times.is_empty() {
                return;
            }
            let third = times.len() / 3;
            let (_, quiet, _) = times.select_nth_unstable(third);
            let quiet = quiet.saturating_add(1);
            self.memories().for_each(|groups| groups.forget(quiet));
            self.memories().for_each(GroupMemory::shrink);
        }
    }

    fn memories(&mut self) -> impl Iterator<Item = &mut dyn GroupMemory> {
        fn each<T>(groups: &mut [Groups<T>]) -> impl Iterator<Item = &mut dyn GroupMemory>
        where
            Groups<T>: GroupMemory,
        {
            groups.iter_mut().map(|groups| groups as &mut dyn GroupMemory)
        }
        each(&mut self.windows)
            .chain(each(&mut self.backings))
            .chain(each(&mut self.paths))
            .chain(each(&mut self.hot))
    }

    pub(super) fn bytes(&self) -> usize {
        fn all<T>(groups: &[Groups<T>]) -> usize
        where
            Groups<T>: GroupMemory,
        {
            groups.iter().map(GroupMemory::bytes).sum()
        }
        all(&self.windows) + all(&self.backings) + all(&self.paths) + all(&self.hot)
    }
}
