//! The half that watches addresses and the whole organisation.

use super::{Book, Given, Marked, holders::Holders, victims::Victims};
use crate::{
    event::{Event, PersonKey, View},
    rules::{Correlator, Fired, Grouping},
    tenant::Tenant,
};

/// Watches addresses and the organisation.
#[derive(Debug)]
pub(crate) struct CompanyJudge {
    given: Given,
    correlator: Correlator,
    fired: Vec<Fired>,
    tenant: Tenant,
    victims: Victims,
    holders: Holders,
    book: Book,
}

impl CompanyJudge {
    pub(crate) fn new(given: &Given) -> Self {
        Self {
            correlator: given.rules.correlator(Grouping::Other),
            fired: Vec::new(),
            tenant: Tenant::new(&given.settings),
            victims: Victims::default(),
            holders: Holders::default(),
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
        self.victims.note(event);
        let holder_before = self.holders.hand_over(event);
        if matches.is_empty() {
            return;
        }
        let view = View { event, texts: &self.given.texts };
        self.correlator.take(view, matches, &mut self.fired);
        for fired in self.fired.drain(..) {
            let others: &[PersonKey] =
                if fired.is_by("phone") { holder_before.as_slice() } else { self.victims.of(event) };
            self.book.add_fired(&self.given.rules, fired, &with_others(event, others), event);
        }
    }

    pub(crate) fn finish(self) -> (Book, Tenant) {
        (self.book, self.tenant)
    }

    pub(crate) fn parts(&mut self) -> (&mut Book, &Tenant) {
        (&mut self.book, &self.tenant)
    }
}

/// The event's own person first.
fn with_others(event: &Event, others: &[PersonKey]) -> Vec<PersonKey> {
    let others = others.iter().copied().filter(|person| *person != event.person);
    [event.person].into_iter().chain(others).filter(|person| person.is_somebody()).collect()
}
