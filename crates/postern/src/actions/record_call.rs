//! One call, recorded as one: an agent rang a number on file, asked whether the person started this themselves, and heard the
//! words of their page. It binds the page and counts as proof, in one change; or it says how the call failed.

use postern_core::event::Event;
use postern_core::evidence::{Evidence, EvidenceDetail, EvidenceOutcome, Kind};
use postern_core::id::{CaseId, ContactId};
use postern_core::policy::{BindClaimantPage, RecordEvidence};
use postern_core::reason::Reason;

use super::add_evidence::{event_of, expect_somebody, parse_reference};
use super::advance::advance;
use super::announce_openings::announce_opening;
use super::bind_claimant_page::{bound_event, check_phrase, choose_number, expect_still_callable};
use super::on_record::Attempt;
use super::{ActionError, Caller, case_for, permit_on_case};
use crate::notify::{self, StaffNotice};
use crate::scope::Scope;
use crate::store::cases;

/// A call, as the agent says.
#[derive(Clone, Copy)]
pub struct RecordedCall<'a> {
    /// The filed number that was called.
    pub contact: &'a str,
    /// How it ended. What is left out is never taken for the best.
    pub outcome: Option<EvidenceOutcome>,
    /// Whether they said that they began this themselves, where and on what the page says. A coached owner fails here.
    pub began_it: Option<bool>,
    /// What was heard.
    pub phrase: &'a str,
    /// Ticket or recording.
    pub reference: &'a str,
}

/// Records the call. The answer is how it ended.
pub async fn record_call(
    scope: &Scope,
    caller: &Caller,
    id: &CaseId,
    call: RecordedCall<'_>,
) -> Result<EvidenceOutcome, ActionError> {
    let attempt = Attempt { actor: caller.actor(), step: "record_call", case: Some(id), person: None };
    attempt.run(scope, || record(scope, caller, id, call)).await
}

async fn record(
    scope: &Scope,
    caller: &Caller,
    id: &CaseId,
    call: RecordedCall<'_>,
) -> Result<EvidenceOutcome, ActionError> {
    let (row, case, now) = case_for(scope, caller, id).await?;
    // Before what they say is looked at: to whom the case is closed, nothing about a form is told.
    let may_bind = permit_on_case::<BindClaimantPage>(scope, caller, &case).await?;
    let may_record = permit_on_case::<RecordEvidence>(scope, caller, &case).await?;
    expect_somebody(&row)?;
    let outcome = outcome_of(&call)?;
    let reference = reference_of(&call, outcome)?;
    let number = choose_number(scope, &case, call.contact).await?;
    announce_opening(scope, &row).await?;
    let (binding, recording) = (may_bind.policies().to_vec(), may_record.policies().to_vec());
    let is_confirmed = outcome == EvidenceOutcome::Confirmed;
    let case = if is_confirmed {
        check_phrase(scope, caller, &row, &case, call.phrase).await?;
        case.bind_claimant_page(may_bind, ContactId::new(&number.id), caller.person.id.clone(), now)?
    } else {
        case
    };
    let contact = ContactId::new(&number.id);
    let detail = EvidenceDetail::Call { contact, reference: reference.as_str().to_owned() };
    let (case, outcome) = case.add_evidence(
        may_record,
        Evidence { attested_by: caller.person.id.clone(), outcome, detail, at: now },
    )?;
    let about = |event: Event| event.person(&case.subject().person).case(id);
    let bound = about(bound_event(caller, &number)).policies(&binding);
    let recorded = event_of(caller, Kind::CallPlaced, outcome, case.risk());
    let recorded = about(recorded).reason(&reference).policies(&recording);
    let mut change = caller.change_on(scope, &case.subject().person).await?;
    let case = if is_confirmed {
        expect_still_callable(scope, &case, &number).await?;
        change.record(bound);
        let case = advance(scope, &mut change, case).await?;
        notify::ask_for_vouch(scope, &mut change, &case, &caller.person.id).await?;
        case
    } else {
        // What counts nothing moves nothing on.
        case
    };
    if outcome == EvidenceOutcome::Coached {
        let told = (StaffNotice::TrickReported, &case);
        notify::tell_seniors(scope, &mut change, told, &[&caller.person.id]).await?;
    }
    cases::save(&mut change, &row, &case).await?;
    change.commit(&recorded).await?;
    Ok(outcome)
}

/// How it ended, given what they answered to the question.
fn outcome_of(call: &RecordedCall<'_>) -> Result<EvidenceOutcome, ActionError> {
    match (call.outcome, call.began_it) {
        (None | Some(EvidenceOutcome::Rejected), _) => {
            Err(ActionError::invalid("began_it", "Say how the call ended."))
        }
        (Some(EvidenceOutcome::Confirmed), Some(false)) => Ok(EvidenceOutcome::Coached),
        (Some(EvidenceOutcome::Confirmed), None) => {
            let message =
                "Ask first whether they began this themselves, on which device, and where they are.";
            Err(ActionError::invalid("began_it", message))
        }
        // An empty one is no guess.
        (Some(EvidenceOutcome::Confirmed), _) if call.phrase.trim().is_empty() => {
            Err(ActionError::invalid("phrase", "Type the three words that they read from their page."))
        }
        (Some(outcome), _) => Ok(outcome),
    }
}

/// Nobody who was not answered should have to think of words for it.
fn reference_of(call: &RecordedCall<'_>, outcome: EvidenceOutcome) -> Result<Reason, ActionError> {
    let is_left_out = outcome != EvidenceOutcome::Confirmed && call.reference.trim().is_empty();
    parse_reference(if is_left_out { "no reference" } else { call.reference })
}
