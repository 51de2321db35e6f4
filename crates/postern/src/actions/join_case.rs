//! Somebody comes by the reference of a case: the caller for whom the desk opened it, or a claimant who lost the browser. The page is
//! theirs from now on, with other words and another reference: one that was overheard is good once. Nobody knows who they are: the page is bound anew, what was proven before counts nothing,
//! and the owner is told.

use std::time::Duration;

use jiff::SignedDuration;
use postern_core::event::payload::{CaseJoined, OpeningNotice};
use postern_core::event::{Actor, Event};
use postern_core::factor::phrase;
use postern_core::id::PersonId;
use postern_core::login;

use super::like_time::in_like_time;
use super::open_case::{Opened, reference as new_reference, shown_by};
use super::retry::retry;
use super::{ActionError, CountedTry, RateLimit, case_now, earlier_cases};
use crate::notify::{self, Notice};
use crate::rng::token_hash;
use crate::scope::Scope;
use crate::store::cases::{self, CaseRow, NewHolder, OpenedWith};
use crate::store::{outbox, persons};
use crate::texts::MessageId;

/// Every answer takes at least so long.
const FLOOR: Duration = Duration::from_millis(200);

const NOT_HERE: MessageId = MessageId("no-such-request");

/// Joins the case that `reference` names, if it is about who signs in as `login`.
pub async fn join_case(
    scope: &Scope,
    login: &str,
    reference: &str,
    device: Option<&str>,
) -> Result<Opened, ActionError> {
    in_like_time(FLOOR, retry(|| join(scope, login, reference, device))).await
}

async fn join(
    scope: &Scope,
    typed_login: &str,
    reference: &str,
    device: Option<&str>,
) -> Result<Opened, ActionError> {
    let row = find_meant(scope, typed_login, reference).await?;
    let person = row.person_id.as_deref().map(PersonId::new);
    let owner = match &person {
        Some(id) => persons::find(&scope.app.db, &scope.tenant.id, id).await?,
        None => None,
    };
    let with = shown_by(scope, owner.as_ref(), device, OpenedWith::Nothing).await?;
    let mut change = match &person {
        Some(id) => scope.begin_for(id).await?,
        None => scope.begin().await?,
    };
    let case = case_now(scope, &row, scope.now).await?.map(|(case, _)| case.join()).transpose();
    let case = case.map_err(|_| ActionError::Wrong(NOT_HERE))?;
    if case.is_none() && row.stage_at(scope.now) != "verifying" {
        return Err(ActionError::Wrong(NOT_HERE));
    }
    // Who was refused a moment ago, or stopped, is with a senior here too.
    let (case, escalated) = match case {
        Some(case) if !case.is_escalated() => {
            let (case, escalated) = earlier_cases::begin(scope, case, with).await?;
            (Some(case), escalated)
        }
        other => (other, None),
    };
    let claimant_page_token = scope.app.rng.token()?;
    let new_reference = new_reference(scope)?;
    let holder = NewHolder {
        reference: &new_reference,
        claimant_page_token_hash: &token_hash(&claimant_page_token),
        phrase: &phrase::from_random(*scope.app.rng.bytes::<3>()?),
        with,
        ip: &scope.request.ip,
        user_agent: &scope.request.user_agent,
    };
    cases::save_joined(&mut change, &row, case.as_ref(), &holder).await?;
    let id = row.case_id();
    // Whoever was not told of the opening yet is told before anybody works on it: then this is part of it.
    let is_told = row.announced_at.is_some() && person.is_some();
    let told = if is_told { OpeningNotice::AtOnce } else { OpeningNotice::Gathered };
    let joined = CaseJoined { with: with.as_str(), reference: &new_reference, was: &row.reference, told };
    let mut event = Event::new(Actor::Anonymous, joined).case(&id);
    if let Some(escalated) = escalated {
        change.record(escalated);
    }
    if let Some(person) = &person {
        event = event.person(person);
        if is_told {
            notify::announce(scope, &mut change, person, Some(&id), Notice::CaseJoined).await?;
        }
    }
    if !is_told {
        outbox::rehearse(&mut change).await?;
    }
    change.commit(&event).await?;
    Ok(Opened { claimant_page_token, id })
}

/// The open case that is meant.
async fn find_meant(scope: &Scope, typed_login: &str, reference: &str) -> Result<CaseRow, ActionError> {
    let reference = read_reference(reference);
    limit(scope, &reference, typed_login).await?;
    let found = cases::find_by_reference(&scope.app.db, &scope.tenant.id, &reference).await?;
    let is_meant = |row: &CaseRow| login::normalise(&row.claimed_login) == login::normalise(typed_login);
    found.filter(|row| row.closed_at.is_none() && is_meant(row)).ok_or(ActionError::Wrong(NOT_HERE))
}

/// As people say and type it: `c 7k3m9q`.
fn read_reference(typed: &str) -> String {
    let symbols: String = typed.chars().filter(char::is_ascii_alphanumeric).take(20).collect();
    let symbols = symbols.to_ascii_uppercase();
    // One C alone is the mark of a reference: what follows may begin with another.
    let own = if symbols.len() > 6 { symbols.strip_prefix('C').unwrap_or(&symbols) } else { &symbols };
    format!("C-{own}")
}

/// A handful a day for what was typed, right or wrong: whoever has the one half keeps nobody out who has both.
async fn limit(scope: &Scope, reference: &str, typed_login: &str) -> Result<(), ActionError> {
    let in_window = |length| CountedTry::in_window("join_case", scope.now, length);
    RateLimit::of_sender(scope, in_window(SignedDuration::from_mins(5))).await?.acquire(scope).await?;
    let day = in_window(SignedDuration::from_hours(24));
    let typed: String = login::normalise(typed_login).chars().take(100).collect();
    RateLimit::of_resource("reference", &format!("{reference} {typed}"), day).acquire(scope).await
}
