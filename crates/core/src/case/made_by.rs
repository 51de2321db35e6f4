//! One admin can make two witnesses and an approver in a minute. So whoever was made or changed by somebody counts as that
//! somebody for a week.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};

use crate::id::PersonId;

/// Who was made or changed by whom in the last seven days. Whoever loads a case knows it; it is no part of what is kept.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct MadeBy(BTreeMap<PersonId, PersonId>);

impl MadeBy {
    /// For so long somebody counts as the one who made or changed them. In an organisation that is younger nobody would be
    /// left: there a hold of [`MadeBy::YOUNG_HOLD_HOURS`] stands in. Unit: days.
    pub const DAYS: i64 = 7;
    /// The least hold in an organisation that is younger than that. Unit: hours.
    pub const YOUNG_HOLD_HOURS: i64 = 24;

    /// Whoever was made or changed after this counts as somebody else now.
    pub fn since(now: Timestamp) -> Timestamp {
        now.saturating_sub(SignedDuration::from_hours(24 * Self::DAYS)).unwrap_or(Timestamp::MIN)
    }

    /// `by` made or changed `person`.
    pub fn insert(&mut self, person: PersonId, by: PersonId) {
        self.0.insert(person, by);
    }

    /// The one whom this person counts as: who made them, who made that one, and so on. Of people who made each other, the
    /// one with the smallest id.
    pub fn counts_as(&self, person: &PersonId) -> PersonId {
        let mut seen = BTreeSet::new();
        let mut who = person;
        while seen.insert(who) {
            match self.0.get(who) {
                Some(by) => who = by,
                None => return who.clone(),
            }
        }
        self.smallest_of_circle(who)
    }

    fn smallest_of_circle(&self, member: &PersonId) -> PersonId {
        let (mut smallest, mut who) = (member, self.0.get(member));
        while let Some(next) = who.filter(|next| *next != member) {
            smallest = smallest.min(next);
            who = self.0.get(next);
        }
        smallest.clone()
    }

    /// How many of these people are independent of each other.
    pub fn independent<'a>(&self, people: impl IntoIterator<Item = &'a PersonId>) -> BTreeSet<PersonId> {
        people.into_iter().map(|person| self.counts_as(person)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made(pairs: &[(&str, &str)]) -> MadeBy {
        let mut made_by = MadeBy::default();
        for (person, by) in pairs {
            made_by.insert(PersonId::new(*person), PersonId::new(*by));
        }
        made_by
    }

    fn independent(made_by: &MadeBy, people: &[&str]) -> usize {
        let people: Vec<PersonId> = people.iter().map(|id| PersonId::new(*id)).collect();
        made_by.independent(&people).len()
    }

    #[test]
    fn whom_one_admin_made_are_one_with_the_admin() {
        let made_by = made(&[("mal", "ada"), ("max", "ada"), ("sel", "mal")]);
        assert_eq!(independent(&made_by, &["mal", "max", "sel", "ada"]), 1);
        assert_eq!(independent(&made_by, &["mal", "ben"]), 2);
        assert_eq!(independent(&made_by, &["ben", "mona"]), 2);
        assert_eq!(independent(&MadeBy::default(), &["mal", "max"]), 2);
    }

    #[test]
    fn people_who_made_each_other_are_one() {
        let made_by = made(&[("a", "b"), ("b", "c"), ("c", "a"), ("d", "b"), ("e", "e")]);
        assert_eq!(independent(&made_by, &["a", "b", "c", "d"]), 1);
        assert_eq!(independent(&made_by, &["e", "a"]), 2);
    }
}
