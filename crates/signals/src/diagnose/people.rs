//! What a report says of one person.

use std::{borrow::Cow, sync::Arc};

use jiff::Timestamp;

use crate::{
    cause::{Cause, ResetHelps},
    event::{PersonName, TextId, Texts, unpacked_position},
    finding::{Finding, Grade},
    judge::{self, Addresses, Person, Standing, Told},
    record::{Lifecycle, Provider},
    report::{Change, Moment, PersonReport, PersonState},
};

/// What else bears on a person.
#[derive(Debug, Clone, Default)]
pub(super) struct Bearing {
    /// Findings about the person, the worst first.
    pub(super) findings: Vec<usize>,
    pub(super) grade: Option<Grade>,
    /// The finding that explains it for the whole organisation.
    pub(super) organisation_wide: Option<usize>,
}

/// What is said, and the words for it.
struct Said {
    state: PersonState,
    cause: Option<Cause>,
    told: Told,
}

pub(super) fn report(
    person: &Person,
    texts: &Texts,
    addresses: &Addresses,
    bearing: Bearing,
    findings: &[Finding],
) -> PersonReport {
    let name = texts.people().name(person.key).unwrap_or_else(|| PersonName {
        provider: Provider::Postern,
        login: "".into(),
        display: "".into(),
    });
    let said = said(person, addresses);
    let (state, cause) = (said.state, said.cause);
    let incident = bearing.grade.is_some_and(|grade| grade >= Grade::Incident);
    let wide = bearing.organisation_wide.filter(|_| !incident && !matches!(state, PersonState::NotLockedOut));
    let explained = wide.and_then(|index| findings.get(index));
    let care = bearing.grade.is_some() || !matches!(state, PersonState::NotLockedOut);
    PersonReport {
        person: name.login.into(),
        display: name.display.into(),
        provider: name.provider,
        state,
        cause,
        why: why(person, &said, explained, texts),
        mend: mend(state, cause, incident, explained),
        reset_helps: cause.filter(|_| !incident && wide.is_none()).map_or(ResetHelps::No, Cause::reset_helps),
        rung: rung(cause, incident, wide.is_some()),
        grade: bearing.grade,
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

fn said(person: &Person, addresses: &Addresses) -> Said {
    match person.standing() {
        // Somebody else's guesses are not the person's lockout.
        Standing::LockedOut(failing)
            if failing.cause == Cause::BadPassword
                && failing.only_from.is_some_and(|ip| addresses.is_hostile(ip)) =>
        {
            let state = if person.run.signed_in() { PersonState::NotLockedOut } else { PersonState::Unknown };
            Said { state, cause: None, told: Told::default() }
        }
        Standing::LockedOut(failing) => Said {
            state: PersonState::LockedOut { since: time(failing.since) },
            cause: Some(failing.cause),
            told: failing.told,
        },
        Standing::SignedIn => Said { state: PersonState::NotLockedOut, cause: None, told: Told::default() },
        Standing::Unfinished { since, hint, told } => {
            Said { state: PersonState::Unfinished { since: time(since) }, cause: hint, told }
        }
        Standing::Unknown => Said { state: PersonState::Unknown, cause: None, told: Told::default() },
    }
}

fn rung(cause: Option<Cause>, incident: bool, organisation_wide: bool) -> u8 {
    match cause {
        _ if incident => 7,
        _ if organisation_wide => 1,
        cause => cause.map_or(0, Cause::rung),
    }
}

fn why(person: &Person, said: &Said, explained: Option<&Finding>, texts: &Texts) -> Cow<'static, str> {
    let words = match (said.state, said.cause) {
        (PersonState::NotLockedOut, _) => return Cow::Borrowed("Signed in."),
        (PersonState::Unknown, _) => return why_unknown(person, texts).into(),
        (_, Some(cause)) => cause.plain_words(),
        (PersonState::Unfinished { .. }, None) => "More was asked for, and the sign-in is not finished.",
        (PersonState::LockedOut { .. }, None) => Cause::Unknown.plain_words(),
    };
    let told = |label: &str, id: TextId, end: &str| {
        texts.get(id).map(|text| format!(" {label}: {text}{end}")).unwrap_or_default()
    };
    let policy = told("Policy", said.told.policy, ".");
    let detail = told("The log", said.told.detail, "");
    match explained {
        Some(finding) => {
            format!("It is not only this person: {} {words}{policy}{detail}", finding.words).into()
        }
        None if policy.is_empty() && detail.is_empty() => Cow::Borrowed(words),
        None => format!("{words}{policy}{detail}").into(),
    }
}

fn why_unknown(person: &Person, texts: &Texts) -> String {
    if person.changes.is_empty() {
        return match person.undated {
            0 => "Only somebody else's wrong passwords; the person has not been seen.".to_owned(),
            _ => "Its records carry no time, so what came last is not known.".to_owned(),
        };
    }
    let changes: Vec<_> = person
        .changes
        .iter()
        .map(|change| {
            let words = change_words(change.what);
            texts.get(change.detail).map_or_else(|| words.to_owned(), |detail| format!("{words} {detail}"))
        })
        .collect();
    format!("No sign-in in this log, only changes to the account: {}", changes.join("; "))
}

fn mend(
    state: PersonState,
    cause: Option<Cause>,
    incident: bool,
    explained: Option<&Finding>,
) -> Cow<'static, str> {
    if let Some(finding) = explained {
        return finding.mend.to_string().into();
    }
    Cow::Borrowed(match (state, cause) {
        _ if incident => {
            "It looks like an attack: do not reset. Suspend, revoke sessions, reach the owner through contacts on file, open an incident."
        }
        (PersonState::NotLockedOut, _) => "Nothing.",
        (_, Some(cause)) => cause.mend(),
        (PersonState::Unfinished { .. }, None) => "Let the person finish the sign-in.",
        (PersonState::Unknown, None) => "Ask the person to sign in, and read a newer log.",
        (PersonState::LockedOut { .. }, None) => Cause::Unknown.mend(),
    })
}

fn time(micros: i64) -> Timestamp {
    Timestamp::from_microsecond(micros).unwrap_or_default()
}

fn moment_of(moment: &judge::Moment) -> Moment {
    let judge::Moment { at, result, method, position } = *moment;
    Moment { at: time(at), result, method, position: unpacked_position(position) }
}

fn change_of(change: &judge::Change, texts: &Texts) -> Change {
    let text = |id: TextId| -> Option<Arc<str>> { texts.get(id) };
    Change {
        at: change.at.map(time),
        what: change.what,
        actor: text(change.actor),
        detail: text(change.detail),
        position: change.position,
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
