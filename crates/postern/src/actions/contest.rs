//! "This was not me", from a link in a notice, without sign-in. Stopping is always allowed: it freezes the case, and
//! the account if something was changed already.

use postern_core::case::{Outcome, Stage};
use postern_core::event::{Actor, Event, EventKind};
use postern_core::id::{CaseId, PersonId};
use serde_json::json;

use super::{ActionError, Lane};
use crate::app::App;
use crate::request::current_request;
use crate::rng::token_hash;
use crate::store::{Change, StoreError, cases, contests, flows, passes, persons, sessions};

/// What was stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stopped {
    /// Whether the account is frozen too.
    pub account_frozen: bool,
}

/// Stops what the notice told of.
pub async fn contest(app: &App, typed: &str) -> Result<Stopped, ActionError> {
    let now = app.clock.now();
    // By the hour, so that an address shared by many is never shut out for good.
    let lane =
        Lane::of_thing(&format!("contest:{}:{}", current_request().ip, now.as_second().div_euclid(3600)));
    lane.spend(app).await?;
    let found = contests::find_live(&app.db, &app.tenant, &token_hash(typed.trim()), now).await?;
    let Some(contest) = found else {
        let words = "This code is wrong, was used, or is older than 30 days. Call the help desk.";
        return Err(ActionError::invalid("code", words));
    };
    let person = PersonId::new(&contest.person_id);
    let mut change = app.change().await?;
    contests::consume(&mut change, &contest.id).await?;
    lane.clear(&mut change).await?;
    let case = contest.case_id.map(CaseId::new);
    let after_change = match &case {
        Some(id) => contest_case(app, &mut change, id).await?,
        // A notice without a case tells of a factor or a code: that is done already.
        None => true,
    };
    if after_change {
        freeze(&mut change, &person).await?;
    }
    let mut event = Event::new(EventKind::CaseContested, Actor::Anonymous)
        .person(&person)
        .detail(json!({ "account_frozen": after_change, "by": "a link in a notice" }));
    event.case = case;
    change.commit(&event).await?;
    app.wake.notify_one();
    Ok(Stopped { account_frozen: after_change })
}

/// Freezes the case. The answer says whether its reset was done already.
async fn contest_case(app: &App, change: &mut Change<'_>, id: &CaseId) -> Result<bool, ActionError> {
    let row = cases::load(&app.db, &app.tenant, id).await?;
    let Some(case) = row.case(change.at())? else {
        return Ok(false);
    };
    // Stopped before, or overtaken by another case that may have done the reset: freeze all the same. One that was
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

async fn freeze(change: &mut Change<'_>, person: &PersonId) -> Result<(), ActionError> {
    match persons::disable(change, person, "the owner said: this was not me").await {
        Ok(()) => {
            let event = Event::new(EventKind::UserDisabled, Actor::System)
                .person(person)
                .before(json!({ "disabled": false }))
                .detail(json!({ "why": "contested" }));
            change.record(&event).await?;
        }
        Err(StoreError::Conflict) => {}
        Err(other) => return Err(other.into()),
    }
    sessions::end_all(change, person).await?;
    flows::end_all(change, person).await?;
    passes::revoke(change, person, None).await?;
    Ok(())
}
