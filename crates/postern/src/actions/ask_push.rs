//! Asks somebody's phones during a sign-in, after the password: the sign-in page shows a number, and waits. One request at a
//! time in a sign-in; how often, is limited since the last success, because whoever has a password could wear its owner out.

use jiff::{SignedDuration, Timestamp};
use postern_core::event::payload::SignInFailed;
use postern_core::event::{Actor, Event};
use postern_core::factor::FactorKind;
use postern_core::factor::push::{MOST_TRIES, PAUSE_AFTER_NOT_ME, PushAnswer, PushNumber, REQUEST_LIFE};
use postern_core::id::PersonId;
use serde::Serialize;

use super::on_record::Attempt;
use super::rate_limit::PAID;
use super::signed_in::{Failed, begin_completion, failed, status_with};
use super::{ActionError, RateLimit};
use crate::browser_label::browser_label;
use crate::job::Job;
use crate::scope::Scope;
use crate::store::flows::FlowRow;
use crate::store::persons::Person;
use crate::store::push_requests::{self, NewPushRequest, PushRequest};
use crate::store::sign_ins::{self, NewSignIn};
use crate::store::{Change, StoreError, factors, persons, time};
use crate::texts::MessageId;

/// What the sign-in page knows of its request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PushProgress {
    /// Nothing was asked yet.
    NotAsked,
    /// A phone can answer.
    Waits {
        /// What its owner types there.
        number: String,
        /// Until when.
        until: Timestamp,
    },
    /// It was approved: the page may go on.
    Approved,
    /// Somebody said no.
    Denied,
    /// Wrong numbers were typed.
    WrongNumbers,
    /// Nobody answered in time, or it was taken back.
    Over,
}

/// What a phone shows, and signs.
#[derive(Serialize)]
struct ShownOnPhone<'a> {
    organisation: &'a str,
    login: &'a str,
    asked_at: Timestamp,
    browser: String,
    address: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    place: Option<String>,
}

/// Asks.
pub async fn ask_push(scope: &Scope, row: &FlowRow, device: Option<&str>) -> Result<(), ActionError> {
    Attempt::of_flow("ask_push", &row.flow).run(scope, || ask(scope, row, device)).await
}

/// What became of the request of this sign-in.
pub async fn progress(scope: &Scope, row: &FlowRow) -> Result<PushProgress, ActionError> {
    let found = push_requests::find_of_flow(&scope.app.db, &scope.tenant.id, &row.id).await?;
    let Some(found) = found else { return Ok(PushProgress::NotAsked) };
    if found.waits(scope.now) {
        let number = number_of(scope, &found)?.grouped();
        return Ok(PushProgress::Waits { number, until: time(found.expires_at) });
    }
    Ok(match found.answer.as_deref().and_then(PushAnswer::parse) {
        Some(PushAnswer::Approve) if found.is_approved(scope.now) => PushProgress::Approved,
        Some(PushAnswer::Approve) => PushProgress::Over,
        Some(PushAnswer::Deny | PushAnswer::NotMe) => PushProgress::Denied,
        _ if found.tries >= MOST_TRIES => PushProgress::WrongNumbers,
        _ => PushProgress::Over,
    })
}

/// The number that a request's page shows.
pub(super) fn number_of(scope: &Scope, request: &PushRequest) -> Result<PushNumber, ActionError> {
    let place = PushRequest::place(&scope.tenant.id, &request.person_id, &request.id);
    let digits = scope.tenant.keys.unseal(&place, &request.sealed)?;
    let number = std::str::from_utf8(&digits).ok().and_then(PushNumber::parse);
    number.ok_or_else(|| ActionError::Internal("the number of a request does not read".to_owned()))
}

async fn ask(scope: &Scope, row: &FlowRow, device: Option<&str>) -> Result<(), ActionError> {
    let (db, tenant) = (&scope.app.db, &scope.tenant.id);
    let person = persons::load(db, tenant, row.flow.person()).await?;
    let held = factors::list(db, tenant, &person.id).await?;
    row.flow.clone().show(FactorKind::Push, status_with(scope, &person, &held))?.signed_in()?;
    if !held.iter().any(|factor| factor.is(FactorKind::Push) && factor.works(scope.now)) {
        return Err(ActionError::refused(MessageId("no-phone-app-here")));
    }
    expect_no_pause(scope, &person).await?;
    let limit = RateLimit::of_person(scope, &person.id, FactorKind::Push, device).await?;
    let mut change = begin_completion(scope, &person).await?;
    match limit.acquire_within(&mut change).await {
        Ok(()) => {}
        Err(throttled @ ActionError::Throttled(_)) => {
            // On SQLite the open change holds the one writer.
            drop(change);
            refuse(scope, &person).await?;
            return Err(throttled);
        }
        Err(other) => return Err(other),
    }
    for earlier in push_requests::close_unanswered(&mut change, &person.id, &row.id).await? {
        record_unanswered(&mut change, &person, &earlier).await?;
    }
    insert(scope, &mut change, &person, row).await?;
    change.commit_unrecorded(PAID).await?;
    limit.disable_at_limit(scope, &person.id, FactorKind::Push).await
}

/// A phone that said "this was not me" is left alone for a while.
async fn expect_no_pause(scope: &Scope, person: &Person) -> Result<(), ActionError> {
    let since = scope.now.saturating_sub(PAUSE_AFTER_NOT_ME).unwrap_or(Timestamp::MIN);
    let found = push_requests::find_disowned_at(&scope.app.db, &scope.tenant.id, &person.id, since).await?;
    let Some(disowned_at) = found else { return Ok(()) };
    refuse(scope, person).await?;
    let wait: SignedDuration = disowned_at.duration_since(since);
    Err(ActionError::Throttled(wait))
}

async fn refuse(scope: &Scope, person: &Person) -> Result<(), ActionError> {
    let attempt = Failed { method: FactorKind::Push.as_str(), cause: "mfa_rate_limited", detail: None };
    failed(scope, Some(person), &person.login, attempt).await
}

async fn insert(
    scope: &Scope,
    change: &mut Change<'_>,
    person: &Person,
    row: &FlowRow,
) -> Result<(), ActionError> {
    // The phone signs it with its answer, as the challenge. An id of the change has 62 random bits, and fewer than 64 do not do.
    let (request, id) = (&scope.request, scope.app.rng.id(change.at())?);
    let shown = ShownOnPhone {
        organisation: &scope.tenant.name,
        login: &person.login,
        asked_at: scope.now,
        browser: browser_label(scope.app.pages.language(), &request.user_agent),
        address: &request.ip,
        place: scope.app.config.places.origin(&request.ip),
    };
    let number = PushNumber::from_random(*scope.app.rng.bytes::<8>()?);
    let place = PushRequest::place(&scope.tenant.id, person.id.as_str(), &id);
    let sealed = scope.tenant.keys.seal(&scope.app.rng, &place, number.digits().as_bytes())?;
    let new = NewPushRequest {
        id: &id,
        flow: &row.id,
        person: &person.id,
        sealed: &sealed,
        shown: &serde_json::to_string(&shown)?,
        ip: &request.ip,
        user_agent: &request.user_agent,
        expires_at: change.at() + REQUEST_LIFE,
    };
    push_requests::insert(change, &new).await?;
    change.enqueue(Job::DeliverPush { request: id }, change.at());
    Ok(())
}

/// Closes a request whose time is over, and records that nobody answered it.
pub async fn close_overdue(scope: &Scope, request: &PushRequest) -> Result<(), ActionError> {
    let person = persons::load(&scope.app.db, &scope.tenant.id, &PersonId::new(&request.person_id)).await?;
    let mut change = scope.begin_for(&person.id).await?;
    let Some(closed) = push_requests::close_overdue(&mut change, &request.id).await? else { return Ok(()) };
    record_unanswered(&mut change, &person, &closed).await?;
    change
        .commit_unrecorded("a request whose time is over; that nobody answered is recorded beside it")
        .await?;
    note_failure(scope);
    Ok(())
}

/// Of wrong numbers there is a record already.
async fn record_unanswered(
    change: &mut Change<'_>,
    person: &Person,
    request: &PushRequest,
) -> Result<(), StoreError> {
    if request.tries < MOST_TRIES {
        record_end(change, person, (request, "mfa_no_response")).await?;
    }
    Ok(())
}

/// After a commit with a record of a failure.
pub(super) fn note_failure(scope: &Scope) {
    scope.app.metrics.count_sign_in(&scope.tenant, false);
    scope.app.jobs.records.notify_one();
}

/// Puts on the record how a request ended, as of the browser that asked.
pub(super) async fn record_end(
    change: &mut Change<'_>,
    person: &Person,
    (request, cause): (&PushRequest, &str),
) -> Result<(), StoreError> {
    let method = FactorKind::Push.as_str();
    let attempt = NewSignIn {
        person: Some(&person.id),
        login: &person.login,
        ip: &request.ip,
        user_agent: &request.user_agent,
        method,
        result: "failure",
        cause: Some(cause),
        detail: None,
        clock_steps: None,
    };
    sign_ins::insert(change, &attempt).await?;
    let failed = SignInFailed { method, cause, detail: None };
    change.record(Event::new(Actor::Anonymous, failed).person(&person.id));
    Ok(())
}
