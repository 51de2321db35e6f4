//! The claimant takes the request back, from their own page.

use postern_core::event::{Actor, Event, EventKind};
use serde_json::json;

use super::ActionError;
use super::on_record::Attempt;
use crate::app::App;
use crate::store::cases::{self, CaseRow};

/// Closes the case as withdrawn.
pub async fn withdraw_case(app: &App, row: &CaseRow) -> Result<(), ActionError> {
    let id = row.case_id();
    let attempt = Attempt { actor: Actor::Anonymous, step: "withdraw_case", case: Some(&id), person: None };
    attempt.run(app, || withdraw(app, row)).await
}

async fn withdraw(app: &App, row: &CaseRow) -> Result<(), ActionError> {
    // Alike for friends and strangers: what follows differs between them.
    if row.closed_at.is_some() {
        return Err(ActionError::Refused("This request is closed already.".to_owned()));
    }
    let mut change = app.change().await?;
    let mut event = Event::new(EventKind::CaseClosed, Actor::Anonymous)
        .case(&row.case_id())
        .detail(json!({ "outcome": "withdrawn" }));
    match row.case(change.at())? {
        Some(case) => {
            let case = case.withdraw(change.at())?;
            event = event.person(&case.subject().person);
            cases::save(&mut change, row, &case).await?;
        }
        None => cases::close_stranger(&mut change, row, "withdrawn").await?,
    }
    Ok(change.commit(&event).await?)
}
