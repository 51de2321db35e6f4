//! How long a session lasts: without use, and in all.

use jiff::{SignedDuration, Timestamp};

use crate::person::Role;

/// When a session ends by itself: by whichever of the two comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SessionLimits {
    /// After its last use.
    pub idle: SignedDuration,
    /// After its beginning, however much it was used.
    pub overall: SignedDuration,
}

impl SessionLimits {
    /// Of who has a desk role, and of AAL 3: what NIST SP 800-63B-4 §2.3.3 sets for AAL 3. A shift is twelve hours at most, and a screen
    /// of the desk is not left alone for long.
    pub const DESK: Self =
        Self { idle: SignedDuration::from_mins(15), overall: SignedDuration::from_hours(12) };
    /// Of everybody else: tighter than the hour and the day that §2.2.3 allows at AAL 2.
    pub const PERSON: Self =
        Self { idle: SignedDuration::from_mins(30), overall: SignedDuration::from_hours(8) };

    /// Of a session at this assurance level, by the role that its owner has now.
    pub fn of(role: Role, aal: i64) -> Self {
        if role.is_staff() || aal >= 3 { Self::DESK } else { Self::PERSON }
    }

    /// When a session is over that began and was last used then.
    pub fn end(self, began_at: Timestamp, last_used_at: Timestamp) -> Timestamp {
        let after = |from: Timestamp, limit| from.saturating_add(limit).unwrap_or(Timestamp::MAX);
        after(last_used_at, self.idle).min(after(began_at, self.overall))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_desk_role_and_the_third_level_have_the_limits_of_the_desk() {
        for role in Role::ALL {
            for aal in 1..=3 {
                let is_strict = role != Role::Person || aal == 3;
                let limits = if is_strict { SessionLimits::DESK } else { SessionLimits::PERSON };
                assert_eq!(SessionLimits::of(role, aal), limits, "{role:?} at {aal}");
            }
        }
    }

    #[test]
    fn no_limit_is_longer_than_nist_allows() {
        let (hour, desk, person) =
            (SignedDuration::from_hours(1), SessionLimits::DESK, SessionLimits::PERSON);
        assert!(desk.idle <= hour / 4 && desk.overall <= hour * 12, "AAL 3");
        assert!(person.idle <= hour && person.overall <= hour * 24, "AAL 2");
    }

    #[test]
    fn whichever_limit_comes_first_ends_it() {
        let at = |minutes| Timestamp::UNIX_EPOCH + SignedDuration::from_mins(minutes);
        assert_eq!(SessionLimits::DESK.end(at(0), at(0)), at(15));
        assert_eq!(SessionLimits::DESK.end(at(0), at(700)), at(715));
        assert_eq!(SessionLimits::DESK.end(at(0), at(710)), at(720));
        assert_eq!(SessionLimits::PERSON.end(at(0), at(460)), at(480));
        assert_eq!(SessionLimits::PERSON.end(at(0), Timestamp::MAX), at(480));
    }
}
