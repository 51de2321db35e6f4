//! An admin files a number or an address for somebody. Everybody on file before is told. The number is called only when it is
//! old enough, and whoever filed it is no second person where it is used.

use postern_core::contact::{NumberError, parse_number};
use postern_core::event::Event;
use postern_core::event::payload::ContactAdded;
use postern_core::id::{ContactId, PersonId};
use postern_core::login;
use postern_core::policy::ChangePerson;
use postern_core::reason::Reason;

use super::on_record::Attempt;
use super::{ActionError, Caller, permit_on_person, refuse_hidden};
use crate::notify::{self, Notice};
use crate::scope::Scope;
use crate::store::contacts::{self, NewContact};
use crate::store::persons::Person;
use crate::store::{Change, persons};
use crate::texts::MessageId;

/// Most contacts that a person has: each is told of everything.
const MOST: usize = 10;

/// What was typed.
#[derive(Clone, Copy)]
pub struct TypedContact<'a> {
    /// `email`, `mobile` or `office_phone`.
    pub kind: &'a str,
    /// The address or number.
    pub value: &'a str,
    /// How it is known to be theirs.
    pub reason: &'a str,
}

/// Files it. The answer names it.
pub async fn add_contact(
    scope: &Scope,
    caller: &Caller,
    person: &PersonId,
    typed: TypedContact<'_>,
) -> Result<ContactId, ActionError> {
    let attempt = Attempt { actor: caller.actor(), step: "add_contact", case: None, person: Some(person) };
    attempt.run(scope, || add(scope, caller, person, typed)).await
}

async fn add(
    scope: &Scope,
    caller: &Caller,
    id: &PersonId,
    typed: TypedContact<'_>,
) -> Result<ContactId, ActionError> {
    let person = persons::load(&scope.app.db, &scope.tenant.id, id).await?;
    let permit = permit_on_person::<ChangePerson>(scope, caller, &person).await?;
    let kind = contacts::KINDS.into_iter().find(|kind| *kind == typed.kind);
    let kind = kind.ok_or_else(|| ActionError::invalid("kind", "Choose what it is from the list."))?;
    let value = read_contact("value", kind, typed.value)?;
    let reason = Reason::parse(typed.reason)?;
    caller.expect_step_up(scope.now)?;
    let mut change = caller.change_on(scope, id).await?;
    let contact = file_contact(scope, &mut change, &person, (kind, &value, caller)).await?;
    let added = ContactAdded { contact: contact.as_str(), kind };
    let event = Event::new(caller.actor(), added).person(id).reason(&reason).policies(permit.policies());
    change.commit(&event).await?;
    Ok(contact)
}

/// Files it, in the change, and tells everybody who was on file before.
pub(super) async fn file_contact(
    scope: &Scope,
    change: &mut Change<'_>,
    person: &Person,
    (kind, value, by): (&'static str, &str, &Caller),
) -> Result<ContactId, ActionError> {
    let (db, tenant, id) = (&scope.app.db, &scope.tenant.id, &person.id);
    let on_file = contacts::list(db, tenant, id).await?;
    let key = login::normalise(value);
    if on_file.iter().any(|contact| contact.kind == kind && login::normalise(&contact.value) == key) {
        return Err(ActionError::invalid("value", MessageId("contact-on-file-already")));
    }
    let told = contacts::list_told(db, tenant, id, scope.now).await?;
    if told.len() >= MOST {
        return Err(ActionError::refused(MessageId("too-many-contacts").with("count", MOST)));
    }
    if told.is_empty() {
        // Somebody must hear of it.
        let text = format!("{} filed the first contact of {}.", by.person.name, person.name);
        let page = format!("/desk/people/{id}");
        notify::notify_overseers(scope, change, ("A first contact was filed", &text, &page)).await?;
    }
    notify::announce(scope, change, id, None, Notice::ContactAdded).await?;
    let filed_at = change.at();
    let new = NewContact { kind, value, filed_at, by: Some(&by.person.id), is_confirmed: true };
    Ok(contacts::insert(change, id, &new).await?)
}

/// The address or number as it is kept. `field` is where it was typed.
pub(super) fn read_contact(field: &'static str, kind: &str, typed: &str) -> Result<String, ActionError> {
    refuse_hidden(field, typed)?;
    let typed = typed.trim();
    if kind != "email" {
        return parse_number(typed).map_err(|error| ActionError::invalid(field, number_error(error)));
    }
    if is_mail_address(typed) {
        Ok(typed.to_owned())
    } else {
        Err(ActionError::invalid(field, MessageId("not-a-mail-address")))
    }
}

fn number_error(error: NumberError) -> MessageId {
    match error {
        NumberError::Unreadable => MessageId("number-unreadable"),
        NumberError::WrongLength => MessageId("number-wrong-length"),
    }
}

/// Whether a mail can be sent there at all.
pub(super) fn is_mail_address(typed: &str) -> bool {
    let address = typed.parse::<lettre::Address>();
    address.is_ok_and(|address| typed.len() <= 254 && address.domain().contains('.'))
}
