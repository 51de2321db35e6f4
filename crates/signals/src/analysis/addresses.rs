//! What is known of addresses: who failed from them, and who signed in.

use std::collections::HashMap;

use crate::{
    cause::Cause,
    event::{Event, Familiarity, PersonKey},
    record::AttemptResult,
};

/// Addresses remembered. Beyond, new ones are not analysed: a flood of addresses must not fill the memory.
const MOST: usize = 300_000;
/// Sign-ins of anybody after which an address without one counts as new.
const ENOUGH: u32 = 20;
/// So many people are enough: who failed, to make an address hostile; who signed in, to make it known. One is not:
/// whoever has one account would whitewash an address.
const ENOUGH_PEOPLE: usize = 3;

#[derive(Debug, Default)]
pub(crate) struct Addresses {
    by_ip: HashMap<[u8; 16], Address>,
    successes: u32,
}

#[derive(Debug, Default, Clone, Copy)]
struct Address {
    failed: Few,
    signed_in: Few,
}

/// The first few people, by the lower half of their key; 0 for an empty place.
#[derive(Debug, Default, Clone, Copy)]
struct Few([u32; ENOUGH_PEOPLE]);

impl Few {
    fn add(&mut self, person: PersonKey) {
        #[expect(clippy::cast_possible_truncation, reason = "half of a hash tells a few people apart")]
        let person = (person.number() as u32).max(1);
        if !self.0.contains(&person)
            && let Some(free) = self.0.iter_mut().find(|place| **place == 0)
        {
            *free = person;
        }
    }

    fn is_empty(self) -> bool {
        self.0.first() == Some(&0)
    }

    fn is_full(self) -> bool {
        !self.0.contains(&0)
    }
}

impl Addresses {
    /// Have people signed in from the event's address before?
    pub(super) fn analyse(&self, event: &Event) -> Familiarity {
        let Some(ip) = event.raw_ip() else { return Familiarity::Unsure };
        match self.by_ip.get(&ip) {
            Some(address) if address.signed_in.is_full() => Familiarity::Known,
            Some(address) if !address.signed_in.is_empty() => Familiarity::Unsure,
            _ if self.successes >= ENOUGH => Familiarity::New,
            _ => Familiarity::Unsure,
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
        if self.by_ip.len() >= MOST && !self.by_ip.contains_key(&ip) {
            return;
        }
        let address = self.by_ip.entry(ip).or_default();
        let few = if event.proves() { &mut address.signed_in } else { &mut address.failed };
        few.add(event.person);
    }

    /// Wrong passwords for several people, and nobody ever got in, as people do elsewhere: what failed from there was not
    /// the people's doing. A log without successes tells nothing of the kind.
    pub(crate) fn is_hostile(&self, ip: [u8; 16]) -> bool {
        let is_bad = |address: &Address| address.signed_in.is_empty() && address.failed.is_full();
        self.successes >= ENOUGH && self.by_ip.get(&ip).is_some_and(is_bad)
    }
}
