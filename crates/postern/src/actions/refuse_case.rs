//! No. A refusal is a good outcome and is on the record. After the remedy it stops what was given, and a senior has the case.

use postern_core::case::{Refusal, Stage};
use postern_core::event::Event;
use postern_core::event::payload::CaseRefused;
use postern_core::id::CaseId;
use postern_core::policy::Refuse;
use postern_core::reason::Reason;

use super::on_record::Attempt;
use super::stop_remedy::{expect_person_after_remedy, stop_remedy};
use super::{ActionError, Caller, case_for, permit_on_case};
use crate::notify::{self, Notice};
use crate::scope::Scope;
use crate::store::cases;

/// Refuses a case, a stranger's included.
pub async fn refuse_case(
    scope: &Scope,
    caller: &Caller,
    id: &CaseId,
    reason: &str,
) -> Result<(), ActionError> {
    let attempt = Attempt { actor: caller.actor(), step: "refuse_case", case: Some(id), person: None };
    attempt.run(scope, || refuse(scope, caller, id, reason)).await
}

async fn refuse(scope: &Scope, caller: &Caller, id: &CaseId, reason: &str) -> Result<(), ActionError> {
    let reason = Reason::parse(reason)?;
    let (row, case, now) = case_for(scope, caller, id).await?;
    let permit = permit_on_case::<Refuse>(scope, caller, &case).await?;
    expect_person_after_remedy(caller, &case)?;
    let policies = permit.policies().to_vec();
    let mut event = Event::new(caller.actor(), CaseRefused).case(id).reason(&reason).policies(&policies);
    let mut change = caller.change_on(scope, &case.subject().person).await?;
    if row.person_id.is_some() {
        event = event.person(&case.subject().person);
        let refusal = Refusal { by: caller.person.id.clone(), reason: reason.clone(), at: now };
        let case = case.refuse(permit, refusal)?;
        if matches!(case.stage(), Stage::Contested { .. }) {
            let why = (&reason, &policies[..]);
            event = stop_remedy(scope, &mut change, caller, (&row, &case), why).await?;
        } else {
            let person = &case.subject().person;
            // Of one that was stopped after its remedy it is not true that nothing was changed.
            let is_late = case.remedied_at().is_some();
            let notice = if is_late { Notice::RecoveryStopped } else { Notice::CaseRefused };
            notify::announce(scope, &mut change, person, Some(id), notice).await?;
        }
        cases::save(&mut change, &row, &case).await?;
    } else {
        cases::close_stranger(&mut change, &row, "closed", Some(&caller.person.id)).await?;
    }
    Ok(change.commit(&event).await?)
}
