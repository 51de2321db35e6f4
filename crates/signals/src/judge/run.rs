//! The lockout state of one person, told by their events in the order of time.

use crate::{
    cause::Cause,
    event::{Event, TextId},
    record::{AttemptResult, Lifecycle},
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
    pub(crate) told: Told,
    caused_at: i64,
    /// The one address that all of them came from; `None` once there are two.
    pub(crate) only_from: Option<[u8; 16]>,
}

/// What the log says of the event that decides.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Told {
    pub(crate) detail: TextId,
    pub(crate) policy: TextId,
}

#[derive(Debug, Clone, Copy)]
struct Unfinished {
    since: i64,
    hint: Option<Cause>,
    told: Told,
}

/// Can the person sign in?
#[derive(Debug, Clone, Copy)]
pub(crate) enum Standing {
    LockedOut(Failing),
    SignedIn,
    Unfinished { since: i64, hint: Option<Cause>, told: Told },
    Unknown,
}

impl Run {
    /// Takes one event. Derived ones (a prompt left unanswered) tell nothing new: the attempt goes on.
    pub(crate) fn take(&mut self, event: &Event) {
        match event.result() {
            AttemptResult::Success if event.proves() => {
                *self = Self { signed_in: true, ..Self::default() };
            }
            // Signing in again mends it, so nobody is locked out by it.
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
    pub(crate) fn standing(&self, succeeded: bool) -> Standing {
        match (self.failing, self.unfinished) {
            (Some(failing), _) => Standing::LockedOut(failing),
            (None, _) if self.signed_in => Standing::SignedIn,
            (None, Some(Unfinished { since, hint, told })) => Standing::Unfinished { since, hint, told },
            (None, None) if succeeded => Standing::SignedIn,
            (None, None) => Standing::Unknown,
        }
    }

    /// Has the person ever signed in, before the failures that go on now?
    pub(crate) fn signed_in(&self) -> bool {
        self.signed_in
    }

    fn fail(&mut self, event: &Event, cause: Cause) {
        let (at, told) = (event.micros(), Told::of(event));
        let first = Failing { since: at, cause, told, caused_at: at, only_from: event.raw_ip() };
        let failing = self.failing.get_or_insert(first);
        let only_from = failing.only_from.filter(|ip| event.raw_ip().is_none_or(|other| other == *ip));
        failing.only_from = only_from;
        let shut = matches!(failing.cause, Cause::AccountLocked | Cause::AccountDisabled);
        // A locked account stays locked whatever is typed, and an unexplained failure explains nothing away.
        let explained = (shut && matches!(cause, Cause::BadPassword | Cause::Unknown))
            || (cause == Cause::Unknown && at - failing.caused_at <= SAME_TROUBLE);
        if !explained {
            *failing = Failing { cause, told, caused_at: at, ..*failing };
        }
    }

    fn wait(&mut self, event: &Event, hint: Option<Cause>) {
        let told = Told::of(event);
        let waiting = self.unfinished.get_or_insert(Unfinished { since: event.micros(), hint, told });
        if hint.is_some() {
            *waiting = Unfinished { hint, told, ..*waiting };
        }
    }

    /// Unlocked, or enabled: what the person did before no longer tells what happens next.
    fn release(&mut self, event: &Event, cause: Cause) {
        if self.failing.is_some_and(|failing| failing.cause == cause) {
            self.failing = None;
            self.wait(event, None);
        }
    }
}

impl Told {
    fn of(event: &Event) -> Self {
        Self { detail: event.detail, policy: event.policy }
    }
}
