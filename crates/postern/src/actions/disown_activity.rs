//! "This wasn't me", said on the account page of something that happened there. One press stops what is under way: sessions,
//! sign-ins half done, requests to recover the account; an incident is opened, which raises the risk of every case of the person.
//!
//! It wants no factor, for who says so may have lost theirs. So it only ends things, and the session in which it is said
//! with them, unless a factor was shown in it: whoever stole one puts nobody out without going too.

use jiff::{SignedDuration, Timestamp};
use postern_core::event::payload::{CaseContested, SessionRevoked, UserActivityDisowned};
use postern_core::event::{Event, EventKind};
use postern_core::login;
use postern_core::reason::Reason;
use postern_signals::{Confidence, Finding, Provider, RuleSource, Severity, Subject};

use super::contest::{Stopped, contest_case, suspend};
use super::end_access::{AccessEnd, end_access};
use super::factor_proof::{self, FactorProof, RightProof};
use super::on_record::Attempt;
use super::record_finding::{Found, record_finding};
use super::{ActionError, Caller, CountedTry, RateLimit};
use crate::config::Config;
use crate::notify::{self, Notice};
use crate::scope::Scope;
use crate::store::findings::DISOWNED;
use crate::store::{Change, audit, cases, sign_ins, time};
use crate::texts::MessageId;

const STEP: &str = "disown_activity";
const BY: &str = "the account page";
/// Where an owner said it, as an incident has it.
pub(super) const ON_ACCOUNT_PAGE: &str = "On the account page their owner said of something there";
/// The same by the link in a message.
pub(super) const BY_LINK: &str = "By the link in a message somebody said of what it told";

/// What was stopped.
pub struct DisownedActivity {
    /// How many sessions ended.
    pub sessions: u64,
    /// The references of the requests that are stopped now.
    pub references: Vec<String>,
    /// Whether the account is suspended too: a reset was done already.
    pub account_suspended: bool,
    /// Whether the caller's own session goes on.
    pub stays: bool,
}

/// Says it of a record or a sign-in of the caller's own. `proof`: a code, for who wants to stay signed in here and has shown
/// no factor of late.
pub async fn disown_activity(
    scope: &Scope,
    caller: &Caller,
    entry: &str,
    proof: Option<&FactorProof>,
) -> Result<DisownedActivity, ActionError> {
    let person = Some(&caller.person.id);
    let attempt = Attempt { actor: caller.actor(), step: STEP, case: None, person };
    attempt.run(scope, || disown(scope, caller, entry, proof)).await
}

async fn disown(
    scope: &Scope,
    caller: &Caller,
    id: &str,
    proof: Option<&FactorProof>,
) -> Result<DisownedActivity, ActionError> {
    let person = &caller.person.id;
    let (event, at) = find(scope, caller, id).await?;
    let hour = CountedTry::in_window(STEP, scope.now, SignedDuration::from_hours(1));
    RateLimit::of_person(scope, person, hour, None).await?.acquire(scope).await?;
    let right = match proof {
        Some(proof) => Some(factor_proof::check(scope, caller, STEP, (proof, None)).await?),
        None => None,
    };
    let stays = right.is_some() || caller.has_just_shown_factor(scope.now);
    let mut change = caller.change(scope).await?;
    if audit::has_said(&mut change, (person, EventKind::UserActivityDisowned), id).await? {
        drop(change);
        // Should the incident not have been kept the first time: it is the same one.
        record_finding(scope, &found(scope, &caller.person.login, (ON_ACCOUNT_PAGE, event, at))).await?;
        return Err(ActionError::refused(MessageId("disowned-already")));
    }
    if let Some(right) = right {
        RightProof::use_up(right, scope, &mut change).await?;
    }
    let done = end_all(scope, &mut change, caller, stays).await?;
    notify::announce(scope, &mut change, person, None, Notice::ActivityDisowned).await?;
    let disowned = UserActivityDisowned {
        entry: id,
        event: event.as_str(),
        sessions: done.sessions,
        stays: done.stays,
        requests: &done.references,
    };
    change.commit(&Event::new(caller.actor(), disowned).person(person)).await?;
    record_finding(scope, &found(scope, &caller.person.login, (ON_ACCOUNT_PAGE, event, at))).await?;
    Ok(done)
}

/// What it is said of, and when that was.
async fn find(scope: &Scope, caller: &Caller, id: &str) -> Result<(EventKind, Timestamp), ActionError> {
    let (db, tenant, person) = (&scope.app.db, &scope.tenant.id, &caller.person.id);
    let (event, at) = if let Some(row) = sign_ins::find_of_person(db, tenant, person, id).await? {
        let is_success = row.result == "success";
        (if is_success { EventKind::SignInSucceeded } else { EventKind::SignInFailed }, time(row.at))
    } else {
        let row = audit::find_about(db, tenant, person, id).await?.ok_or(ActionError::NotFound)?;
        let event = EventKind::parse(&row.event).ok_or(ActionError::NotFound)?;
        (event, row.at.parse().unwrap_or(Timestamp::UNIX_EPOCH))
    };
    if event == EventKind::UserActivityDisowned || scope.now.duration_since(at) > Config::CONTEST_LIFE {
        return Err(ActionError::refused(MessageId("too-late-to-disown")));
    }
    Ok((event, at))
}

/// Ends what is under way, and says so in the record.
async fn end_all(
    scope: &Scope,
    change: &mut Change<'_>,
    caller: &Caller,
    stays: bool,
) -> Result<DisownedActivity, ActionError> {
    let person = &caller.person.id;
    let reason = Reason::parse("The owner said on the account page: this wasn't me")?;
    let mut stopped = Stopped::default();
    for row in cases::list_of_person_locked(change, person).await? {
        if row.closed_at.is_some() || row.is_stopped_for_good() {
            continue;
        }
        let mut one = Stopped::default();
        contest_case(scope, change, &row.case_id(), &mut one).await?;
        let contested = CaseContested {
            account_suspended: one.account_suspended,
            stopped: !one.references.is_empty(),
            by: BY,
        };
        let event = Event::new(caller.actor(), contested).person(person).case(&row.case_id());
        change.record(event.reason(&reason));
        stopped.account_suspended |= one.account_suspended;
        stopped.references.extend(one.references);
    }
    let stays = stays && !stopped.account_suspended;
    let own = stays.then_some(caller.session.as_str());
    let sessions = end_access(scope, change, person, AccessEnd::Disowned { stays: own }).await?;
    if sessions > 0 {
        let revoked = SessionRevoked { sessions, why: Some("disowned") };
        change.record(Event::new(caller.actor(), revoked).person(person));
    }
    if stopped.account_suspended {
        suspend(scope, change, person).await?;
    }
    let (references, account_suspended) = (stopped.references, stopped.account_suspended);
    Ok(DisownedActivity { sessions, references, account_suspended, stays })
}

/// An incident about this person alone: what raises the risk of their cases, and is told to seniors.
pub(super) fn found(scope: &Scope, login: &str, (place, event, at): (&str, EventKind, Timestamp)) -> Found {
    let login = login::normalise(login);
    let description = format!(
        "{place}: this wasn't me. It was, at {}: {}.",
        at.strftime("%-d %b %Y, %H:%M UTC"),
        event.meaning().trim_end_matches('.'),
    );
    let finding = Finding {
        rule: DISOWNED.into(),
        title: "The owner says: this wasn't me".into(),
        source: RuleSource::Detector,
        severity: Severity::Incident,
        confidence: Confidence::High,
        subject: Subject::Person { provider: Provider::Postern, person: login.as_str().into() },
        people_count: 1,
        people: vec![login.as_str().into()],
        since: at,
        until: scope.now,
        count: 1,
        evidence: Vec::new(),
        threshold: "the owner pressed \u{201c}This wasn't me\u{201d}".into(),
        description,
        remediation: "Reach the owner on a number on file. Go through their factors and contacts with them: what they do not know \
            was added by somebody else and goes. If that somebody still gets in, suspend the account while you speak."
            .into(),
        runbook: "agent-runbook.md#this-wasnt-me".into(),
    };
    Found { finding, evidence: Vec::new() }
}
