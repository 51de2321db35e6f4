//! An agent records a verification, and how it ended. What showed that somebody else asks raises the case's risk; so does
//! a kind that never counts, which is refused.

use postern_core::case::{Case, ClaimantPage};
use postern_core::event::Event;
use postern_core::event::payload::{CaseEvidenceAdded, CaseEvidenceFailed, CaseEvidenceRejected};
use postern_core::evidence::{Evidence, EvidenceClass, EvidenceDetail, EvidenceOutcome, Kind};
use postern_core::id::{CaseId, ContactId};
use postern_core::policy::RecordEvidence;
use postern_core::reason::{Reason, ReasonError};

use super::advance::advance;
use super::announce_openings::announce_opening;
use super::bind_claimant_page::choose_number;
use super::on_record::Attempt;
use super::{ActionError, Caller, case_for, permit_on_case};
use crate::scope::Scope;
use crate::store::cases::{self, CaseRow};

/// What an agent did to verify somebody, as they say.
#[derive(Clone, Copy)]
pub struct Verification<'a> {
    /// What was checked.
    pub kind: Kind,
    /// How it ended.
    pub outcome: EvidenceOutcome,
    /// The filed number that was called. Without one, of a call: the one that the page is bound to.
    pub contact: Option<&'a str>,
    /// Ticket, recording, or type of document and checker.
    pub reference: &'a str,
}

impl<'a> Verification<'a> {
    /// It was them.
    pub fn confirmed(kind: Kind, reference: &'a str) -> Self {
        Self { kind, outcome: EvidenceOutcome::Confirmed, contact: None, reference }
    }
}

/// Records a piece of evidence. The answer is how it ended: what is never accepted is rejected, whatever was said.
pub async fn add_evidence(
    scope: &Scope,
    caller: &Caller,
    id: &CaseId,
    said: Verification<'_>,
) -> Result<EvidenceOutcome, ActionError> {
    let attempt = Attempt { actor: caller.actor(), step: "add_evidence", case: Some(id), person: None };
    attempt.run(scope, || add(scope, caller, id, said)).await
}

async fn add(
    scope: &Scope,
    caller: &Caller,
    id: &CaseId,
    said: Verification<'_>,
) -> Result<EvidenceOutcome, ActionError> {
    let (row, case, now) = case_for(scope, caller, id).await?;
    // Before what they say is looked at: to whom the case is closed, nothing about a form is told.
    let permit = permit_on_case::<RecordEvidence>(scope, caller, &case).await?;
    expect_somebody(&row)?;
    expect_own_word(said.kind)?;
    let reference = reference(&said)?;
    expect_outcome(&said)?;
    let policies = permit.policies().to_vec();
    let evidence = Evidence {
        attested_by: caller.person.id.clone(),
        outcome: said.outcome,
        detail: detail(scope, &case, &said, &reference).await?,
        at: now,
    };
    let (case, outcome) = case.add_evidence(permit, evidence)?;
    let event = event_of(caller, said.kind, outcome, case.risk());
    let event = event.person(&case.subject().person).case(id).reason(&reference).policies(&policies);
    announce_opening(scope, &row).await?;
    let mut change = caller.change_on(scope, &case.subject().person).await?;
    let case = match outcome {
        EvidenceOutcome::Confirmed => advance(scope, &mut change, case).await?,
        // What counts nothing moves nothing on.
        _ => case,
    };
    cases::save(&mut change, &row, &case).await?;
    change.commit(&event).await?;
    Ok(outcome)
}

/// Of a stranger nothing can be verified.
pub(super) fn expect_somebody(row: &CaseRow) -> Result<(), ActionError> {
    if row.person_id.is_some() {
        return Ok(());
    }
    Err(ActionError::refused("Nobody by that name is in the directory. Refuse the case."))
}

/// Whose word a proof is, gives it: as text from somebody else it would read like theirs. What never counts is recorded, whoever says it.
fn expect_own_word(kind: Kind) -> Result<(), ActionError> {
    if kind.recorded_by_agent() || kind.class() == EvidenceClass::Never {
        return Ok(());
    }
    let message = format!(
        "\"{}\" is given by whose word it is, on a page of their own. Nobody records it for them.",
        kind.title()
    );
    Err(ActionError::refused(message))
}

/// What the record says of a verification that ended so.
pub(super) fn event_of(caller: &Caller, kind: Kind, outcome: EvidenceOutcome, risk: i64) -> Event {
    let actor = caller.actor();
    match outcome {
        EvidenceOutcome::Confirmed => Event::new(actor, CaseEvidenceAdded { kind, risk: Some(risk) }),
        EvidenceOutcome::Rejected => Event::new(actor, CaseEvidenceRejected { kind, risk }),
        outcome => Event::new(actor, CaseEvidenceFailed { kind, outcome, risk }),
    }
}

/// What never counts is recorded with or without a reference.
fn reference(said: &Verification<'_>) -> Result<Reason, ActionError> {
    let never = said.kind.class() == EvidenceClass::Never;
    parse_reference(said.reference)
        .or_else(|error| if never { Ok(Reason::parse("no reference")?) } else { Err(error) })
}

/// A ticket, a recording, or the type of a document and who checked it, as typed.
pub(super) fn parse_reference(typed: &str) -> Result<Reason, ActionError> {
    Reason::parse(typed).map_err(|error| {
        let message =
            "Give a reference: the ticket, the recording, or the type of document and who checked it.";
        let is_missing = error == ReasonError::Empty;
        ActionError::invalid("reference", if is_missing { message.to_owned() } else { error.to_string() })
    })
}

fn expect_outcome(said: &Verification<'_>) -> Result<(), ActionError> {
    let is_rejected_anyway = said.kind.class() == EvidenceClass::Never || !said.kind.recorded_by_agent();
    if is_rejected_anyway || said.kind.outcomes().contains(&said.outcome) {
        return Ok(());
    }
    let possible: Vec<&str> = said.kind.outcomes().iter().map(|outcome| outcome.title()).collect();
    let message = format!("\"{}\" ends in one of these ways: {}.", said.kind.title(), possible.join("; "));
    Err(ActionError::invalid("outcome", message))
}

async fn detail(
    scope: &Scope,
    case: &Case,
    said: &Verification<'_>,
    reference: &Reason,
) -> Result<EvidenceDetail, ActionError> {
    let reference = reference.as_str().to_owned();
    if said.kind != Kind::CallPlaced {
        return Ok(EvidenceDetail::Reference { kind: said.kind, reference });
    }
    let contact = match (case.claimant_page(), said.contact) {
        // Whom the call reached is known by the phrase, and by nothing else.
        (ClaimantPage::Bound { contact, .. }, named) if named.is_none_or(|id| id == contact.as_str()) => {
            contact.clone()
        }
        (_, Some(named)) if said.outcome != EvidenceOutcome::Confirmed => {
            ContactId::new(choose_number(scope, case, named).await?.id)
        }
        (_, None) if said.outcome != EvidenceOutcome::Confirmed => {
            return Err(ActionError::invalid("contact", "Say which of the numbers shown you called."));
        }
        _ => {
            let message = "First call a number on file and bind the page with the phrase.";
            return Err(ActionError::invalid("kind", message));
        }
    };
    Ok(EvidenceDetail::Call { contact, reference })
}
