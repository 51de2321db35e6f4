//! The recovery case: one person, one request, from the first click to the proven sign-in.
//!
//! ```text
//!            bind_page, add_evidence, vouch
//!                  ┌────┐
//!                  ▼    │
//!   open ──▶ Verifying ─┴─ verify ─▶ AwaitingApproval ── approve ─▶ OnHold ─┐
//!                 │                    (tier wants it)            (tier > 0)│ until passes
//!                 │        └─ verify, neither wanted ──────────▶ Ready ◀────┘
//!                 │                                                │ force_reset
//!                 │                                                ▼
//!                 │                                            Remedied ── prove ─▶ Closed(Proven)
//!                 ├── refuse ──▶ Closed(Refused)      (any stage before Remedied)
//!                 └── contest ─▶ Contested            (any stage, Closed(Proven) included)
//! ```
//!
//! Every transition consumes the case. One that changes what an attacker could reach takes a [`Permit`](crate::policy::Permit) by value, and
//! the permit names the case it was given for: a yes to one case cannot move another.

mod facts;
#[cfg(test)]
mod model;
mod stage;
#[cfg(test)]
mod tests;
mod transitions;

pub use facts::{Proof, Subject};
pub use stage::{Outcome, Stage};
pub use transitions::{CaseError, Recorded};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::evidence::Evidence;
use crate::id::{CaseId, ContactId, PersonId};

/// The page that the claimant holds. Bound = the one who holds it spoke the phrase over a verified channel.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum Page {
    /// Anybody may hold it.
    Unbound,
    /// Its holder read the phrase out on a call to `contact`.
    Bound {
        /// The filed number that was called.
        contact: ContactId,
        /// The agent who heard the phrase.
        by: PersonId,
        /// When.
        at: Timestamp,
    },
}

/// One recovery.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Case {
    id: CaseId,
    subject: Subject,
    opened_at: Timestamp,
    page: Page,
    evidence: Vec<Evidence>,
    /// How often proof of a kind that never counts was offered.
    risk: i64,
    /// Open incidents that concern the person: known to whoever loads the case, and no part of what is kept of it.
    #[serde(skip)]
    incidents: i64,
    /// Raised to a senior's rank by escalation.
    handler_rank: i64,
    stage: Stage,
}

impl Case {
    /// A new case. Nothing is known about who holds the page.
    pub fn open(id: CaseId, subject: Subject, now: Timestamp) -> Self {
        Self {
            id,
            subject,
            opened_at: now,
            page: Page::Unbound,
            evidence: Vec::new(),
            risk: 0,
            incidents: 0,
            handler_rank: 1,
            stage: Stage::Verifying,
        }
    }

    /// Its id.
    pub fn id(&self) -> &CaseId {
        &self.id
    }

    /// Whom it is about.
    pub fn subject(&self) -> &Subject {
        &self.subject
    }

    /// When it was opened.
    pub fn opened_at(&self) -> Timestamp {
        self.opened_at
    }

    /// Who holds the page.
    pub fn page(&self) -> &Page {
        &self.page
    }

    /// What was recorded, oldest first.
    pub fn evidence(&self) -> &[Evidence] {
        &self.evidence
    }

    /// How often proof that never counts was offered, and how many open incidents concern the person.
    pub fn risk(&self) -> i64 {
        self.risk + self.incidents
    }

    /// The case, now that it is known how many open incidents concern the person. Each raises the risk.
    #[must_use]
    pub fn with_incidents(mut self, incidents: i64) -> Self {
        self.incidents = incidents.max(0);
        self
    }

    /// Lowest rank that may work on it.
    pub fn handler_rank(&self) -> i64 {
        self.handler_rank
    }

    /// Where it stands.
    pub fn stage(&self) -> &Stage {
        &self.stage
    }

    /// Whether a senior has it.
    pub fn is_escalated(&self) -> bool {
        self.handler_rank > 1
    }

    /// Whether anybody on our side worked on it: bound its page, or recorded what they verified.
    pub fn is_attended(&self) -> bool {
        matches!(self.page, Page::Bound { .. }) || !self.evidence.is_empty() || self.risk > 0
    }

    /// What its evidence amounts to, as policies see it: now while it is gathered, and as of the moment it sufficed
    /// from then on, so that a hold of three days does not outlive its own proof.
    pub fn proof(&self, now: Timestamp) -> Proof {
        Proof::of(self, self.stage.verified_at().unwrap_or(now))
    }

    /// The case as it stands at `now`: one that was verified and then left lying for a day is back at verifying, and
    /// its evidence is stale. Every load from the database passes through here.
    #[must_use]
    pub fn as_of(mut self, now: Timestamp) -> Self {
        let ready_at = match self.stage {
            Stage::Ready { verified_at, .. } | Stage::AwaitingApproval { verified_at } => verified_at,
            Stage::OnHold { until, .. } => until,
            _ => return self,
        };
        if now.duration_since(ready_at) > jiff::SignedDuration::from_hours(Evidence::FRESH_HOURS) {
            self.stage = Stage::Verifying;
        }
        self
    }
}
