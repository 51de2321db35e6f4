//! Many people's codes that are right for one other time speak of the clock that they have in common: the server's.

use std::collections::HashSet;

use jiff::SignedDuration;

/// Codes of so many people, at least.
pub const PEOPLE: usize = 5;
/// Within so long.
pub const WITHIN: SignedDuration = SignedDuration::from_hours(1);

/// That this server's clock is wrong, most likely.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ServerClockAlarm {
    /// How far the people's clocks are from ours; negative = behind. Unit: steps of 30 s.
    pub steps: i64,
    /// How many people's.
    pub people: usize,
}

impl ServerClockAlarm {
    /// From codes that were right for another time: whose, and how far off, in steps. Clocks are off alike when they are a step
    /// apart at most, to the same side.
    pub fn of(codes: &[(String, i64)]) -> Option<Self> {
        let steps: HashSet<i64> = codes.iter().map(|(_, steps)| *steps).collect();
        steps
            .into_iter()
            .map(|steps| {
                let alarm = Self { steps, people: 0 };
                let people: HashSet<&str> = codes
                    .iter()
                    .filter(|(_, other)| alarm.explains(*other))
                    .map(|(person, _)| person.as_str())
                    .collect();
                Self { people: people.len(), ..alarm }
            })
            .filter(|alarm| alarm.people >= PEOPLE)
            .max_by_key(|alarm| (alarm.people, -alarm.steps.abs(), alarm.steps))
    }

    /// Whether a code that is so far off is one of those.
    pub fn explains(self, steps: i64) -> bool {
        steps.signum() == self.steps.signum() && steps.abs_diff(self.steps) <= 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(codes: &[(&str, i64)]) -> Option<(i64, usize)> {
        let codes: Vec<(String, i64)> =
            codes.iter().map(|(person, steps)| ((*person).to_owned(), *steps)).collect();
        ServerClockAlarm::of(&codes).map(|alarm| (alarm.steps, alarm.people))
    }

    #[test]
    fn five_people_who_are_off_alike_are_right_and_four_are_wrong() {
        assert_eq!(of(&[("a", -8), ("b", -8), ("c", -8), ("d", -8)]), None);
        assert_eq!(of(&[("a", -8), ("b", -8), ("c", -8), ("d", -8), ("e", -8)]), Some((-8, 5)));
        assert_eq!(of(&[("a", 8), ("b", 7), ("c", 8), ("d", 9), ("e", 9)]), Some((8, 5)));
    }

    #[test]
    fn somebody_who_tries_again_is_one() {
        let one = [("a", -8); 40];
        assert_eq!(of(&one), None);
        assert_eq!(of(&[("a", -8), ("a", -7), ("b", -8), ("c", -8), ("d", -8)]), None);
    }

    #[test]
    fn clocks_that_are_each_off_in_their_own_way_are_the_phones() {
        assert_eq!(of(&[("a", -8), ("b", -3), ("c", -12), ("d", -5), ("e", -15), ("f", 8)]), None);
        assert_eq!(of(&[("a", 1), ("b", 1), ("c", -2), ("d", -2), ("e", 1), ("f", -2)]), None);
        // Two steps from end to end, and nobody in between.
        assert_eq!(of(&[("a", -8), ("b", -8), ("c", -8), ("d", -6), ("e", -6)]), None);
        assert_eq!(of(&[]), None);
    }

    #[test]
    fn most_people_are_right_about_how_far() {
        let mut codes = vec![("a", -8), ("b", -8), ("c", -8), ("d", -8), ("e", -8), ("f", -9)];
        codes.extend([("g", 4), ("h", 4), ("i", 4), ("j", 4), ("k", 4)]);
        assert_eq!(of(&codes), Some((-8, 6)));
    }

    #[test]
    fn what_it_explains_is_a_step_apart_and_to_the_same_side() {
        let alarm = ServerClockAlarm { steps: -2, people: 5 };
        let explained: Vec<i64> = (-5..=5).filter(|steps| alarm.explains(*steps)).collect();
        assert_eq!(explained, [-3, -2, -1]);
        let alarm = ServerClockAlarm { steps: 1, people: 5 };
        let explained: Vec<i64> = (-5..=5).filter(|steps| alarm.explains(*steps)).collect();
        assert_eq!(explained, [1, 2]);
    }
}
