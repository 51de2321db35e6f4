//! The recovery case: one person, one request, from the first click to the proven sign-in.
//!
//! ```text
//!            propose, bind_claimant_page, add_evidence, vouch; join, from any stage before Remedied
//!                  ┌────┐
//!                  ▼    │
//!   open ──▶ Verifying ─┴─ verify ─▶ AwaitingApproval ─ approve ─▶ AwaitingNotice ─ start_hold ─▶ OnHold ─┐
//!                 │                    (the policy demands it)       (likewise)     want_hold, twice      │ until passes
//!                 │        └─ verify, neither wanted ──────────▶ Ready ◀──────────────────────────────────┘
//!                 │                                                │ apply
//!                 │                                                ▼
//!                 │                                            Remedied ── prove ─▶ Closed(Proven)
//!                 │                                                └── 24 h, nobody came ─▶ Closed(Lapsed)
//!                 ├── refuse ──▶ Closed(Refused)      (any stage before Remedied, and Contested)
//!                 ├── 30 days ─▶ Closed(Lapsed)       (any stage before Remedied: its page has run out)
//!                 └── contest ─▶ Contested            (any stage, Closed(Proven) and what lapsed after its remedy included)
//!
//!   Remedied ─┬─ refuse, or the manager's no ─▶ Contested ── refuse ─▶ Closed(Refused)
//!             │                                 ▲    contest, the manager's no
//!             └─ escalate ──────────────────────▶ Contested(Escalation) ─┬─ approve ─▶ Remedied
//!                                                                        └─ 24 h ────▶ Closed(Lapsed)
//! ```
//!
//! After the remedy everybody who may say no before it may still say it: the owner, the manager, the desk. What the remedy gave ends with
//! the stop. Nobody is locked out by it: the person asks anew, and that case begins with a senior.
//!
//! A case has one remedy, and a plan of what it will do exactly. Whoever approves signs the plan; another remedy is another
//! plan, and begins with the proof anew.
//!
//! The person is read anew at each step, and the stricter of then and now holds ([`Case::with_subject_now`]): a tier that
//! was raised wants its hold and its approvals from a case that was verified before.
//!
//! Every transition consumes the case. One that changes what an attacker could reach takes a [`Permit`](crate::policy::Permit) by value, and
//! the permit names the case it was given for: a yes to one case cannot move another.

mod facts;
mod made_by;
mod marks;
#[cfg(test)]
mod model;
mod now;
mod stage;
mod stop;
#[cfg(test)]
mod tests;
mod transitions;

pub use facts::{Proof, Subject};
pub use made_by::MadeBy;
pub use marks::{CaseMark, CaseMarkKind, Refusal};
pub use now::CaseRisk;
pub use stage::{Approval, Outcome, Stage};
pub use stop::{CaseStop, StopSource, YesAfterNo};
pub use transitions::CaseError;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use self::now::Circumstances;
use crate::evidence::Evidence;
use crate::id::{CaseId, ContactId, PersonId};
use crate::policy::Demands;
use crate::remedy::{Remedy, RemedyPlan};

/// The page that the claimant holds. Bound = the one who holds it spoke the phrase over a verified channel.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum ClaimantPage {
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
    /// The person as they were when the case was opened.
    subject: Subject,
    opened_at: Timestamp,
    /// What is to be done for the person.
    remedy: Remedy,
    /// What the policies demanded when the proof sufficed.
    demands: Demands,
    claimant_page: ClaimantPage,
    /// What was verified or offered, oldest first. Kept in rows of its own: see [`Case::with_evidence`].
    #[serde(skip)]
    evidence: Vec<Evidence>,
    /// How many pieces of it were for a page that somebody held before: they count nothing for whoever holds it now.
    #[serde(default)]
    evidence_before_join: usize,
    /// Raised to a senior's rank by escalation.
    handler_rank: i64,
    refusal: Option<Refusal>,
    /// What stopped it, whatever came afterwards.
    stop: Option<CaseStop>,
    /// When the remedy was applied, whatever came afterwards.
    remedied_at: Option<Timestamp>,
    stage: Stage,
    #[serde(skip)]
    now: Circumstances,
}

impl Case {
    /// A new case. Nothing is known about who holds the page.
    pub fn open(id: CaseId, subject: Subject, now: Timestamp) -> Self {
        Self {
            id,
            subject,
            opened_at: now,
            remedy: Remedy::FactorReset,
            demands: Demands::default(),
            claimant_page: ClaimantPage::Unbound,
            evidence: Vec::new(),
            evidence_before_join: 0,
            handler_rank: 1,
            refusal: None,
            stop: None,
            remedied_at: None,
            stage: Stage::Verifying,
            now: Circumstances::default(),
        }
    }

    /// Its id.
    pub fn id(&self) -> &CaseId {
        &self.id
    }

    /// When it was opened.
    pub fn opened_at(&self) -> Timestamp {
        self.opened_at
    }

    /// What is to be done for the person.
    pub fn remedy(&self) -> Remedy {
        self.remedy
    }

    /// What its remedy will do, exactly.
    pub fn plan(&self) -> RemedyPlan {
        RemedyPlan::new(self.id.clone(), self.subject.person.clone(), self.remedy)
    }

    /// How many people must say yes.
    pub fn approvals_wanted(&self) -> usize {
        self.demands.approvals
    }

    /// Who holds the page.
    pub fn claimant_page(&self) -> &ClaimantPage {
        &self.claimant_page
    }

    /// The case with the evidence that is kept beside it, oldest first.
    #[must_use]
    pub fn with_evidence(mut self, evidence: Vec<Evidence>) -> Self {
        self.evidence = evidence;
        self
    }

    /// What was recorded, oldest first: also what failed or was rejected.
    pub fn evidence(&self) -> &[Evidence] {
        &self.evidence
    }

    /// What was recorded since somebody last joined: what was proven before was for another page.
    pub fn evidence_for_page(&self) -> impl Iterator<Item = &Evidence> {
        self.evidence.iter().skip(self.evidence_before_join)
    }

    /// Lowest rank that may work on it.
    pub fn handler_rank(&self) -> i64 {
        self.handler_rank
    }

    /// When the remedy was applied: also of a case that lapsed or was contested afterwards.
    pub fn remedied_at(&self) -> Option<Timestamp> {
        self.remedied_at
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
        matches!(self.claimant_page, ClaimantPage::Bound { .. }) || !self.evidence.is_empty()
    }

    /// Who of the desk refused it, or else bound its page, or else recorded the last proof. `None`: nobody did.
    pub fn handled_by(&self) -> Option<&PersonId> {
        let refused = self.refusal.as_ref().map(|refusal| &refusal.by);
        let bound = || if let ClaimantPage::Bound { by, .. } = &self.claimant_page { Some(by) } else { None };
        let recorded = || {
            let by_the_desk = self.evidence.iter().rev().find(|piece| piece.kind().recorded_by_agent());
            by_the_desk.map(|piece| &piece.attested_by)
        };
        refused.or_else(bound).or_else(recorded)
    }

    /// Contacts that were used as proof: whoever answered there is the one who asks, and must not be the only one told.
    pub fn proving_contacts(&self) -> impl Iterator<Item = &ContactId> {
        let bound =
            if let ClaimantPage::Bound { contact, .. } = &self.claimant_page { Some(contact) } else { None };
        bound.into_iter().chain(self.evidence.iter().filter_map(Evidence::answered_contact))
    }

    /// What its evidence amounts to, as policies see it: now while it is gathered, and as of the moment it sufficed
    /// from then on, so that a hold of three days does not outlive its own proof.
    pub fn proof(&self, now: Timestamp) -> Proof {
        Proof::of(self, self.stage.verified_at().unwrap_or(now))
    }

    /// The same at a moment of the past.
    pub(crate) fn proof_at(&self, at: Timestamp) -> Proof {
        Proof::of(self, at)
    }
}
