//! `sms_trouble`: text messages or calls do not arrive, while everything else works.

mod others;
mod story;

use super::{
    TenantEvent,
    incident::{Incident, IncidentKind, beginning, rate, share},
    micros,
    window::{Ending, Fact, SlidingWindow},
};
use crate::{
    cause::Cause,
    event::Texts,
    finding::Finding,
    record::{AttemptResult, Provider},
    settings,
};
use others::Others;
use story::{SmsLine, did_not_arrive, is_failing, line};
pub(super) use story::{SmsStory, is_trouble};

/// With more than this share of their people in trouble, the other methods are not well either.
const OTHERS_WELL: f64 = 0.2;

/// While nobody asks for a message, it may go on: for so many windows.
const LONGEST_SILENCE: i64 = 4;

/// How people of one line fared, each counted when they leave the window.
#[derive(Debug, Clone, Copy, Default)]
struct SmsPast {
    succeeded: u64,
    people: u64,
}

/// One line's state; there is none for the others.
#[derive(Debug, Default)]
struct SmsState {
    past: SmsPast,
    sign_ins: u64,
    sign_ins_before: u64,
    touched: bool,
    open: Option<usize>,
}

#[derive(Debug)]
pub(super) struct Messages {
    limits: settings::Sms,
    span: i64,
    window: SlidingWindow<SmsLine>,
    others: Others,
    sms: SmsState,
    voice: SmsState,
}

impl Messages {
    pub(super) fn new(limits: &settings::Sms) -> Self {
        let span = micros(limits.window);
        Self {
            limits: limits.clone(),
            span,
            window: SlidingWindow::new(span),
            others: Others::new(span),
            sms: SmsState::default(),
            voice: SmsState::default(),
        }
    }

    pub(super) fn take(&mut self, step: &TenantEvent<'_>, incidents: &mut [Incident]) {
        let event = step.event;
        let line = line(event);
        match event.result() {
            _ if !event.interactive() => {}
            AttemptResult::Success if line == SmsLine::Other => self.others.sign_in(step.at),
            AttemptResult::Success if event.proves() => {
                self.window.take(step.fact(line, Ending::Succeeded));
                if let Some(state) = self.state_mut(line) {
                    state.sign_ins += 1;
                    state.open_in(incidents).into_iter().for_each(Incident::sign_in);
                }
            }
            // Somebody who makes the provider call unknown numbers is no trouble of the line.
            AttemptResult::Failure(_) if step.is_unfamiliar() => {}
            AttemptResult::Failure(cause) if line == SmsLine::Other && is_failing(cause) => {
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

    fn state(&self, line: SmsLine) -> Option<&SmsState> {
        match line {
            SmsLine::Sms => Some(&self.sms),
            SmsLine::Voice => Some(&self.voice),
            SmsLine::Other => None,
        }
    }

    fn state_mut(&mut self, line: SmsLine) -> Option<&mut SmsState> {
        match line {
            SmsLine::Sms => Some(&mut self.sms),
            SmsLine::Voice => Some(&mut self.voice),
            SmsLine::Other => None,
        }
    }

    /// What begins now, the provider itself being well.
    pub(super) fn openings(&self, provider: Provider, now: i64) -> impl Iterator<Item = Incident> {
        [SmsLine::Sms, SmsLine::Voice].into_iter().filter_map(move |line| self.opening(provider, line, now))
    }

    fn opening(&self, provider: Provider, line: SmsLine, now: i64) -> Option<Incident> {
        let state = self.state(line).filter(|state| state.touched && state.open.is_none())?;
        let counts = self.window.counts(line)?;
        let rate_now = share(counts.succeeded.into(), counts.people.into());
        let normal = share(state.past.succeeded, state.past.people);
        let known = state.past.people >= u64::from(self.limits.people) && state.past.succeeded > 0;
        let in_trouble = counts.people - counts.succeeded;
        let is_bad = in_trouble >= self.limits.people && rate_now <= self.limits.rate_left * normal;
        if !known || !is_bad || !self.are_others_well(now) {
            return None;
        }
        let first = beginning(&counts.records, state.sign_ins);
        let reported =
            counts.records.range(first..).filter(|record| record.cause != Cause::MfaNoResponse).count();
        let is_reported = reported * 2 > counts.records.len() - first;
        let others_work = self.others.sign_ins(now) > 0;
        let story = SmsStory { line, normal, now: rate_now, others_work, is_reported };
        // Half-way between how many usually fail and how many do now.
        let weight = f64::midpoint(1.0 - normal, rate(&counts.records, first, state.sign_ins));
        Some(Incident::new(provider, IncidentKind::Sms(story), weight, counts.records.range(first..)))
    }

    fn are_others_well(&self, now: i64) -> bool {
        let in_trouble = self.window.counts(SmsLine::Other).map_or(0, |counts| counts.people);
        let sign_ins = self.others.sign_ins(now);
        share(in_trouble.into(), u64::from(in_trouble) + sign_ins) <= OTHERS_WELL
    }

    pub(super) fn open(&self) -> impl Iterator<Item = usize> {
        [self.sms.open, self.voice.open].into_iter().flatten()
    }

    pub(super) fn opened(&mut self, story: &SmsStory, index: usize) {
        if let Some(state) = self.state_mut(story.line) {
            state.open = Some(index);
        }
    }

    /// Time moves on; everything up to now has been analysed.
    pub(super) fn advance(&mut self, next: i64, incidents: &mut [Incident]) {
        let Self { span, window, sms, voice, .. } = self;
        window.advance(next, |fact: Fact<SmsLine>| {
            let state = match fact.key {
                SmsLine::Sms => &mut *sms,
                SmsLine::Voice => &mut *voice,
                SmsLine::Other => return,
            };
            if state.open.is_none() {
                state.past.add(fact.ending);
            }
        });
        let few = f64::from(self.limits.people) / 2.0;
        for (line, state) in [(SmsLine::Sms, sms), (SmsLine::Voice, voice)] {
            (state.touched, state.sign_ins_before) = (false, state.sign_ins);
            let Some(open) = state.open_in(incidents) else { continue };
            let in_trouble = window.counts(line).map_or(0, |counts| counts.people - counts.succeeded);
            let is_silent = next.saturating_sub(open.until) / LONGEST_SILENCE > *span;
            if f64::from(in_trouble) < few && (open.is_over() || is_silent) {
                open.close();
                state.open = None;
            }
        }
    }

    pub(super) fn finding(&self, incident: &Incident, story: &SmsStory, texts: &Texts) -> Finding {
        story.finding(incident, &self.limits, texts)
    }
}

impl SmsPast {
    fn add(&mut self, ending: Ending) {
        self.people += 1;
        self.succeeded += u64::from(ending == Ending::Succeeded);
    }
}

impl SmsState {
    fn open_in<'i>(&self, incidents: &'i mut [Incident]) -> Option<&'i mut Incident> {
        self.open.and_then(|index| incidents.get_mut(index))
    }
}
