//! The half that watches addresses and the whole organisation.

use std::collections::{HashMap, HashSet};

use super::{Book, Given, Marked};
use crate::{
    cause::Cause,
    event::{Event, PersonKey, Seen, View},
    record::AttemptResult,
    rules::{Correlator, Fired, Grouping},
    tenant::Tenant,
};

/// How long an address's victims are remembered: three hours, as long as the longest rule by address looks back.
const VICTIMS_KEPT: i64 = 3 * 3_600_000_000;
const VICTIMS_MOST: usize = 2_000;
const ADDRESSES_MOST: usize = 50_000;

/// Watches addresses and the organisation.
#[derive(Debug)]
pub(crate) struct CompanyJudge {
    given: Given,
    correlator: Correlator,
    fired: Vec<Fired>,
    tenant: Tenant,
    victims: HashMap<[u8; 16], Victims>,
    book: Book,
}

#[derive(Debug, Default)]
struct Victims {
    /// In the order in which they were tried.
    people: Vec<PersonKey>,
    known: HashSet<PersonKey>,
    newest: i64,
}

impl CompanyJudge {
    pub(crate) fn new(given: &Given) -> Self {
        Self {
            correlator: given.rules.correlator(Grouping::Other),
            fired: Vec::new(),
            tenant: Tenant::new(&given.settings),
            victims: HashMap::new(),
            book: Book::default(),
            given: given.clone(),
        }
    }

    /// Takes events, in the order in which the other half handed them on.
    pub(crate) fn take_all(&mut self, marked: &[Marked]) {
        for marked in marked {
            self.take(marked);
        }
    }

    /// Takes an event, in the order in which the other half handed it on.
    pub(crate) fn take(&mut self, marked: &Marked) {
        let Marked { event, matches } = marked;
        if !event.derived() {
            self.tenant.take(event);
        }
        self.note_victim(event);
        if matches.is_empty() {
            return;
        }
        let view = View { event, texts: &self.given.texts };
        self.correlator.take(view, matches, &mut self.fired);
        for fired in self.fired.drain(..) {
            let people = people_of(&self.victims, event);
            self.book.add_fired(&self.given.rules, fired, &people, event);
        }
    }

    pub(crate) fn finish(self) -> (Book, Tenant) {
        (self.book, self.tenant)
    }

    pub(crate) fn parts(&mut self) -> (&mut Book, &Tenant) {
        (&mut self.book, &self.tenant)
    }

    fn note_victim(&mut self, event: &Event) {
        let guess =
            matches!(event.result(), AttemptResult::Failure(Cause::BadPassword | Cause::AccountLocked));
        let Some(ip) = event.raw_ip().filter(|_| guess && event.address_seen() != Seen::Known) else {
            return;
        };
        if self.victims.len() >= ADDRESSES_MOST && !self.victims.contains_key(&ip) {
            let oldest = event.micros() - VICTIMS_KEPT;
            self.victims.retain(|_, victims| victims.newest >= oldest);
            if self.victims.len() >= ADDRESSES_MOST {
                return;
            }
        }
        let victims = self.victims.entry(ip).or_default();
        if event.micros() - victims.newest > VICTIMS_KEPT {
            victims.people.clear();
            victims.known.clear();
        }
        victims.newest = event.micros();
        if event.person.is_somebody()
            && victims.people.len() < VICTIMS_MOST
            && victims.known.insert(event.person)
        {
            victims.people.push(event.person);
        }
    }
}

/// Those who were tried from the event's address, with the event's own person first.
fn people_of(victims: &HashMap<[u8; 16], Victims>, event: &Event) -> Vec<PersonKey> {
    let others = event.raw_ip().and_then(|ip| victims.get(&ip)).map(|victims| &victims.people);
    let mut people = vec![event.person];
    people.extend(others.into_iter().flatten().copied().filter(|key| *key != event.person));
    people.retain(|person| person.is_somebody());
    people
}
