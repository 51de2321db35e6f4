//! The stages of a case; each holds what is true only there.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::StopSource;
use crate::id::PersonId;
use crate::remedy::PlanHash;

/// Where a case stands.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "stage", rename_all = "snake_case")]
pub enum Stage {
    /// Proof is being gathered.
    Verifying,
    /// The proof suffices; others must say yes.
    AwaitingApproval {
        /// When the proof sufficed.
        verified_at: Timestamp,
        /// Who has said yes so far.
        approvals: Vec<Approval>,
    },
    /// The waiting period begins when a relay has accepted a notice of the verification for a contact that counts, or when
    /// two seniors outside the case say so.
    AwaitingNotice {
        /// When the proof sufficed.
        verified_at: Timestamp,
        /// Who said yes.
        approvals: Vec<Approval>,
        /// Since when it waits. Notices of before do not count.
        since: Timestamp,
        /// The senior who wants the hold to begin although nobody was reached.
        wanted_by: Option<PersonId>,
        /// When seniors were told that nobody was reached.
        reported_at: Option<Timestamp>,
    },
    /// The owner was told and can object until `until`.
    OnHold {
        /// When the proof sufficed.
        verified_at: Timestamp,
        /// Who said yes.
        approvals: Vec<Approval>,
        /// When the waiting began. A tier that is raised meanwhile waits longer from here.
        began_at: Timestamp,
        /// First moment at which the remedy may be applied.
        until: Timestamp,
    },
    /// The remedy may be applied.
    Ready {
        /// When the proof sufficed.
        verified_at: Timestamp,
        /// Who said yes.
        approvals: Vec<Approval>,
    },
    /// The remedy was applied; the person must use it, and sign in.
    Remedied {
        /// When.
        at: Timestamp,
        /// By whom.
        by: PersonId,
    },
    /// The owner said that it was not them; or, after the remedy, the manager or the desk did. Nothing moves until a senior looks.
    Contested {
        /// When.
        at: Timestamp,
        /// Whether the remedy had been applied already, so that what it gave was ended.
        after_remedy: bool,
        /// Whose word it was.
        by: StopSource,
    },
    /// It is over.
    Closed {
        /// How.
        outcome: Outcome,
        /// When.
        at: Timestamp,
    },
}

/// Somebody's yes to one plan.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Approval {
    /// Who.
    pub by: PersonId,
    /// What they looked at.
    pub plan: PlanHash,
}

/// How a case ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// The person signed in, fully, with the new factor.
    Proven,
    /// A staff member refused it.
    Refused,
    /// The person withdrew it, or got in another way.
    Withdrawn,
    /// Another case of the same person went through.
    Superseded,
    /// Nobody came back in time.
    Lapsed,
}

impl Stage {
    /// The word used in the database and the API.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Verifying => "verifying",
            Self::AwaitingApproval { .. } => "awaiting_approval",
            Self::AwaitingNotice { .. } => "awaiting_notice",
            Self::OnHold { .. } => "on_hold",
            Self::Ready { .. } => "ready",
            Self::Remedied { .. } => "remedied",
            Self::Contested { .. } => "contested",
            Self::Closed { .. } => "closed",
        }
    }

    /// What follows once nobody else has to say yes: where the hold is so many hours, the notice that begins it; or the remedy.
    pub(super) fn after_approval(
        hold_hours: i64,
        (verified_at, approvals): (Timestamp, Vec<Approval>),
        now: Timestamp,
    ) -> Self {
        if hold_hours == 0 {
            return Self::Ready { verified_at, approvals };
        }
        Self::AwaitingNotice { verified_at, approvals, since: now, wanted_by: None, reported_at: None }
    }

    /// When the proof sufficed, while that still waits to be used.
    pub fn verified_at(&self) -> Option<Timestamp> {
        match self {
            Self::AwaitingApproval { verified_at, .. }
            | Self::AwaitingNotice { verified_at, .. }
            | Self::OnHold { verified_at, .. }
            | Self::Ready { verified_at, .. } => Some(*verified_at),
            _ => None,
        }
    }

    /// Who said yes so far.
    pub fn approvals(&self) -> &[Approval] {
        match self {
            Self::AwaitingApproval { approvals, .. }
            | Self::AwaitingNotice { approvals, .. }
            | Self::OnHold { approvals, .. }
            | Self::Ready { approvals, .. } => approvals,
            _ => &[],
        }
    }

    /// The first of two seniors who want the hold to begin.
    pub(crate) fn wanted_by(&self) -> Option<&PersonId> {
        if let Self::AwaitingNotice { wanted_by, .. } = self { wanted_by.as_ref() } else { None }
    }

    /// Whether somebody still has to do something.
    pub fn is_open(&self) -> bool {
        !matches!(self, Self::Closed { .. })
    }
}

impl Outcome {
    /// Every way.
    pub const ALL: [Self; 5] = [Self::Proven, Self::Refused, Self::Withdrawn, Self::Superseded, Self::Lapsed];

    /// The word used in the database and the API.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Proven => "proven",
            Self::Refused => "refused",
            Self::Withdrawn => "withdrawn",
            Self::Superseded => "superseded",
            Self::Lapsed => "lapsed",
        }
    }
}

/// First moment after a hold. One that cannot be represented never ends: fail closed.
pub(super) fn end_of_hold(beginning: Timestamp, hours: i64) -> Timestamp {
    beginning.checked_add(SignedDuration::from_hours(hours)).unwrap_or(Timestamp::MAX)
}
