//! How long the next guess must wait, and when a factor stops listening (NIST SP 800-63B-4 §3.2.2, D9).

use jiff::SignedDuration;

use crate::factor::FactorKind;

/// Consecutive failures after which a factor is disabled until it is bound again.
pub const LIFETIME_CAP: i64 = 100;

/// Failures at a second step in a row after which it takes nothing for [`PAUSE`].
const MOST_BEFORE_PAUSE: i64 = 5;
const PAUSE: SignedDuration = SignedDuration::from_mins(30);

/// Guesses that cost nothing: people mistype, and press twice.
const FREE_GUESSES: i64 = 1;
/// The same where no secret is guessed.
const FREE_REQUESTS: i64 = 4;

/// How tries slow down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TryPace {
    /// Guesses at a password: one at once, then 1 s, doubling, at most 15 minutes. Anybody can guess at it, so nothing makes its
    /// owner wait for longer. Nor at a pass, which lives ten minutes: a longer wait would end it.
    FirstStep,
    /// Guesses at what comes after the password: the same, and no more than five in half an hour.
    SecondStep,
    /// What is asked for, and what is counted within a stretch of time only: four tries at once, then 30 s, doubling, at most one
    /// hour.
    Request,
}

impl TryPace {
    /// Of guesses at a factor of this kind.
    pub fn of(kind: FactorKind) -> Self {
        match kind {
            FactorKind::Password | FactorKind::EnrolmentPass => Self::FirstStep,
            _ => Self::SecondStep,
        }
    }

    /// The wait that follows the `failures`-th consecutive failure. Parameter: consecutive failures so far, this one included.
    pub fn wait_after(self, failures: i64) -> SignedDuration {
        match self {
            Self::SecondStep if failures > 0 && failures % MOST_BEFORE_PAUSE == 0 => PAUSE,
            Self::FirstStep | Self::SecondStep => doubled(1, failures.saturating_sub(FREE_GUESSES), 15 * 60),
            Self::Request => doubled(30, failures.saturating_sub(FREE_REQUESTS), 60 * 60),
        }
    }
}

/// Seconds after the `number`-th one that costs anything; none before the first.
fn doubled(first: i64, number: i64, most: i64) -> SignedDuration {
    if number < 1 {
        return SignedDuration::ZERO;
    }
    let doublings = u32::try_from(number - 1).unwrap_or(u32::MAX).min(10);
    SignedDuration::from_secs((first << doublings).min(most))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn waits(pace: TryPace, most: i64) -> Vec<i64> {
        (1..=most).map(|n| pace.wait_after(n).as_secs()).collect()
    }

    #[test]
    fn the_password_waits_from_a_second_to_fifteen_minutes_after_the_first() {
        assert_eq!(waits(TryPace::FirstStep, 13), [0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900]);
        assert_eq!(TryPace::FirstStep.wait_after(i64::MAX).as_secs(), 900);
    }

    #[test]
    fn what_is_asked_for_waits_from_half_a_minute_to_an_hour_after_the_first_four() {
        let expected = [0, 0, 0, 0, 30, 60, 120, 240, 480, 960, 1920, 3600, 3600, 3600];
        assert_eq!(waits(TryPace::Request, 14), expected);
        assert_eq!(TryPace::Request.wait_after(i64::MAX).as_secs(), 3600);
    }

    /// However somebody spreads their guesses at one kind.
    #[test]
    fn no_half_hour_has_more_than_five_wrong_second_steps() {
        let mut at = 0;
        let mut times = Vec::new();
        for failures in 1..=LIFETIME_CAP {
            times.push(at);
            at += TryPace::SecondStep.wait_after(failures).as_secs();
        }
        for six in times.windows(6) {
            assert!(six[5] - six[0] >= PAUSE.as_secs(), "{six:?}");
        }
    }

    #[test]
    fn each_kind_but_password_and_pass_is_a_second_step() {
        let (first, second): (Vec<_>, Vec<_>) =
            FactorKind::ALL.iter().partition(|kind| TryPace::of(**kind) == TryPace::FirstStep);
        assert_eq!(first.len(), 2);
        assert!(first.contains(&&FactorKind::Password) && first.contains(&&FactorKind::EnrolmentPass));
        assert!(second.contains(&&FactorKind::Totp) && second.contains(&&FactorKind::BackupCode));
    }
}
