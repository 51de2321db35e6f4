//! Analyses events in the order of time: each person's state, what the rules find, what the detectors find.
//!
//! Two halves, so that two cores can share the work: [`UserAnalyzer`] adds to each event what is known of its person
//! and analyses the person; [`OrganizationAnalyzer`] takes the analysed events and analyses addresses and the whole organisation.

mod addresses;
mod company;
mod detector;
mod device_owners;
mod finding_aggregator;
mod guesses;
mod memory;
mod person;
mod run;
mod targeted_users;
mod travel;

use std::{
    collections::{HashMap, VecDeque},
    sync::Arc,
};

use crate::{
    event::{Event, PersonKey, Texts, View},
    record::{AttemptResult, Method},
    rules::{Correlator, Fired, Grouping, Matcher, Matches, Rules},
    settings::Settings,
};
pub(crate) use addresses::Addresses;
pub(crate) use company::OrganizationAnalyzer;
pub(crate) use finding_aggregator::FindingAggregator;
pub(crate) use person::{AccountChange, Moment, Person};
pub(crate) use run::{LockoutState, LoggedReason, Unfinished};

/// A prompt that nobody answered by then is unanswered: five minutes.
const PROMPT_LIVES: i64 = 300_000_000;

/// What both halves are given.
#[derive(Debug, Clone)]
pub(crate) struct AnalysisContext {
    pub(crate) texts: Arc<Texts>,
    pub(crate) settings: Arc<Settings>,
    pub(crate) rules: Arc<Rules>,
    /// Events before it only teach what is usual.
    pub(crate) since: i64,
}

/// An event with what is known of its person, and the rules that it matches.
#[derive(Debug, Clone)]
pub(crate) struct AnalysedEvent {
    pub(crate) event: Event,
    pub(crate) matches: Matches,
}

/// Watches people.
#[derive(Debug)]
pub(crate) struct UserAnalyzer {
    context: AnalysisContext,
    owners: HashMap<PersonKey, PersonKey>,
    index: HashMap<PersonKey, u32>,
    people: Vec<Person>,
    addresses: Addresses,
    /// Prompts that went out, by the time at which they run out.
    prompts: VecDeque<(i64, PersonKey)>,
    matcher: Matcher,
    correlator: Correlator,
    fired: Vec<Fired>,
    aggregator: FindingAggregator,
    newest: i64,
}

impl UserAnalyzer {
    pub(crate) fn new(context: &AnalysisContext) -> Self {
        Self {
            owners: context.texts.people().owners(),
            index: HashMap::new(),
            people: Vec::new(),
            addresses: Addresses::default(),
            prompts: VecDeque::new(),
            matcher: context.rules.matcher(),
            correlator: context.rules.correlator(Grouping::ByPerson),
            fired: Vec::new(),
            aggregator: FindingAggregator::default(),
            newest: i64::MIN,
            context: context.clone(),
        }
    }

    /// Takes an event that is not before the ones taken, and hands on what the other half must see.
    pub(crate) fn take(&mut self, mut event: Event, out: &mut Vec<AnalysedEvent>) {
        event.person = self.owners.get(&event.person).copied().unwrap_or(event.person);
        if event.at().is_none() {
            if let Some(person) = self.person(event.person) {
                person.take_undated(&event);
            }
            return;
        }
        self.expire_prompts(event.micros(), out);
        self.newest = event.micros();
        if let Some(person) = self.person(event.person)
            && let Some(unanswered) = person.prompt(&event)
        {
            self.analyse(unanswered, out);
        }
        if event.result() == AttemptResult::PushSent && matches!(event.method(), Method::Push | Method::Voice)
        {
            self.prompts.push_back((event.micros() + PROMPT_LIVES, event.person));
        }
        self.analyse(event, out);
    }

    /// What is known of the people, and what was found, now that the last event is in.
    pub(crate) fn finish(
        mut self,
        out: &mut Vec<AnalysedEvent>,
    ) -> (Vec<Person>, FindingAggregator, Addresses) {
        self.expire_prompts(self.newest, out);
        for person in &mut self.people {
            if let Some(found) = person.guesses.at_the_end() {
                self.aggregator.add_detected(person.key, found);
            }
        }
        (self.people, self.aggregator, self.addresses)
    }

    /// Prompts that have run out by `now` without an answer.
    pub(crate) fn expire_prompts(&mut self, now: i64, out: &mut Vec<AnalysedEvent>) {
        while let Some((runs_out, key)) = self.prompts.pop_front_if(|(runs_out, _)| *runs_out <= now) {
            let sent = runs_out - PROMPT_LIVES;
            if let Some(unanswered) = self.person(key).and_then(|person| person.expire(sent, runs_out)) {
                self.analyse(unanswered, out);
            }
        }
    }

    /// Learns whose ids the newer records named.
    pub(crate) fn learn_owners(&mut self) {
        self.owners = self.context.texts.people().owners();
    }

    pub(crate) fn aggregator(&mut self) -> &mut FindingAggregator {
        &mut self.aggregator
    }

    fn person(&mut self, key: PersonKey) -> Option<&mut Person> {
        if !key.is_somebody() {
            return None;
        }
        let next = u32::try_from(self.people.len()).ok()?;
        let index = *self.index.entry(key).or_insert(next);
        if index == next {
            self.people.push(Person::new(key));
        }
        self.people.get_mut(usize::try_from(index).ok()?)
    }

    fn analyse(&mut self, mut event: Event, out: &mut Vec<AnalysedEvent>) {
        event.set_address_familiarity(self.addresses.analyse(&event));
        let is_past = event.micros() < self.context.since;
        let settings = Arc::clone(&self.context.settings);
        let mut is_repeat = false;
        let mut found = [None, None, None];
        if let Some(person) = self.person(event.person) {
            person.annotate(&mut event);
            if !is_past {
                is_repeat = is_refusal(&event) && person.repeats_refusal(&event);
                found = detect(person, &event, &settings);
                person.take(&event);
            }
            person.learn(&event);
        }
        self.addresses.learn(&event);
        if is_past {
            return;
        }
        for found in found.into_iter().flatten() {
            self.aggregator.add_detected(event.person, found);
        }
        self.apply_rules(event, is_repeat, out);
    }

    fn apply_rules(&mut self, event: Event, is_repeat: bool, out: &mut Vec<AnalysedEvent>) {
        let view = View { event: &event, texts: &self.context.texts };
        let matches = if is_repeat { Matches::default() } else { self.matcher.matches(view) };
        if !matches.is_empty() {
            self.correlator.take(view, &matches, &mut self.fired);
            for fired in self.fired.drain(..) {
                self.aggregator.add_fired(&self.context.rules, fired, &[event.person], &event);
            }
        }
        out.push(AnalysedEvent { event, matches });
    }
}

fn detect(person: &mut Person, event: &Event, settings: &Settings) -> [Option<detector::Detected>; 3] {
    let changed_at = person.password_changed_at;
    [
        travel::analyse(&mut person.place, event, &settings.impossible_travel),
        travel::analyse_phone(event, &settings.phone_far_away),
        person.guesses.take(event, changed_at, settings),
    ]
}

fn is_refusal(event: &Event) -> bool {
    use crate::cause::Cause::{MfaDenied, MfaFraudReported, MfaNoResponse};
    matches!(event.result(), AttemptResult::Failure(MfaDenied | MfaNoResponse | MfaFraudReported))
}

#[cfg(test)]
mod tests;
