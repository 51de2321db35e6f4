//! Who was active within the last minutes, and whose last attempt succeeded. What every event goes through.

use std::collections::VecDeque;

use super::window::{Ending, usize};

const NEVER: i64 = i64::MIN;

#[derive(Debug)]
pub(super) struct Active {
    span: i64,
    /// By the person's number: their last attempt, while it is within the span.
    last: Vec<(i64, Ending)>,
    /// When who was active. Only the last time of a person tells anything.
    by_time: VecDeque<(i64, u32)>,
    /// The time of the first of them, if there is one.
    oldest: i64,
    people: u32,
    succeeded: u32,
}

impl Active {
    pub(super) fn new(span: i64) -> Self {
        Self { span, last: Vec::new(), by_time: VecDeque::new(), oldest: i64::MAX, people: 0, succeeded: 0 }
    }

    pub(super) fn people(&self) -> u32 {
        self.people
    }

    pub(super) fn succeeded(&self) -> u32 {
        self.succeeded
    }

    /// Forgets what is older than the span.
    pub(super) fn advance(&mut self, now: i64) {
        let end = now.saturating_sub(self.span);
        while self.oldest < end
            && let Some((at, who)) = self.by_time.pop_front()
        {
            self.oldest = self.by_time.front().map_or(i64::MAX, |(at, _)| *at);
            if let Some(last) = self.last.get_mut(usize(who)).filter(|last| last.0 == at) {
                self.people -= 1;
                self.succeeded -= u32::from(last.1 == Ending::Succeeded);
                last.0 = NEVER;
            }
        }
    }

    /// Attempts come by time. At one time the order in which they come does not matter.
    pub(super) fn take(&mut self, who: u32, at: i64, ending: Ending) {
        if self.last.len() <= usize(who) {
            self.last.resize(usize(who) + 1, (NEVER, Ending::Failed));
        }
        let Some(last) = self.last.get_mut(usize(who)) else { return };
        let old = std::mem::replace(last, (at, ending));
        if old.0 == at {
            last.1 = ending.max(old.1);
        }
        let had_succeeded = old.0 != NEVER && old.1 == Ending::Succeeded;
        self.succeeded = self.succeeded + u32::from(last.1 == Ending::Succeeded) - u32::from(had_succeeded);
        self.people += u32::from(old.0 == NEVER);
        if old.0 != at {
            self.remember_time(at, who);
        }
    }

    fn remember_time(&mut self, at: i64, who: u32) {
        if self.by_time.len() > 2 * usize(self.people) + 64 {
            let Self { by_time, last, .. } = self;
            by_time.retain(|(at, who)| last.get(usize(*who)).is_some_and(|last| last.0 == *at));
        }
        self.by_time.push_back((at, who));
        self.oldest = self.by_time.front().map_or(i64::MAX, |(at, _)| *at);
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn it_is_what_counting_again_would_say() {
        let mut random = 11_u64;
        let mut next = |below: u64| {
            random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (random >> 33) % below
        };
        let (mut active, mut attempts, mut now) = (Active::new(50), Vec::new(), 0);
        for _ in 0..20_000 {
            now += i64::try_from(next(3) * next(5)).unwrap();
            let who = u32::try_from(next(20)).unwrap();
            let ending =
                [Ending::Failed, Ending::Succeeded, Ending::Refused][usize::try_from(next(3)).unwrap()];
            active.advance(now);
            active.take(who, now, ending);
            attempts.push((now, who, ending));
            let mut last: BTreeMap<u32, (i64, Ending)> = BTreeMap::new();
            for (at, who, ending) in attempts.iter().filter(|(at, ..)| *at >= now - 50) {
                let last = last.entry(*who).or_insert((*at, *ending));
                *last = (*last).max((*at, *ending));
            }
            let succeeded = last.values().filter(|(_, ending)| *ending == Ending::Succeeded).count();
            assert_eq!((usize(active.people()), usize(active.succeeded())), (last.len(), succeeded));
            attempts.drain(..attempts.len().saturating_sub(300));
        }
        assert!(active.by_time.len() <= 2 * 20 + 65, "{}", active.by_time.len());
    }
}
