//! What is known of addresses: who failed from them, and whether anybody ever signed in.

use std::collections::HashMap;

use crate::{
    cause::Cause,
    event::{Event, Seen},
    record::AttemptResult,
};

/// Addresses remembered. Beyond, new ones are not judged: a flood of addresses must not fill the memory.
const MOST: usize = 300_000;
/// Sign-ins of anybody after which an address without one counts as new.
const ENOUGH: u32 = 20;
/// People that an address fails for before it counts as hostile.
const HOSTILE: usize = 3;

#[derive(Debug, Default)]
pub(crate) struct Addresses {
    known: HashMap<[u8; 16], Address>,
    successes: u32,
}

#[derive(Debug, Default, Clone, Copy)]
struct Address {
    /// People who failed from it, by the lower half of their key; 0 for an empty place.
    failed: [u32; HOSTILE],
    signed_in: bool,
}

impl Addresses {
    /// Has anybody signed in from the event's address before?
    pub(super) fn judge(&self, event: &Event) -> Seen {
        let Some(ip) = event.raw_ip() else { return Seen::Unsure };
        match self.known.get(&ip) {
            Some(address) if address.signed_in => Seen::Known,
            _ if self.successes >= ENOUGH => Seen::New,
            _ => Seen::Unsure,
        }
    }

    pub(super) fn learn(&mut self, event: &Event) {
        let Some(ip) = event.raw_ip() else { return };
        let guesses =
            matches!(event.result(), AttemptResult::Failure(Cause::BadPassword | Cause::AccountLocked));
        if !guesses && !event.proves() {
            return;
        }
        self.successes = self.successes.saturating_add(u32::from(event.proves()));
        if self.known.len() >= MOST && !self.known.contains_key(&ip) {
            return;
        }
        let address = self.known.entry(ip).or_default();
        if event.proves() {
            address.signed_in = true;
            return;
        }
        #[expect(clippy::cast_possible_truncation, reason = "half of a hash tells a few people apart")]
        let person = (event.person.number() as u32).max(1);
        if !address.failed.contains(&person)
            && let Some(free) = address.failed.iter_mut().find(|place| **place == 0)
        {
            *free = person;
        }
    }

    /// Wrong passwords for several people, and nobody ever got in: what failed from there was not the people's doing.
    pub(crate) fn is_hostile(&self, ip: [u8; 16]) -> bool {
        self.known.get(&ip).is_some_and(|address| !address.signed_in && !address.failed.contains(&0))
    }
}
