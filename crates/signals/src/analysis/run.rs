//! The lockout state of one person, worked out from their events in the order of time.

use crate::{
    cause::Cause,
    event::{Event, TextId},
    record::{AttemptResult, Lifecycle, Method},
};

/// An unexplained failure this close to an explained one is taken for the same trouble: an hour, in microseconds.
const SAME_TROUBLE: i64 = 3_600_000_000;

/// The unbroken run of failures, or of unfinished attempts, up to now. Empty after a success.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Run {
    failing: Option<Failing>,
    unfinished: Option<Unfinished>,
    signed_in: bool,
}

/// Failures in a row.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Failing {
    /// The first of them.
    pub(crate) since: i64,
    /// What stands in the way now.
    pub(crate) cause: Cause,
    pub(crate) reason: LoggedReason,
    caused_at: i64,
    /// The one address that all of them came from; `None` once there are two.
    pub(crate) only_from: Option<[u8; 16]>,
}

/// The reason that the log gives with the event that decides.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct LoggedReason {
    pub(crate) detail: TextId,
    pub(crate) policy: TextId,
    /// What was shown: a wrong pass is no wrong code of an app.
    pub(crate) method: Method,
}

/// Attempts that came to no end.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Unfinished {
    /// The first of them.
    pub(crate) since: i64,
    /// What they may wait for.
    pub(crate) hint: Option<Cause>,
    pub(crate) reason: LoggedReason,
    /// What was in the way until somebody took it away; nobody has tried since.
    pub(crate) released: Option<Cause>,
}

/// Can the person sign in?
#[derive(Debug, Clone, Copy)]
pub(crate) enum LockoutState {
    LockedOut(Failing),
    SignedIn,
    Unfinished(Unfinished),
    Unknown,
}

impl Run {
    /// Takes one event.
    pub(crate) fn take(&mut self, event: &Event) {
        match event.result() {
            // The person may still answer otherwise.
            AttemptResult::Failure(cause) if event.derived() => self.wait(event, Some(cause)),
            // A program in the background fails beside a person who is in.
            AttemptResult::Failure(cause)
                if self.signed_in && self.failing.is_none() && !event.interactive() && !is_shut(cause) =>
            {
                self.wait(event, Some(cause));
            }
            AttemptResult::Success if event.proves() => {
                *self = Self { signed_in: true, ..Self::default() };
            }
            // Signing in again ends it, so nobody is locked out by it.
            AttemptResult::Failure(Cause::SessionExpired) => self.wait(event, Some(Cause::SessionExpired)),
            AttemptResult::Failure(cause) => self.fail(event, cause),
            AttemptResult::Interrupt(hint) => self.wait(event, hint),
            AttemptResult::Lifecycle(Lifecycle::Lockout) => self.fail(event, Cause::AccountLocked),
            AttemptResult::Lifecycle(Lifecycle::Disabled) => self.fail(event, Cause::AccountDisabled),
            AttemptResult::Lifecycle(Lifecycle::Unlock) => self.release(event, Cause::AccountLocked),
            AttemptResult::Lifecycle(Lifecycle::Enabled) => self.release(event, Cause::AccountDisabled),
            AttemptResult::Success | AttemptResult::PushSent | AttemptResult::Lifecycle(_) => {}
        }
    }

    /// `succeeded`: the person has signed in somewhere in the log, even if only by an old token.
    pub(crate) fn lockout_state(&self, succeeded: bool) -> LockoutState {
        match (self.failing, self.unfinished) {
            (Some(failing), _) => LockoutState::LockedOut(failing),
            (None, Some(unfinished)) if unfinished.holds_up() => LockoutState::Unfinished(unfinished),
            (None, _) if self.signed_in => LockoutState::SignedIn,
            (None, Some(unfinished)) => LockoutState::Unfinished(unfinished),
            (None, None) if succeeded => LockoutState::SignedIn,
            (None, None) => LockoutState::Unknown,
        }
    }

    /// Has the person ever signed in, before the failures that go on now?
    pub(crate) fn signed_in(&self) -> bool {
        self.signed_in
    }

    fn fail(&mut self, event: &Event, cause: Cause) {
        let (at, reason) = (event.micros(), LoggedReason::of(event));
        let first = Failing { since: at, cause, reason, caused_at: at, only_from: event.raw_ip() };
        let failing = self.failing.get_or_insert(first);
        let only_from = failing.only_from.filter(|ip| event.raw_ip().is_none_or(|other| other == *ip));
        failing.only_from = only_from;
        // A locked account stays locked whatever is typed, and an unexplained failure explains nothing away.
        let explained = (is_shut(failing.cause) && matches!(cause, Cause::BadPassword | Cause::Unknown))
            || (cause == Cause::Unknown && at - failing.caused_at <= SAME_TROUBLE);
        if !explained {
            *failing = Failing { cause, reason, caused_at: at, ..*failing };
        }
    }

    fn wait(&mut self, event: &Event, hint: Option<Cause>) {
        let reason = LoggedReason::of(event);
        let first = Unfinished { since: event.micros(), hint, reason, released: None };
        let waiting = self.unfinished.get_or_insert(first);
        if hint.is_some() {
            *waiting = Unfinished { hint, reason, ..*waiting };
        }
        waiting.released = None;
    }

    /// Unlocked, or enabled: what the person did before no longer tells what happens next.
    fn release(&mut self, event: &Event, cause: Cause) {
        if self.failing.is_some_and(|failing| failing.cause == cause) {
            self.failing = None;
            let (since, reason) = (event.micros(), LoggedReason::of(event));
            self.unfinished = Some(Unfinished { since, hint: None, reason, released: Some(cause) });
        }
    }
}

/// Nobody can sign in to it, with whatever they have.
fn is_shut(cause: Cause) -> bool {
    matches!(cause, Cause::AccountLocked | Cause::AccountDisabled)
}

impl Unfinished {
    /// Does it keep somebody from signing in who has signed in before? What is merely asked for in passing does not:
    /// sessions are renewed all the time.
    fn holds_up(&self) -> bool {
        let by_factor = matches!(
            self.hint,
            Some(
                Cause::MfaNotEnrolled
                    | Cause::MfaNoResponse
                    | Cause::MfaDenied
                    | Cause::MfaWrongCode
                    | Cause::MfaDeliveryFailed
            )
        );
        by_factor || self.released.is_some()
    }
}

impl LoggedReason {
    fn of(event: &Event) -> Self {
        Self { detail: event.detail, policy: event.policy, method: event.method() }
    }
}
