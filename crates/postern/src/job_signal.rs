//! Wakes the jobs that follow a change. Known to the store, which must not know the jobs.

use tokio::sync::Notify;

/// One bell for each job that looks at what a change left.
#[derive(Debug, Default)]
pub struct JobSignal {
    /// Rings for entries that want their place in the audit log.
    pub audit: Notify,
    /// Rings for messages that want to be delivered.
    pub mail: Notify,
    /// Rings for texts and voice messages.
    pub phone: Notify,
    /// Rings for new sign-in records, which want to be analysed.
    pub records: Notify,
}

impl JobSignal {
    /// A recorded change has committed.
    pub fn notify(&self) {
        self.audit.notify_one();
        self.mail.notify_one();
        self.phone.notify_one();
    }
}
