//! Logs made up for the tests: an organisation at work, and what befalls it.

use std::collections::HashMap;

use jiff::Timestamp;

use super::super::Tenant;
use crate::{
    cause::Cause,
    event::{Event, Familiarity, TextId, Texts, Writer},
    finding::Finding,
    record::{AttemptResult, Method, Position, Provider, SignIn},
    settings::Settings,
};
use AttemptResult::{Failure, Success};

pub const SECOND: i64 = 1;
pub const MINUTE: i64 = 60;
pub const HOUR: i64 = 3600;
pub const DAY: i64 = 86_400;

/// Monday, 2 March 2026, 00:00 UTC.
const MONDAY: i64 = 1_772_409_600;

pub fn at(second: i64) -> Timestamp {
    Timestamp::from_second(MONDAY + second).unwrap()
}

/// A record before it is one.
#[derive(Clone)]
pub struct Line {
    pub record: SignIn<'static>,
    pub network_familiarity: Familiarity,
    pub address_familiarity: Familiarity,
}

impl Line {
    pub fn new(second: i64, who: usize, result: AttemptResult) -> Self {
        let mut record = SignIn::new(Provider::Entra, result);
        record.at = Some(at(second));
        record.set_person(Some(format!("p{who}").into()));
        record.set_ip(Some(&format!("2001:db8:{who:x}::7")));
        Self { record, network_familiarity: Familiarity::Known, address_familiarity: Familiarity::Known }
    }

    pub fn failure(second: i64, who: usize, cause: Cause, code: &'static str) -> Self {
        let mut line = Self::new(second, who, Failure(cause));
        line.record.code = Some(code.into());
        line
    }

    pub fn on_network(mut self, network: usize) -> Self {
        self.record.set_ip(Some(&format!("2001:db8:{network:x}::{}", 1)));
        self
    }

    /// Where neither the person nor anybody else has been.
    pub fn unfamiliar(mut self) -> Self {
        (self.network_familiarity, self.address_familiarity) = (Familiarity::New, Familiarity::New);
        self
    }

    /// Too little is known.
    pub fn unsure(mut self) -> Self {
        (self.network_familiarity, self.address_familiarity) = (Familiarity::Unsure, Familiarity::Unsure);
        self
    }

    pub fn by(mut self, method: Method) -> Self {
        self.record.method = method;
        self
    }

    pub fn policy(mut self, name: &'static str) -> Self {
        self.record.policy = Some(name.into());
        self
    }

    pub fn background(mut self) -> Self {
        self.record.interactive = false;
        self.record.method = Method::Session;
        self
    }

    pub fn provider(mut self, provider: Provider) -> Self {
        self.record.provider = provider;
        self
    }
}

/// The same numbers for the same seed.
pub struct Random(pub u64);

impl Random {
    pub fn below(&mut self, most: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % most
    }

    pub fn chance(&mut self, per_cent: usize) -> bool {
        self.below(100) < per_cent
    }

    pub fn within(&mut self, seconds: i64) -> i64 {
        i64::try_from(self.below(usize::try_from(seconds).unwrap())).unwrap()
    }

    /// In an office day: most come at nine.
    pub fn office_time(&mut self) -> i64 {
        7 * HOUR + if self.chance(30) { 90 * MINUTE + self.within(HOUR) } else { self.within(11 * HOUR) }
    }

    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            items.swap(last, self.below(last + 1));
        }
    }
}

#[derive(Default, Clone)]
pub struct Story {
    pub lines: Vec<Line>,
}

impl Story {
    pub fn push(&mut self, line: Line) {
        self.lines.push(line);
    }

    /// Days on which everybody signs in a few times, with the usual mishaps.
    pub fn at_work(people: usize, days: i64, seed: u64) -> Self {
        let mut story = Self::default();
        let mut random = Random(seed);
        for day in 0..days {
            for who in 0..people {
                for _ in 0..3 {
                    story.sign_in(day * DAY + random.office_time(), who, &mut random);
                }
            }
        }
        story
    }

    /// One sign-in, with what usually goes wrong before.
    pub fn sign_in(&mut self, second: i64, who: usize, random: &mut Random) {
        let mishap = match random.below(100) {
            0..8 => Some(Line::failure(second, who, Cause::BadPassword, "50126")),
            8..11 => Some(Line::failure(second, who, Cause::MfaNoResponse, "500121").by(Method::Push)),
            11..13 => Some(Line::failure(second, who, Cause::MfaWrongCode, "500121").by(Method::Totp)),
            13 => Some(Line::failure(second, who, Cause::Unknown, "9001")),
            14 if who.is_multiple_of(5) => {
                Some(Line::failure(second, who, Cause::MfaNoResponse, "500121").by(sms_or_voice(who)))
            }
            _ => None,
        };
        let failed = mishap.is_some();
        self.lines.extend(mishap);
        let method = if who.is_multiple_of(5) { sms_or_voice(who) } else { Method::Push };
        if !failed || !random.chance(4) {
            let pause = if failed { 25 } else { 0 };
            self.push(Line::new(second + pause, who, Success).by(method));
        }
        // A mail program in the background.
        self.push(Line::new(second + 40, who, Success).background());
    }

    /// Whoever would sign in within this time fails instead.
    pub fn fail_between(
        &mut self,
        from: i64,
        until: i64,
        mut failure: impl FnMut(i64, usize) -> Option<Line>,
    ) {
        for line in &mut self.lines {
            let second = line.record.at.unwrap().as_second() - MONDAY;
            let who = line.record.person.as_deref().unwrap().trim_start_matches('p').parse().unwrap();
            if (from..until).contains(&second)
                && line.record.result == Success
                && line.record.interactive
                && let Some(instead) = failure(second, who)
            {
                *line = instead;
            }
        }
    }

    pub fn run(&self) -> StoryRun {
        self.run_with(&Settings::default(), &mut Random(1))
    }

    /// Events with one time are in an order that `random` chooses.
    pub fn run_with(&self, settings: &Settings, random: &mut Random) -> StoryRun {
        let mut lines: Vec<_> = self.lines.clone();
        lines.sort_by_key(|line| line.record.at);
        for (index, line) in lines.iter_mut().enumerate() {
            line.record.position = Position { file: 0, line: index as u64 + 1 };
        }
        lines
            .chunk_by_mut(|one, other| one.record.at == other.record.at)
            .for_each(|same| random.shuffle(same));
        let texts = Texts::default();
        let mut tenant = Tenant::new(settings);
        let mut events = Vec::new();
        let mut writer = Writer::new(&texts);
        for line in &lines {
            let mut event = Event::of(&line.record, &mut writer);
            event.set_familiarity(line.network_familiarity, Familiarity::Known, Familiarity::Known);
            event.set_address_familiarity(line.address_familiarity);
            tenant.take(&event);
            events.push(event);
        }
        let findings = tenant.findings(&texts);
        StoryRun { findings, tenant, events, texts }
    }
}

fn sms_or_voice(who: usize) -> Method {
    if who.is_multiple_of(10) { Method::Sms } else { Method::Voice }
}

/// What the detectors said, and to what.
pub struct StoryRun {
    pub findings: Vec<Finding>,
    pub tenant: Tenant,
    pub events: Vec<Event>,
    pub texts: Texts,
}

impl StoryRun {
    pub fn rules(&self) -> Vec<&str> {
        self.findings.iter().map(|finding| &*finding.rule).collect()
    }

    /// Everything said, for when nothing should be.
    pub fn descriptions(&self) -> Vec<&str> {
        self.findings.iter().map(|finding| &*finding.description).collect()
    }

    /// The only finding.
    pub fn only(&self, rule: &str) -> &Finding {
        assert_eq!(self.rules(), [rule], "{:#?}", self.descriptions());
        &self.findings[0]
    }

    /// The events with this code.
    pub fn with_code<'t>(&'t self, code: &str) -> impl Iterator<Item = &'t Event> + use<'t> {
        let code: TextId = self.texts.id(code);
        self.events.iter().filter(move |event| event.code == code)
    }

    /// Where the evidence is, each with what stands there.
    pub fn evidence(&self, finding: &Finding) -> Vec<Event> {
        let by_line: HashMap<_, _> = self.events.iter().map(|event| (event.position(), *event)).collect();
        finding.evidence.iter().map(|position| by_line[position]).collect()
    }
}
