//! What is read and written for somebody we know must not show in the time that an answer takes (rule 8).

use std::time::Duration;

/// To read a case for the claimant's page takes at least so long.
pub const CASE_PAGE_FLOOR: Duration = Duration::from_millis(30);

/// The answer, and no sooner than after `least`.
pub async fn in_like_time<T>(least: Duration, answer: impl Future<Output = T>) -> T {
    tokio::join!(answer, tokio::time::sleep(least)).0
}
