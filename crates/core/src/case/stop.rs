//! Whose word stopped a case. Stopping is easy, and locks nobody out: the person asks anew, and a senior has that case from the
//! start.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::transitions::expect_covered;
use super::{Approval, Case, CaseError, Refusal, Stage};
use crate::evidence::{Evidence, EvidenceOutcome, Kind};
use crate::id::PersonId;
use crate::person::Role;
use crate::policy::{Approve, Permit, Verify};
use crate::reason::Reason;

/// Whose word it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StopSource {
    /// The owner: this was not me.
    Owner,
    /// The manager, after the remedy: it is not them.
    Manager,
    /// The desk refused it after the remedy.
    Desk,
    /// The desk handed it to a senior after the remedy: a senior's yes lets it go on.
    Escalation,
}

/// What stopped a case.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct CaseStop {
    /// Whose word.
    pub source: StopSource,
    /// Who it was. The owner says so without signing in.
    pub by: Option<PersonId>,
    /// Why.
    pub reason: Option<Reason>,
    /// When.
    pub at: Timestamp,
}

impl StopSource {
    /// The word used in the API and the record.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Owner => "owner",
            Self::Manager => "manager",
            Self::Desk => "desk",
            Self::Escalation => "escalation",
        }
    }
}

impl CaseStop {
    /// The owner's.
    pub fn of_owner(at: Timestamp) -> Self {
        Self { source: StopSource::Owner, by: None, reason: None, at }
    }

    /// Of a member of staff, or of the manager.
    pub(super) fn of(source: StopSource, Refusal { by, reason, at }: Refusal) -> Self {
        Self { source, by: Some(by), reason: Some(reason), at }
    }
}

impl Case {
    /// What stopped it, also of one that was closed afterwards. `None`: nobody, or a senior let it go on.
    pub fn stop(&self) -> Option<&CaseStop> {
        self.stop.as_ref()
    }

    /// Whether what its remedy gave works, or a senior may still let it work again: then it can be stopped.
    pub fn can_be_stopped_after_remedy(&self) -> bool {
        matches!(
            self.stage,
            Stage::Remedied { .. } | Stage::Contested { by: StopSource::Escalation, after_remedy: true, .. }
        )
    }

    /// Nothing moves from now on, and a senior has it.
    pub(super) fn stopped(mut self, stop: CaseStop) -> Self {
        let after_remedy = self.remedied_at.is_some();
        self.stage = Stage::Contested { at: stop.at, after_remedy, by: stop.source };
        self.handler_rank = Role::Senior.rank();
        self.stop = Some(stop);
        self
    }

    /// Whether it was handed to a senior after its remedy, and waits for their yes or no.
    pub fn waits_to_resume(&self) -> bool {
        matches!(self.stage, Stage::Contested { by: StopSource::Escalation, .. })
    }

    /// A senior looked at what was stopped for them, and lets it go on: the person has as long as after the remedy. Takes their permit
    /// and, once more, the policies' yes to the proof ([`crate::policy::Policies::verify_to_resume`]). Another yes or a longer hold that is
    /// demanded since is not met by going on, and whoever asked for the look does not give the yes.
    pub fn resume(
        mut self,
        permit: Permit<Approve>,
        evidence_suffices: Permit<Verify>,
        approval: Approval,
        now: Timestamp,
    ) -> Result<Self, CaseError> {
        expect_covered(permit.covers(self.id.as_str()))?;
        expect_covered(evidence_suffices.covers(self.id.as_str()))?;
        if !self.waits_to_resume() {
            return Err(self.out_of_order());
        }
        if self.stop.as_ref().and_then(|stop| stop.by.as_ref()) == Some(&approval.by) {
            return Err(CaseError::OwnDoubt);
        }
        if self.demands.stricter(evidence_suffices.demands()) != self.demands {
            return Err(CaseError::DemandsMore);
        }
        if approval.plan != self.plan().hash() {
            return Err(CaseError::PlanChanged);
        }
        self.stop = None;
        self.stage = Stage::Remedied { at: now, by: approval.by };
        Ok(self)
    }

    /// Who said yes after their own no, about whoever holds the page now: then somebody else has to look, whatever the tier.
    pub fn yes_after_no(&self) -> Option<YesAfterNo> {
        let pieces: Vec<&Evidence> = self.evidence_for_page().collect();
        let followed = |is_no: &dyn Fn(&Evidence) -> bool, is_yes: &dyn Fn(&Evidence) -> bool| {
            let first = pieces.iter().position(|piece| is_no(piece));
            first.is_some_and(|first| pieces.iter().skip(first + 1).any(|piece| is_yes(piece)))
        };
        let manager = |piece: &Evidence| self.is_managers_word(piece);
        let manager_no = |piece: &Evidence| manager(piece) && piece.outcome == EvidenceOutcome::WrongPerson;
        if followed(&manager_no, &|piece| manager(piece) && piece.is_confirmed()) {
            return Some(YesAfterNo::Manager);
        }
        let owner_no = |piece: &Evidence| piece.outcome == EvidenceOutcome::Coached;
        let owner_yes = |piece: &Evidence| piece.is_confirmed() && piece.kind() != Kind::ManagerVouch;
        followed(&owner_no, &owner_yes).then_some(YesAfterNo::Owner)
    }
}

/// Whose yes came after their own no.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum YesAfterNo {
    /// The manager had said that it is not them.
    Manager,
    /// The owner had said that they had not begun it, or that somebody told them what to say.
    Owner,
}
