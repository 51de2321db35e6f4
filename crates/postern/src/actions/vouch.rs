//! The manager gives their word, signed in with a passkey, and only to the person who reads them the phrase: so an
//! honest manager cannot vouch for a stranger's request that happens to be open at the same time.

use postern_core::event::Event;
use postern_core::event::payload::CaseEvidenceAdded;
use postern_core::evidence::{Evidence, EvidenceDetail, EvidenceOutcome, Kind};
use postern_core::id::CaseId;
use postern_core::policy::Vouch;
use postern_core::reason::Reason;

use super::advance::advance;
use super::announce_openings::announce_opening;
use super::bind_claimant_page::check_phrase;
use super::on_record::Attempt;
use super::{ActionError, Caller, case_for, permit_on_case};
use crate::scope::Scope;
use crate::store::cases;

/// Records the manager's word.
pub async fn vouch(
    scope: &Scope,
    caller: &Caller,
    id: &CaseId,
    phrase: &str,
    how: &str,
) -> Result<(), ActionError> {
    let attempt = Attempt { actor: caller.actor(), step: "vouch", case: Some(id), person: None };
    attempt.run(scope, || give_word(scope, caller, id, phrase, how)).await
}

async fn give_word(
    scope: &Scope,
    caller: &Caller,
    id: &CaseId,
    phrase: &str,
    how: &str,
) -> Result<(), ActionError> {
    let how = Reason::parse(how).map_err(|_| {
        ActionError::invalid("how", "Say how you know that it is them: you saw them, you know the voice.")
    })?;
    let (row, case, now) = case_for(scope, caller, id).await?;
    let permit = permit_on_case::<Vouch>(scope, caller, &case).await?;
    let policies = permit.policies().to_vec();
    check_phrase(scope, caller, &row, &case, phrase).await?;
    let attested_by = caller.person.id.clone();
    let detail = EvidenceDetail::Vouch { how: how.as_str().to_owned() };
    let evidence = Evidence { attested_by, outcome: EvidenceOutcome::Confirmed, detail, at: now };
    let case = case.vouch(permit, evidence)?;
    let added = CaseEvidenceAdded { kind: Kind::ManagerVouch, risk: None };
    let event = Event::new(caller.actor(), added)
        .person(&case.subject().person)
        .case(id)
        .reason(&how)
        .policies(&policies);
    announce_opening(scope, &row).await?;
    let mut change = caller.change_on(scope, &case.subject().person).await?;
    let case = advance(scope, &mut change, case).await?;
    cases::save(&mut change, &row, &case).await?;
    change.commit(&event).await?;
    Ok(())
}
