//! Somebody who has forgotten their password and has no passkey asks for a link by mail, where the organisation allows it. Every
//! mailbox gets one that is certain to be theirs. The answer is the same for everybody, in words and in time.
//!
//! Not for a desk role, nor where more is at stake than for most: for them a passkey stands in, or the help desk looks.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use postern_core::event::payload::{UserPasswordForgotten, UserPasswordStopped};
use postern_core::event::{Actor, Event};
use postern_core::id::PersonId;

use super::like_time::in_like_time;
use super::retry::retry;
use super::sent_code_rules::is_low;
use super::{ActionError, CountedTry, RateLimit};
use crate::config::Config;
use crate::notify;
use crate::rng::token_hash;
use crate::scope::Scope;
use crate::store::contacts::{self, Contact};
use crate::store::forgotten_passwords::{self, NewPasswordLink};
use crate::store::persons::{self, Person};
use crate::store::{Change, outbox, time};
use crate::texts::MessageId;

/// Every answer takes at least so long.
const FLOOR: Duration = Duration::from_millis(200);

/// Wrong codes behind all links of somebody, in a day.
const MOST_TRIES_A_DAY: i64 = 10;
/// Links to somebody in a day: a stranger who knows a login floods no mailbox.
const MOST_LINKS_A_DAY: i64 = 10;

/// Mails links to whoever `login` names. Who gets none, and a name that nobody has, answer alike.
pub async fn ask_for_link(scope: &Scope, login: &str) -> Result<(), ActionError> {
    in_like_time(FLOOR, retry(|| ask(scope, login))).await
}

async fn ask(scope: &Scope, login: &str) -> Result<(), ActionError> {
    if !is_on(scope) {
        return Err(ActionError::refused(MessageId("no-password-by-mail")));
    }
    if login.trim().is_empty() {
        return Err(ActionError::invalid("login", MessageId("type-your-login")));
    }
    let person = persons::find_by_login(&scope.app.db, &scope.tenant.id, login).await?;
    limit(scope, login, person.as_ref()).await?;
    let Some(person) = person else {
        let mut change = scope.begin().await?;
        outbox::rehearse(&mut change).await?;
        return Ok(change.commit_unrecorded("a link for a name that nobody has").await?);
    };
    let mut change = scope.begin_for(&person.id).await?;
    outbox::rehearse(&mut change).await?;
    let is_shut = forgotten_passwords::find_waiting_locked(&mut change, &person.id).await?.is_some()
        || has_used_up_tries(&mut change, &person.id).await?
        || has_links_enough(&mut change, &person.id).await?;
    let mailboxes = if !is_shut && may_replace(scope, &person) {
        list_mailboxes(scope, &person.id).await?
    } else {
        Vec::new()
    };
    let expires_at = change.at() + Config::PASSWORD_LINK_LIFE;
    for mailbox in &mailboxes {
        let token = scope.app.rng.token()?;
        let new = NewPasswordLink {
            person: &person.id,
            contact: &mailbox.id,
            token_hash: &token_hash(&token),
            expires_at,
        };
        forgotten_passwords::insert(&mut change, &new).await?;
        notify::send_password_link(scope, &mut change, &mailbox.value, &token).await?;
    }
    let asked = UserPasswordForgotten { links: mailboxes.len() };
    Ok(change.commit(&Event::new(Actor::Anonymous, asked).person(&person.id)).await?)
}

/// By sender, and by name: one that nobody has is counted like a person's.
async fn limit(scope: &Scope, login: &str, person: Option<&Person>) -> Result<(), ActionError> {
    let within = |length| CountedTry::in_window("forgotten_password", scope.now, length);
    RateLimit::of_sender(scope, within(SignedDuration::from_mins(5))).await?.acquire(scope).await?;
    let hour = within(SignedDuration::from_hours(1));
    let by_name = match person {
        Some(person) => RateLimit::of_person(scope, &person.id, hour, None).await?,
        None => RateLimit::of_unknown_login(login, hour),
    };
    by_name.acquire(scope).await
}

/// Whether so many codes behind their links were wrong that nobody types another one today: a hundred wrong ones in a row switch a device
/// off, and whoever reads somebody's mail must not come so far in a day.
pub(super) async fn has_used_up_tries(
    change: &mut Change<'_>,
    person: &PersonId,
) -> Result<bool, ActionError> {
    let since = change.at() - SignedDuration::from_hours(24);
    let (_, tries) = forgotten_passwords::count_since(change, person, since).await?;
    Ok(tries >= MOST_TRIES_A_DAY)
}

async fn has_links_enough(change: &mut Change<'_>, person: &PersonId) -> Result<bool, ActionError> {
    let since = change.at() - SignedDuration::from_hours(24);
    let (links, _) = forgotten_passwords::count_since(change, person, since).await?;
    Ok(links >= MOST_LINKS_A_DAY)
}

/// Whether the organisation has this way. Where codes come by mail too it has not: one code of the device, seen once, would be enough for
/// a mailbox alone to sign in from then on.
pub fn is_on(scope: &Scope) -> bool {
    let settings = &scope.tenant.settings;
    settings.password_by_mail && !settings.sent_codes.by_mail
}

/// Whether this way is open to somebody, as they are now.
pub(super) fn may_replace(scope: &Scope, person: &Person) -> bool {
    is_on(scope) && person.suspended_at.is_none() && person.password_hash.is_some() && is_low(scope, person)
}

/// Mailboxes that links may go to: on file, certain to be theirs, and for long enough that everybody on file before has heard of them.
pub(super) async fn list_mailboxes(scope: &Scope, person: &PersonId) -> Result<Vec<Contact>, ActionError> {
    let min_age = scope.tenant.settings.sent_codes.contact_min_age;
    let mut all = contacts::list(&scope.app.db, &scope.tenant.id, person).await?;
    all.retain(|contact| {
        let known_since = contact.confirmed_at.map(|confirmed_at| time(contact.filed_at.max(confirmed_at)));
        let old_enough = known_since.map(|since| since.saturating_add(min_age).unwrap_or(Timestamp::MAX));
        contact.kind == "email"
            && contact.lost_at.is_none()
            && contact.removed_at.is_none()
            && old_enough.is_some_and(|at| at <= scope.now)
    });
    Ok(all)
}

/// Ends what waits for a person, and their links, in the change that is the reason: that one tells the owner. `why` as the record says it.
pub(super) async fn end_waiting(
    change: &mut Change<'_>,
    person: &PersonId,
    why: &'static str,
) -> Result<(), ActionError> {
    if forgotten_passwords::end_all(change, person).await? {
        change.record(Event::new(Actor::System, UserPasswordStopped { why }).person(person));
    }
    Ok(())
}
