//! What a case leaves behind for later cases of the same person. A caller who was refused tries the next agent: who opens
//! the next case must see it.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::{Case, Outcome, Stage, StopSource};
use crate::evidence::{EvidenceOutcome, Kind};
use crate::id::PersonId;
use crate::person::Role;
use crate::reason::Reason;

/// A staff member said no.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Refusal {
    /// Who.
    pub by: PersonId,
    /// Why.
    pub reason: Reason,
    /// When.
    pub at: Timestamp,
}

/// Something that later cases of the person are shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CaseMark {
    /// What happened.
    pub kind: CaseMarkKind,
    /// The staff member or the manager, where it was one. A contest without is the owner's, a withdrawal the claimant's.
    pub by: Option<PersonId>,
    /// What they wrote.
    pub reason: Option<String>,
    /// When.
    pub at: Timestamp,
}

/// What happened in the earlier case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CaseMarkKind {
    /// A staff member refused it.
    Refused,
    /// The owner said that it was not them; or, after the remedy, the manager or the desk.
    Contested(StopSource),
    /// Proof of a kind that never counts was offered.
    ProofRejected(Kind),
    /// It was somebody else, or somebody who was told what to say.
    ProofFailed(Kind, EvidenceOutcome),
    /// The claimant took it back. Shown, never counted.
    Withdrawn,
}

impl CaseMarkKind {
    /// The word used in the API.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Refused => "refused",
            Self::Contested(_) => "contested",
            Self::ProofRejected(_) => "proof_rejected",
            Self::ProofFailed(..) => "proof_failed",
            Self::Withdrawn => "withdrawn",
        }
    }

    /// Whether it raises the risk of other cases.
    pub fn counts(self) -> bool {
        self != Self::Withdrawn
    }

    /// Whether the next case begins with a senior.
    pub fn escalates(self) -> bool {
        matches!(self, Self::Refused | Self::Contested(_))
    }
}

impl CaseMark {
    /// A mark is shown and counted for so long. Unit: days.
    pub const DAYS: i64 = 30;

    /// The oldest moment whose marks still count at `now`.
    pub fn since(now: Timestamp) -> Timestamp {
        now.saturating_sub(SignedDuration::from_hours(Self::DAYS * 24)).unwrap_or(Timestamp::MIN)
    }
}

impl Case {
    /// What it leaves behind, oldest first.
    pub fn marks(&self) -> Vec<CaseMark> {
        let mut marks: Vec<CaseMark> = self
            .evidence
            .iter()
            .filter(|piece| piece.outcome.raises_risk())
            .map(|piece| CaseMark {
                kind: match piece.outcome {
                    EvidenceOutcome::Rejected => CaseMarkKind::ProofRejected(piece.kind()),
                    outcome => CaseMarkKind::ProofFailed(piece.kind(), outcome),
                },
                by: Some(piece.attested_by.clone()),
                reason: Some(piece.reference().to_owned()),
                at: piece.at,
            })
            .collect();
        let refused = self.refusal.as_ref().map(|refusal| CaseMark {
            kind: CaseMarkKind::Refused,
            by: Some(refusal.by.clone()),
            reason: Some(refusal.reason.as_str().to_owned()),
            at: refusal.at,
        });
        let contested = self.stop.as_ref().map(|stop| CaseMark {
            kind: CaseMarkKind::Contested(stop.source),
            by: stop.by.clone(),
            reason: stop.reason.as_ref().map(|reason| reason.as_str().to_owned()),
            at: stop.at,
        });
        let withdrawn = match self.stage {
            Stage::Closed { outcome: Outcome::Withdrawn, at } => {
                Some(CaseMark { kind: CaseMarkKind::Withdrawn, by: None, reason: None, at })
            }
            _ => None,
        };
        marks.extend(refused.into_iter().chain(contested).chain(withdrawn));
        marks.sort_by_key(|mark| mark.at);
        marks
    }

    /// By how much it raises the risk of the person's other cases at `now`: by one for each piece of proof that failed so or was
    /// rejected, and by one if it was refused, contested, or both.
    pub fn risk_left_behind(&self, now: Timestamp) -> i64 {
        let since = CaseMark::since(now);
        let recent = || self.marks().into_iter().filter(move |mark| mark.kind.counts() && mark.at >= since);
        let suspect = recent().filter(|mark| !mark.kind.escalates()).count();
        let stopped = usize::from(recent().any(|mark| mark.kind.escalates()));
        i64::try_from(suspect + stopped).unwrap_or(i64::MAX)
    }

    /// A new case that begins with a senior, because an earlier one of the person was refused or contested.
    #[must_use]
    pub fn begin_escalated(mut self) -> Self {
        self.handler_rank = Role::Senior.rank();
        self
    }
}
