//! One trouble of the organisation: when it began, whom it met, and whether it is over.

use std::collections::{HashSet, VecDeque};

use super::{outage, policy, sms, window::Record};
use crate::{
    event::PersonKey,
    finding::{EVIDENCE_LISTED, PEOPLE_NAMED},
    record::{Position, Provider},
};

/// How far the score may fall. The trouble has to show anew by as much before it counts as going on.
const DEEPEST: f64 = 3.0;
/// A fall this deep is no chance: at the weight given, one failure would have come meanwhile, and there were to be more.
const OVER: f64 = 1.0;

#[derive(Debug, Clone)]
pub(super) struct Incident {
    pub(super) provider: Provider,
    pub(super) about: IncidentKind,
    /// The first record that counts.
    pub(super) since: i64,
    /// The last.
    pub(super) until: i64,
    /// Records up to the last that counts.
    pub(super) count: u64,
    /// People in those records.
    pub(super) people: u64,
    /// The first sign-in after the last record that counts.
    pub(super) recovered: Option<i64>,
    evidence: Vec<RecordPlace>,
    named: Vec<(RecordPlace, PersonKey)>,
    live: Option<LiveIncident>,
}

/// When and where.
type RecordPlace = (i64, u32, u64);

/// What it is, with what only that kind needs.
#[derive(Debug, Clone)]
pub(super) enum IncidentKind {
    Outage(outage::OutageStory),
    Policy(policy::PolicyStory),
    Sms(sms::SmsStory),
}

/// What is known only while it may go on.
#[derive(Debug, Clone, Default)]
struct LiveIncident {
    people: HashSet<PersonKey>,
    count: u64,
    latest: i64,
    /// Failures count up, sign-ins count down: the trouble lasts as long as new heights are reached.
    score: f64,
    height: f64,
    /// Failures among all attempts that would still be no trouble, 0 to 1.
    weight: f64,
    /// Since time last moved on.
    failed: u32,
    signed_in: u32,
}

impl Incident {
    /// `records`: at least one, from the first that counts.
    pub(super) fn new<'r>(
        provider: Provider,
        about: IncidentKind,
        weight: f64,
        records: impl IntoIterator<Item = &'r Record>,
    ) -> Self {
        let mut incident = Self {
            provider,
            about,
            since: i64::MAX,
            until: i64::MIN,
            count: 0,
            people: 0,
            recovered: None,
            evidence: Vec::new(),
            named: Vec::new(),
            live: Some(LiveIncident { weight, latest: i64::MIN, ..LiveIncident::default() }),
        };
        incident.absorb(records);
        incident
    }

    /// Records of which it was not known before that they belong here.
    pub(super) fn absorb<'r>(&mut self, records: impl IntoIterator<Item = &'r Record>) {
        for record in records {
            self.since = self.since.min(record.at);
            self.fail(record);
        }
        if let Some(live) = &mut self.live {
            live.score = live.height;
            (live.failed, live.signed_in) = (0, 0);
        }
        self.reach();
    }

    /// One more failure that belongs to it.
    pub(super) fn fail(&mut self, record: &Record) {
        let Some(live) = &mut self.live else { return };
        live.count += 1;
        live.failed += 1;
        live.latest = live.latest.max(record.at);
        live.people.insert(record.person);
        let place = (record.at, record.position.file, record.position.line);
        keep_first(&mut self.evidence, place, EVIDENCE_LISTED);
        match self.named.iter().position(|(_, person)| *person == record.person) {
            // Records of one time come in any order.
            Some(index) if self.named.get(index).is_some_and(|(first, _)| *first > place) => {
                self.named.remove(index);
                keep_first(&mut self.named, (place, record.person), PEOPLE_NAMED);
            }
            Some(_) => {}
            None => keep_first(&mut self.named, (place, record.person), PEOPLE_NAMED),
        }
    }

    /// Somebody got in.
    pub(super) fn sign_in(&mut self) {
        if let Some(live) = &mut self.live {
            live.signed_in += 1;
        }
    }

    /// Time moves on from `now`.
    pub(super) fn settle(&mut self, now: i64) {
        let Some(live) = &mut self.live else { return };
        let (failed, signed_in) = (f64::from(live.failed), f64::from(live.signed_in));
        live.score = (live.score + failed - live.weight * (failed + signed_in)).max(live.height - DEEPEST);
        (live.failed, live.signed_in) = (0, 0);
        if failed > 0.0 && live.score >= live.height {
            live.height = live.score;
            self.reach();
        } else if signed_in > 0.0 {
            self.recovered.get_or_insert(now);
        }
    }

    /// Everything up to now counts.
    fn reach(&mut self) {
        if let Some(live) = &self.live {
            (self.count, self.people) = (live.count, live.people.len() as u64);
            (self.until, self.recovered) = (live.latest, None);
        }
    }

    pub(super) fn is_over(&self) -> bool {
        self.live.as_ref().is_none_or(|live| live.height - live.score >= OVER)
    }

    pub(super) fn close(&mut self) {
        self.live = None;
    }

    /// Does a failure of its kind at this time belong to it?
    pub(super) fn covers(&self, at: i64) -> bool {
        self.since <= at && (at <= self.until || !self.is_over())
    }

    pub(super) fn evidence(&self) -> impl Iterator<Item = Position> {
        let counted = self.evidence.iter().filter(|(at, ..)| *at <= self.until);
        counted.map(|(_, file, line)| Position { file: *file, line: *line })
    }

    /// The first people, by the time of their first record.
    pub(super) fn named(&self) -> impl Iterator<Item = PersonKey> {
        self.named.iter().filter(|((at, ..), _)| *at <= self.until).map(|(_, person)| *person)
    }
}

fn keep_first<T: Ord>(list: &mut Vec<T>, item: T, most: usize) {
    if list.len() >= most && list.last().is_some_and(|last| *last <= item) {
        return;
    }
    let index = list.partition_point(|other| *other <= item);
    list.insert(index, item);
    list.truncate(most);
}

/// The share of failures among records and sign-ins from the `first` record on.
pub(super) fn rate(records: &VecDeque<Record>, first: usize, sign_ins: u64) -> f64 {
    let failed = records.len().saturating_sub(first) as u64;
    let before = records.get(first).map_or(sign_ins, |record| record.sign_ins);
    share(failed, failed + sign_ins.saturating_sub(before))
}

/// Where in these records the trouble begins: at the one from which on failures stand out most against sign-ins. A
/// stray failure long before does not.
pub(super) fn beginning(records: &VecDeque<Record>, sign_ins: u64) -> usize {
    let usual = rate(records, 0, sign_ins) / 2.0;
    let (mut best, mut most) = (0, f64::MIN);
    for (index, record) in records.iter().enumerate().rev() {
        let failed = (records.len() - index) as u64;
        let attempts = failed + sign_ins.saturating_sub(record.sign_ins);
        let excess = as_f64(failed) - usual * as_f64(attempts);
        if excess >= most {
            (best, most) = (index, excess);
        }
    }
    best
}

pub(super) fn share(part: u64, whole: u64) -> f64 {
    if whole == 0 { 0.0 } else { as_f64(part) / as_f64(whole) }
}

#[expect(clippy::cast_precision_loss, reason = "nobody counts past 2^52")]
pub(super) fn as_f64(number: u64) -> f64 {
    number as f64
}
