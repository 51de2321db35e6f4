//! The lockout state of one person, told by their records in the order of time.

use jiff::{SignedDuration, Timestamp};

use super::history::Event;
use crate::{
    cause::Cause,
    record::{AttemptResult, Lifecycle},
    report::PersonState,
};

/// An unexplained failure this close to an explained one is taken for the same trouble.
const SAME_TROUBLE: SignedDuration = SignedDuration::from_hours(1);

/// The unbroken run of failures, or of unfinished attempts, up to now. Empty after a success.
#[derive(Debug, Default)]
pub(super) struct Run {
    failing: Option<Failing>,
    unfinished: Option<(Timestamp, Option<Cause>)>,
    signed_in: bool,
}

#[derive(Debug, Clone, Copy)]
struct Failing {
    since: Timestamp,
    cause: Cause,
    caused_at: Timestamp,
}

impl Run {
    pub(super) fn take(&mut self, event: &Event) {
        match event.result {
            AttemptResult::Success if event.proves => {
                *self = Self { signed_in: true, ..Self::default() };
            }
            // Signing in again mends it, so nobody is locked out by it.
            AttemptResult::Failure(Cause::SessionExpired) => self.wait(event.at, Some(Cause::SessionExpired)),
            AttemptResult::Failure(cause) => self.fail(event.at, cause),
            AttemptResult::Interrupt(hint) => self.wait(event.at, hint),
            AttemptResult::Lifecycle(Lifecycle::Lockout) => self.fail(event.at, Cause::AccountLocked),
            AttemptResult::Lifecycle(Lifecycle::Disabled) => self.fail(event.at, Cause::AccountDisabled),
            AttemptResult::Lifecycle(Lifecycle::Unlock) => self.release(event.at, Cause::AccountLocked),
            AttemptResult::Lifecycle(Lifecycle::Enabled) => self.release(event.at, Cause::AccountDisabled),
            AttemptResult::Success | AttemptResult::PushSent | AttemptResult::Lifecycle(_) => {}
        }
    }

    /// `succeeded`: the person has signed in somewhere in the log, even if only by an old token.
    pub(super) fn state(&self, succeeded: bool) -> PersonState {
        match (self.failing, self.unfinished) {
            (Some(failing), _) => PersonState::LockedOut { since: failing.since },
            (None, _) if self.signed_in => PersonState::NotLockedOut,
            (None, Some((since, _))) => PersonState::Unfinished { since },
            (None, None) if succeeded => PersonState::NotLockedOut,
            (None, None) => PersonState::Unknown,
        }
    }

    pub(super) fn cause(&self) -> Option<Cause> {
        match (self.failing, self.unfinished) {
            (Some(failing), _) => Some(failing.cause),
            (None, Some((_, hint))) if !self.signed_in => hint,
            _ => None,
        }
    }

    fn fail(&mut self, at: Timestamp, cause: Cause) {
        let failing = self.failing.get_or_insert(Failing { since: at, cause, caused_at: at });
        let shut = matches!(failing.cause, Cause::AccountLocked | Cause::AccountDisabled);
        // A locked account stays locked whatever is typed, and an unexplained failure explains nothing away.
        let explained = (shut && matches!(cause, Cause::BadPassword | Cause::Unknown))
            || (cause == Cause::Unknown && at.duration_since(failing.caused_at) <= SAME_TROUBLE);
        if !explained {
            *failing = Failing { since: failing.since, cause, caused_at: at };
        }
    }

    fn wait(&mut self, at: Timestamp, hint: Option<Cause>) {
        let (_, waiting_for) = self.unfinished.get_or_insert((at, hint));
        *waiting_for = hint.or(*waiting_for);
    }

    /// Unlocked, or enabled: what the person did before no longer tells what happens next.
    fn release(&mut self, at: Timestamp, cause: Cause) {
        if self.failing.is_some_and(|failing| failing.cause == cause) {
            self.failing = None;
            self.wait(at, None);
        }
    }
}
