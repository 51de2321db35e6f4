//! What comes next in a case, in a few words for a list: by its stage, without asking the policies.

use jiff::{SignedDuration, Timestamp};
use postern_core::case::{Case, ClaimantPage, Stage, StopSource};

use crate::store::cases::CaseRow;

/// From this risk on the policies let nothing suffice but in a senior's hands.
const RISK_FOR_SENIORS: i64 = 3;

/// The next step.
pub(super) struct CaseStep {
    /// What it is.
    pub text: String,
    /// When it is, where it has a time: the words lead up to it.
    pub at: Option<Timestamp>,
}

impl CaseStep {
    /// Of a case with its row, as it stands at `now`. `None`: it is over.
    pub fn of(row: &CaseRow, case: Option<&Case>, now: Timestamp) -> Option<Self> {
        if row.closed_at.is_some() {
            return None;
        }
        let Some(case) = case else { return Some(Self::plain("Nobody by that name: refuse it")) };
        Some(match case.stage() {
            Stage::Closed { .. } => return None,
            Stage::Verifying => Self::plain(while_verifying(row, case)),
            Stage::AwaitingApproval { .. } => Self::plain("A second person looks, and says yes or no"),
            Stage::AwaitingNotice { reported_at: Some(_), .. } => {
                Self::plain("Reach the owner; two seniors begin the hold")
            }
            Stage::AwaitingNotice { .. } => Self::plain("A message to the owner goes out"),
            Stage::OnHold { until, .. } if *until > now => Self::until("The owner can object until", *until),
            Stage::OnHold { .. } | Stage::Ready { .. } => Self::plain("Look at the plan, and apply it"),
            Stage::Remedied { at, .. } => {
                let last = at.saturating_add(SignedDuration::from_hours(Case::REMEDIED_HOURS));
                Self::until("They sign in, until", last.unwrap_or(Timestamp::MAX))
            }
            Stage::Contested { by: StopSource::Escalation, .. } => {
                Self::plain("A senior looks, and lets it go on or refuses it")
            }
            Stage::Contested { .. } => Self::plain("Ring the owner on a number on file, then refuse it"),
        })
    }

    fn plain(text: &str) -> Self {
        Self { text: text.to_owned(), at: None }
    }

    fn until(text: &str, at: Timestamp) -> Self {
        Self { text: text.to_owned(), at: Some(at) }
    }
}

fn while_verifying(row: &CaseRow, case: &Case) -> &'static str {
    let is_bound = matches!(case.claimant_page(), ClaimantPage::Bound { .. });
    match () {
        () if case.risk() >= RISK_FOR_SENIORS && !case.is_escalated() => {
            "Escalate it or refuse it: the risk is high"
        }
        () if row.taken_by.is_none() && case.is_escalated() => "A senior takes it",
        () if row.taken_by.is_none() => "Take it, then call them",
        () if is_bound => "Record the proof that is still wanted",
        () => "Call them on a number on file",
    }
}
