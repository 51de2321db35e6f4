//! One call, recorded as one: an agent rang a number on file, asked whether the person started this themselves, and heard the
//! words of their page. It binds the page and counts as proof; or it says how the call failed.

use postern_core::case::Stage;
use postern_core::evidence::{EvidenceOutcome, Kind};
use postern_core::id::CaseId;
use postern_core::policy::BindClaimantPage;
use postern_core::reason::Reason;

use super::add_evidence::{Verification, add_evidence};
use super::bind_claimant_page::bind_claimant_page;
use super::on_record::Attempt;
use super::{ActionError, Caller, case_for, permit_on_case};
use crate::scope::Scope;

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
    attempt.run(scope, || expect_allowed(scope, caller, id)).await?;
    let outcome = match (call.outcome, call.began_it) {
        (None, _) => return Err(ActionError::invalid("began_it", "Say how the call ended.")),
        (Some(EvidenceOutcome::Confirmed), Some(false)) => EvidenceOutcome::Coached,
        (Some(EvidenceOutcome::Confirmed), None) => {
            let message =
                "Ask first whether they began this themselves, on which device, and where they are.";
            return Err(ActionError::invalid("began_it", message));
        }
        (Some(outcome), _) => outcome,
    };
    let mut said = Verification {
        kind: Kind::CallPlaced,
        outcome,
        contact: Some(call.contact),
        reference: call.reference,
    };
    if outcome == EvidenceOutcome::Confirmed {
        // Before the page is bound: half a call is no call.
        if Reason::parse(call.reference).is_err() {
            return Err(ActionError::invalid("reference", "Give a reference: the ticket or the recording."));
        }
        bind_claimant_page(scope, caller, id, call.contact, call.phrase).await?;
        // Where the rest of the proof was there before, the bound page sufficed, and the case has gone on.
        let (_, case, _) = case_for(scope, caller, id).await?;
        if *case.stage() != Stage::Verifying {
            return Ok(outcome);
        }
        return add_evidence(scope, caller, id, said).await;
    }
    // Nobody who was not answered should have to think of words for it.
    if call.reference.trim().is_empty() {
        said.reference = "no reference";
    }
    add_evidence(scope, caller, id, said).await
}

/// Before what they say is looked at: to whom the case is closed, nothing about a form is told.
async fn expect_allowed(scope: &Scope, caller: &Caller, id: &CaseId) -> Result<(), ActionError> {
    let (_, case, _) = case_for(scope, caller, id).await?;
    permit_on_case::<BindClaimantPage>(scope, caller, &case).await.map(|_| ())
}
