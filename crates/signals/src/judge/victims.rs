//! Whom an address has tried, so that a finding about the address names them.

use std::collections::{HashMap, HashSet};

use crate::{
    cause::Cause,
    event::{Event, PersonKey, Seen},
    record::AttemptResult,
};

/// How long an address's victims are remembered: three hours, as long as the longest rule by address looks back.
const KEPT: i64 = 3 * 3_600_000_000;
const PEOPLE_MOST: usize = 2_000;
const ADDRESSES_MOST: usize = 50_000;

/// Those whose passwords were guessed, by the address that it came from.
#[derive(Debug, Default)]
pub(super) struct Victims(HashMap<[u8; 16], Tried>);

#[derive(Debug, Default)]
struct Tried {
    /// In the order in which they were tried.
    people: Vec<PersonKey>,
    known: HashSet<PersonKey>,
    newest: i64,
}

impl Victims {
    pub(super) fn note(&mut self, event: &Event) {
        let guess =
            matches!(event.result(), AttemptResult::Failure(Cause::BadPassword | Cause::AccountLocked));
        let Some(ip) = event.raw_ip().filter(|_| guess && event.address_seen() != Seen::Known) else {
            return;
        };
        if self.0.len() >= ADDRESSES_MOST && !self.0.contains_key(&ip) {
            let oldest = event.micros() - KEPT;
            self.0.retain(|_, tried| tried.newest >= oldest);
            if self.0.len() >= ADDRESSES_MOST {
                return;
            }
        }
        let tried = self.0.entry(ip).or_default();
        if event.micros() - tried.newest > KEPT {
            tried.people.clear();
            tried.known.clear();
        }
        tried.newest = event.micros();
        if event.person.is_somebody() && tried.people.len() < PEOPLE_MOST && tried.known.insert(event.person)
        {
            tried.people.push(event.person);
        }
    }

    /// Those who were tried from the event's address.
    pub(super) fn of(&self, event: &Event) -> &[PersonKey] {
        event.raw_ip().and_then(|ip| self.0.get(&ip)).map_or(&[], |tried| &tried.people)
    }
}
