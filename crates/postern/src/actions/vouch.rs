//! The manager gives their word, signed in with a passkey, and only to the person who reads them the phrase: so an
//! honest manager cannot vouch for a stranger's request that happens to be open at the same time. "It is not them" and "I can't
//! tell" are as easy, and want neither. After the remedy, until the person is back in, "it is not them" stops what was given.

use jiff::Timestamp;
use postern_core::case::Case;
use postern_core::event::Event;
use postern_core::event::payload::{CaseEvidenceAdded, CaseEvidenceFailed};
use postern_core::evidence::{Evidence, EvidenceDetail, EvidenceOutcome, Kind};
use postern_core::id::CaseId;
use postern_core::policy::Vouch;
use postern_core::reason::Reason;

use super::advance::advance;
use super::announce_openings::announce_opening;
use super::bind_claimant_page::check_phrase;
use super::on_record::Attempt;
use super::stop_remedy::stop_remedy;
use super::{ActionError, Caller, case_for, permit_on_case};
use crate::notify::{self, StaffNotice};
use crate::scope::Scope;
use crate::store::cases::{self, CaseRow};
use crate::texts::MessageId;

/// What a manager says.
#[derive(Clone, Copy)]
pub struct ManagersWord<'a> {
    /// Whether it is them.
    pub outcome: EvidenceOutcome,
    /// What the person read to the manager from their page; wanted of a yes.
    pub phrase: &'a str,
    /// How the manager knows; wanted of a yes.
    pub how: &'a str,
    /// The reference that the manager's page showed. Whoever joined since holds another page, which a no is not about.
    pub reference: Option<&'a str>,
}

impl<'a> ManagersWord<'a> {
    /// It is them.
    pub fn yes(phrase: &'a str, how: &'a str) -> Self {
        Self { outcome: EvidenceOutcome::Confirmed, phrase, how, reference: None }
    }
}

/// Records the manager's word.
pub async fn vouch(
    scope: &Scope,
    caller: &Caller,
    id: &CaseId,
    word: ManagersWord<'_>,
) -> Result<(), ActionError> {
    let attempt = Attempt { actor: caller.actor(), step: "vouch", case: Some(id), person: None };
    attempt.run(scope, || give_word(scope, caller, id, word)).await
}

async fn give_word(
    scope: &Scope,
    caller: &Caller,
    id: &CaseId,
    word: ManagersWord<'_>,
) -> Result<(), ActionError> {
    let how = read_how(&word)?;
    let (row, case, now) = case_for(scope, caller, id).await?;
    let permit = permit_on_case::<Vouch>(scope, caller, &case).await?;
    let policies = permit.policies().to_vec();
    let is_yes = word.outcome == EvidenceOutcome::Confirmed;
    if is_yes {
        check_phrase(scope, caller, &row, &case, word.phrase).await?;
    }
    expect_news(&row, (&case, now), &word)?;
    let attested_by = caller.person.id.clone();
    let detail = EvidenceDetail::Vouch { how: how.as_str().to_owned() };
    let after_remedy = case.can_be_stopped_after_remedy();
    let case = case.vouch(permit, Evidence { attested_by, outcome: word.outcome, detail, at: now })?;
    let event = event_of(caller, word.outcome, case.risk());
    let event = event.person(&case.subject().person).case(id).reason(&how).policies(&policies);
    announce_opening(scope, &row).await?;
    let mut change = caller.change_on(scope, &case.subject().person).await?;
    // What counts nothing moves nothing on.
    let case: Case = if is_yes { advance(scope, &mut change, case).await? } else { case };
    if after_remedy {
        let why = (&how, &policies[..]);
        let stopped = stop_remedy(scope, &mut change, caller, (&row, &case), why).await?;
        change.record(stopped);
    } else if word.outcome == EvidenceOutcome::WrongPerson {
        let told = (StaffNotice::VouchDenied, &case);
        notify::tell_seniors_and_agent(
            scope,
            &mut change,
            told,
            row.taken_by.as_deref(),
            &[&caller.person.id],
        )
        .await?;
    }
    cases::save(&mut change, &row, &case).await?;
    change.commit(&event).await?;
    Ok(())
}

/// A word is about the page that was looked at, and counts once; a yes that is too old is wanted anew.
fn expect_news(
    row: &CaseRow,
    (case, now): (&Case, Timestamp),
    word: &ManagersWord<'_>,
) -> Result<(), ActionError> {
    if word.reference.is_some_and(|shown| shown != row.reference) {
        return Err(ActionError::Conflict);
    }
    let stands =
        |last: &Evidence| last.outcome == word.outcome && (!last.is_confirmed() || case.counts(last, now));
    // What was said before the remedy stops nothing of what it gave.
    if !case.can_be_stopped_after_remedy() && case.last_word_of_manager().is_some_and(stands) {
        return Err(ActionError::refused(MessageId("word-given-already")));
    }
    Ok(())
}

/// How they know. Whoever says no, or can't tell, should not have to think of words for it.
fn read_how(word: &ManagersWord<'_>) -> Result<Reason, ActionError> {
    let typed = match word.outcome {
        EvidenceOutcome::WrongPerson if word.how.trim().is_empty() => "said that it is not them",
        EvidenceOutcome::Unsure if word.how.trim().is_empty() => "could not tell",
        EvidenceOutcome::Confirmed | EvidenceOutcome::WrongPerson | EvidenceOutcome::Unsure => word.how,
        _ => {
            return Err(ActionError::invalid("outcome", MessageId("say-yes-no-or-unsure")));
        }
    };
    Reason::parse(typed).map_err(|_| ActionError::invalid("how", MessageId("say-how-you-know")))
}

fn event_of(caller: &Caller, outcome: EvidenceOutcome, risk: i64) -> Event {
    let kind = Kind::ManagerVouch;
    match outcome {
        EvidenceOutcome::Confirmed => Event::new(caller.actor(), CaseEvidenceAdded { kind, risk: None }),
        outcome => Event::new(caller.actor(), CaseEvidenceFailed { kind, outcome, risk }),
    }
}
