//! Is a threshold reached by what was written? Answers are worked out from the random times, never assumed.

/// Whether so many fell into one window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reached {
    /// Clearly.
    Yes,
    /// Clearly not.
    No,
    /// It hangs on seconds, or on when exactly a record counts: either answer is right.
    Close,
}

impl Reached {
    /// Not clearly not.
    pub fn perhaps(self) -> bool {
        self != Self::No
    }

    /// Both of two conditions.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Yes, Self::Yes) => Self::Yes,
            (Self::No, _) | (_, Self::No) => Self::No,
            _ => Self::Close,
        }
    }
}

impl From<bool> for Reached {
    fn from(reached: bool) -> Self {
        if reached { Self::Yes } else { Self::No }
    }
}

/// A few seconds either way decide nothing: providers write the end of a prompt some seconds after its beginning.
const SLACK: i64 = 20_000;

/// At least so many of these times within a window?
pub fn reached(times: &[i64], window: i64, least: usize) -> Reached {
    let each: Vec<_> = times.iter().enumerate().map(|(index, at)| (*at, index)).collect();
    reached_by(&each, window, least)
}

/// At least so many different ones within a window?
pub fn reached_by<T: Ord + Clone>(each: &[(i64, T)], window: i64, least: usize) -> Reached {
    if densest(each, window - SLACK) >= least {
        Reached::Yes
    } else if densest(each, window + SLACK) < least {
        Reached::No
    } else {
        Reached::Close
    }
}

/// Prompts, some of which only count when their time has run out: the last one minutes later than the others.
pub fn prompts_reached(refused: &[i64], unanswered: bool, window: i64, least: usize) -> Reached {
    const PROMPT_LIVES: i64 = 5 * 60_000;
    let at_once = reached(refused, window, least);
    if !unanswered {
        return at_once;
    }
    let mut late = refused.to_vec();
    if let Some(last) = late.last_mut() {
        *last += PROMPT_LIVES;
    }
    if at_once == reached(&late, window, least) { at_once } else { Reached::Close }
}

/// The most different ones within a window.
fn densest<T: Ord + Clone>(each: &[(i64, T)], window: i64) -> usize {
    let within = |start: i64| {
        let inside = each.iter().filter(|(at, _)| (start..=start + window).contains(at));
        inside.map(|(_, one)| one.clone()).collect::<std::collections::BTreeSet<_>>().len()
    };
    each.iter().map(|(at, _)| within(*at)).max().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEN: i64 = 600_000;

    #[test]
    fn the_edge_is_neither_yes_nor_no() {
        let every = |gap: i64| (0..5).map(|step| step * gap).collect::<Vec<_>>();
        assert_eq!(reached(&every(60_000), TEN, 5), Reached::Yes);
        assert_eq!(reached(&every(150_000), TEN, 5), Reached::Close);
        assert_eq!(reached(&every(180_000), TEN, 5), Reached::No);
        assert_eq!(reached(&every(60_000), TEN, 6), Reached::No);
    }

    #[test]
    fn the_same_one_counts_once() {
        assert_eq!(reached_by(&[(0, "a"), (1, "a"), (2, "b")], TEN, 3), Reached::No);
        assert_eq!(reached_by(&[(0, "a"), (1, "c"), (2, "b")], TEN, 3), Reached::Yes);
    }

    #[test]
    fn a_prompt_that_runs_out_late_may_fall_out_of_the_window() {
        let sent = [0, 120_000, 240_000, 360_000, 480_000];
        assert_eq!(prompts_reached(&sent, false, TEN, 5), Reached::Yes);
        assert_eq!(prompts_reached(&sent, true, TEN, 5), Reached::Close);
        assert_eq!(prompts_reached(&sent, true, TEN, 4), Reached::Yes);
    }
}
