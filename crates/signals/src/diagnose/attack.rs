//! Signs of an attack on one person. Nobody's thresholds agree (1 to 10 denials in 5 to 60 minutes); these are the
//! default that the reference proposes, and tenants will set their own.

use jiff::{SignedDuration, Timestamp};

use super::history::Event;
use crate::{
    cause::Cause,
    record::{AttemptResult, Flag, Lifecycle, Position},
    report::{Attack, AttackKind, Grade},
};

const TEN_MINUTES: SignedDuration = SignedDuration::from_mins(10);
const HALF_AN_HOUR: SignedDuration = SignedDuration::from_mins(30);
const AN_HOUR: SignedDuration = SignedDuration::from_hours(1);
const A_DAY: SignedDuration = SignedDuration::from_hours(24);
/// Two records of one prompt, or one prompt sent to two devices.
const SAME_PROMPT: SignedDuration = SignedDuration::from_secs(2);
/// A prompt that nobody answered by then is unanswered.
const PROMPT_LIVES: SignedDuration = SignedDuration::from_mins(5);
const EVIDENCE_LISTED: usize = 20;

/// The worst that these events show. `events` are in the order of time; `end` is the newest time known.
pub(super) fn find(events: &[Event], end: Timestamp) -> Option<Attack> {
    let found = [by_verdict(events), by_prompts(events, end), by_guesses(events), by_lockout(events)];
    found.into_iter().fold(None, worse)
}

/// The worse of two; of equals, the newer.
pub(super) fn worse(one: Option<Attack>, other: Option<Attack>) -> Option<Attack> {
    match (one, other) {
        (Some(one), Some(other)) => {
            let weight = |attack: &Attack| (attack.grade, attack.kind, attack.until, attack.evidence.len());
            Some(if weight(&other) > weight(&one) { other } else { one })
        }
        (one, other) => one.or(other),
    }
}

/// One record is enough: the person, their authenticator or the provider says so.
fn by_verdict(events: &[Event]) -> Option<Attack> {
    let verdicts = events.iter().filter_map(|event| verdict(event).map(|(kind, grade)| (kind, grade, event)));
    let (kind, grade, _) = verdicts.clone().max_by_key(|(kind, grade, _)| (*grade, *kind))?;
    let points: Vec<_> =
        verdicts.filter(|found| found.0 == kind).map(|(_, _, event)| Point::of(event)).collect();
    let words = match kind {
        AttackKind::Phishing => "The authenticator refused because a phishing site was in the middle.",
        AttackKind::FraudReport => "The person reported an MFA prompt as fraud.",
        AttackKind::SuspiciousReport => "The person reported suspicious activity.",
        AttackKind::NumberChallenge => {
            "The wrong number was chosen for an MFA prompt: whoever answered did not start the sign-in."
        }
        _ => "The provider rates the sign-in or its address as dangerous.",
    };
    Some(attack(kind, grade, &points, None, words.to_owned()))
}

fn verdict(event: &Event) -> Option<(AttackKind, Grade)> {
    if let Some(flag) = event.flag {
        return Some(match flag {
            Flag::Phishing => (AttackKind::Phishing, Grade::Incident),
            Flag::NumberChallengeFailed => (AttackKind::NumberChallenge, Grade::Incident),
            Flag::Risk if matches!(event.result, AttemptResult::Failure(_)) => {
                (AttackKind::ProviderRisk, Grade::Incident)
            }
            Flag::MaliciousAddress | Flag::Risk => (AttackKind::ProviderRisk, Grade::Warning),
        });
    }
    match event.result {
        AttemptResult::Failure(Cause::MfaFraudReported)
        | AttemptResult::Interrupt(Some(Cause::MfaFraudReported)) => {
            Some((AttackKind::FraudReport, Grade::Incident))
        }
        AttemptResult::Lifecycle(Lifecycle::SuspiciousReported) => {
            Some((AttackKind::SuspiciousReport, Grade::Incident))
        }
        AttemptResult::Lifecycle(Lifecycle::RiskDetected) => Some((AttackKind::ProviderRisk, Grade::Warning)),
        _ => None,
    }
}

/// Prompts denied or left unanswered: 3 in 10 minutes warn, 5 in 10 minutes or 10 in a day are an incident, and a
/// success soon after is the worst.
fn by_prompts(events: &[Event], end: Timestamp) -> Option<Attack> {
    let refusals = refusals(events, end);
    let burst = densest(&refusals, TEN_MINUTES);
    let slow = densest(&refusals, A_DAY);
    let (window, span) =
        if slow.len() >= 10 && burst.len() < 5 { (slow, "24 hours") } else { (burst, "10 minutes") };
    if window.len() < 3 {
        return None;
    }
    let count = window.len();
    let breach = breach(events, &refusals, 3, TEN_MINUTES).or_else(|| breach(events, &refusals, 10, A_DAY));
    let grade = if count >= 5 { Grade::Incident } else { Grade::Warning };
    let words = format!("{count} MFA prompts denied or unanswered within {span}");
    Some(match breach {
        Some((window, success)) => {
            let words = format!("{} MFA prompts denied or unanswered, then a success", window.len());
            attack(AttackKind::MfaFatigue, Grade::LikelyBreach, window, Some(success), words)
        }
        None => attack(AttackKind::MfaFatigue, grade, window, None, words),
    })
}

/// Wrong passwords or codes: 10 in 10 minutes warn, 20 in half an hour or 10 from 3 addresses are an incident.
fn by_guesses(events: &[Event]) -> Option<Attack> {
    let wrong = |event: &&Event| {
        matches!(event.result, AttemptResult::Failure(Cause::BadPassword | Cause::MfaWrongCode))
    };
    let guesses: Vec<_> = events.iter().filter(wrong).map(Point::of).collect();
    let burst = densest(&guesses, TEN_MINUTES);
    let long = densest(&guesses, HALF_AN_HOUR);
    if let Some((window, success)) = breach(events, &guesses, 10, TEN_MINUTES) {
        let words = format!("{} wrong passwords or codes within 10 minutes, then a success", window.len());
        return Some(attack(AttackKind::BruteForce, Grade::LikelyBreach, window, Some(success), words));
    }
    if burst.len() < 10 && long.len() < 20 {
        return None;
    }
    let (window, minutes) = if long.len() >= 20 { (long, 30) } else { (burst, 10) };
    let addresses = count_addresses(window);
    let grade = if window.len() >= 20 || addresses >= 3 { Grade::Incident } else { Grade::Warning };
    let words = format!(
        "{} wrong passwords or codes within {minutes} minutes, from {addresses} address(es)",
        window.len()
    );
    Some(attack(AttackKind::BruteForce, grade, window, None, words))
}

/// Locked after at least five wrong tries in half an hour. A stranger's guesses, an old password on a device and a
/// lockout made on purpose look alike here, so this is for a person to judge.
fn by_lockout(events: &[Event]) -> Option<Attack> {
    let locks = |event: &&Event| {
        matches!(
            event.result,
            AttemptResult::Failure(Cause::AccountLocked) | AttemptResult::Lifecycle(Lifecycle::Lockout)
        )
    };
    let tries: Vec<_> = events
        .iter()
        .filter(|event| {
            matches!(
                event.result,
                AttemptResult::Failure(Cause::BadPassword | Cause::MfaWrongCode | Cause::AccountLocked)
            )
        })
        .map(Point::of)
        .collect();
    let lock = events.iter().filter(locks).max_by_key(|event| event.at)?;
    let start = lock.at.checked_sub(HALF_AN_HOUR).unwrap_or(Timestamp::MIN);
    let window: Vec<_> = tries.into_iter().filter(|point| point.at >= start && point.at <= lock.at).collect();
    if window.len() < 5 {
        return None;
    }
    let words = format!(
        "Locked after {} wrong tries from {} address(es): a stranger's guesses, or an old password on a device",
        window.len(),
        count_addresses(&window)
    );
    Some(attack(AttackKind::LockoutByFailures, Grade::Warning, &window, Some(Point::of(lock)), words))
}

#[derive(Debug, Clone, Copy)]
struct Point {
    at: Timestamp,
    address: Option<u64>,
    position: Position,
}

impl Point {
    fn of(event: &Event) -> Self {
        Self { at: event.at, address: event.address, position: event.position }
    }
}

/// Prompts denied or unanswered, each once, in the order of time. A patient attacker waits for no denial, so that
/// prompts sent without any answer count too.
fn refusals(events: &[Event], end: Timestamp) -> Vec<Point> {
    let mut refusals: Vec<Point> = Vec::new();
    let mut pending: Option<Point> = None;
    for event in events {
        let expired = pending.filter(|sent| event.at.duration_since(sent.at) > PROMPT_LIVES);
        if let Some(sent) = expired {
            refusals.push(sent);
            pending = None;
        }
        match event.result {
            AttemptResult::PushSent => {
                let sent = pending.get_or_insert(Point::of(event));
                if event.at.duration_since(sent.at) > SAME_PROMPT {
                    refusals.push(std::mem::replace(sent, Point::of(event)));
                }
            }
            AttemptResult::Failure(cause) | AttemptResult::Interrupt(Some(cause)) if is_refusal(cause) => {
                pending = None;
                refusals.push(Point::of(event));
            }
            AttemptResult::Failure(Cause::MfaWrongCode | Cause::MfaCodeReused) => pending = None,
            AttemptResult::Success if event.proves => pending = None,
            _ => {}
        }
    }
    refusals.extend(pending.filter(|sent| end.duration_since(sent.at) > PROMPT_LIVES));
    refusals.sort_by_key(|point| (point.at, point.position));
    refusals.dedup_by(|next, kept| next.at.duration_since(kept.at) <= SAME_PROMPT);
    refusals
}

fn is_refusal(cause: Cause) -> bool {
    matches!(cause, Cause::MfaDenied | Cause::MfaNoResponse | Cause::MfaFraudReported)
}

/// The window with the most points; of equals, the newest.
fn densest(points: &[Point], span: SignedDuration) -> &[Point] {
    let windows = (0..points.len()).map(|end| window_to(points, end, span));
    windows.max_by_key(|window| window.len()).unwrap_or_default()
}

/// The points within `span` up to and with the one at `end`.
fn window_to(points: &[Point], end: usize, span: SignedDuration) -> &[Point] {
    let upto = points.get(..=end).unwrap_or_default();
    let Some(last) = upto.last() else { return &[] };
    let start = upto.partition_point(|point| last.at.duration_since(point.at) > span);
    upto.get(start..).unwrap_or_default()
}

/// The first success within an hour after at least `least` points within `span`, and those points.
fn breach<'p>(
    events: &[Event],
    points: &'p [Point],
    least: usize,
    span: SignedDuration,
) -> Option<(&'p [Point], Point)> {
    let mut successes = events.iter().filter(|event| event.result == AttemptResult::Success && event.proves);
    successes.find_map(|success| {
        let before = points.partition_point(|point| point.at < success.at);
        // The burst may have ended before a last stray point, so each end within the hour is tried.
        let is_recent = |point: &Point| success.at.duration_since(point.at) <= AN_HOUR;
        let recent = (0..before).rev().take_while(|end| points.get(*end).is_some_and(is_recent));
        let window = recent.map(|end| window_to(points, end, span)).max_by_key(|window| window.len())?;
        (window.len() >= least).then(|| (window, Point::of(success)))
    })
}

fn count_addresses(window: &[Point]) -> usize {
    let mut addresses: Vec<_> = window.iter().filter_map(|point| point.address).collect();
    addresses.sort_unstable();
    addresses.dedup();
    addresses.len()
}

/// `window` is never empty.
fn attack(kind: AttackKind, grade: Grade, window: &[Point], last: Option<Point>, words: String) -> Attack {
    let since = window.iter().map(|point| point.at).min();
    let until = window.iter().chain(&last).map(|point| point.at).max();
    let evidence = window.iter().take(EVIDENCE_LISTED).chain(&last).map(|point| point.position).collect();
    Attack {
        kind,
        grade,
        since: since.unwrap_or_default(),
        until: until.unwrap_or_default(),
        evidence,
        words,
    }
}
