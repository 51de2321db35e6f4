//! What may follow what.

use jiff::Timestamp;

use super::stage::end_of_hold;
use super::{Approval, Case, CaseStop, ClaimantPage, Outcome, Refusal, Stage, StopSource};
use crate::evidence::{Evidence, EvidenceClass, EvidenceOutcome};
use crate::id::{ContactId, PersonId};
use crate::person::Role;
use crate::policy::{
    ApplyRemedy, Approve, BindClaimantPage, Demands, Escalate, Permit, ProposeRemedy, RecordEvidence, Refuse,
    StartHold, Verify, Vouch,
};
use crate::reason::Reason;
use crate::remedy::Remedy;

/// Why a case did not move.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CaseError {
    /// The step does not fit the stage.
    #[error("This step does not fit: the case is {stage}.")]
    OutOfOrder {
        /// The stage it is in.
        stage: &'static str,
    },
    /// The waiting period is not over.
    #[error("The waiting period runs until {until}.")]
    OnHold {
        /// First moment at which the remedy may be applied.
        until: Timestamp,
    },
    /// A notice may still be accepted, which begins the waiting period by itself.
    #[error(
        "A message to the owner may still go out. From {from} on two seniors can begin the waiting period."
    )]
    NoticeMayCome {
        /// First moment at which seniors can begin it.
        from: Timestamp,
    },
    /// The yes was given to another plan than the one that would be carried out.
    #[error("What would be done has changed since you looked. Look at it again.")]
    PlanChanged,
    /// Whoever asked for somebody else's look is not that somebody.
    #[error("You asked for somebody else's look: another senior or an admin says yes or no.")]
    OwnDoubt,
    /// The policies demand more of it than when its remedy was applied.
    #[error("What was proven would not suffice now.")]
    DemandsMore,
    /// The permit was given for something else.
    #[error("The permission was given for another case.")]
    ForeignPermit,
}

impl Case {
    /// The holder of the page read its phrase out on a call to `contact`.
    pub fn bind_claimant_page(
        mut self,
        permit: Permit<BindClaimantPage>,
        contact: ContactId,
        by: PersonId,
        now: Timestamp,
    ) -> Result<Self, CaseError> {
        expect_covered(permit.covers(self.id.as_str()))?;
        self.expect_verifying()?;
        self.claimant_page = ClaimantPage::Bound { contact, by, at: now };
        Ok(self)
    }

    /// An agent recorded a verification, and how it ended. A kind that never counts is rejected whatever they say.
    pub fn add_evidence(
        mut self,
        permit: Permit<RecordEvidence>,
        mut evidence: Evidence,
    ) -> Result<(Self, EvidenceOutcome), CaseError> {
        expect_covered(permit.covers(self.id.as_str()))?;
        self.expect_verifying()?;
        let kind = evidence.kind();
        if kind.class() == EvidenceClass::Never || !kind.recorded_by_agent() {
            evidence.outcome = EvidenceOutcome::Rejected;
        }
        let outcome = evidence.outcome;
        // Whoever was somebody else, or was told what to say, may have read the words that bound the page.
        if matches!(outcome, EvidenceOutcome::WrongPerson | EvidenceOutcome::Coached) {
            self.claimant_page = ClaimantPage::Unbound;
        }
        self.evidence.push(evidence);
        Ok((self, outcome))
    }

    /// Somebody holds its page from now on who came by its reference. Nobody knows who: the page is bound anew, and what was proven
    /// for the one before counts nothing.
    pub fn join(mut self) -> Result<Self, CaseError> {
        if self.stage != Stage::Verifying && self.stage.verified_at().is_none() {
            return Err(self.out_of_order());
        }
        self.claimant_page = ClaimantPage::Unbound;
        self.evidence_before_join = self.evidence.len();
        self.demands = Demands::default();
        self.stage = Stage::Verifying;
        Ok(self)
    }

    /// The manager gave their word, themselves: it is them, it is not, or they can't tell. A yes is given while proof is gathered;
    /// the others until the remedy, and what was verified on a yes before, or for a page that is not the person's, is looked at anew.
    /// After the remedy, until it is proven, a no stops the case.
    pub fn vouch(mut self, permit: Permit<Vouch>, vouch: Evidence) -> Result<Self, CaseError> {
        expect_covered(permit.covers(self.id.as_str()))?;
        if vouch.outcome == EvidenceOutcome::WrongPerson && self.can_be_stopped_after_remedy() {
            return Ok(self.denied_after_remedy(vouch));
        }
        if vouch.is_confirmed() {
            self.expect_verifying()?;
        } else if self.stage != Stage::Verifying && self.stage.verified_at().is_none() {
            return Err(self.out_of_order());
        }
        let is_wrong = vouch.outcome == EvidenceOutcome::WrongPerson;
        let takes_back =
            !vouch.is_confirmed() && self.last_word_of_manager().is_some_and(Evidence::is_confirmed);
        if is_wrong {
            self.claimant_page = ClaimantPage::Unbound;
        }
        if is_wrong || takes_back {
            self.demands = Demands::default();
            self.stage = Stage::Verifying;
        }
        self.evidence.push(vouch);
        Ok(self)
    }

    fn denied_after_remedy(mut self, vouch: Evidence) -> Self {
        let stop = CaseStop {
            source: StopSource::Manager,
            by: Some(vouch.attested_by.clone()),
            reason: Reason::parse(vouch.reference()).ok(),
            at: vouch.at,
        };
        self.claimant_page = ClaimantPage::Unbound;
        self.evidence.push(vouch);
        self.stopped(stop)
    }

    /// Something else is to be done for the person. Whatever was verified and approved was for another plan: the proof is
    /// looked at anew.
    pub fn propose(self, permit: Permit<ProposeRemedy>, remedy: Remedy) -> Result<Self, CaseError> {
        expect_covered(permit.covers(self.id.as_str()))?;
        if self.stage != Stage::Verifying && self.stage.verified_at().is_none() {
            return Err(self.out_of_order());
        }
        Ok(self.with_remedy(remedy))
    }

    pub(crate) fn with_remedy(mut self, remedy: Remedy) -> Self {
        if remedy != self.remedy {
            self.remedy = remedy;
            self.demands = Demands::default();
            self.stage = Stage::Verifying;
        }
        self
    }

    /// The policy says that the evidence suffices: on to approval, to the hold, or to ready, as the policy demands.
    pub fn verify(mut self, permit: Permit<Verify>, now: Timestamp) -> Result<Self, CaseError> {
        expect_covered(permit.covers(self.id.as_str()))?;
        self.expect_verifying()?;
        self.demands = permit.demands();
        self.stage = self.after_approvals((now, Vec::new()), now);
        Ok(self)
    }

    /// Somebody else said yes to the plan that they looked at.
    pub fn approve(
        mut self,
        permit: Permit<Approve>,
        approval: Approval,
        now: Timestamp,
    ) -> Result<Self, CaseError> {
        expect_covered(permit.covers(self.id.as_str()))?;
        let plan = self.plan().hash();
        let Stage::AwaitingApproval { verified_at, approvals } = &mut self.stage else {
            return Err(self.out_of_order());
        };
        if approval.plan != plan {
            return Err(CaseError::PlanChanged);
        }
        let (verified_at, mut approvals) = (*verified_at, std::mem::take(approvals));
        approvals.push(approval);
        self.stage = self.after_approvals((verified_at, approvals), now);
        Ok(self)
    }

    fn after_approvals(&self, (verified_at, approvals): (Timestamp, Vec<Approval>), now: Timestamp) -> Stage {
        if approvals.len() < self.demands.approvals {
            return Stage::AwaitingApproval { verified_at, approvals };
        }
        Stage::after_approval(self.hold_hours(), (verified_at, approvals), now)
    }

    /// A relay accepted the notice of the verification for a contact that counts: the hold begins at that moment.
    pub fn start_hold(mut self, accepted_at: Timestamp) -> Result<Self, CaseError> {
        let Stage::AwaitingNotice { verified_at, approvals, since, .. } = &mut self.stage else {
            return Err(self.out_of_order());
        };
        let (verified_at, approvals, since) = (*verified_at, std::mem::take(approvals), *since);
        let began_at = accepted_at.max(since);
        let until = end_of_hold(began_at, self.hold_hours());
        self.stage = Stage::OnHold { verified_at, approvals, began_at, until };
        Ok(self)
    }

    /// From `since` to `now` nobody could object, for the organisation was suspended: a hold that had not ended by then lasts
    /// as much longer.
    pub fn postpone_hold(mut self, since: Timestamp, now: Timestamp) -> Result<Self, CaseError> {
        let Stage::OnHold { until, .. } = &mut self.stage else {
            return Err(self.out_of_order());
        };
        if *until > since {
            *until = until.saturating_add(now.duration_since(since)).unwrap_or(Timestamp::MAX);
        }
        Ok(self)
    }

    /// A senior outside the case wants the hold to begin, although nobody was reached for a day. The second one's word begins
    /// it, and it lasts twice as long.
    pub fn want_hold(
        mut self,
        permit: Permit<StartHold>,
        by: PersonId,
        now: Timestamp,
    ) -> Result<Self, CaseError> {
        expect_covered(permit.covers(self.id.as_str()))?;
        let hours = self.hold_hours();
        let Stage::AwaitingNotice { verified_at, approvals, since, wanted_by, .. } = &mut self.stage else {
            return Err(self.out_of_order());
        };
        let from = since.checked_add(Self::NOTICE_WITHIN).unwrap_or(Timestamp::MAX);
        if now < from {
            return Err(CaseError::NoticeMayCome { from });
        }
        match wanted_by {
            Some(first) if *first != by => {
                let until = end_of_hold(now, hours.saturating_mul(2));
                let (verified_at, approvals) = (*verified_at, std::mem::take(approvals));
                self.stage = Stage::OnHold { verified_at, approvals, began_at: now, until };
            }
            _ => *wanted_by = Some(by),
        }
        Ok(self)
    }

    /// Seniors are told that nobody was reached for a day. `OutOfOrder` when it is too early, or they were.
    pub fn report_unreached(mut self, now: Timestamp) -> Result<Self, CaseError> {
        match &mut self.stage {
            Stage::AwaitingNotice { since, reported_at: reported @ None, .. }
                if now.duration_since(*since) >= Self::NOTICE_WITHIN =>
            {
                *reported = Some(now);
                Ok(self)
            }
            _ => Err(self.out_of_order()),
        }
    }

    /// The plan is carried out. Takes the staff member's permit and, once more, the policy's yes to the evidence: what
    /// sufficed when it was gathered may be stale or suspect when it is used. Every approval must be of this very plan.
    pub fn apply(
        self,
        permit: Permit<ApplyRemedy>,
        evidence_suffices: Permit<Verify>,
        by: PersonId,
        now: Timestamp,
    ) -> Result<Self, CaseError> {
        expect_covered(permit.covers(self.id.as_str()))?;
        expect_covered(evidence_suffices.covers(self.id.as_str()))?;
        self.expect_applicable(now)?;
        let plan = self.plan().hash();
        let approved = self.stage.approvals().iter().filter(|approval| approval.plan == plan).count();
        if approved < self.demands.stricter(evidence_suffices.demands()).approvals {
            return Err(CaseError::PlanChanged);
        }
        // This yes counts the risk of now, and may demand a longer hold than the one that the case was loaded under.
        let mut case = self.under(evidence_suffices.demands());
        case.expect_applicable(now)?;
        case.remedied_at = Some(now);
        case.stage = Stage::Remedied { at: now, by };
        Ok(case)
    }

    /// The person signed in, fully, with what the remedy gave them.
    pub fn prove(mut self, now: Timestamp) -> Result<Self, CaseError> {
        let Stage::Remedied { .. } = self.stage else {
            return Err(self.out_of_order());
        };
        self.stage = Stage::Closed { outcome: Outcome::Proven, at: now };
        Ok(self)
    }

    /// A staff member said no. Later cases of the person are shown who, and why. After the remedy it is no end yet: what was given is
    /// stopped, and a senior has the case.
    pub fn refuse(mut self, permit: Permit<Refuse>, refusal: Refusal) -> Result<Self, CaseError> {
        expect_covered(permit.covers(self.id.as_str()))?;
        match self.stage {
            Stage::Closed { .. } => Err(self.out_of_order()),
            Stage::Remedied { .. } => Ok(self.stopped(CaseStop::of(StopSource::Desk, refusal))),
            _ => {
                self.stage = Stage::Closed { outcome: Outcome::Refused, at: refusal.at };
                self.refusal = Some(refusal);
                Ok(self)
            }
        }
    }

    /// Handed to a senior; agents can only look from now on. After the remedy what it gave is stopped until a senior decides, also where a
    /// senior had the case before.
    pub fn escalate(mut self, permit: Permit<Escalate>, doubt: Refusal) -> Result<Self, CaseError> {
        expect_covered(permit.covers(self.id.as_str()))?;
        if matches!(self.stage, Stage::Remedied { .. }) {
            return Ok(self.stopped(CaseStop::of(StopSource::Escalation, doubt)));
        }
        if !self.stage.is_open() || self.is_escalated() {
            return Err(self.out_of_order());
        }
        self.handler_rank = Role::Senior.rank();
        Ok(self)
    }

    /// The owner says that it was not them. Needs no permit: stopping is always allowed. A senior has it from now on.
    pub fn contest(self, now: Timestamp) -> Result<Self, CaseError> {
        let after_remedy = self.remedied_at.is_some();
        match self.stage {
            Stage::Closed { outcome: Outcome::Proven, .. } => {}
            Stage::Closed { outcome: Outcome::Lapsed, .. } if after_remedy => {}
            Stage::Closed { .. } | Stage::Contested { by: StopSource::Owner, .. } => {
                return Err(self.out_of_order());
            }
            _ => {}
        }
        Ok(self.stopped(CaseStop::of_owner(now)))
    }

    /// Another case of the same person went through; this one must not do so too.
    pub fn supersede(mut self, now: Timestamp) -> Result<Self, CaseError> {
        match self.stage {
            // A senior could let it go on: its page must not ride along.
            Stage::Contested { by: StopSource::Escalation, .. } => {}
            Stage::Closed { .. } | Stage::Contested { .. } => return Err(self.out_of_order()),
            _ => {}
        }
        self.stage = Stage::Closed { outcome: Outcome::Superseded, at: now };
        Ok(self)
    }

    /// The operator let the person in past the desk: whatever stage it was in, it is over.
    #[must_use]
    pub fn overrule(mut self, now: Timestamp) -> Self {
        self.stage = Stage::Closed { outcome: Outcome::Superseded, at: now };
        self
    }

    /// The claimant withdrew, from their own page.
    pub fn withdraw(mut self, now: Timestamp) -> Result<Self, CaseError> {
        if matches!(self.stage, Stage::Remedied { .. } | Stage::Closed { .. } | Stage::Contested { .. }) {
            return Err(self.out_of_order());
        }
        self.stage = Stage::Closed { outcome: Outcome::Withdrawn, at: now };
        Ok(self)
    }

    /// Nobody took it up in time. Only what waits for proof runs out so: what is further was somebody's work.
    #[must_use]
    pub fn lapse(mut self, at: Timestamp) -> Self {
        if self.stage == Stage::Verifying {
            self.stage = Stage::Closed { outcome: Outcome::Lapsed, at };
        }
        self
    }

    fn expect_applicable(&self, now: Timestamp) -> Result<(), CaseError> {
        match self.stage {
            Stage::Ready { .. } => Ok(()),
            Stage::OnHold { until, .. } if now >= until => Ok(()),
            Stage::OnHold { until, .. } => Err(CaseError::OnHold { until }),
            _ => Err(self.out_of_order()),
        }
    }

    fn expect_verifying(&self) -> Result<(), CaseError> {
        match self.stage {
            Stage::Verifying => Ok(()),
            _ => Err(self.out_of_order()),
        }
    }

    pub(super) fn out_of_order(&self) -> CaseError {
        CaseError::OutOfOrder { stage: self.stage.as_str() }
    }
}

pub(super) fn expect_covered(covered: bool) -> Result<(), CaseError> {
    if covered { Ok(()) } else { Err(CaseError::ForeignPermit) }
}
