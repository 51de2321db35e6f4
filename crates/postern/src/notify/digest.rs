//! The digest of openings: how many there were, and which. Nothing else is ever told in a digest, and what a stranger's
//! browser calls itself reaches nobody's mailbox.

use postern_core::id::PersonId;

use super::notice_body::{moment, not_me_link, opening, paragraphs, say, short_text, spoken, without_link};
use super::{channel, in_writing};
use crate::config::Config;
use crate::rng::token_hash;
use crate::scope::Scope;
use crate::store::cases::CaseRow;
use crate::store::contacts::{self, Contact};
use crate::store::contests::{self, ContestKind, NewContest};
use crate::store::outbox::{self, MessageSubject, NewMessage};
use crate::store::{Change, StoreError, time};
use crate::texts::MessageId;

/// So many are listed; the page behind the link lists them all.
const LISTED: usize = 20;

/// Writes one message per contact that can be written to. Its "this was not me" asks which of them were not.
pub async fn announce_openings(
    scope: &Scope,
    change: &mut Change<'_>,
    person: &PersonId,
    openings: &[CaseRow],
) -> Result<(), StoreError> {
    let subject = say(scope, MessageId("openings-subject"));
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
            subject: &subject,
            body: &body,
            about: Some(MessageSubject { notice: "openings", case: None, contact: &contact.id }),
        };
        outbox::insert_all(change, &[message]).await?;
    }
    Ok(())
}

fn body(scope: &Scope, contact: &Contact, openings: &[CaseRow], token: &str) -> String {
    let count = openings.len();
    let text = || say(scope, MessageId("openings-text").with("count", count));
    let link = not_me_link(scope, token);
    match channel(contact) {
        "voice" => spoken(scope, &text()),
        "sms" => short_text(scope, MessageId("openings-short").with("count", count), &link),
        _ => paragraphs(&[
            opening(scope, &text()),
            say(scope, MessageId("openings-nothing-changed")),
            list(scope, openings),
            say(scope, MessageId("openings-nothing-to-do")),
            format!("{}\n{link}", say(scope, MessageId("openings-not-mine"))),
            say(scope, MessageId("openings-link")),
            without_link(scope),
        ]),
    }
}

fn list(scope: &Scope, openings: &[CaseRow]) -> String {
    let more = openings.len().saturating_sub(LISTED);
    let rest = (more > 0).then(|| say(scope, MessageId("openings-more").with("count", more)));
    let lines = openings.iter().take(LISTED).map(|opening| line(scope, opening));
    lines.chain(rest).collect::<Vec<_>>().join("\n")
}

fn line(scope: &Scope, opening: &CaseRow) -> String {
    let message = MessageId("openings-line")
        .with("at", moment(scope, time(opening.opened_at)))
        .with("browser", say(scope, opening.device()))
        .with("ip", scope.app.config.places.address_label(&opening.ip));
    say(scope, message)
}
