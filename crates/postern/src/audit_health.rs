//! Whether the audit log goes on: said on `/readyz` and at the desk.

use std::sync::atomic::{AtomicBool, Ordering};

use crate::audit_log::AuditLogError;

/// The outcome of the newest look at the log.
#[derive(Debug, Default)]
pub struct AuditHealth {
    is_refusing: AtomicBool,
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
}
