//! What only the whole organisation shows: an outage, a policy gone wrong, text messages that do not arrive.
//!
//! One pass over the events of everybody, in the order of time. What happens at one moment is analysed when time moves
//! on, so that the order of events with the same time does not matter.

mod active;
mod chart;
mod incident;
mod normal;
mod outage;
mod policy;
mod sms;
mod user_index;
mod window;
mod wording;

use std::sync::OnceLock;

use jiff::SignedDuration;

use crate::{
    cause::Cause,
    event::{Event, Familiarity, Texts},
    finding::Finding,
    record::{AttemptResult, Flag, Network, Provider},
    settings::Settings,
};
use chart::Chart;
use incident::{Incident, IncidentKind};
use outage::Outages;
use policy::{AccessPolicies, Changes};
use sms::Messages;
use user_index::{Person, UserIndex};
use window::{Ending, Fact, Record};

pub use chart::Bucket;

/// An event may be late by this much, in microseconds. Whatever is later than that is left out.
const LATEST: i64 = 600_000_000;

/// The detectors that look at everybody at once.
#[derive(Debug)]
pub struct Tenant {
    settings: Settings,
    now: i64,
    /// In the order of [`Provider`].
    providers: Vec<ProviderState>,
    changes: Changes,
    /// In the order in which they were found.
    incidents: Vec<Incident>,
    chart: Chart,
    /// The incidents as of now, once somebody has asked.
    current_incidents: OnceLock<Vec<Incident>>,
}

impl Tenant {
    /// Nothing seen yet.
    pub fn new(settings: &Settings) -> Self {
        Self {
            settings: settings.clone(),
            now: i64::MIN,
            providers: Vec::new(),
            changes: Changes::default(),
            incidents: Vec::new(),
            chart: Chart::default(),
            current_incidents: OnceLock::new(),
        }
    }

    /// Takes the next event. Events come in the order of time, those of everybody; one without a time is left out.
    pub fn take(&mut self, event: &Event) {
        if event.micros() == i64::MIN || event.micros() < self.now.saturating_sub(LATEST) {
            return;
        }
        self.current_incidents.take();
        if event.micros() > self.now {
            for state in self.providers.iter_mut().filter(|state| state.is_waiting) {
                state.settle(&mut self.incidents, &self.changes);
            }
            self.now = event.micros();
        }
        self.changes.take(event, self.now);
        let provider = event.provider();
        let place = self.providers.iter().position(|state| state.provider >= provider);
        let place = place.unwrap_or(self.providers.len());
        if self.providers.get(place).is_none_or(|state| state.provider != provider) {
            self.providers.insert(place, ProviderState::new(provider, &self.settings, self.now));
        }
        if let Some(state) = self.providers.get_mut(place) {
            state.advance(self.now, &mut self.incidents);
            state.take(event, &mut self.incidents, &mut self.chart);
        }
    }

    /// What was found so far, in the order in which it was. What is open is reported as it was at the last event.
    pub fn findings(&self, texts: &Texts) -> Vec<Finding> {
        let state_of = |provider| self.providers.iter().find(|state| state.provider == provider);
        let finding =
            |incident: &Incident| state_of(incident.provider).map(|state| state.finding(incident, texts));
        self.current_incidents().iter().filter_map(finding).collect()
    }

    /// The place in [`Self::findings`] of what this failure is a part of: then it is nothing about the person.
    pub fn explains(&self, event: &Event) -> Option<usize> {
        let is_part = |incident: &Incident| {
            incident.provider == event.provider()
                && incident.covers(event.micros())
                && match &incident.about {
                    IncidentKind::Outage(story) => story.covers(event),
                    IncidentKind::Policy(story) => story.covers(event),
                    IncidentKind::Sms(story) => story.covers(event),
                }
        };
        if is_unfamiliar(event) { None } else { self.current_incidents().iter().rposition(is_part) }
    }

    /// Attempts over time, by provider.
    pub fn chart(&self) -> Vec<Bucket> {
        self.chart.buckets()
    }

    fn current_incidents(&self) -> &[Incident] {
        self.current_incidents.get_or_init(|| {
            let mut incidents = self.incidents.clone();
            for state in self.providers.iter().filter(|state| state.is_waiting) {
                state.update(&mut incidents);
                incidents.extend(state.openings(&self.changes));
            }
            incidents
        })
    }
}

/// The detectors of one provider.
#[derive(Debug)]
struct ProviderState {
    provider: Provider,
    now: i64,
    /// Something happened now that is not analysed yet.
    is_waiting: bool,
    /// It was a failure: nothing else can be the beginning of trouble.
    has_failed: bool,
    user_index: UserIndex,
    outages: Outages,
    policies: AccessPolicies,
    messages: Messages,
}

impl ProviderState {
    fn new(provider: Provider, settings: &Settings, now: i64) -> Self {
        Self {
            provider,
            now,
            is_waiting: false,
            has_failed: false,
            user_index: UserIndex::default(),
            outages: Outages::new(&settings.outage),
            policies: AccessPolicies::new(&settings.policy),
            messages: Messages::new(&settings.sms),
        }
    }

    /// Time moves on; what was is analysed already.
    fn advance(&mut self, next: i64, incidents: &mut [Incident]) {
        if next > self.now {
            self.outages.advance(self.now, next, incidents);
            self.policies.advance(next, incidents);
            self.messages.advance(next, incidents);
            self.now = next;
        }
    }

    fn take(&mut self, event: &Event, incidents: &mut [Incident], chart: &mut Chart) {
        let result = event.result();
        let failed = matches!(result, AttemptResult::Failure(_));
        if !failed && result != AttemptResult::Success {
            return;
        }
        let mut person = event.person.is_somebody().then(|| self.user_index.person(event.person));
        if event.interactive() || event.proves() {
            chart.take(self.provider, self.now, failed, person.as_deref_mut());
        }
        let Some(&mut Person { number: who, signed_in: signed_in_before, .. }) = person else { return };
        if event.proves() && !signed_in_before {
            self.user_index.sign_in(event.person);
        }
        (self.is_waiting, self.has_failed) = (true, self.has_failed || failed);
        let step = TenantEvent { event, at: self.now, who, signed_in_before };
        self.outages.take(&step, incidents);
        self.policies.take(&step, incidents);
        self.messages.take(&step, incidents);
    }

    /// Analyses what happened now.
    fn settle(&mut self, incidents: &mut Vec<Incident>, changes: &Changes) {
        let openings = self.openings(changes);
        self.update(incidents);
        for incident in openings {
            let index = incidents.len();
            match &incident.about {
                IncidentKind::Outage(_) => self.outages.opened(index),
                IncidentKind::Policy(story) => self.policies.opened(story, index),
                IncidentKind::Sms(story) => self.messages.opened(story, index),
            }
            incidents.push(incident);
        }
        self.user_index.settle();
        (self.is_waiting, self.has_failed) = (false, false);
    }

    fn openings(&self, changes: &Changes) -> Vec<Incident> {
        if !self.has_failed {
            return Vec::new();
        }
        let mut openings: Vec<_> = self.outages.opening(self.provider, self.now).into_iter().collect();
        let is_well = openings.is_empty() && self.outages.open().is_none();
        openings.extend(self.policies.openings(self.provider, changes, self.now));
        if is_well {
            openings.extend(self.messages.openings(self.provider, self.now));
        }
        openings
    }

    /// What is open, as of now.
    fn update(&self, incidents: &mut [Incident]) {
        if let Some(incident) = self.outages.open().and_then(|index| incidents.get_mut(index)) {
            self.outages.update(incident, self.now);
        }
        for index in self.policies.open().chain(self.messages.open()) {
            incidents.get_mut(index).into_iter().for_each(|incident| incident.settle(self.now));
        }
    }

    fn finding(&self, incident: &Incident, texts: &Texts) -> Finding {
        match &incident.about {
            IncidentKind::Outage(story) => self.outages.finding(incident, story, texts),
            IncidentKind::Policy(story) => self.policies.finding(incident, story, texts),
            IncidentKind::Sms(story) => self.messages.finding(incident, story, texts),
        }
    }
}

/// An event, with what the detectors want to know of it.
struct TenantEvent<'e> {
    event: &'e Event,
    /// The event's time, or now if it is late.
    at: i64,
    who: u32,
    signed_in_before: bool,
}

impl TenantEvent<'_> {
    fn fact<K>(&self, key: K, ending: Ending) -> Fact<K> {
        let Self { event, at, who, signed_in_before: before } = *self;
        Fact { who, key, at, ending, network: 0, familiar: is_familiar(event), before }
    }

    fn is_unfamiliar(&self) -> bool {
        is_unfamiliar(self.event)
    }

    /// `sign_ins`: of everybody before this time.
    fn record(&self, cause: Cause, sign_ins: u64) -> Record {
        let (position, person, legacy) = (self.event.position(), self.event.person, self.event.legacy());
        Record { at: self.at, position, person, sign_ins, cause, legacy }
    }
}

fn is_familiar(event: &Event) -> bool {
    event.familiarity().0 == Familiarity::Known
        || event.address_familiarity() == Familiarity::Known
        || event.network() == Network::Trusted
}

/// From where the person has never been, or said by the provider to be an attack.
fn is_unfamiliar(event: &Event) -> bool {
    let flagged = matches!(event.flag(), Some(Flag::Phishing | Flag::MaliciousAddress | Flag::Risk));
    flagged || (event.familiarity().0 == Familiarity::New && !is_familiar(event))
}

fn micros(span: SignedDuration) -> i64 {
    i64::try_from(span.as_micros()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests;
