//! Notices: every change to a person's way in is told to every contact that was on file before it, each with a way to
//! stop it (P3). They are written into the same change that they tell of.

mod digest;
mod notice;
mod notice_body;
mod staff;
mod trusted_contacts;

pub use digest::announce_openings;
pub use notice::Notice;
pub use staff::{StaffNotice, ask_for_vouch, tell_colleague, tell_seniors, tell_seniors_and_agent};
pub use trusted_contacts::{ask_to_be_trusted, remind_of_trusted_contacts};

use postern_core::id::{CaseId, PersonId};
use postern_core::person::Role;
use postern_core::text_message::in_default_alphabet;

use crate::config::Config;
use crate::rng::token_hash;
use crate::scope::Scope;
use crate::store::cases;
use crate::store::contacts::{self, Contact};
use crate::store::contests::{self, ContestKind, NewContest};
use crate::store::outbox::{MessageSubject, NewMessage};
use crate::store::persons::{self, Person};
use crate::store::{Change, StoreError, outbox};
use crate::texts::MessageId;
use notice_body::{NoticeContext, notice_body, say};

/// Writes one message per contact into the change; of what comes often, only where it can be read.
pub async fn announce(
    scope: &Scope,
    change: &mut Change<'_>,
    person: &PersonId,
    case: Option<&CaseId>,
    notice: Notice,
) -> Result<(), StoreError> {
    // Contacts filed by this very change, or after it, are not yet visible here: those that hear of it were there
    // before.
    let contacts = contacts::list_told(&scope.app.db, &scope.tenant.id, person, scope.now).await?;
    let contacts = if notice.is_spoken() { contacts } else { in_writing(contacts) };
    announce_to(scope, change, &contacts, (person, case, notice)).await
}

/// Tells the owner of an opening that was gathered: in writing, whatever else is done.
pub async fn announce_gathered_opening(
    scope: &Scope,
    change: &mut Change<'_>,
    person: &PersonId,
    case: &CaseId,
) -> Result<(), StoreError> {
    let contacts = in_writing(contacts::list_told(&scope.app.db, &scope.tenant.id, person, scope.now).await?);
    announce_to(scope, change, &contacts, (person, Some(case), Notice::CaseOpened)).await
}

/// Sends a code to a number or an address that somebody says is theirs: there alone, for it proves that.
pub async fn send_contact_code(
    scope: &Scope,
    change: &mut Change<'_>,
    (kind, recipient): (&str, &str),
    code: &str,
) -> Result<(), StoreError> {
    let (channel, organisation) = (channel_of(kind), scope.tenant.name.as_str());
    let text = match channel {
        "voice" => {
            // Digit by digit, or a voice says a number of thousands.
            let digits: Vec<String> = code.chars().map(String::from).collect();
            MessageId("contact-code-spoken")
                .with("organisation", organisation)
                .with("code", digits.join(", "))
        }
        "sms" => MessageId("contact-code-short").with("organisation", organisation).with("code", code),
        _ => MessageId("contact-code-text").with("organisation", organisation).with("code", code),
    };
    let body = say(scope, text);
    let subject = say(scope, MessageId("contact-code-subject"));
    let message = NewMessage { channel, recipient, subject: &subject, body: &body, about: None };
    outbox::insert_all(change, &[message]).await
}

/// Sends a code for the second step of a sign-in; `kind` is the factor's. The answer names the message. A text ends with the code bound to
/// this organisation's address, which browsers read (`WebOTP`).
pub async fn send_sign_in_code(
    scope: &Scope,
    change: &mut Change<'_>,
    (kind, recipient): (&str, &str),
    code: &str,
) -> Result<String, StoreError> {
    // The kinds are called as the channels are.
    let (channel, organisation) = (kind, scope.tenant.name.as_str());
    let text = match channel {
        "voice" => {
            let digits: Vec<String> = code.chars().map(String::from).collect();
            MessageId("sign-in-code-spoken")
                .with("organisation", organisation)
                .with("code", digits.join(", "))
        }
        "sms" => MessageId("sign-in-code-short")
            .with(
                "organisation",
                in_default_alphabet(organisation).unwrap_or_else(|| organisation.to_owned()),
            )
            .with("code", code),
        _ => MessageId("sign-in-code-text").with("organisation", organisation).with("code", code),
    };
    let mut body = say(scope, text);
    if channel == "sms" {
        let host = scope.tenant.origin.host_str().unwrap_or("localhost");
        body = format!("{body}\n\n@{host} #{code}");
    }
    let subject = say(scope, MessageId("sign-in-code-subject"));
    outbox::insert(change, NewMessage { channel, recipient, subject: &subject, body: &body, about: None })
        .await
}

/// Mails a link by which its owner replaces a forgotten password. In the fragment: browsers never send it, so it stands in no server's
/// log.
pub async fn send_password_link(
    scope: &Scope,
    change: &mut Change<'_>,
    mailbox: &str,
    token: &str,
) -> Result<(), StoreError> {
    let link = scope.tenant.link(&format!("/forgotten-password/link#{token}"));
    let text =
        MessageId("forgotten-link-text").with("organisation", scope.tenant.name.as_str()).with("link", link);
    let (subject, body) = (say(scope, MessageId("forgotten-link-subject")), say(scope, text));
    let message =
        NewMessage { channel: "email", recipient: mailbox, subject: &subject, body: &body, about: None };
    outbox::insert_all(change, &[message]).await
}

/// Tells every admin and auditor by mail of what gives somebody power, and of what the rules let happen only because somebody said so. What was typed stands in it as it was typed.
pub async fn notify_overseers(
    scope: &Scope,
    change: &mut Change<'_>,
    (subject, text, page): (&str, &str, &str),
) -> Result<(), StoreError> {
    let overseers =
        persons::list_with_roles(&scope.app.db, &scope.tenant.id, &[Role::Admin, Role::Auditor]).await?;
    let link = scope.tenant.link(page);
    let body = format!(
        "{}: {text}\n\nIf nobody you know of wanted this, look at it now:\n{link}\n",
        scope.tenant.name
    );
    mail(scope, change, &overseers, (subject, &body)).await
}

async fn announce_to(
    scope: &Scope,
    change: &mut Change<'_>,
    contacts: &[Contact],
    (person, case, notice): (&PersonId, Option<&CaseId>, Notice),
) -> Result<(), StoreError> {
    let (mut hashes, mut texts) = (Vec::with_capacity(contacts.len()), Vec::with_capacity(contacts.len()));
    let source = match case {
        Some(case) => cases::find_source(change, case).await?,
        None => None,
    };
    let context = NoticeContext { notice, case: source.as_ref(), at: change.at() };
    for contact in contacts {
        let token = scope.app.rng.token().map_err(|_| StoreError::Corrupt("random number"))?;
        hashes.push(token_hash(&token));
        texts.push(notice_body(scope, contact, &context, &token));
    }
    let kind = if notice == Notice::PasswordWaits { ContestKind::Password } else { ContestKind::Notice };
    let expires_at = change.at() + Config::CONTEST_LIFE;
    let tokens = hashes.iter().map(|token_hash| NewContest { token_hash, person, case, kind, expires_at });
    contests::insert_all(change, &tokens.collect::<Vec<_>>()).await?;
    let subject = say(scope, notice.subject());
    let messages = contacts.iter().zip(&texts).map(|(contact, body)| NewMessage {
        channel: channel(contact),
        recipient: &contact.value,
        subject: &subject,
        body,
        about: Some(MessageSubject { notice: notice.as_str(), case, contact: &contact.id }),
    });
    outbox::insert_all(change, &messages.collect::<Vec<_>>()).await
}

/// Tells the other admins by mail that a passkey of a member of staff waits for a second yes.
pub async fn notify_admins_of_waiting_passkey(
    scope: &Scope,
    change: &mut Change<'_>,
    owner: &Person,
) -> Result<(), StoreError> {
    let mut admins = persons::list_with_roles(&scope.app.db, &scope.tenant.id, &[Role::Admin]).await?;
    admins.retain(|admin| admin.id != owner.id);
    let link = scope.tenant.link("/desk/passkeys");
    let body = format!(
        "{}: {} added a passkey, and no passkey proved that it was them. It works in 24 hours.\n\nIf you know that it was \
         them, say yes earlier. If not, stop it:\n{link}\n",
        scope.tenant.name, owner.name
    );
    mail(scope, change, &admins, ("A new passkey of staff waits", &body)).await
}

/// Contacts that can be written to; where there are none, all.
fn in_writing(contacts: Vec<Contact>) -> Vec<Contact> {
    let (writing, others): (Vec<_>, Vec<_>) =
        contacts.into_iter().partition(|contact| channel(contact) != "voice");
    if writing.is_empty() { others } else { writing }
}

/// Tells seniors by mail that an incident is open. The message says where to look, and nothing from a log: what a
/// stranger made a log say reaches nobody's mailbox.
pub async fn notify_of_incident(
    scope: &Scope,
    change: &mut Change<'_>,
    seniors: &[Person],
    (finding, title): (&str, &str),
) -> Result<(), StoreError> {
    let link = scope.tenant.link(&format!("/desk/incidents/{finding}"));
    let body = format!(
        "{}: sign-in records look like an attack.\n\n{title}\n\nLook at it at the desk:\n{link}\n",
        scope.tenant.name
    );
    mail(scope, change, seniors, ("An incident was opened", &body)).await
}

/// Tells seniors by mail how many incidents are open that nobody was mailed about.
pub async fn notify_of_more_incidents(
    scope: &Scope,
    change: &mut Change<'_>,
    seniors: &[Person],
    count: u64,
) -> Result<(), StoreError> {
    let link = scope.tenant.link("/desk/incidents");
    let are = if count == 1 { "incident is" } else { "incidents are" };
    let body = format!(
        "{}: {count} more {are} open that you were not told of one by one, because there were too many.\n\n\
         The worst are at the top:\n{link}\n",
        scope.tenant.name
    );
    mail(scope, change, seniors, ("More incidents were opened", &body)).await
}

/// Mails a checkpoint of the audit log to auditors: a few lines to keep.
pub async fn send_checkpoint(
    scope: &Scope,
    change: &mut Change<'_>,
    auditors: &[Person],
    (note, vkey): (&str, &str),
) -> Result<(), StoreError> {
    let organisation = &scope.tenant.name;
    let body = format!(
        "{organisation}: the newest checkpoint of the audit log. Keep it where the operator of the server cannot change \
         it.\n\n{note}\nThe log's public key:\n{vkey}\n\nSaved to a file as it stands between the empty lines, it proves \
         later that nothing before it was rewritten:\n\n  postern-verify EXPORT --key KEY --since FILE\n"
    );
    mail(scope, change, auditors, ("Checkpoint of the audit log", &body)).await
}

/// Tells seniors and admins that nobody could be told of a verification, so that its hold has not begun.
pub async fn notify_of_unreached(
    scope: &Scope,
    change: &mut Change<'_>,
    seniors: &[Person],
    (case, reference): (&CaseId, &str),
) -> Result<(), StoreError> {
    let link = scope.tenant.link(&format!("/desk/cases/{case}"));
    let body = format!(
        "{}: the owner of {reference} was not reached for a day: no message about the verification went out to a contact \
         that counts. The waiting period has not begun. Two seniors from outside the case can begin it; it is twice as \
         long then. Look first why nothing went out:\n{link}\n",
        scope.tenant.name
    );
    mail(scope, change, seniors, ("A waiting period has not begun", &body)).await
}

async fn mail(
    scope: &Scope,
    change: &mut Change<'_>,
    seniors: &[Person],
    (subject, body): (&str, &str),
) -> Result<(), StoreError> {
    let mut addresses = Vec::new();
    for senior in seniors {
        let contacts = contacts::list(&scope.app.db, &scope.tenant.id, &senior.id).await?.into_iter();
        addresses.extend(contacts.filter(|contact| contact.kind == "email").map(|contact| contact.value));
    }
    let messages = addresses.iter().map(|recipient| NewMessage {
        channel: "email",
        recipient,
        subject,
        body,
        about: None,
    });
    outbox::insert_all(change, &messages.collect::<Vec<_>>()).await
}

fn channel(contact: &Contact) -> &'static str {
    channel_of(&contact.kind)
}

fn channel_of(kind: &str) -> &'static str {
    match kind {
        "email" => "email",
        "mobile" => "sms",
        _ => "voice",
    }
}
