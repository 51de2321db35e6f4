//! How long the next guess must wait, and when a factor stops listening (NIST SP 800-63B-4 §3.2.2, D9).

use jiff::SignedDuration;

/// Consecutive failures after which a factor is disabled until it is bound again.
pub const LIFETIME_CAP: i64 = 100;

/// Failures that cost nothing: people mistype.
const FREE: i64 = 4;

/// The wait that follows the `failures`-th consecutive failure: none for the first four, then 30 s, doubling, at most
/// one hour. Parameter: consecutive failures so far, this one included.
pub fn wait_after(failures: i64) -> SignedDuration {
    if failures <= FREE {
        return SignedDuration::ZERO;
    }
    let doublings = u32::try_from(failures - FREE - 1).unwrap_or(u32::MAX).min(7);
    SignedDuration::from_secs((30_i64 << doublings).min(3600))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wait_grows_to_an_hour_and_no_further() {
        let waits: Vec<i64> = (1..=14).map(|n| wait_after(n).as_secs()).collect();
        assert_eq!(waits, [0, 0, 0, 0, 30, 60, 120, 240, 480, 960, 1920, 3600, 3600, 3600]);
        assert_eq!(wait_after(i64::MAX).as_secs(), 3600);
    }
}
