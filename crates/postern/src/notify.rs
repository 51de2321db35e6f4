//! Notices: every change to a person's way in is told to every contact that was on file before it, each with a way to
//! stop it (P3). They are written into the same change that they tell of.

mod digest;
mod notice;
mod staff;

pub use digest::announce_openings;
pub use notice::Notice;
pub use staff::{StaffNotice, ask_for_vouch, tell_colleague, tell_seniors, tell_seniors_and_agent};

use jiff::Timestamp;
use postern_core::id::{CaseId, PersonId};
use postern_core::person::Role;

use crate::browser_label::browser_label;
use crate::config::Config;
use crate::rng::token_hash;
use crate::scope::Scope;
use crate::store::cases::{self, CaseSource};
use crate::store::contacts::{self, Contact};
use crate::store::contests::{self, ContestKind, NewContest};
use crate::store::outbox::{MessageSubject, NewMessage};
use crate::store::persons::{self, Person};
use crate::store::{Change, StoreError, outbox};

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
        texts.push(body(scope, contact, &context, &token));
    }
    let (kind, expires_at) = (ContestKind::Notice, change.at() + Config::CONTEST_LIFE);
    let tokens = hashes.iter().map(|token_hash| NewContest { token_hash, person, case, kind, expires_at });
    contests::insert_all(change, &tokens.collect::<Vec<_>>()).await?;
    let messages = contacts.iter().zip(&texts).map(|(contact, body)| NewMessage {
        channel: channel(contact),
        recipient: &contact.value,
        subject: notice.subject(),
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
    match contact.kind.as_str() {
        "email" => "email",
        "mobile" => "sms",
        _ => "voice",
    }
}

/// What a message tells of.
struct NoticeContext<'a> {
    notice: Notice,
    /// The case, where it is one's.
    case: Option<&'a CaseSource>,
    at: Timestamp,
}

fn body(scope: &Scope, contact: &Contact, context: &NoticeContext<'_>, token: &str) -> String {
    // In the fragment: browsers never send it, so it stands in no server's log.
    let link = scope.tenant.link(&format!("/not-me#{token}"));
    match channel(contact) {
        "voice" => format!(
            "{}: {} If this was not you, {} now.",
            scope.tenant.name,
            context.notice.text(),
            call_the_desk(scope)
        ),
        "sms" => short_text(scope, context.notice.subject(), &link),
        _ => mail_body(scope, context, &link),
    }
}

fn mail_body(scope: &Scope, context: &NoticeContext<'_>, link: &str) -> String {
    let effect = if context.case.is_some() {
        "stops the recovery, and suspends the account if the reset was done already"
    } else {
        "suspends your account at once, until the help desk has spoken with you"
    };
    // No reference: with a login it would be enough to take the page over, and this goes where others may read.
    let source = context.case.filter(|case| !case.ip.is_empty()).map(|case| {
        let browser = browser_label(&case.user_agent);
        format!("\nThe page of the request is held on: {browser}, {}", case.ip)
    });
    format!(
        "{}: {}\n\nWhen: {}{}\n\nIf this was you, there is nothing to do.\n\nThis was not me:\n{link}\n\nThat page {effect}. It \
         works once, for 30 days, and needs no sign-in. If the link does not open, {}.\n",
        scope.tenant.name,
        context.notice.text(),
        context.at.strftime("%-d %b %Y, %H:%M UTC"),
        source.unwrap_or_default(),
        call_the_desk(scope),
    )
}

/// Its number, where the organisation says one.
fn call_the_desk(scope: &Scope) -> String {
    match &scope.tenant.settings.desk_phone {
        Some(phone) => format!("call the help desk, {phone}"),
        None => "call the help desk".to_owned(),
    }
}

/// Longer ones are sent in pieces, and paid for in pieces. Unit: characters.
const LONGEST_SHORT_TEXT: usize = 160;

/// A text message: what happened, the way to stop it, and the desk's number where there is room. A long name of the organisation is
/// cut, never the link.
fn short_text(scope: &Scope, subject: &str, link: &str) -> String {
    let mut rest = format!(": {subject}. Not you? {link}");
    let organisation = &scope.tenant.name;
    let or_call = scope.tenant.settings.desk_phone.as_ref().map(|phone| format!(" or call {phone}"));
    let fits = |more: &String| {
        organisation.chars().count() + rest.chars().count() + more.chars().count() <= LONGEST_SHORT_TEXT
    };
    if let Some(more) = or_call.filter(fits) {
        rest += &more;
    }
    let room = LONGEST_SHORT_TEXT.saturating_sub(rest.chars().count()).max(1);
    let name: String = organisation.chars().take(room).collect();
    format!("{}{rest}", name.trim_end())
}
