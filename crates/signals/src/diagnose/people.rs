//! What a report says of one person.

use std::{borrow::Cow, sync::Arc};

use jiff::Timestamp;

use crate::{
    analysis::{self, LockoutState, LoggedReason, Person, Unfinished},
    cause::{Cause, ResetHelps},
    event::{PersonName, TextId, Texts, unpacked_position},
    finding::{Finding, Severity},
    record::{Lifecycle, Provider},
    report::{Change, Moment, PersonReport, PersonState},
};

/// What else bears on a person.
#[derive(Debug, Clone, Default)]
pub(super) struct Bearing {
    /// Findings about the person, the worst first.
    pub(super) findings: Vec<usize>,
    pub(super) severity: Option<Severity>,
    /// The finding that explains it for the whole organisation.
    pub(super) organisation_wide: Option<usize>,
}

/// What a person's state is, and why.
struct StateExplanation {
    state: PersonState,
    cause: Option<Cause>,
    reason: LoggedReason,
    /// What was in the way until somebody took it away; nobody has tried since.
    released: Option<Cause>,
    /// All the failures are somebody else's.
    is_by_others: bool,
}

impl StateExplanation {
    fn plain(state: PersonState) -> Self {
        Self { state, cause: None, reason: LoggedReason::default(), released: None, is_by_others: false }
    }
}

pub(super) fn report(
    person: &Person,
    texts: &Texts,
    is_hostile: impl Fn([u8; 16]) -> bool,
    bearing: Bearing,
    findings: &[Finding],
) -> PersonReport {
    let name = texts.people().name(person.key).unwrap_or_else(|| PersonName {
        provider: Provider::Postern,
        login: "".into(),
        display: "".into(),
    });
    let explanation = explanation(person, is_hostile);
    let (state, cause) = (explanation.state, explanation.cause);
    let incident = bearing.severity.is_some_and(|severity| severity >= Severity::Incident);
    let wide = bearing.organisation_wide.filter(|_| !incident && !matches!(state, PersonState::NotLockedOut));
    let explained = wide.and_then(|index| findings.get(index));
    let care = bearing.severity.is_some() || !matches!(state, PersonState::NotLockedOut);
    PersonReport {
        person: name.login.into(),
        display: name.display.into(),
        provider: name.provider,
        state,
        cause,
        why: why(person, &explanation, explained, texts),
        remediation: match explained {
            Some(finding) => finding.remediation.to_string().into(),
            None => remediation(person, &explanation, incident, || {
                bearing.findings.iter().filter_map(|index| findings.get(*index))
            }),
        },
        reset_helps: cause
            .filter(|_| !incident && wide.is_none() && !was_reset(person))
            .map_or(ResetHelps::No, Cause::reset_helps),
        rung: rung(cause, incident, wide.is_some()),
        severity: bearing.severity,
        findings: bearing.findings,
        organisation_wide: wide,
        attempts: u64::from(person.attempts),
        failures: u64::from(person.failures),
        last_success: person.last_success.map(time),
        last_attempt: person.last_attempt.map(time),
        changes: person.changes.iter().map(|change| change_of(change, texts)).collect(),
        timeline: if care { person.moments.iter().map(moment_of).collect() } else { Vec::new() },
    }
}

fn explanation(person: &Person, is_hostile: impl Fn([u8; 16]) -> bool) -> StateExplanation {
    match person.lockout_state() {
        // Somebody else's guesses are not the person's lockout.
        LockoutState::LockedOut(failing)
            if failing.cause == Cause::BadPassword && failing.only_from.is_some_and(is_hostile) =>
        {
            let signed_in = person.run.signed_in();
            let state = if signed_in { PersonState::NotLockedOut } else { PersonState::Unknown };
            StateExplanation { is_by_others: true, ..StateExplanation::plain(state) }
        }
        LockoutState::LockedOut(failing) => StateExplanation {
            cause: Some(failing.cause),
            reason: failing.reason,
            ..StateExplanation::plain(PersonState::LockedOut { since: time(failing.since) })
        },
        LockoutState::SignedIn => StateExplanation::plain(PersonState::NotLockedOut),
        LockoutState::Unfinished(Unfinished { since, hint, reason, released }) => StateExplanation {
            cause: hint,
            reason,
            released,
            ..StateExplanation::plain(PersonState::Unfinished { since: time(since) })
        },
        LockoutState::Unknown => StateExplanation::plain(PersonState::Unknown),
    }
}

/// The factors are gone already, and nobody has tried since.
fn was_reset(person: &Person) -> bool {
    person.done_since().is_some_and(|change| change.what == Lifecycle::FactorReset)
}

fn rung(cause: Option<Cause>, incident: bool, organisation_wide: bool) -> u8 {
    match cause {
        _ if incident => 7,
        _ if organisation_wide => 1,
        cause => cause.map_or(0, Cause::rung),
    }
}

fn why(
    person: &Person,
    explanation: &StateExplanation,
    explained: Option<&Finding>,
    texts: &Texts,
) -> Cow<'static, str> {
    let description = match (explanation.state, explanation.cause) {
        (PersonState::NotLockedOut, _) => return Cow::Borrowed("Signed in."),
        (PersonState::Unknown, _) => return why_unknown(person, explanation, texts).into(),
        (PersonState::Unfinished { .. }, None) if explanation.released.is_some() => {
            let by = person.changes.last().and_then(|change| texts.get(change.actor));
            let by = by.map(|actor| format!(" by {actor}")).unwrap_or_default();
            let done = if explanation.released == Some(Cause::AccountDisabled) {
                "Enabled again"
            } else {
                "Unlocked"
            };
            return format!("{done}{by}; nobody has tried since.").into();
        }
        (_, Some(cause)) => cause.description_for(explanation.reason.method),
        (PersonState::Unfinished { .. }, None) => "More was asked for, and the sign-in is not finished.",
        (PersonState::LockedOut { .. }, None) => Cause::Unknown.description(),
    };
    let labelled = |label: &str, id: TextId, end: &str| {
        texts.get(id).map(|text| format!(" {label}: {text}{end}")).unwrap_or_default()
    };
    let policy = labelled("Policy", explanation.reason.policy, ".");
    let detail = labelled("The log", explanation.reason.detail, "");
    let wide = explained.map(|finding| format!("It is not only this person: {} ", finding.description));
    let done = person.done_since().map(|change| {
        let at = change.at.map(|at| format!(" at {:.0}", time(at))).unwrap_or_default();
        format!("Since the last try: {}{at}. ", change_description(change.what))
    });
    if wide.is_none() && done.is_none() && policy.is_empty() && detail.is_empty() {
        return Cow::Borrowed(description);
    }
    format!("{}{}{description}{policy}{detail}", wide.unwrap_or_default(), done.unwrap_or_default()).into()
}

fn why_unknown(person: &Person, explanation: &StateExplanation, texts: &Texts) -> String {
    if explanation.is_by_others {
        return "Only somebody else's wrong passwords; the person has not been seen.".to_owned();
    }
    if person.undated > 0 {
        return "Its records carry no time, so what came last is not known.".to_owned();
    }
    if person.changes.is_empty() {
        return "Prompts went out; what became of them is not in this log.".to_owned();
    }
    let changes: Vec<_> = person
        .changes
        .iter()
        .map(|change| {
            let description = change_description(change.what);
            texts
                .get(change.detail)
                .map_or_else(|| description.to_owned(), |detail| format!("{description} {detail}"))
        })
        .collect();
    format!("No sign-in in this log, only changes to the account: {}", changes.join("; "))
}

/// What to do about this person alone. `findings`: about them, the worst first.
fn remediation<'f, I: Iterator<Item = &'f Finding>>(
    person: &Person,
    explanation: &StateExplanation,
    incident: bool,
    findings: impl Fn() -> I,
) -> Cow<'static, str> {
    let of_finding = |finding: &Finding| Cow::Owned(finding.remediation.to_string());
    match (explanation.state, explanation.cause) {
        _ if incident => Cow::Borrowed(
            "It looks like an attack: do not reset. Suspend, revoke sessions, reach the owner through contacts on file, open an incident.",
        ),
        (PersonState::NotLockedOut, _) => {
            let warning = findings().find(|finding| finding.severity == Severity::Warning);
            warning.map_or(Cow::Borrowed("Nothing."), of_finding)
        }
        // Somebody has just helped. What they did is to be tried before more is done.
        (_, Some(_)) if person.done_since().is_some() => {
            Cow::Borrowed("Let the person try again first: the account was changed since they last tried.")
        }
        (_, Some(cause)) => {
            // What a detector has found out need not be asked again.
            let known = findings().find(|finding| explains(&finding.rule, cause));
            known.map_or(Cow::Borrowed(cause.remediation_for(explanation.reason.method)), of_finding)
        }
        (PersonState::Unfinished { .. }, None) if explanation.released.is_some() => {
            Cow::Borrowed("Ask the person to sign in.")
        }
        (PersonState::Unfinished { .. }, None) => Cow::Borrowed("Let the person finish the sign-in."),
        (PersonState::Unknown, None) => Cow::Borrowed("Ask the person to sign in, and read a newer log."),
        (PersonState::LockedOut { .. }, None) => Cow::Borrowed(Cause::Unknown.remediation()),
    }
}

/// Does a finding of this rule tell where the cause comes from?
fn explains(rule: &str, cause: Cause) -> bool {
    match rule {
        "stale_password_on_device" => matches!(cause, Cause::BadPassword | Cause::AccountLocked),
        "lockout_by_stranger" => cause == Cause::AccountLocked,
        "clock_drift" => matches!(cause, Cause::MfaWrongCode | Cause::MfaClockDrift),
        _ => false,
    }
}

fn time(micros: i64) -> Timestamp {
    Timestamp::from_microsecond(micros).unwrap_or_default()
}

fn moment_of(moment: &analysis::Moment) -> Moment {
    let analysis::Moment { at, result, method, position } = *moment;
    Moment { at: time(at), result, method, position: unpacked_position(position) }
}

fn change_of(change: &analysis::AccountChange, texts: &Texts) -> Change {
    let text = |id: TextId| -> Option<Arc<str>> { texts.get(id) };
    Change {
        at: change.at.map(time),
        what: change.what,
        actor: text(change.actor),
        detail: text(change.detail),
        position: change.position,
    }
}

fn change_description(change: Lifecycle) -> &'static str {
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
