//! Wrong passwords and codes of one person, told apart: a stranger's, an old password on a device, a clock that is off.

use std::collections::VecDeque;

use super::{
    detector::{Detected, Detector},
    memory::device_key,
};
use crate::{
    cause::Cause,
    event::{Event, Familiarity},
    finding::Confidence,
    record::{AttemptResult, Lifecycle, Method, Position},
    settings::{ClockDrift, LockoutByStranger, Settings, StalePassword},
};

/// Wrong tries remembered per person: the newest.
const KEPT: usize = 40;

/// The wrong tries of one person.
#[derive(Debug, Default)]
pub(crate) struct Guesses {
    wrong: VecDeque<Wrong>,
    /// Several wrong codes: a wrong clock, unless a code is accepted soon.
    clock: Option<Box<Detected>>,
    /// The newest success with another device than the wrong tries come from.
    signed_in: Option<(i64, u64)>,
}

#[derive(Debug, Clone, Copy)]
struct Wrong {
    at: i64,
    cause: Cause,
    device: u64,
    network: u64,
    network_familiarity: Familiarity,
    method: Method,
    unattended: bool,
    position: Position,
}

impl Guesses {
    /// Takes an event after it was annotated. `password_changed_at`: when the person's password last changed.
    pub(crate) fn take(
        &mut self,
        event: &Event,
        password_changed_at: Option<i64>,
        settings: &Settings,
    ) -> Option<Detected> {
        match event.result() {
            AttemptResult::Failure(cause @ (Cause::BadPassword | Cause::MfaWrongCode)) => {
                self.forget(event.micros(), settings);
                self.remember(event, cause);
                match cause {
                    Cause::BadPassword => self.stale_password(password_changed_at, &settings.stale_password),
                    _ => self.suspect_clock(event, &settings.clock_drift),
                }
            }
            AttemptResult::Failure(Cause::MfaClockDrift) => {
                let description = "The log says that the code was right for another time.".to_owned();
                let found =
                    Detected::new(Detector::ClockDrift, &[event.micros()], [event.position()], description);
                Some(Detected { confidence: Confidence::High, ..found })
            }
            AttemptResult::Failure(Cause::AccountLocked) | AttemptResult::Lifecycle(Lifecycle::Lockout) => {
                self.lockout_by_stranger(event, &settings.lockout_by_stranger)
            }
            AttemptResult::Success if event.proves() => {
                self.signed_in = Some((event.micros(), device_key(event)));
                if matches!(event.method(), Method::Totp) {
                    self.clock = None;
                }
                None
            }
            _ => None,
        }
    }

    /// A suspicion that nothing has cleared.
    pub(crate) fn at_the_end(&mut self) -> Option<Detected> {
        self.clock.take().map(|found| *found)
    }

    /// Lets go what no detector looks back to: of most people nothing stays.
    fn forget(&mut self, now: i64, settings: &Settings) {
        let Settings { stale_password, lockout_by_stranger, clock_drift, .. } = settings;
        let longest = stale_password.within.max(lockout_by_stranger.within).max(clock_drift.within);
        while self.wrong.pop_front_if(|wrong| now - wrong.at > micros(longest)).is_some() {}
        if self.wrong.len() * 4 < self.wrong.capacity() {
            self.wrong.shrink_to(self.wrong.len() + 1);
        }
    }

    fn remember(&mut self, event: &Event, cause: Cause) {
        if self.wrong.len() == KEPT {
            self.wrong.pop_front();
        }
        let (network_familiarity, _, _) = event.familiarity();
        self.wrong.push_back(Wrong {
            at: event.micros(),
            cause,
            device: device_key(event),
            network: event.network_key(),
            network_familiarity,
            method: event.method(),
            unattended: event.legacy() || !event.interactive(),
            position: event.position(),
        });
    }

    fn within(&self, until: i64, span: i64, is: impl Fn(&Wrong) -> bool) -> Vec<Wrong> {
        self.wrong.iter().filter(|wrong| until - wrong.at <= span && is(wrong)).copied().collect()
    }

    /// The same device with the same wrong password, like clockwork, while its owner signs in elsewhere.
    fn stale_password(&self, changed_at: Option<i64>, settings: &StalePassword) -> Option<Detected> {
        let last = self.wrong.back()?;
        let same = |wrong: &Wrong| {
            wrong.cause == Cause::BadPassword && wrong.device == last.device && wrong.network == last.network
        };
        let tries = self.within(last.at, micros(settings.within), same);
        let first = tries.first()?;
        if tries.len() < whole(settings.failures) || last.network_familiarity == Familiarity::New {
            return None;
        }
        let changed = changed_at.is_some_and(|changed| changed <= first.at + micros(settings.within));
        let elsewhere = self
            .signed_in
            .is_some_and(|(at, device)| at >= first.at - micros(settings.within) && device != last.device);
        let machine_like = tries.iter().all(|wrong| wrong.unattended) || is_even(&tries, settings.unevenness);
        if !machine_like || !(changed || elsewhere) {
            return None;
        }
        let description = format!(
            "{} times the same wrong password from one device of theirs, {}.",
            tries.len(),
            if changed { "after the password was changed" } else { "while they signed in with another" }
        );
        Some(of(Detector::StalePassword, &tries, description))
    }

    /// Locked by wrong passwords that all came from networks the person has never used.
    fn lockout_by_stranger(&self, event: &Event, settings: &LockoutByStranger) -> Option<Detected> {
        let is_password = |wrong: &Wrong| wrong.cause == Cause::BadPassword;
        let tries = self.within(event.micros(), micros(settings.within), is_password);
        if tries.len() < whole(settings.failures)
            || !tries.iter().all(|wrong| wrong.network_familiarity == Familiarity::New)
        {
            return None;
        }
        let description = format!(
            "Locked after {} wrong passwords, all from networks that this person has never signed in from.",
            tries.len()
        );
        let mut found = of(Detector::LockoutByStranger, &tries, description);
        found.until = event.micros();
        found.evidence.push(event.position());
        Some(found)
    }

    fn suspect_clock(&mut self, event: &Event, settings: &ClockDrift) -> Option<Detected> {
        let is_code = |wrong: &Wrong| {
            wrong.cause == Cause::MfaWrongCode
                && wrong.method == Method::Totp
                && wrong.network_familiarity != Familiarity::New
        };
        let tries = self.within(event.micros(), micros(settings.within), is_code);
        if tries.len() >= whole(settings.codes) {
            let description = format!(
                "{} codes of the app in a row were wrong, and none was right after them.",
                tries.len()
            );
            let found =
                Detected { confidence: Confidence::Low, ..of(Detector::ClockDrift, &tries, description) };
            self.clock = Some(Box::new(found));
        }
        None
    }
}

fn of(detector: Detector, tries: &[Wrong], description: String) -> Detected {
    let times: Vec<_> = tries.iter().map(|wrong| wrong.at).collect();
    Detected::new(detector, &times, tries.iter().map(|wrong| wrong.position), description)
}

/// Are the gaps between the tries about the same? `unevenness`: their standard deviation over their mean, at most.
#[expect(clippy::cast_precision_loss, reason = "a measure of spread")]
fn is_even(tries: &[Wrong], unevenness: f64) -> bool {
    let gaps: Vec<f64> =
        tries.iter().zip(tries.iter().skip(1)).map(|(one, next)| (next.at - one.at) as f64).collect();
    if gaps.len() < 3 {
        return false;
    }
    let mean = gaps.iter().sum::<f64>() / gaps.len() as f64;
    let variance = gaps.iter().map(|gap| (gap - mean).powi(2)).sum::<f64>() / gaps.len() as f64;
    // A person who hammers at the keyboard is even too, but not a minute apart.
    mean >= 60_000_000.0 && variance.sqrt() <= unevenness * mean
}

fn whole(count: u32) -> usize {
    usize::try_from(count).unwrap_or(usize::MAX)
}

fn micros(span: jiff::SignedDuration) -> i64 {
    i64::try_from(span.as_micros()).unwrap_or(i64::MAX)
}
