//! Whose tries are counted together: the key of a row, in one spelling for each kind of thing.

use jiff::{SignedDuration, Timestamp};
use postern_core::factor::FactorKind;
use postern_core::id::PersonId;
use postern_core::login;
use postern_core::throttle::TryPace;

use crate::rng::token_hash;

/// A name that nobody has is counted like a person's, for as long as anybody could tell the two apart by it.
const UNKNOWN_LOGIN_KEPT: SignedDuration = SignedDuration::from_hours(24 * 400);
/// A case and its phrase are over by then.
const THING_KEPT: SignedDuration = SignedDuration::from_hours(24 * 400);

/// What is tried, how it slows down, and whether its count is about a stretch of time only.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CountedTry {
    what: String,
    pace: TryPace,
    ends_at: Option<Timestamp>,
}

impl CountedTry {
    /// Counted within one stretch of time, and from zero in the next.
    pub fn in_window(what: &str, now: Timestamp, length: SignedDuration) -> Self {
        let seconds = length.as_secs().max(1);
        let number = now.as_second().div_euclid(seconds);
        let ends_at = Timestamp::from_second((number + 1).saturating_mul(seconds)).unwrap_or(Timestamp::MAX);
        Self { what: format!("{what}:{number}"), pace: TryPace::Request, ends_at: Some(ends_at) }
    }

    /// Whether it is the count of this secret.
    pub(crate) fn is(&self, what: &str) -> bool {
        self.what == what
    }
}

impl From<FactorKind> for CountedTry {
    fn from(kind: FactorKind) -> Self {
        Self { what: kind.as_str().to_owned(), pace: TryPace::of(kind), ends_at: None }
    }
}

impl From<&str> for CountedTry {
    fn from(what: &str) -> Self {
        Self { what: what.to_owned(), pace: TryPace::Request, ends_at: None }
    }
}

/// The key of a count, and how long a row of it says anything.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RateLimitKey {
    text: String,
    pace: TryPace,
    kept: KeyLife,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum KeyLife {
    /// Until a right guess, or a new binding.
    UntilCleared,
    Until(Timestamp),
    /// After the last try.
    For(SignedDuration),
}

impl RateLimitKey {
    /// A person's secret of a kind.
    pub fn of_person(person: &PersonId, counted: impl Into<CountedTry>) -> Self {
        Self::of("person", person.as_str(), counted.into(), KeyLife::UntilCleared)
    }

    /// A name that nobody has. What was typed may be a password in the wrong field: only its hash is kept.
    pub fn of_unknown_login(typed: &str, counted: impl Into<CountedTry>) -> Self {
        let name = token_hash(&login::normalise(typed));
        Self::of("stranger", &name, counted.into(), KeyLife::For(UNKNOWN_LOGIN_KEPT))
    }

    /// Something that is neither: a case's phrase, a sender that asks for too much.
    pub fn of_resource(kind: &str, id: &str, counted: impl Into<CountedTry>) -> Self {
        Self::of(kind, id, counted.into(), KeyLife::For(THING_KEPT))
    }

    fn of(kind: &str, id: &str, counted: CountedTry, kept: KeyLife) -> Self {
        let kept = counted.ends_at.map_or(kept, KeyLife::Until);
        Self { text: format!("{kind}:{id}:{}", counted.what), pace: counted.pace, kept }
    }

    pub(super) fn as_str(&self) -> &str {
        &self.text
    }

    /// How long after this many tries in a row the next one waits.
    pub(super) fn wait_after(&self, failures: i64) -> SignedDuration {
        self.pace.wait_after(failures)
    }

    /// From when on the row says nothing any more, if nobody tries again.
    pub(super) fn kept_until(&self, now: Timestamp) -> Timestamp {
        match self.kept {
            KeyLife::UntilCleared => Timestamp::MAX,
            KeyLife::Until(end) => end,
            KeyLife::For(time) => now.saturating_add(time).unwrap_or(Timestamp::MAX),
        }
    }
}
