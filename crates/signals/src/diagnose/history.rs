//! What one person did, in bounded memory.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::{attack, run::Run};
use crate::{
    cause::{Cause, ResetHelps},
    record::{AttemptResult, Flag, Lifecycle, Method, Position, Provider, SignIn},
    report::{Attack, Change, Grade, PersonReport, PersonState},
};

/// Events kept before the older half is judged and dropped.
const EVENTS_KEPT: usize = 128;
const CHANGES_KEPT: usize = 8;
const IDS_KEPT: usize = 4;

/// One dated record, cut down to what judging needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Event {
    pub(super) at: Timestamp,
    pub(super) result: AttemptResult,
    pub(super) flag: Option<Flag>,
    /// A success that shows the person can sign in, not that an old token still works.
    pub(super) proves: bool,
    /// Stands for the address; only ever compared with others of the same diagnosis.
    pub(super) address: Option<u64>,
    pub(super) position: Position,
}

impl Event {
    /// The order in which records of the same instant count. Providers log the steps of one sign-in with one time:
    /// a factor that failed, then the sign-in that succeeded with another; but a policy decides after the factors.
    fn order(&self) -> impl Ord + use<> {
        let rank = match self.result {
            AttemptResult::PushSent => 0,
            AttemptResult::Interrupt(_) => 1,
            AttemptResult::Failure(Cause::PolicyBlock | Cause::DeviceBlock) => 4,
            AttemptResult::Failure(_) => 2,
            AttemptResult::Success => 3,
            AttemptResult::Lifecycle(_) => 5,
        };
        let incident = matches!(self.result, AttemptResult::Failure(cause) if cause.is_incident());
        (self.at, rank, incident, self.result, self.flag, self.position)
    }
}

/// The newest thing that the log said about a cause.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Note {
    at: Option<Timestamp>,
    detail: Option<Box<str>>,
    policy: Option<Box<str>>,
}

#[derive(Debug, Default)]
pub(super) struct History {
    events: Vec<Event>,
    /// State and attack over the events dropped so far.
    before: Run,
    attack: Option<Attack>,
    display: Option<(Option<Timestamp>, Box<str>)>,
    ids: Vec<Box<str>>,
    notes: BTreeMap<Cause, Note>,
    changes: Vec<Change>,
    attempts: u64,
    failures: u64,
    undated: u64,
    last_success: Option<Timestamp>,
    last_attempt: Option<Timestamp>,
}

impl History {
    pub(super) fn observe(&mut self, record: &SignIn<'_>, address: Option<u64>) {
        self.count(record);
        self.note(record);
        let Some(at) = record.at else {
            self.undated += 1;
            return;
        };
        let proves = record.interactive || !matches!(record.method, Method::Session | Method::Unknown);
        let position = record.position;
        self.push(Event { at, result: record.result, flag: record.flag, proves, address, position });
    }

    pub(super) fn ids(&self) -> impl Iterator<Item = &str> {
        self.ids.iter().map(AsRef::as_ref)
    }

    /// Takes in rows that turned out to be the same person's.
    pub(super) fn merge(&mut self, other: Self) {
        self.attempts += other.attempts;
        self.failures += other.failures;
        self.undated += other.undated;
        self.last_success = self.last_success.max(other.last_success);
        self.last_attempt = self.last_attempt.max(other.last_attempt);
        self.attack = attack::worse(self.attack.take(), other.attack);
        for (cause, note) in other.notes {
            let newest = self.notes.entry(cause).or_insert_with(|| note.clone());
            *newest = note.max(newest.clone());
        }
        for change in other.changes {
            self.keep_change(change);
        }
        for event in other.events {
            self.push(event);
        }
    }

    pub(super) fn finish(mut self, provider: Provider, name: &str) -> PersonReport {
        self.events.sort_by_key(Event::order);
        let mut run = std::mem::take(&mut self.before);
        self.events.iter().for_each(|event| run.take(event));
        let newest = self.events.last().map(|event| event.at);
        let found = newest.and_then(|end| attack::find(&self.events, end));
        let attack = attack::worse(self.attack.take(), found);
        let state = run.state(self.last_success.is_some());
        let cause = run.cause();
        let incident = attack.as_ref().is_some_and(|attack| attack.grade >= Grade::Incident);
        PersonReport {
            person: name.to_owned(),
            display: self
                .display
                .as_ref()
                .map_or_else(|| name.to_owned(), |(_, display)| display.as_ref().to_owned()),
            provider,
            state,
            cause,
            why: self.why(state, cause),
            mend: mend(state, cause, incident).to_owned(),
            reset_helps: cause.filter(|_| !incident).map_or(ResetHelps::No, Cause::reset_helps),
            rung: if incident { 7 } else { cause.map_or(0, Cause::rung) },
            attack,
            attempts: self.attempts,
            failures: self.failures,
            last_success: self.last_success,
            last_attempt: self.last_attempt,
            changes: self.changes,
        }
    }

    fn count(&mut self, record: &SignIn<'_>) {
        self.attempts += 1;
        match record.result {
            AttemptResult::Failure(_) => self.failures += 1,
            AttemptResult::Success => self.last_success = self.last_success.max(record.at),
            _ => {}
        }
        if !matches!(record.result, AttemptResult::Lifecycle(_)) {
            self.last_attempt = self.last_attempt.max(record.at);
        }
    }

    fn note(&mut self, record: &SignIn<'_>) {
        if let Some(display) = &record.display {
            let candidate = (record.at, Box::from(display.as_ref()));
            self.display = self.display.take().max(Some(candidate));
        }
        if let Some(id) = &record.person_id
            && self.ids.len() < IDS_KEPT
            && !self.ids.iter().any(|kept| **kept == **id)
        {
            self.ids.push(id.to_lowercase().into());
        }
        if let Some(cause) = record.cause() {
            let note = Note {
                at: record.at,
                detail: record.detail.as_deref().map(Into::into),
                policy: record.policy.as_deref().map(Into::into),
            };
            let newest = self.notes.entry(cause).or_insert_with(|| note.clone());
            if note > *newest {
                *newest = note;
            }
        }
        if let AttemptResult::Lifecycle(what) = record.result {
            let detail = record.detail.as_deref().map(Into::into);
            self.keep_change(Change { at: record.at, what, detail, position: record.position });
        }
    }

    /// Keeps the newest few, sorted.
    fn keep_change(&mut self, change: Change) {
        let place = self.changes.partition_point(|kept| *kept < change);
        self.changes.insert(place, change);
        if self.changes.len() > CHANGES_KEPT {
            self.changes.remove(0);
        }
    }

    fn push(&mut self, event: Event) {
        if self.events.len() >= EVENTS_KEPT {
            self.judge_older_half();
        }
        self.events.push(event);
    }

    /// After this, what is dropped lives on in `before` and `attack`.
    fn judge_older_half(&mut self) {
        self.events.sort_by_key(Event::order);
        let newest = self.events.last().map(|event| event.at);
        let found = newest.and_then(|end| attack::find(&self.events, end));
        self.attack = attack::worse(self.attack.take(), found);
        for event in self.events.drain(..EVENTS_KEPT / 2) {
            self.before.take(&event);
        }
    }

    fn why(&self, state: PersonState, cause: Option<Cause>) -> String {
        let mut words = match (state, cause) {
            (PersonState::NotLockedOut, _) => return "Signed in.".to_owned(),
            (PersonState::Unknown, _) => return self.why_unknown(),
            (_, Some(cause)) => cause.plain_words().to_owned(),
            (PersonState::Unfinished { .. }, None) => {
                "More was asked for, and the sign-in is not finished.".to_owned()
            }
            (PersonState::LockedOut { .. }, None) => Cause::Unknown.plain_words().to_owned(),
        };
        let note = cause.and_then(|cause| self.notes.get(&cause));
        if let Some(policy) = note.and_then(|note| note.policy.as_deref()) {
            words.push_str(" Policy: ");
            words.push_str(policy);
            words.push('.');
        }
        if let Some(detail) = note.and_then(|note| note.detail.as_deref()) {
            words.push_str(" The log: ");
            words.push_str(detail);
        }
        words
    }

    fn why_unknown(&self) -> String {
        if self.undated > 0 && self.changes.is_empty() {
            return "Its records carry no time, so what came last is not known.".to_owned();
        }
        let mut words = "No sign-in in this log, only changes to the account:".to_owned();
        for change in &self.changes {
            words.push(' ');
            words.push_str(change_words(change.what));
            if let Some(detail) = change.detail.as_deref() {
                words.push(' ');
                words.push_str(detail);
            }
            words.push(';');
        }
        words.truncate(words.trim_end_matches(';').len());
        words
    }
}

fn mend(state: PersonState, cause: Option<Cause>, incident: bool) -> &'static str {
    match (state, cause) {
        _ if incident => {
            "It looks like an attack: do not reset. Suspend, revoke sessions, reach the owner through contacts on file, open an incident."
        }
        (PersonState::NotLockedOut, _) => "Nothing.",
        (_, Some(cause)) => cause.mend(),
        (PersonState::Unfinished { .. }, None) => "Let the person finish the sign-in.",
        (PersonState::Unknown, None) => "Ask the person to sign in, and read a newer log.",
        (PersonState::LockedOut { .. }, None) => Cause::Unknown.mend(),
    }
}

fn change_words(change: Lifecycle) -> &'static str {
    match change {
        Lifecycle::Lockout => "locked",
        Lifecycle::Unlock => "unlocked",
        Lifecycle::FactorEnrolled => "factor enrolled",
        Lifecycle::FactorRemoved => "factor removed",
        Lifecycle::FactorReset => "all factors reset",
        Lifecycle::PasswordReset => "password reset",
        Lifecycle::PasswordChanged => "password changed",
        Lifecycle::Enabled => "enabled",
        Lifecycle::Disabled => "disabled",
        Lifecycle::SuspiciousReported => "suspicious activity reported",
        Lifecycle::RiskDetected => "risk detected",
        Lifecycle::BypassCreated => "a way around MFA created",
        Lifecycle::PolicyChanged => "policy changed",
    }
}

impl PersonReport {
    pub(super) fn is_locked_out(&self) -> bool {
        matches!(self.state, PersonState::LockedOut { .. })
    }

    /// Sort key: the worst first, then by name.
    pub(super) fn urgency(&self) -> impl Ord + use<> {
        let attack = self.attack.as_ref().map(|attack| attack.grade);
        let state = match self.state {
            PersonState::LockedOut { .. } => 0,
            PersonState::Unfinished { .. } => 1,
            PersonState::Unknown => 2,
            PersonState::NotLockedOut => 3,
        };
        (std::cmp::Reverse(attack), state, self.person.clone(), self.provider)
    }
}
