//! What is kept of one person while their events go by: a few hundred bytes.

use std::collections::VecDeque;

use super::{
    guesses::Guesses,
    memory::Memory,
    run::{LockoutState, Run},
    travel::KnownPlace,
};
use crate::{
    event::{Event, PersonKey, TextId},
    record::{AttemptResult, Lifecycle, Method, Position},
};

/// Changes to the account that a report lists: the newest.
const CHANGES_KEPT: usize = 8;
/// Moments of a timeline: the newest.
const MOMENTS_KEPT: usize = 16;
/// A reset colours what happens within a day of it.
const RESET_LASTS: i64 = 24 * 3_600_000_000;
/// Two records of one prompt, or one prompt sent to two devices: two seconds.
const SAME_PROMPT: i64 = 2_000_000;

/// One person.
#[derive(Debug)]
pub(crate) struct Person {
    pub(crate) key: PersonKey,
    pub(crate) run: Run,
    pub(crate) memory: Memory,
    pub(crate) guesses: Guesses,
    pub(crate) place: Option<KnownPlace>,
    pub(crate) attempts: u32,
    pub(crate) failures: u32,
    pub(crate) undated: u32,
    pub(crate) last_success: Option<i64>,
    pub(crate) last_attempt: Option<i64>,
    pub(crate) changes: Vec<AccountChange>,
    pub(crate) moments: VecDeque<Moment>,
    /// A prompt that went out and has no answer yet.
    pending: Option<Box<Event>>,
    refused_at: Option<i64>,
    reset_at: Option<i64>,
    pub(crate) password_changed_at: Option<i64>,
    /// The newest failure, until a sign-in succeeds.
    pub(crate) failure: Option<Box<Event>>,
}

/// Something that was done to the account.
#[derive(Debug, Clone, Copy)]
pub(crate) struct AccountChange {
    pub(crate) at: Option<i64>,
    pub(crate) what: Lifecycle,
    pub(crate) detail: TextId,
    pub(crate) actor: TextId,
    pub(crate) position: Position,
}

/// One event on the person's timeline.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Moment {
    pub(crate) at: i64,
    pub(crate) result: AttemptResult,
    pub(crate) method: Method,
    /// As [`Event::raw_position`].
    pub(crate) position: u64,
}

impl Person {
    pub(crate) fn new(key: PersonKey) -> Self {
        Self {
            key,
            run: Run::default(),
            memory: Memory::default(),
            guesses: Guesses::default(),
            place: None,
            attempts: 0,
            failures: 0,
            undated: 0,
            last_success: None,
            last_attempt: None,
            changes: Vec::new(),
            moments: VecDeque::new(),
            pending: None,
            refused_at: None,
            reset_at: None,
            password_changed_at: None,
            failure: None,
        }
    }

    pub(crate) fn lockout_state(&self) -> LockoutState {
        self.run.lockout_state(self.last_success.is_some())
    }

    /// Does any of their records count, rather than only teach what is usual?
    pub(crate) fn has_attempts(&self) -> bool {
        self.attempts > 0
    }

    /// What was done to the account since the last attempt, the newest.
    pub(crate) fn done_since(&self) -> Option<&AccountChange> {
        self.changes.iter().rev().find(|change| {
            let opens = matches!(
                change.what,
                Lifecycle::FactorReset
                    | Lifecycle::FactorRemoved
                    | Lifecycle::FactorEnrolled
                    | Lifecycle::BypassCreated
                    | Lifecycle::PasswordReset
                    | Lifecycle::PasswordChanged
            );
            opens && change.at.is_some() && change.at > self.last_attempt
        })
    }

    /// Counts a record without a time: it decides nothing.
    pub(crate) fn take_undated(&mut self, event: &Event) {
        self.count(event);
        match event.result() {
            AttemptResult::Lifecycle(what) => self.keep_change(event, what, None),
            _ => self.undated += 1,
        }
    }

    /// Adds what the rules may ask about: seen before, soon after a reset.
    pub(crate) fn annotate(&self, event: &mut Event) {
        let (network, device, country) = self.memory.analyse(event);
        event.set_familiarity(network, device, country);
        if self.reset_at.is_some_and(|reset| event.micros() - reset <= RESET_LASTS) {
            event.set_recent_reset();
        }
    }

    /// Takes an event, after it was annotated.
    pub(crate) fn take(&mut self, event: &Event) {
        if event.derived() {
            return self.run.take(event);
        }
        self.count(event);
        let at = event.micros();
        match event.result() {
            AttemptResult::Success => {
                self.last_success = self.last_success.max(Some(at));
                if event.proves() {
                    self.failure = None;
                }
            }
            AttemptResult::Failure(_) => self.failure = Some(Box::new(*event)),
            AttemptResult::Lifecycle(what) => self.keep_change(event, what, Some(at)),
            _ => {}
        }
        if !matches!(event.result(), AttemptResult::Lifecycle(_)) {
            self.last_attempt = self.last_attempt.max(Some(at));
        }
        self.run.take(event);
        self.keep_moment(event);
    }

    /// Learns from a success, after everything has analysed it.
    pub(crate) fn learn(&mut self, event: &Event) {
        if event.proves() {
            self.memory.learn(event);
        }
    }

    fn count(&mut self, event: &Event) {
        self.attempts += 1;
        self.failures += u32::from(matches!(event.result(), AttemptResult::Failure(_)));
    }

    fn keep_change(&mut self, event: &Event, what: Lifecycle, at: Option<i64>) {
        match what {
            Lifecycle::PasswordReset => (self.reset_at, self.password_changed_at) = (at, at),
            Lifecycle::FactorReset | Lifecycle::FactorRemoved | Lifecycle::BypassCreated => {
                self.reset_at = at;
            }
            Lifecycle::PasswordChanged => self.password_changed_at = at,
            _ => {}
        }
        if self.changes.len() == CHANGES_KEPT {
            self.changes.remove(0);
        }
        let (detail, actor, position) = (event.detail, event.actor, event.position());
        self.changes.push(AccountChange { at, what, detail, actor, position });
    }

    fn keep_moment(&mut self, event: &Event) {
        if self.moments.len() == MOMENTS_KEPT {
            self.moments.pop_front();
        }
        let (result, method, position) = (event.result(), event.method(), event.raw_position());
        self.moments.push_back(Moment { at: event.micros(), result, method, position });
    }

    /// Notes a prompt or its answer. Some: the earlier prompt that this one shows to have been left unanswered.
    pub(crate) fn prompt(&mut self, event: &Event) -> Option<Event> {
        match event.result() {
            AttemptResult::PushSent if matches!(event.method(), Method::Push | Method::Voice) => {
                let earlier = self.pending.replace(Box::new(*event));
                let earlier = earlier.filter(|sent| event.micros() - sent.micros() > SAME_PROMPT)?;
                Some(earlier.unanswered(event.micros()))
            }
            AttemptResult::Failure(_) => {
                self.pending = None;
                None
            }
            AttemptResult::Success if event.proves() => {
                self.pending = None;
                None
            }
            _ => None,
        }
    }

    /// The prompt of that time, if it is still without an answer now that it has run out.
    pub(crate) fn expire(&mut self, sent_at: i64, now: i64) -> Option<Event> {
        let sent = self.pending.take_if(|sent| sent.micros() == sent_at)?;
        Some(sent.unanswered(now))
    }

    /// Is this refusal another record of the one before?
    pub(crate) fn repeats_refusal(&mut self, event: &Event) -> bool {
        let before = self.refused_at.replace(event.micros());
        before.is_some_and(|before| event.micros() - before <= SAME_PROMPT)
    }
}
