//! Senders that were told to wait, until their time has come. The database counts; this only spares it those who ask
//! again at once, which is most of a flood. Another node finds out by itself.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use jiff::{SignedDuration, Timestamp};
use postern_core::id::TenantId;

/// Senders remembered. One more is asked of the database each time.
const MOST: usize = 10_000;

/// Until when each has to wait.
#[derive(Debug, Default)]
pub struct RefusedSenders(Mutex<HashMap<(TenantId, String), Timestamp>>);

impl RefusedSenders {
    /// How long this sender has to wait before it asks this organisation again, as far as is remembered.
    pub fn wait_of(&self, (tenant, sender): (&TenantId, &str), now: Timestamp) -> Option<SignedDuration> {
        let until = *self
            .0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get(&(tenant.clone(), sender.to_owned()))?;
        (until > now).then(|| until.duration_since(now))
    }

    /// Remembers that it has to wait for so long.
    pub fn remember(&self, (tenant, sender): (&TenantId, &str), now: Timestamp, wait: SignedDuration) {
        let mut refused = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if refused.len() >= MOST {
            refused.retain(|_, until| *until > now);
        }
        if refused.len() < MOST {
            refused.insert((tenant.clone(), sender.to_owned()), now.saturating_add(wait).unwrap_or(now));
        }
    }
}
