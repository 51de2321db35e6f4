//! An admin takes a number or an address of somebody off the file. Nobody calls it any more; messages go there for 30 days
//! more, for it may be its owner whom somebody wants to keep from hearing.

use jiff::Timestamp;
use postern_core::event::Event;
use postern_core::event::payload::{ContactRemoved, MfaFactorRemoved, SessionRevoked};
use postern_core::id::PersonId;
use postern_core::policy::ChangePerson;
use postern_core::reason::Reason;
use serde_json::json;

use super::on_record::Attempt;
use super::{ActionError, Caller, permit_on_person};
use crate::notify::{self, Notice};
use crate::scope::Scope;
use crate::store::contacts::{self, Contact};
use crate::store::{Change, factors, persons, sent_codes, sessions, time};
use crate::texts::MessageId;

/// Takes it off the file.
pub async fn remove_contact(
    scope: &Scope,
    caller: &Caller,
    person: &PersonId,
    (contact, reason): (&str, &str),
) -> Result<(), ActionError> {
    let attempt = Attempt { actor: caller.actor(), step: "remove_contact", case: None, person: Some(person) };
    attempt.run(scope, || remove(scope, caller, person, (contact, reason))).await
}

async fn remove(
    scope: &Scope,
    caller: &Caller,
    id: &PersonId,
    (contact, reason): (&str, &str),
) -> Result<(), ActionError> {
    let person = persons::load(&scope.app.db, &scope.tenant.id, id).await?;
    let permit = permit_on_person::<ChangePerson>(scope, caller, &person).await?;
    let reason = Reason::parse(reason)?;
    caller.expect_step_up(scope.now)?;
    let mut change = caller.change_on(scope, id).await?;
    let found = take_off_file(scope, &mut change, id, (contact, Timestamp::MAX), caller).await?;
    let event = Event::new(caller.actor(), ContactRemoved { contact, kind: &found.kind })
        .person(id)
        .reason(&reason)
        .policies(permit.policies())
        .before(json!({ "filed_at": time(found.filed_at).to_string(), "filed_by": found.filed_by }));
    Ok(change.commit(&event).await?)
}

/// Takes it off the file, in the change, and tells everybody on file. Err: it is the only way to write to them, or the only one
/// that has been on file since `latest` or before: what was added a minute ago does not take the place of one that is theirs.
pub(super) async fn take_off_file(
    scope: &Scope,
    change: &mut Change<'_>,
    person: &PersonId,
    (contact, latest): (&str, Timestamp),
    caller: &Caller,
) -> Result<Contact, ActionError> {
    let on_file = contacts::list(&scope.app.db, &scope.tenant.id, person).await?;
    let found = on_file.iter().find(|known| known.id == contact).ok_or(ActionError::NotFound)?;
    let is_mail = |kind: &str| kind == "email";
    let is_old =
        |known: &Contact| known.confirmed_at.is_some_and(|at| time(at.max(known.filed_at)) <= latest);
    let reaches = |other: &Contact| {
        is_mail(&other.kind)
            && other.id != found.id
            && other.lost_at.is_none()
            && other.confirmed_at.is_some()
            && (is_old(other) || !is_old(found))
    };
    if is_mail(&found.kind) && !on_file.iter().any(reaches) {
        return Err(ActionError::refused(MessageId("only-sure-mail-address")));
    }
    notify::announce(scope, change, person, None, Notice::ContactRemoved).await?;
    remove_factor_of(scope, change, person, (contact, caller)).await?;
    contacts::remove(change, person, contact).await?;
    Ok(found.clone())
}

/// Codes that went there go nowhere any more.
async fn remove_factor_of(
    scope: &Scope,
    change: &mut Change<'_>,
    person: &PersonId,
    (contact, caller): (&str, &Caller),
) -> Result<(), ActionError> {
    let Some((factor, kind)) = sent_codes::find_factor_of(change, person, contact).await? else {
        return Ok(());
    };
    factors::remove(change, person, &factor).await?;
    // Whoever has the number may have signed in with it. The owner's own session stays.
    let ended = sessions::end_others(change, person, &caller.session).await?;
    if ended > 0 {
        let revoked = SessionRevoked { sessions: ended, why: Some("a factor was removed") };
        change.record(Event::new(caller.actor(), revoked).person(person));
    }
    notify::announce(scope, change, person, None, Notice::FactorRemoved).await?;
    let removed = MfaFactorRemoved::WithContact { kind: &kind, factor: &factor, contact };
    change.record(Event::new(caller.actor(), removed).person(person).before(json!({ "kind": kind })));
    Ok(())
}
