//! An agent says what is to be done for the person: the gentlest remedy that helps. Until then it is the reset.

use postern_core::event::Event;
use postern_core::event::payload::CaseRemedyProposed;
use postern_core::id::CaseId;
use postern_core::policy::ProposeRemedy;
use postern_core::reason::Reason;
use postern_core::remedy::Remedy;
use serde_json::json;

use super::advance::advance;
use super::announce_openings::announce_opening;
use super::on_record::Attempt;
use super::rate_limit::RateLimit;
use super::remedies::expect_use;
use super::{ActionError, Caller, case_for, permit_on_case};
use crate::scope::Scope;
use crate::store::{cases, factors};

/// Proposes a remedy. What was verified and approved was for another plan: the proof is looked at anew.
pub async fn propose_remedy(
    scope: &Scope,
    caller: &Caller,
    id: &CaseId,
    (remedy, reason): (&str, &str),
) -> Result<(), ActionError> {
    let attempt = Attempt { actor: caller.actor(), step: "propose_remedy", case: Some(id), person: None };
    attempt.run(scope, || propose(scope, caller, id, (remedy, reason))).await
}

async fn propose(
    scope: &Scope,
    caller: &Caller,
    id: &CaseId,
    (remedy, reason): (&str, &str),
) -> Result<(), ActionError> {
    let reason = Reason::parse(reason)?;
    let (row, case, now) = case_for(scope, caller, id).await?;
    let permit = permit_on_case::<ProposeRemedy>(scope, caller, &case).await?;
    let Some(remedy) = Remedy::parse(remedy) else {
        let words: Vec<&str> = Remedy::ALL.iter().map(|remedy| remedy.as_str()).collect();
        return Err(ActionError::invalid("remedy", format!("Choose one of: {}.", words.join(", "))));
    };
    if row.person_id.is_none() {
        let message = "Nobody by that name is in the directory. Refuse the case.";
        return Err(ActionError::refused(message));
    }
    let before = case.remedy();
    let event = Event::new(caller.actor(), CaseRemedyProposed { remedy, rung: remedy.rung() })
        .person(&case.subject().person)
        .case(id)
        .reason(&reason)
        .policies(permit.policies())
        .before(json!({ "remedy": before, "stage": case.stage().as_str() }));
    let case = case.propose(permit, remedy)?;
    let held = factors::list(&scope.app.db, &scope.tenant.id, &case.subject().person).await?;
    expect_use(remedy, &held, now)?;
    if remedy == before {
        return Ok(());
    }
    // Each change may ring the owner and begin the waiting period anew: to and fro gets slower and slower.
    RateLimit::of_resource("case", &row.id, "remedy").acquire(scope).await?;
    announce_opening(scope, &row).await?;
    let mut change = caller.change_on(scope, &case.subject().person).await?;
    let case = advance(scope, &mut change, case).await?;
    cases::save(&mut change, &row, &case).await?;
    Ok(change.commit(&event).await?)
}
