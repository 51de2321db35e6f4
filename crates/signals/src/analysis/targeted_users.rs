//! Whom an address has tried, so that a finding about the address names them.

use std::collections::{HashMap, HashSet};

use crate::{
    cause::Cause,
    event::{Event, Familiarity, PersonKey},
    record::AttemptResult,
};

/// How long an address's targeted users are remembered: three hours, as long as the longest rule by address looks back.
const KEPT: i64 = 3 * 3_600_000_000;
/// A minute.
const SWEEP_EVERY: i64 = 60_000_000;
const PEOPLE_MOST: usize = 2_000;
const ADDRESSES_MOST: usize = 50_000;

/// Those whose passwords were guessed, by the address that it came from.
#[derive(Debug, Default)]
pub(super) struct TargetedUsers {
    addresses: HashMap<[u8; 16], Tried>,
    swept_at: i64,
}

#[derive(Debug, Default)]
struct Tried {
    /// In the order in which they were tried.
    people: Vec<PersonKey>,
    /// The same, to look one up.
    people_set: HashSet<PersonKey>,
    newest: i64,
}

impl TargetedUsers {
    pub(super) fn note(&mut self, event: &Event) {
        let guess =
            matches!(event.result(), AttemptResult::Failure(Cause::BadPassword | Cause::AccountLocked));
        let Some(ip) = event.raw_ip().filter(|_| guess && event.address_familiarity() != Familiarity::Known)
        else {
            return;
        };
        if self.addresses.len() >= ADDRESSES_MOST && !self.addresses.contains_key(&ip) {
            self.sweep(event.micros());
            if self.addresses.len() >= ADDRESSES_MOST {
                return;
            }
        }
        let tried = self.addresses.entry(ip).or_default();
        if event.micros() - tried.newest > KEPT {
            tried.people.clear();
            tried.people_set.clear();
        }
        tried.newest = event.micros();
        if event.person.is_somebody()
            && tried.people.len() < PEOPLE_MOST
            && tried.people_set.insert(event.person)
        {
            tried.people.push(event.person);
        }
    }

    /// Forgets whom nothing was heard of for long. Looking through all of them must pay for a while.
    fn sweep(&mut self, now: i64) {
        if now - self.swept_at > SWEEP_EVERY {
            self.swept_at = now;
            self.addresses.retain(|_, tried| now - tried.newest <= KEPT);
        }
    }

    /// Those who were tried from the event's address.
    pub(super) fn of(&self, event: &Event) -> &[PersonKey] {
        event.raw_ip().and_then(|ip| self.addresses.get(&ip)).map_or(&[], |tried| &tried.people)
    }
}
