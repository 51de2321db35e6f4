//! "This was not me", from a link in a notice, without sign-in. Stopping is always allowed: it stops the case, and suspends
//! the account if something was changed already.

use jiff::SignedDuration;
use postern_core::case::{Outcome, Stage};
use postern_core::event::{Actor, Event, EventKind};
use postern_core::id::{CaseId, PersonId};
use serde_json::json;

use super::retry::retry;
use super::revoke_tokens_of::revoke_tokens_of;
use super::sender_limit::admit_request;
use super::{ActionError, Counted, Lane};
use crate::app::App;
use crate::rng::token_hash;
use crate::store::factors::waiting;
use crate::store::{Change, StoreError, cases, contests, flows, passes, persons, sessions};

/// What was stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stopped {
    /// Whether the account is suspended too.
    pub account_suspended: bool,
}

/// Stops what the notice told of.
pub async fn contest(app: &App, typed: &str) -> Result<Stopped, ActionError> {
    retry(|| stop(app, typed)).await
}

async fn stop(app: &App, typed: &str) -> Result<Stopped, ActionError> {
    let now = app.clock.now();
    let found = contests::find_live(&app.db, &app.tenant, &token_hash(typed.trim()), now).await?;
    let Some(contest) = found else {
        // Only a miss is paid for: one stranger's guesses at 256 bits must not stop the owners behind the same address.
        admit_request(app).await?;
        let hour = Counted::in_window("contest", now, SignedDuration::from_hours(1));
        Lane::of_sender(app, hour).await?.spend(app).await?;
        let words = "This code is wrong, was used, or is older than 30 days. Call the help desk.";
        return Err(ActionError::invalid("code", words));
    };
    let person = PersonId::new(&contest.person_id);
    let mut change = app.change_of(&person).await?;
    contests::consume(&mut change, &contest.id).await?;
    let case = contest.case_id.map(CaseId::new);
    let mut changed = match &case {
        Some(id) => contest_case(app, &mut change, id).await?,
        // A notice without a case tells of a factor or a code: that is done already.
        None => true,
    };
    changed |= contest_open_cases(app, &mut change, &person, case.as_ref()).await?;
    if changed {
        suspend(&mut change, &person).await?;
    }
    let mut event = Event::new(EventKind::CaseContested, Actor::Anonymous)
        .person(&person)
        .detail(json!({ "account_suspended": changed, "by": "a link in a notice" }));
    event.case = case;
    change.commit(&event).await?;
    Ok(Stopped { account_suspended: changed })
}

/// Stops the case. The answer says whether its reset was done already.
async fn contest_case(app: &App, change: &mut Change<'_>, id: &CaseId) -> Result<bool, ActionError> {
    let row = cases::load(&app.db, &app.tenant, id).await?;
    let Some(case) = row.case(change.at())? else {
        return Ok(false);
    };
    // Stopped before, or overtaken by another case that may have done the reset: suspend all the same. One that was
    // refused or withdrawn has nothing left to stop.
    match case.stage() {
        Stage::Contested { after_remedy, .. } => return Ok(*after_remedy),
        Stage::Closed { outcome: Outcome::Superseded, .. } => return Ok(true),
        _ => {}
    }
    let Ok(case) = case.contest(change.at()) else {
        return Ok(false);
    };
    let after_remedy = matches!(case.stage(), Stage::Contested { after_remedy: true, .. });
    cases::save(change, &row, &case).await?;
    Ok(after_remedy)
}

/// Whoever says "this was not me" means every request that is open in their name.
async fn contest_open_cases(
    app: &App,
    change: &mut Change<'_>,
    person: &PersonId,
    named: Option<&CaseId>,
) -> Result<bool, ActionError> {
    let mut after_remedy = false;
    for row in cases::list_of_person(&app.db, &app.tenant, person).await? {
        if row.closed_at.is_some() || named.is_some_and(|id| id.as_str() == row.id) {
            continue;
        }
        after_remedy |= contest_case(app, change, &row.case_id()).await?;
    }
    Ok(after_remedy)
}

/// What was added and does not work yet never will.
async fn remove_waiting_passkeys(change: &mut Change<'_>, person: &PersonId) -> Result<(), ActionError> {
    let removed = waiting::remove_all_waiting(change, person).await?;
    if removed > 0 {
        let event = Event::new(EventKind::MfaFactorRemoved, Actor::System)
            .person(person)
            .before(json!({ "waiting_passkeys": removed }))
            .detail(json!({ "kind": "webauthn", "why": "contested" }));
        change.record(event);
    }
    Ok(())
}

async fn suspend(change: &mut Change<'_>, person: &PersonId) -> Result<(), ActionError> {
    remove_waiting_passkeys(change, person).await?;
    match persons::suspend(change, person, "the owner said: this was not me").await {
        Ok(()) => {
            let event = Event::new(EventKind::UserSuspended, Actor::System)
                .person(person)
                .before(json!({ "suspended": false }))
                .detail(json!({ "why": "contested" }));
            change.record(event);
        }
        Err(StoreError::Conflict) => {}
        Err(other) => return Err(other.into()),
    }
    let ended = sessions::end_all(change, person).await?;
    if ended > 0 {
        let revoked = Event::new(EventKind::SessionRevoked, Actor::System)
            .person(person)
            .detail(json!({ "sessions": ended, "why": "contested" }));
        change.record(revoked);
    }
    flows::end_all(change, person).await?;
    passes::revoke(change, person, None).await?;
    revoke_tokens_of(change, person).await?;
    Ok(())
}
