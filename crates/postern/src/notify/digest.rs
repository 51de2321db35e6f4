//! The digest of openings: how many there were, and which. Nothing else is ever told in a digest, and what a stranger's
//! browser calls itself reaches nobody's mailbox.

use postern_core::id::PersonId;

use super::{call_the_desk, channel, in_writing, short_text};
use crate::config::Config;
use crate::rng::token_hash;
use crate::scope::Scope;
use crate::store::cases::CaseRow;
use crate::store::contacts::{self, Contact};
use crate::store::contests::{self, ContestKind, NewContest};
use crate::store::outbox::{self, MessageSubject, NewMessage};
use crate::store::{Change, StoreError, time};

/// So many are listed; the page behind the link lists them all.
const LISTED: usize = 20;

/// Writes one message per contact that can be written to. Its "this was not me" asks which of them were not.
pub async fn announce_openings(
    scope: &Scope,
    change: &mut Change<'_>,
    person: &PersonId,
    openings: &[CaseRow],
) -> Result<(), StoreError> {
    for contact in in_writing(contacts::list_told(&scope.app.db, &scope.tenant.id, person, scope.now).await?)
    {
        let token = scope.app.rng.token().map_err(|_| StoreError::Corrupt("random number"))?;
        let new = NewContest {
            token_hash: &token_hash(&token),
            person,
            case: None,
            kind: ContestKind::Choice,
            expires_at: change.at() + Config::CONTEST_LIFE,
        };
        let contest = contests::insert(change, &new).await?;
        for opening in openings {
            contests::add_choice(change, &contest, &opening.id).await?;
        }
        let body = body(scope, &contact, openings, &token);
        let message = NewMessage {
            channel: channel(&contact),
            recipient: &contact.value,
            subject: "More requests to recover your account",
            body: &body,
            about: Some(MessageSubject { notice: "openings", case: None, contact: &contact.id }),
        };
        outbox::insert_all(change, &[message]).await?;
    }
    Ok(())
}

fn body(scope: &Scope, contact: &Contact, openings: &[CaseRow], token: &str) -> String {
    let organisation = &scope.tenant.name;
    let count = openings.len();
    let (requests, were) = if count == 1 { ("request", "was") } else { ("requests", "were") };
    let head = format!("{organisation}: {count} more {requests} to recover your account {were} opened.");
    let link = scope.tenant.link(&format!("/not-me#{token}"));
    match channel(contact) {
        "voice" => format!("{head} If this was not you, {} now.", call_the_desk(scope)),
        "sms" => short_text(scope, &format!("{count} more {requests} to recover your account"), &link),
        _ => format!(
            "{head} Nothing has changed yet, and you will be told of each by itself before the help desk works on it.\n\n{}\n\
             If these were yours, there is nothing to do.\n\nThey were not all mine:\n{link}\n\nThat page asks which were \
             not, and stops those. It works for 30 days and needs no sign-in. If the link does not open, {}.\n",
            list(openings),
            call_the_desk(scope)
        ),
    }
}

fn list(openings: &[CaseRow]) -> String {
    let more = openings.len().saturating_sub(LISTED);
    let rest = (more > 0).then(|| format!("and {more} more\n"));
    openings.iter().take(LISTED).map(line).chain(rest).collect()
}

fn line(opening: &CaseRow) -> String {
    let at = time(opening.opened_at).strftime("%Y-%m-%d %H:%M UTC");
    format!("{at}, {} at {}\n", opening.device(), opening.ip)
}
