//! An agent records a verification. A kind that never counts is refused, recorded, and raises the case's risk.

use postern_core::case::{ClaimantPage, Recorded};
use postern_core::event::Event;
use postern_core::event::payload::{CaseEvidenceAdded, CaseEvidenceRejected};
use postern_core::evidence::{Evidence, EvidenceClass, Kind};
use postern_core::id::CaseId;
use postern_core::policy::RecordEvidence;
use postern_core::reason::{Reason, ReasonError};

use super::advance::advance;
use super::announce_openings::announce_opening;
use super::on_record::Attempt;
use super::{ActionError, Caller, case_for, permit_on_case};
use crate::scope::Scope;
use crate::store::cases;

/// Records a piece of evidence. The answer says whether it counts.
pub async fn add_evidence(
    scope: &Scope,
    caller: &Caller,
    id: &CaseId,
    kind: Kind,
    reference: &str,
) -> Result<Recorded, ActionError> {
    let attempt = Attempt { actor: caller.actor(), step: "add_evidence", case: Some(id), person: None };
    attempt.run(scope, || add(scope, caller, id, kind, reference)).await
}

async fn add(
    scope: &Scope,
    caller: &Caller,
    id: &CaseId,
    kind: Kind,
    reference: &str,
) -> Result<Recorded, ActionError> {
    // What never counts is recorded with or without a reference.
    let never = kind.class() == EvidenceClass::Never;
    let typed = Reason::parse(reference)
        .or_else(|error| if never { Reason::parse("no reference") } else { Err(error) });
    let reference = typed.map_err(|error| {
        let message =
            "Give a reference: the ticket, the recording, or the type of document and who checked it.";
        let hidden = error == ReasonError::Hidden;
        ActionError::invalid("reference", if hidden { error.to_string() } else { message.to_owned() })
    })?;
    let (row, case, now) = case_for(scope, caller, id).await?;
    if row.person_id.is_none() {
        return Err(ActionError::Refused(
            "Nobody by that name is in the directory. Refuse the case.".to_owned(),
        ));
    }
    let permit = permit_on_case::<RecordEvidence>(scope, caller, &case).await?;
    let policies = permit.policies().to_vec();
    let contact = match (kind, case.claimant_page()) {
        (Kind::CallPlaced, ClaimantPage::Bound { contact, .. }) => Some(contact.clone()),
        (Kind::CallPlaced, ClaimantPage::Unbound) => {
            let message = "First call a number on file and bind the page with the phrase.";
            return Err(ActionError::invalid("kind", message));
        }
        _ => None,
    };
    let attested_by = caller.person.id.clone();
    let evidence = Evidence { kind, attested_by, contact, reference: reference.as_str().to_owned(), at: now };
    let (case, recorded) = case.add_evidence(permit, evidence)?;
    let (actor, risk) = (caller.actor(), case.risk());
    let event = match recorded {
        Recorded::Added => Event::new(actor, CaseEvidenceAdded { kind, risk: Some(risk) }),
        Recorded::Rejected => Event::new(actor, CaseEvidenceRejected { kind, risk }),
    };
    let event = event.person(&case.subject().person).case(id).reason(&reference).policies(&policies);
    announce_opening(scope, &row).await?;
    let mut change = caller.change_on(scope, &case.subject().person).await?;
    let case = match recorded {
        Recorded::Added => advance(scope, &mut change, case).await?,
        // What counts nothing moves nothing on.
        Recorded::Rejected => case,
    };
    cases::save(&mut change, &row, &case).await?;
    change.commit(&event).await?;
    Ok(recorded)
}
