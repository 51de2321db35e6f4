//! Wakes the jobs that follow a change. Known to the store, which must not know the jobs.

use tokio::sync::Notify;

/// One bell for each loop that looks at what a change left.
#[derive(Debug, Default)]
pub struct JobSignal {
    /// Rings for entries that want their place in the audit log.
    pub audit: Notify,
    /// Rings for jobs whose time has come.
    pub due: Notify,
    /// Rings for new sign-in records, which want to be analysed.
    pub records: Notify,
}
