//! An action that ran into another change is begun anew: PostgreSQL ends one of two that wait for each other, or that it
//! cannot put in order, and whoever was ended has changed nothing.

use std::time::Duration;

use super::ActionError;

/// Times that an action is begun.
const ATTEMPTS: u32 = 4;
/// Before the second time; longer before each one after it, so that two do not meet again.
const PAUSE: Duration = Duration::from_millis(20);

/// Runs `work`, and again when it was contended. What it wrote in an earlier change of its own stays: a guess that was
/// paid for is paid for again.
pub(super) async fn retry<T, F>(work: impl Fn() -> F) -> Result<T, ActionError>
where
    F: Future<Output = Result<T, ActionError>>,
{
    for attempt in 1..ATTEMPTS {
        match work().await {
            Err(ActionError::Contended) => tokio::time::sleep(PAUSE * attempt).await,
            outcome => return outcome,
        }
    }
    work().await
}
