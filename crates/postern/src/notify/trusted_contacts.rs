//! What a colleague reads who is asked to be a trusted contact, and what owners of some read once a year.

use postern_core::id::PersonId;

use super::notice_body::{opening, paragraphs, say};
use super::{channel, in_writing, mail};
use crate::scope::Scope;
use crate::store::outbox::{self, NewMessage};
use crate::store::persons::Person;
use crate::store::trusted_contacts::TrustedContact;
use crate::store::{Change, StoreError, contacts};
use crate::texts::MessageId;

/// Where both are looked at.
const PAGE: &str = "/account#trusted-contacts";

/// Mails a colleague who was asked.
pub async fn ask_to_be_trusted(
    scope: &Scope,
    change: &mut Change<'_>,
    asked: &Person,
    owner_name: &str,
) -> Result<(), StoreError> {
    let link = scope.tenant.link(PAGE);
    let body = paragraphs(&[
        opening(scope, &say(scope, MessageId("trusted-ask-text").with("name", owner_name))),
        format!("{}\n{link}", say(scope, MessageId("trusted-ask-look"))),
        say(scope, MessageId("trusted-ask-warning")),
    ]);
    let subject = say(scope, MessageId("trusted-ask-subject").with("name", owner_name));
    mail(scope, change, std::slice::from_ref(asked), (&subject, &body)).await
}

/// Tells an owner whom they have chosen, in writing where they can be written to.
pub async fn remind_of_trusted_contacts(
    scope: &Scope,
    change: &mut Change<'_>,
    owner: &PersonId,
    chosen: &[&TrustedContact],
) -> Result<(), StoreError> {
    let (link, organisation) = (scope.tenant.link(PAGE), scope.tenant.name.as_str());
    let name = |one: &&TrustedContact| format!("- {}", one.trusted_name.as_deref().unwrap_or(&one.typed));
    let names: Vec<String> = chosen.iter().map(name).collect();
    let text = opening(scope, &say(scope, MessageId("trusted-reminder-text").with("count", chosen.len())));
    let long = paragraphs(&[
        text.clone(),
        names.join("\n"),
        format!("{}\n{link}", say(scope, MessageId("trusted-reminder-look"))),
    ]);
    let short = MessageId("trusted-reminder-short")
        .with("organisation", organisation)
        .with("count", chosen.len())
        .with("link", link.as_str());
    let subject = say(scope, MessageId("trusted-reminder-subject"));
    let told = in_writing(contacts::list_told(&scope.app.db, &scope.tenant.id, owner, scope.now).await?);
    let bodies: Vec<String> = told
        .iter()
        .map(|contact| match channel(contact) {
            "email" => long.clone(),
            "sms" => say(scope, short.clone()),
            _ => text.clone(),
        })
        .collect();
    let messages = told.iter().zip(&bodies).map(|(contact, body)| NewMessage {
        channel: channel(contact),
        recipient: &contact.value,
        subject: &subject,
        body,
        about: None,
    });
    outbox::insert_all(change, &messages.collect::<Vec<_>>()).await
}
