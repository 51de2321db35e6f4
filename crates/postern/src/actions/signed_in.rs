//! What every completed sign-in does: a session, a record, and the end of a recovery that was waiting for it.

use jiff::{SignedDuration, Timestamp};
use postern_core::case::Stage;
use postern_core::event::payload::{CaseClosed, SessionEnded, SignInFailed, SignInSucceeded};
use postern_core::event::{Actor, Event};
use postern_core::factor::{FactorKind, FactorUse};
use postern_core::id::PersonId;
use postern_core::session_limits::SessionLimits;
use postern_core::signin::{AccountStatus, Assurance, FlowError};
use zeroize::Zeroizing;

use super::ActionError;
use super::lapse_case::lapse_overdue;
use super::names::pseudonym;
use super::remedies::{is_proven_by, texts};
use crate::notify::{self, Notice};
use crate::rng::token_hash;
use crate::scope::Scope;
use crate::store::factors::Factor;
use crate::store::persons::Person;
use crate::store::sessions::NewSession;
use crate::store::sign_ins::NewSignIn;
use crate::store::{Change, StoreError, cases, factors, known_devices, persons, sessions, sign_ins};

/// How many failed second steps in a day, since the last sign-in, the owner is told of.
const TOLD_AT: i64 = 3;
/// For how long the next sign-in mentions them.
const MENTIONED_FOR: SignedDuration = SignedDuration::from_hours(24 * 30);

/// The tokens for the person's cookies.
pub struct SignedIn {
    /// Names the session.
    pub session: Zeroizing<String>,
    /// Marks the device as known.
    pub device: Zeroizing<String>,
    /// Whether a recovery waited for it, and is closed now.
    pub ends_recovery: bool,
    /// Whether somebody elsewhere showed the right password since the last time, and failed at the second step.
    pub others_failed: bool,
}

/// What the directory says of a person now.
pub(super) async fn account_status(scope: &Scope, person: &Person) -> Result<AccountStatus, StoreError> {
    let held = factors::list(&scope.app.db, &scope.tenant.id, &person.id).await?;
    Ok(status_with(scope, person, &held))
}

/// The same of somebody who has these factors.
pub(super) fn status_with(scope: &Scope, person: &Person, held: &[Factor]) -> AccountStatus {
    let has_factor = held.iter().any(|factor| factor.works(scope.now) && factor.completes_sign_in());
    AccountStatus { suspended: person.suspended_at.is_some(), has_factor }
}

/// Begins the change that will complete a sign-in, with the person's row locked: nobody can suspend them any more before it
/// is done. Err: somebody has.
pub(super) async fn begin_completion<'a>(
    scope: &'a Scope,
    person: &Person,
) -> Result<Change<'a>, ActionError> {
    lapse_overdue(scope, &person.id).await?;
    let mut change = scope.begin().await?;
    match persons::lock_active(&mut change, &person.id).await {
        Err(StoreError::Conflict) => Err(FlowError::Closed.into()),
        other => Ok(other.map(|()| change)?),
    }
}

/// Completes a sign-in and commits. `change` is from [`begin_completion`]; `method` is the second step that was shown.
pub(super) async fn complete(
    scope: &Scope,
    mut change: Change<'_>,
    person: &Person,
    assurance: &Assurance,
    method: &str,
) -> Result<SignedIn, ActionError> {
    let request = &scope.request;
    let (session, device) = (scope.app.rng.token()?, scope.app.rng.token()?);
    let new = NewSession {
        token_hash: &token_hash(&session),
        person: &person.id,
        assurance,
        ip: &request.ip,
        user_agent: &request.user_agent,
        expires_at: change.at() + SessionLimits::of(person.role, assurance.aal).overall,
    };
    sessions::insert(&mut change, &new).await?;
    end_session_of_before(&mut change, &person.id, request.session.as_deref()).await?;
    known_devices::insert(&mut change, &person.id, &token_hash(&device)).await?;
    let month = scope.now.saturating_sub(MENTIONED_FOR).unwrap_or(Timestamp::UNIX_EPOCH);
    let own = Some((request.ip.as_str(), request.user_agent.as_str()));
    let others_failed = sign_ins::count_failed_second_steps(&mut change, &person.id, month, own).await? > 0;
    let attempt = NewSignIn {
        person: Some(&person.id),
        login: &person.login,
        ip: &request.ip,
        user_agent: &request.user_agent,
        method,
        result: "success",
        cause: None,
        detail: None,
        clock_steps: None,
    };
    sign_ins::insert(&mut change, &attempt).await?;
    let ends_recovery = close_proven_cases(scope, &mut change, person, method).await?;
    let actor = Actor::Person { id: person.id.clone() };
    let succeeded = SignInSucceeded { method, aal: assurance.aal, amr: &assurance.amr };
    change.commit(&Event::new(actor, succeeded).person(&person.id)).await?;
    scope.app.metrics.count_sign_in(&scope.tenant, true);
    scope.app.jobs.records.notify_one();
    Ok(SignedIn { session, device, ends_recovery, others_failed })
}

/// The browser's cookie is replaced: what it named before, whosever it was, must not live on where nobody sees it.
async fn end_session_of_before(
    change: &mut Change<'_>,
    by: &PersonId,
    named: Option<&str>,
) -> Result<(), StoreError> {
    let Some(token_hash) = named else { return Ok(()) };
    if let Some((session, owner)) = sessions::end_of_token(change, token_hash).await? {
        let actor = Actor::Person { id: by.clone() };
        change.record(Event::new(actor, SessionEnded { session: &session }).person(&owner));
    }
    Ok(())
}

/// A full sign-in with what the remedy gave is the proof that the right person is back (rung 4). Says whether there was one.
async fn close_proven_cases(
    scope: &Scope,
    change: &mut Change<'_>,
    person: &Person,
    method: &str,
) -> Result<bool, ActionError> {
    let (now, mut is_any) = (change.at(), false);
    for row in cases::list_of_person_locked(change, &person.id).await? {
        let Some(case) = row.case(now)? else { continue };
        if !matches!(case.stage(), Stage::Remedied { .. }) {
            continue;
        }
        if !is_proven_by(change, &case, method).await? {
            continue;
        }
        let by = texts(case.remedy()).proven_by;
        let case = case.prove(now)?;
        cases::save(change, &row, &case).await?;
        notify::announce(scope, change, &person.id, Some(case.id()), Notice::CaseClosed).await?;
        let closed = CaseClosed::Proven { by };
        change.record(Event::new(Actor::System, closed).person(&person.id).case(case.id()));
        is_any = true;
    }
    Ok(is_any)
}

/// Records a failed attempt. `person` is empty for a stranger.
pub(super) async fn failed(
    scope: &Scope,
    person: Option<&Person>,
    login: &str,
    attempt: Failed<'_>,
) -> Result<(), ActionError> {
    failed_at(scope, person, login, attempt, None).await
}

/// The same of a code that was right for another time: so many steps of 30 s from now.
pub(super) async fn failed_at(
    scope: &Scope,
    person: Option<&Person>,
    login: &str,
    attempt: Failed<'_>,
    clock_steps: Option<i64>,
) -> Result<(), ActionError> {
    let request = &scope.request;
    // What a stranger typed may be a password in the wrong field: only its hash is kept, so that repeats still show.
    let login = match person {
        Some(person) => person.login.clone(),
        None => pseudonym(scope, login),
    };
    let mut change = scope.begin().await?;
    let row = NewSignIn {
        person: person.map(|p| &p.id),
        login: &login,
        ip: &request.ip,
        user_agent: &request.user_agent,
        method: attempt.method,
        result: "failure",
        cause: Some(attempt.cause),
        detail: attempt.detail.as_deref(),
        clock_steps,
    };
    sign_ins::insert(&mut change, &row).await?;
    if let Some(person) = person.filter(|_| !is_first_step(attempt.method)) {
        tell_of_second_steps(scope, &mut change, person).await?;
    }
    let failed =
        SignInFailed { method: attempt.method, cause: attempt.cause, detail: attempt.detail.as_deref() };
    let mut event = Event::new(Actor::Anonymous, failed);
    event.person = person.map(|p| p.id.clone());
    change.commit(&event).await?;
    scope.app.metrics.count_sign_in(&scope.tenant, false);
    scope.app.jobs.records.notify_one();
    Ok(())
}

/// Whether nothing was shown before it.
fn is_first_step(method: &str) -> bool {
    FactorKind::parse(method).is_some_and(|kind| kind.factor_use() == FactorUse::FirstStep)
}

/// The owner is told at the third time: a slip of the finger is no news, and each of these had the password.
async fn tell_of_second_steps(
    scope: &Scope,
    change: &mut Change<'_>,
    person: &Person,
) -> Result<(), StoreError> {
    let day = scope.now.saturating_sub(SignedDuration::from_hours(24)).unwrap_or(Timestamp::UNIX_EPOCH);
    if sign_ins::count_failed_second_steps(change, &person.id, day, None).await? == TOLD_AT {
        notify::announce(scope, change, &person.id, None, Notice::SecondStepFailed).await?;
    }
    Ok(())
}

/// How an attempt failed. `cause` is one of the words of `postern_signals::Cause`.
pub(super) struct Failed<'a> {
    pub method: &'a str,
    pub cause: &'a str,
    pub detail: Option<String>,
}
