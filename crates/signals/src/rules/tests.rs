//! Rules over records, as the rest of the program runs them.

mod engine;
mod own;
mod shipped;
mod sigma;

use std::{collections::BTreeSet, sync::LazyLock};

use jiff::Timestamp;

use super::*;
use crate::{
    cause::Cause,
    event::{Event, Familiarity, TextId, Texts, View, Writer},
    record::{AttemptResult, Flag, Lifecycle, Method, Position, Provider, SignIn},
};
use AttemptResult::{Failure, Interrupt, Success};

const START: i64 = 1_772_439_251;
const HOUR: i64 = 3_600;

/// A record and what is known of its person.
#[derive(Clone)]
struct Sent {
    record: SignIn<'static>,
    network: Familiarity,
    device: Familiarity,
    country: Familiarity,
    address: Familiarity,
    recent_reset: bool,
    agent: Option<TextId>,
}

fn sent(second: i64, result: AttemptResult) -> Sent {
    let mut record = SignIn::new(Provider::Okta, result);
    record.at = Some(Timestamp::from_second(START + second).unwrap());
    record.set_person(Some("mia".into()));
    Sent {
        record,
        network: Familiarity::Unsure,
        device: Familiarity::Unsure,
        country: Familiarity::Unsure,
        address: Familiarity::Unsure,
        recent_reset: false,
        agent: None,
    }
}

fn change(second: i64, what: Lifecycle) -> Sent {
    sent(second, AttemptResult::Lifecycle(what))
}

impl Sent {
    fn with(mut self, change: impl FnOnce(&mut Self)) -> Self {
        change(&mut self);
        self
    }

    fn person(self, name: &str) -> Self {
        self.with(|sent| {
            (sent.record.person, sent.record.display) = (None, None);
            sent.record.set_person(Some(name.to_owned().into()));
        })
    }

    fn ip(self, ip: &str) -> Self {
        self.with(|sent| sent.record.set_ip(Some(ip)))
    }

    fn later(self, seconds: i64) -> Self {
        self.with(|sent| {
            sent.record.at = sent.record.at.map(|at| at + SignedDuration::from_secs(seconds));
        })
    }
}

/// Records go through both halves; line numbers are their order, from 1.
struct Run {
    rules: Rules,
    texts: Texts,
    matcher: Matcher,
    by_person: Correlator,
    other: Correlator,
    line: u64,
}

impl Run {
    fn of(rules: &Rules) -> Self {
        Self {
            rules: rules.clone(),
            texts: Texts::default(),
            matcher: rules.matcher(),
            by_person: rules.correlator(Grouping::ByPerson),
            other: rules.correlator(Grouping::Other),
            line: 0,
        }
    }

    fn take(&mut self, sent: &Sent) -> Vec<Fired> {
        self.line += 1;
        let mut record = sent.record.clone();
        record.position = Position { file: 3, line: self.line };
        let mut event = Event::of(&record, &mut Writer::new(&self.texts));
        event.set_familiarity(sent.network, sent.device, sent.country);
        event.set_address_familiarity(sent.address);
        if sent.recent_reset {
            event.set_recent_reset();
        }
        event.agent = sent.agent.unwrap_or(event.agent);
        let view = View { event: &event, texts: &self.texts };
        let matches = self.matcher.matches(view);
        let mut fired = Vec::new();
        self.by_person.take(view, &matches, &mut fired);
        self.other.take(view, &matches, &mut fired);
        fired
    }

    fn all(&mut self, sent: impl IntoIterator<Item = Sent>) -> Vec<Fired> {
        sent.into_iter().flat_map(|sent| self.take(&sent)).collect()
    }

    fn names(&self, fired: &[Fired]) -> BTreeSet<String> {
        fired.iter().map(|fired| self.rules.info(fired.rule).name.to_string()).collect()
    }
}

static SHIPPED: LazyLock<Rules> = LazyLock::new(|| RuleSet::shipped().compile().unwrap());

/// The names of the shipped rules that these records make fire.
fn found(sent: impl IntoIterator<Item = Sent>) -> BTreeSet<String> {
    let mut run = Run::of(&SHIPPED);
    let fired = run.all(sent);
    run.names(&fired)
}

fn set<const N: usize>(names: [&str; N]) -> BTreeSet<String> {
    names.into_iter().map(ToOwned::to_owned).collect()
}

/// The shipped rules and some of our own.
fn with_own(yaml: &str) -> Result<Rules, RuleError> {
    let mut set = RuleSet::shipped();
    set.add("own.yml", yaml, RuleSource::Own)?;
    set.compile()
}

fn lines(fired: &Fired) -> Vec<u64> {
    assert!(fired.evidence.iter().all(|position| position.file == 3));
    fired.evidence.iter().map(|position| position.line).collect()
}
