//! Many at a time; and what is measured, as the other half of the bench has it.

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

pub use postern_bench_signals::measure::{Samples, as_f64, rate};
use tokio::task::JoinSet;

use crate::Outcome;

/// Runs `work` for 0 to `count`, `clients` at a time, each client taking the next number when it is done with one.
/// Returns how long all took together.
pub async fn by_clients<W, F>(clients: usize, count: usize, work: W) -> Outcome<Duration>
where
    W: Fn(usize) -> F + Clone + Send + 'static,
    F: Future<Output = Outcome<()>> + Send,
{
    let next = Arc::new(AtomicUsize::new(0));
    let mut running = JoinSet::new();
    let began = Instant::now();
    for _ in 0..clients {
        let (next, work) = (Arc::clone(&next), work.clone());
        running.spawn(async move {
            loop {
                let index = next.fetch_add(1, Ordering::Relaxed);
                if index >= count {
                    return Ok(());
                }
                work(index).await?;
            }
        });
    }
    while let Some(client) = running.join_next().await {
        let done: Outcome<()> = client?;
        done?;
    }
    Ok(began.elapsed())
}
