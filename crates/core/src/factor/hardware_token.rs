//! Tokens that show codes: by a count of presses (HOTP, RFC 4226), or by a clock of their own (TOTP, RFC 6238).

use serde::{Deserialize, Serialize};

use super::otp_codes::{CodeSequence, OtpCodes, TypedCode};
use super::totp::{self, Check, PhoneClock};

/// How many codes in a row are accepted, from the next one on: a token in a pocket is pressed at times (RFC 4226 §7.4).
const LOOK_AHEAD: i64 = 10;
/// How many are searched for two that follow each other. A chance hit of both has odds of 1 in 10⁹ with six digits.
const RESYNC_COUNTS: i64 = 1_000;
/// How many of those that were used are looked at, so that a code shown twice is named as such.
const REMEMBERED: i64 = 10;
/// The highest count that a file may begin with: nobody presses a button so often, and the arithmetic has room above.
pub const MOST_COUNT: i64 = 1_000_000_000_000;

/// What makes the next code another one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MovingFactor {
    /// A press of the button.
    Count,
    /// Time.
    Time {
        /// How long a code is shown. Unit: seconds, 30 or 60.
        period: i64,
    },
}

/// How a token makes its codes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TokenModel {
    /// What moves it.
    pub moved_by: MovingFactor,
    /// What its codes are like.
    pub codes: OtpCodes,
}

/// What a code of a token turned out to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenCheck {
    /// Right. The caller stores the step, and accepts none at or below it again.
    Accepted {
        /// The count, or the time step.
        step: i64,
        /// The clock as it is known now.
        clock: PhoneClock,
    },
    /// Right, but used before.
    Reused,
    /// Right for a token that was pressed too often, or whose clock is off. Never accepted.
    OutOfStep,
    /// Wrong.
    Wrong,
}

impl TokenModel {
    /// Checks a code. `last` is the last count or time step that was accepted or passed. Units: `now` in seconds since 1970.
    pub fn check(
        self,
        seed: &[u8],
        code: &str,
        now: i64,
        (last, clock): (Option<i64>, PhoneClock),
    ) -> TokenCheck {
        let Some(codes) = self.sequence(seed) else {
            return TokenCheck::Wrong;
        };
        match self.moved_by {
            MovingFactor::Count => check_count(&codes, code, last),
            MovingFactor::Time { period } => {
                match totp::check_at(&codes, code, now.div_euclid(period), (last, clock)) {
                    Check::Accepted { step, clock } => TokenCheck::Accepted { step, clock },
                    Check::Reused => TokenCheck::Reused,
                    Check::ClockOff { .. } => TokenCheck::OutOfStep,
                    Check::Wrong => TokenCheck::Wrong,
                }
            }
        }
    }

    /// Where a token stands that showed these two codes one after the other, the second just now: its count or time step, and
    /// its clock. `None` when they do not follow each other, or not after the last one.
    pub fn resync(
        self,
        seed: &[u8],
        (first, second): (&str, &str),
        now: i64,
        last: Option<i64>,
    ) -> Option<(i64, PhoneClock)> {
        let codes = self.sequence(seed)?;
        match self.moved_by {
            MovingFactor::Count => {
                let (first, second) = (TypedCode::new(first), TypedCode::new(second));
                let next = after(last);
                let ahead = next..next.saturating_add(RESYNC_COUNTS);
                let follow =
                    |count: &i64| codes.has(&first, *count) && codes.has(&second, count.saturating_add(1));
                let count = ahead.into_iter().find(follow)?;
                Some((count.saturating_add(1), PhoneClock::default()))
            }
            MovingFactor::Time { period } => {
                let found = totp::resync_at(&codes, (first, second), now.div_euclid(period))?;
                last.is_none_or(|last| found.0 > last).then_some(found)
            }
        }
    }

    /// The code of a count, or of a time step: for stand-in tokens.
    pub fn code(self, seed: &[u8], step: i64) -> Option<String> {
        self.sequence(seed)?.code(step)
    }

    fn sequence(self, seed: &[u8]) -> Option<CodeSequence> {
        let unit = match self.moved_by {
            MovingFactor::Count => 1,
            MovingFactor::Time { period } if period > 0 => period,
            MovingFactor::Time { .. } => return None,
        };
        self.codes.sequence(seed, unit)
    }
}

/// The next count. What is not a count, because nothing was accepted yet, comes before the first.
fn after(last: Option<i64>) -> i64 {
    last.map_or(0, |last| last.saturating_add(1)).max(0)
}

fn check_count(codes: &CodeSequence, code: &str, last: Option<i64>) -> TokenCheck {
    let next = after(last);
    let code = TypedCode::new(code);
    let is_at = |count: &i64| codes.has(&code, *count);
    if let Some(step) = (next..next.saturating_add(LOOK_AHEAD)).find(is_at) {
        return TokenCheck::Accepted { step, clock: PhoneClock::default() };
    }
    if (next.saturating_sub(REMEMBERED).max(0)..next).any(|count| is_at(&count)) {
        return TokenCheck::Reused;
    }
    match (next..next.saturating_add(RESYNC_COUNTS)).find(is_at) {
        Some(_) => TokenCheck::OutOfStep,
        None => TokenCheck::Wrong,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::factor::otp_codes::OtpAlgorithm;

    const SEED: &[u8] = b"12345678901234567890";
    const STILL: PhoneClock = PhoneClock { steps: 0, late: 0 };

    fn hotp(digits: u8) -> TokenModel {
        let codes = OtpCodes { algorithm: OtpAlgorithm::Sha1, digits };
        TokenModel { moved_by: MovingFactor::Count, codes }
    }

    fn totp(algorithm: OtpAlgorithm, digits: u8, period: i64) -> TokenModel {
        TokenModel { moved_by: MovingFactor::Time { period }, codes: OtpCodes { algorithm, digits } }
    }

    #[test]
    fn rfc_4226_vectors() {
        // Appendix D.
        let codes = [
            "755224", "287082", "359152", "969429", "338314", "254676", "287922", "162583", "399871",
            "520489",
        ];
        for (count, code) in (0..).zip(codes) {
            assert_eq!(hotp(6).code(SEED, count).unwrap(), code);
            let accepted = TokenCheck::Accepted { step: count, clock: STILL };
            assert_eq!(hotp(6).check(SEED, code, 0, (Some(count - 1), STILL)), accepted);
        }
        assert_eq!(hotp(8).code(SEED, 0).unwrap(), "84755224");
    }

    #[test]
    fn rfc_6238_vectors() {
        // Appendix B: eight digits, a seed as long as the hash.
        let seed = |length: usize| SEED.iter().copied().cycle().take(length).collect::<Vec<u8>>();
        for (algorithm, length, codes) in [
            (OtpAlgorithm::Sha1, 20, ["94287082", "07081804", "65353130"]),
            (OtpAlgorithm::Sha256, 32, ["46119246", "68084774", "77737706"]),
            (OtpAlgorithm::Sha512, 64, ["90693936", "25091201", "47863826"]),
        ] {
            for (now, code) in [59, 1_111_111_109, 20_000_000_000].into_iter().zip(codes) {
                let accepted = TokenCheck::Accepted { step: now / 30, clock: STILL };
                assert_eq!(totp(algorithm, 8, 30).check(&seed(length), code, now, (None, STILL)), accepted);
            }
        }
    }

    #[test]
    fn a_clock_of_a_minute_is_followed() {
        let (token, now) = (totp(OtpAlgorithm::Sha1, 6, 60), 1_700_000_000);
        let step = now / 60;
        let code = |step| token.code(SEED, step).unwrap();
        assert_eq!(
            token.check(SEED, &code(step - 1), now, (None, STILL)),
            TokenCheck::Accepted { step: step - 1, clock: PhoneClock { steps: 0, late: 1 } }
        );
        assert_eq!(token.check(SEED, &code(step), now, (Some(step), STILL)), TokenCheck::Reused);
        assert_eq!(token.check(SEED, &code(step - 5), now, (None, STILL)), TokenCheck::OutOfStep);
        let set = token.resync(SEED, (&code(step - 6), &code(step - 5)), now, None);
        assert_eq!(set, Some((step - 5, PhoneClock { steps: -5, late: 0 })));
        assert_eq!(token.resync(SEED, (&code(step - 6), &code(step - 5)), now, Some(step - 5)), None);
    }

    #[test]
    fn junk_is_wrong() {
        for junk in ["", "12345", "1234567", "abcdef", "١٢٣٤٥٦"] {
            assert_eq!(hotp(6).check(SEED, junk, 0, (None, STILL)), TokenCheck::Wrong, "{junk}");
        }
        assert_eq!(hotp(6).check(b"short", "755224", 0, (None, STILL)), TokenCheck::Wrong);
        assert_eq!(
            hotp(6).check(SEED, "755 224", 0, (None, STILL)),
            TokenCheck::Accepted { step: 0, clock: STILL }
        );
        assert_eq!(hotp(10).check(SEED, "1284755224", 0, (None, STILL)), TokenCheck::Wrong);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]

        /// From any count: the next ten are accepted, none at or below it, and none further on.
        #[test]
        fn the_window_is_ten_codes_and_never_goes_back(last in 0_i64..1_000_000, off in -15_i64..30) {
            let count = last + off;
            prop_assume!(count >= 0);
            let code = hotp(8).code(SEED, count).unwrap();
            match hotp(8).check(SEED, &code, 0, (Some(last), STILL)) {
                TokenCheck::Accepted { step, .. } => {
                    prop_assert!(step > last && step <= last + 10);
                    prop_assert_eq!(hotp(8).code(SEED, step).unwrap(), code);
                }
                _ => prop_assert!(!(1..=10).contains(&off)),
            }
        }

        /// Whatever is typed in whatever order, an accepted count is higher than every one before.
        #[test]
        fn no_count_is_accepted_twice(typed in proptest::collection::vec(0_i64..40, 1..60)) {
            let mut last = None;
            for count in typed {
                let code = hotp(8).code(SEED, count).unwrap();
                if let TokenCheck::Accepted { step, .. } = hotp(8).check(SEED, &code, 0, (last, STILL)) {
                    prop_assert!(last.is_none_or(|last| step > last));
                    last = Some(step);
                }
            }
        }

        /// Two codes that follow each other set it right within a thousand presses, and nothing else does.
        #[test]
        fn two_codes_set_it_right(last in 0_i64..1_000_000, ahead in -20_i64..1_020) {
            let first = last + ahead;
            prop_assume!(first >= 0);
            let code = |count| hotp(8).code(SEED, count).unwrap();
            let set = hotp(8).resync(SEED, (&code(first), &code(first + 1)), 0, Some(last));
            let expected = (1..=1_000).contains(&ahead).then_some((first + 1, STILL));
            prop_assert_eq!(set, expected);
            prop_assert_eq!(hotp(8).resync(SEED, (&code(first), &code(first + 2)), 0, Some(last)), None);
            prop_assert_eq!(hotp(8).resync(SEED, (&code(first + 1), &code(first)), 0, Some(last)), None);
        }

        /// No text, and no count, is more than wrong.
        #[test]
        fn nothing_that_is_typed_breaks_it(code in ".{0,40}", now: i64, last: Option<i64>, by_time: bool) {
            let token = if by_time { totp(OtpAlgorithm::Sha256, 8, 30) } else { hotp(6) };
            token.check(SEED, &code, now, (last, STILL));
            token.resync(SEED, (&code, &code), now, last);
        }
    }
}
