//! Whether the audit log goes on, said on `/readyz` and at the desk, and what the newest look at all of it found.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use jiff::Timestamp;

use crate::audit_log::AuditLogError;

/// The outcome of the newest look at the log.
#[derive(Debug, Default)]
pub struct AuditHealth {
    is_refusing: AtomicBool,
    checked: Mutex<Option<LogCheck>>,
}

/// What a look at every entry found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LogCheck {
    /// Entries that were looked at: all under the newest checkpoint of that time.
    pub entries: u64,
    /// When the look began.
    pub at: Timestamp,
    /// What is wrong, at most twenty things.
    pub problems: Vec<String>,
}

impl AuditHealth {
    /// Notes an outcome. A database that does not answer says nothing about the log.
    pub fn set(&self, error: Option<&AuditLogError>) {
        match error {
            None => self.is_refusing.store(false, Ordering::Relaxed),
            Some(AuditLogError::Store(_)) => {}
            Some(_) => self.is_refusing.store(true, Ordering::Relaxed),
        }
    }

    /// Whether nothing is signed until somebody looks.
    pub fn is_refusing(&self) -> bool {
        self.is_refusing.load(Ordering::Relaxed)
    }

    /// Notes what a look at every entry found.
    pub fn note_check(&self, check: LogCheck) {
        *self.checked.lock().unwrap_or_else(PoisonError::into_inner) = Some(check);
    }

    /// What the newest one found. `None`: this node has not looked yet.
    pub fn newest_check(&self) -> Option<LogCheck> {
        self.checked.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
