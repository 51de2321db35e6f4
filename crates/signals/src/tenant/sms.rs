//! `sms_trouble`: text messages or calls do not arrive, while everything else works.

use std::collections::VecDeque;

use super::{
    Step,
    incident::{About, Incident, beginning, rate, share},
    micros,
    normal::minute,
    window::{Ending, Fact, Tally, Window},
    words::{self, Wording},
};
use crate::{
    cause::Cause,
    event::{Event, Texts},
    finding::{Confidence, Finding, Grade, Subject},
    record::{AttemptResult, Method, Provider},
    settings,
};

/// With more than this share of their people in trouble, the other methods are not well either.
const OTHERS_WELL: f64 = 0.2;

/// While nobody asks for a message, it may go on: for so many windows.
const LONGEST_SILENCE: i64 = 4;

/// The two lines that messages come by, and all that does not come by them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Line {
    Sms,
    Voice,
    Other,
}

fn line(event: &Event) -> Line {
    match event.method() {
        Method::Sms => Line::Sms,
        Method::Voice => Line::Voice,
        _ => Line::Other,
    }
}

fn did_not_arrive(cause: Cause) -> bool {
    matches!(cause, Cause::MfaDeliveryFailed | Cause::MfaRateLimited | Cause::MfaNoResponse)
}

/// Did a message or call not arrive?
pub(super) fn is_trouble(event: &Event) -> bool {
    line(event) != Line::Other
        && matches!(event.result(), AttemptResult::Failure(cause) if did_not_arrive(cause))
}

/// What could be the provider's fault. Wrong passwords and the like say nothing about whether a method works.
fn is_failing(cause: Cause) -> bool {
    did_not_arrive(cause) || matches!(cause, Cause::ProviderOutage | Cause::ExternalIdp | Cause::Unknown)
}

/// What only this kind has to tell.
#[derive(Debug, Clone)]
pub(super) struct Story {
    line: Line,
    /// Success rates of the line.
    normal: f64,
    now: f64,
    /// The provider says itself that it could not, or would not, deliver.
    said: bool,
}

impl Story {
    pub(super) fn tells_of(&self, event: &Event) -> bool {
        is_trouble(event) && line(event) == self.line
    }
}

/// How people of one line fared, each counted when they leave the window.
#[derive(Debug, Clone, Copy, Default)]
struct Past {
    succeeded: u64,
    people: u64,
}

/// Sign-ins by all other methods within the window, to the minute. Whose they are does not matter.
#[derive(Debug)]
struct Others {
    span: i64,
    minutes: VecDeque<(i64, u64)>,
}

impl Others {
    fn new(span: i64) -> Self {
        Self { span, minutes: VecDeque::new() }
    }

    fn sign_in(&mut self, at: i64) {
        match self.minutes.back_mut().filter(|(last, _)| *last == minute(at)) {
            Some((_, sign_ins)) => *sign_ins += 1,
            None => self.minutes.push_back((minute(at), 1)),
        }
    }

    fn advance(&mut self, now: i64) {
        let end = minute(now.saturating_sub(self.span));
        while self.minutes.front().is_some_and(|(first, _)| *first < end) {
            self.minutes.pop_front();
        }
    }

    fn sign_ins(&self) -> u64 {
        self.minutes.iter().map(|(_, sign_ins)| sign_ins).sum()
    }
}

/// One line's state; there is none for the others.
#[derive(Debug, Default)]
struct State {
    past: Past,
    sign_ins: u64,
    sign_ins_before: u64,
    touched: bool,
    open: Option<usize>,
}

#[derive(Debug)]
pub(super) struct Messages {
    limits: settings::Sms,
    window: Window<Line>,
    others: Others,
    sms: State,
    voice: State,
}

impl Messages {
    pub(super) fn new(limits: &settings::Sms) -> Self {
        Self {
            limits: limits.clone(),
            window: Window::new(micros(limits.window)),
            others: Others::new(micros(limits.window)),
            sms: State::default(),
            voice: State::default(),
        }
    }

    pub(super) fn take(&mut self, step: &Step<'_>, incidents: &mut [Incident]) {
        let event = step.event;
        let line = line(event);
        match event.result() {
            _ if !event.interactive() => {}
            AttemptResult::Success if line == Line::Other => self.others.sign_in(step.at),
            AttemptResult::Success if event.proves() => {
                self.window.take(step.fact(line, Ending::Succeeded));
                if let Some(state) = self.state_mut(line) {
                    state.sign_ins += 1;
                    state.open_in(incidents).into_iter().for_each(Incident::sign_in);
                }
            }
            // Somebody who makes the provider call strangers is no trouble of the line.
            AttemptResult::Failure(_) if step.is_strange() => {}
            AttemptResult::Failure(cause) if line == Line::Other && is_failing(cause) => {
                self.window.take(step.fact(line, Ending::Failed));
            }
            AttemptResult::Failure(cause) if did_not_arrive(cause) => {
                self.window.take(step.fact(line, Ending::Failed));
                let Some(state) = self.state_mut(line) else { return };
                let record = step.record(cause, state.sign_ins_before);
                state.touched = true;
                state.open_in(incidents).into_iter().for_each(|open| open.fail(&record));
                self.window.record(line, record);
            }
            _ => {}
        }
    }

    fn state(&self, line: Line) -> Option<&State> {
        match line {
            Line::Sms => Some(&self.sms),
            Line::Voice => Some(&self.voice),
            Line::Other => None,
        }
    }

    fn state_mut(&mut self, line: Line) -> Option<&mut State> {
        match line {
            Line::Sms => Some(&mut self.sms),
            Line::Voice => Some(&mut self.voice),
            Line::Other => None,
        }
    }

    /// What begins now, the provider itself being well.
    pub(super) fn openings(&self, provider: Provider) -> impl Iterator<Item = Incident> {
        [Line::Sms, Line::Voice].into_iter().filter_map(move |line| self.opening(provider, line))
    }

    fn opening(&self, provider: Provider, line: Line) -> Option<Incident> {
        let state = self.state(line).filter(|state| state.touched && state.open.is_none())?;
        let tally = self.window.tally(line)?;
        let now = share(tally.succeeded.into(), tally.people.into());
        let normal = share(state.past.succeeded, state.past.people);
        let known = state.past.people >= u64::from(self.limits.people) && state.past.succeeded > 0;
        let in_trouble = tally.people - tally.succeeded;
        let is_bad = in_trouble >= self.limits.people && now <= self.limits.rate_left * normal;
        if !known || !is_bad || !self.are_others_well() {
            return None;
        }
        let first = beginning(&tally.records, state.sign_ins);
        let said = tally.records.range(first..).filter(|record| record.cause != Cause::MfaNoResponse).count();
        let said = said * 2 > tally.records.len() - first;
        let story = Story { line, normal, now, said };
        // Half-way between how many usually fail and how many do now.
        let weight = f64::midpoint(1.0 - normal, rate(&tally.records, first, state.sign_ins));
        Some(Incident::new(provider, About::Sms(story), weight, tally.records.range(first..)))
    }

    fn are_others_well(&self) -> bool {
        let in_trouble = self.window.tally(Line::Other).map_or(0, |tally| tally.people);
        let sign_ins = self.others.sign_ins();
        share(in_trouble.into(), u64::from(in_trouble) + sign_ins) <= OTHERS_WELL
    }

    pub(super) fn open(&self) -> impl Iterator<Item = usize> {
        [self.sms.open, self.voice.open].into_iter().flatten()
    }

    pub(super) fn opened(&mut self, story: &Story, index: usize) {
        if let Some(state) = self.state_mut(story.line) {
            state.open = Some(index);
        }
    }

    /// Time moves on; everything up to now has been judged.
    pub(super) fn advance(&mut self, next: i64, incidents: &mut [Incident]) {
        let Self { window, others, sms, voice, .. } = self;
        others.advance(next);
        window.advance(next, |fact: Fact<Line>| {
            let state = match fact.key {
                Line::Sms => &mut *sms,
                Line::Voice => &mut *voice,
                Line::Other => return,
            };
            if state.open.is_none() {
                state.past.add(fact.ending);
            }
        });
        let (few, span) = (f64::from(self.limits.people) / 2.0, micros(self.limits.window));
        for (line, state) in [(Line::Sms, sms), (Line::Voice, voice)] {
            (state.touched, state.sign_ins_before) = (false, state.sign_ins);
            let in_trouble = window.tally(line).map_or(0, |tally| tally.people - tally.succeeded);
            if let Some(open) = state.open_in(incidents).filter(|_| f64::from(in_trouble) < few)
                && (open.is_over() || next.saturating_sub(open.until) / LONGEST_SILENCE > span)
            {
                open.close();
                state.open = None;
            }
        }
    }

    pub(super) fn finding(&self, incident: &Incident, story: &Story, texts: &Texts) -> Finding {
        let limits = &self.limits;
        let threshold = format!(
            "at least {} people within {} whose {} did not arrive, and at most {} of the usual success rate",
            limits.people,
            words::span(limits.window),
            story.messages(),
            words::per_cent(limits.rate_left),
        );
        let wording = Wording {
            rule: "sms_trouble",
            title: match story.line {
                Line::Voice => "Calls do not arrive",
                _ => "Text messages do not arrive",
            },
            grade: Grade::Notice,
            confidence: if story.said { Confidence::High } else { Confidence::Medium },
            subject: Subject::Tenant { provider: incident.provider },
            threshold,
            words: story.words(incident),
            mend: "Change nothing on the accounts. Let people use another factor, and ask the provider about its \
                   messages and calls.",
            runbook: "agent-runbook.md#sms-trouble",
        };
        words::finding(incident, texts, wording)
    }
}

impl Story {
    fn messages(&self) -> &'static str {
        if self.line == Line::Voice { "calls" } else { "text messages" }
    }

    fn words(&self, incident: &Incident) -> String {
        format!(
            "Since {}, the {} of {} people did not arrive: {} of those who waited for one got in, {} otherwise. Other \
             methods work. {}",
            words::time(incident.since),
            self.messages(),
            incident.people,
            words::per_cent(self.now),
            words::per_cent(self.normal),
            words::ending(incident, "They arrive again"),
        )
    }
}

impl Past {
    fn add(&mut self, ending: Ending) {
        self.people += 1;
        self.succeeded += u64::from(ending == Ending::Succeeded);
    }
}

impl State {
    fn open_in<'i>(&self, incidents: &'i mut [Incident]) -> Option<&'i mut Incident> {
        self.open.and_then(|index| incidents.get_mut(index))
    }
}
