//! One admin can make two people who attest, and an approver, in a minute. So whoever was made or changed by somebody
//! counts as that somebody for a week.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};

use crate::id::PersonId;

/// Who was made or changed by whom in the last seven days. Whoever loads a case knows it; it is no part of what is kept.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct MadeBy(BTreeMap<PersonId, BTreeSet<PersonId>>);

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
        self.0.entry(by.clone()).or_default().insert(person.clone());
        self.0.entry(person).or_default().insert(by);
    }

    /// The one whom this person counts as: of all whom a chain of makers links to them, the one with the smallest id.
    pub fn counts_as(&self, person: &PersonId) -> PersonId {
        let (mut linked, mut unseen) = (BTreeSet::from([person]), vec![person]);
        while let Some(who) = unseen.pop() {
            unseen.extend(self.0.get(who).into_iter().flatten().filter(|other| linked.insert(other)));
        }
        linked.pop_first().unwrap_or(person).clone()
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
    fn whoever_was_changed_by_two_is_one_with_both() {
        for pairs in [[("mal", "ada"), ("mal", "ben")], [("mal", "ben"), ("mal", "ada")]] {
            assert_eq!(independent(&made(&pairs), &["mal", "ada", "ben"]), 1);
        }
    }

    #[test]
    fn people_who_made_each_other_are_one() {
        let made_by = made(&[("a", "b"), ("b", "c"), ("c", "a"), ("d", "b"), ("e", "e")]);
        assert_eq!(independent(&made_by, &["a", "b", "c", "d"]), 1);
        assert_eq!(independent(&made_by, &["e", "a"]), 2);
    }
}
