//! Who had a phone last, so that a phone of several people names each of them.

use std::collections::HashMap;

use crate::{
    event::{Event, PersonKey},
    record::{AttemptResult, Lifecycle, Provider},
};

/// How long that is remembered: a day, as long as the rule about shared phones looks back.
const KEPT: i64 = 24 * 3_600_000_000;
/// A minute.
const SWEEP_EVERY: i64 = 60_000_000;
const MOST: usize = 250_000;

/// The last owner of each phone, for each provider by itself.
#[derive(Debug, Default)]
pub(super) struct DeviceOwners {
    phones: HashMap<(Provider, u64), DeviceOwner>,
    swept_at: i64,
}

#[derive(Debug, Clone, Copy)]
struct DeviceOwner {
    person: PersonKey,
    at: i64,
}

impl DeviceOwners {
    /// Notes the event's person, and says who had the phone before, if that was somebody else.
    pub(super) fn hand_over(&mut self, event: &Event) -> Option<PersonKey> {
        let has_it = matches!(
            event.result(),
            AttemptResult::Success | AttemptResult::Lifecycle(Lifecycle::FactorEnrolled)
        );
        if !has_it || event.phone == 0 || !event.person.is_somebody() {
            return None;
        }
        let key = (event.provider(), event.phone);
        if self.phones.len() >= MOST && !self.phones.contains_key(&key) {
            self.sweep(event.micros());
            if self.phones.len() >= MOST {
                return None;
            }
        }
        let now = DeviceOwner { person: event.person, at: event.micros() };
        let before = self.phones.insert(key, now)?;
        let is_another = before.person != now.person && now.at - before.at <= KEPT;
        is_another.then_some(before.person)
    }

    /// Forgets what was long ago. Looking through all of them must pay for a while.
    fn sweep(&mut self, now: i64) {
        if now - self.swept_at > SWEEP_EVERY {
            self.swept_at = now;
            self.phones.retain(|_, owner| now - owner.at <= KEPT);
        }
    }
}
