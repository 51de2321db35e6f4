//! A phone hears what it is asked, and answers: yes with the number that the sign-in page shows, no, or "this was not me". It
//! signs what it showed, with that answer; each request is answered once.

use postern_core::event::payload::MfaPushDisowned;
use postern_core::event::{Actor, Event};
use postern_core::factor::FactorKind;
use postern_core::factor::push::{PushAnswer, PushNumber, PushStatement};

use super::ask_push::{note_failure, number_of, record_end};
use super::push_devices::{self, PushDevice};
use super::rate_limit::PAID;
use super::retry::retry;
use super::signed_in::{Failed, failed};
use super::{ActionError, RateLimit};
use crate::notify::{self, Notice};
use crate::scope::Scope;
use crate::store::persons::Person;
use crate::store::push_requests::{self, PushRequest};
use crate::store::{Change, StoreError, ceremonies, flows, persons};
use crate::texts::MessageId;

/// Numbers that are typed on a phone are counted like every other guess, beside the requests.
pub(super) const TYPED_NUMBER: &str = "push_number";

const IS_OVER: MessageId = MessageId("phone-request-is-over");

/// What a phone sends.
#[derive(Clone, Copy)]
pub struct PushReply<'a> {
    /// The hash of its key.
    pub device: &'a str,
    /// Which request.
    pub request: &'a str,
    /// What of it.
    pub answer: PushAnswer,
    /// What was typed; nothing unless it approves.
    pub number: &'a str,
    /// Over what it showed, and all of the above.
    pub signature: &'a str,
}

/// What a phone is asked. `at`: when it says so, in milliseconds since 1970, and never the same twice.
pub async fn list(
    scope: &Scope,
    (device, at): (&str, i64),
    signature: &str,
) -> Result<Vec<PushRequest>, ActionError> {
    let said = PushStatement::List { device, at };
    let found = retry(|| push_devices::find_speaking(scope, (device, at), (&said, signature))).await?;
    Ok(push_requests::list_open(&scope.app.db, &scope.tenant.id, &found.person, scope.now).await?)
}

/// Takes the answer.
pub async fn answer_push(scope: &Scope, reply: PushReply<'_>) -> Result<(), ActionError> {
    retry(|| take(scope, reply)).await
}

async fn take(scope: &Scope, reply: PushReply<'_>) -> Result<(), ActionError> {
    let Some(device) = push_devices::find(scope, reply.device).await? else {
        return Err(push_devices::refuse(scope).await);
    };
    let number = match (reply.answer, PushNumber::parse(reply.number)) {
        (PushAnswer::Approve, None) => {
            return Err(ActionError::invalid("number", MessageId("type-the-number")));
        }
        (PushAnswer::Approve, number) => number,
        _ => None,
    };
    let request = push_requests::find(&scope.app.db, &scope.tenant.id, &device.person, reply.request).await?;
    let said = PushStatement::Answer {
        device: reply.device,
        request: reply.request,
        answer: reply.answer,
        number: number.as_ref().map_or("", PushNumber::digits),
        shown: request.as_ref().map_or("", |request| &request.shown),
    };
    if !device.signed(scope, &said, reply.signature) {
        return Err(push_devices::refuse(scope).await);
    }
    let request = request.ok_or_else(is_over)?;
    let person = persons::load(&scope.app.db, &scope.tenant.id, &device.person).await?;
    match number {
        Some(number) => approve(scope, (&device, &person), (&request, &number)).await,
        None => decline(scope, (&device, &person), (&request, reply.answer)).await,
    }
}

/// Counts the number, then looks at it.
async fn approve(
    scope: &Scope,
    (device, person): (&PushDevice, &Person),
    (request, typed): (&PushRequest, &PushNumber),
) -> Result<(), ActionError> {
    let limit = RateLimit::of_person(scope, &person.id, TYPED_NUMBER, None).await?;
    let mut change = begin(scope, person).await?;
    match limit.acquire_within(&mut change).await {
        Ok(()) => {}
        Err(throttled @ ActionError::Throttled(_)) => {
            drop(change);
            refuse(scope, person, "mfa_rate_limited").await?;
            return Err(throttled);
        }
        Err(other) => return Err(other),
    }
    push_requests::count_try(&mut change, &request.id).await.map_err(over_if_late)?;
    if number_of(scope, request)? == *typed {
        let answer = (PushAnswer::Approve, device.factor.id.as_str());
        push_requests::save_answer(&mut change, &request.id, answer).await.map_err(over_if_late)?;
        limit.clear(&mut change).await?;
        return Ok(change.commit_unrecorded("an approval; the sign-in that it leads to is recorded").await?);
    }
    record_end(&mut change, person, (request, "mfa_wrong_code")).await?;
    change.commit_unrecorded(PAID).await?;
    note_failure(scope);
    limit.disable_at_limit(scope, &person.id, FactorKind::Push).await?;
    Err(ActionError::invalid("number", MessageId("wrong-number")))
}

/// No; or that it was somebody else, who has the password: then no sign-in of this account goes on.
async fn decline(
    scope: &Scope,
    (device, person): (&PushDevice, &Person),
    (request, answer): (&PushRequest, PushAnswer),
) -> Result<(), ActionError> {
    let mut change = begin(scope, person).await?;
    let factor = device.factor.id.as_str();
    push_requests::save_answer(&mut change, &request.id, (answer, factor)).await.map_err(over_if_late)?;
    if answer == PushAnswer::Deny {
        record_end(&mut change, person, (request, "mfa_denied")).await?;
        change.commit_unrecorded("a no; how the sign-in ended is recorded beside it").await?;
        note_failure(scope);
        return Ok(());
    }
    flows::end_all(&mut change, &person.id).await?;
    ceremonies::end_all(&mut change, &person.id).await?;
    push_requests::end_all(&mut change, &person.id).await?;
    // The diagnosis opens an incident of it.
    record_end(&mut change, person, (request, "mfa_fraud_reported")).await?;
    notify::announce(scope, &mut change, &person.id, None, Notice::PushDisowned).await?;
    let disowned = MfaPushDisowned { factor, address: &request.ip };
    let actor = Actor::Person { id: person.id.clone() };
    change.commit(&Event::new(actor, disowned).person(&person.id)).await?;
    note_failure(scope);
    Ok(())
}

/// With the person's row locked, as everywhere. Whose account is suspended has nothing to answer.
async fn begin<'a>(scope: &'a Scope, person: &Person) -> Result<Change<'a>, ActionError> {
    let mut change = scope.begin().await?;
    persons::lock_active(&mut change, &person.id).await.map_err(over_if_late)?;
    Ok(change)
}

async fn refuse(scope: &Scope, person: &Person, cause: &str) -> Result<(), ActionError> {
    let attempt = Failed { method: FactorKind::Push.as_str(), cause, detail: None };
    failed(scope, Some(person), &person.login, attempt).await
}

fn is_over() -> ActionError {
    ActionError::refused(IS_OVER)
}

fn over_if_late(error: StoreError) -> ActionError {
    match error {
        StoreError::Conflict => is_over(),
        other => other.into(),
    }
}
