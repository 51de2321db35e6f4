//! The case as it stands now: what time and the directory make of what was kept.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};

use super::stage::end_of_hold;
use super::{Approval, Case, ClaimantPage, MadeBy, Outcome, Stage, StopSource, Subject};
use crate::evidence::Evidence;
use crate::id::{ContactId, PersonId};
use crate::policy::Demands;
use crate::remedy::PlanHash;

/// What is known to whoever loads a case, and is no part of what is kept of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Circumstances {
    /// Open incidents that concern the person.
    incidents: i64,
    /// What other cases of the person left behind.
    left_behind: i64,
    /// Who of the people around it was made or changed by whom.
    made_by: MadeBy,
    /// Who reported a contact of the person lost, and so changed where notices count.
    contact_reporters: BTreeSet<PersonId>,
    /// The least hold, whatever the tier. Unit: hours.
    least_hold_hours: i64,
    /// The person as the directory has them now.
    subject: Option<Subject>,
    /// The stricter of then and now.
    stricter: Option<Subject>,
}

/// What the risk of a case is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CaseRisk {
    /// Proof that was rejected, was somebody else's, or came from somebody who was told what to say.
    pub suspect_proof: i64,
    /// Open incidents that concern the person.
    pub incidents: i64,
    /// What other cases of the person left behind in the last 30 days.
    pub earlier_cases: i64,
}

impl Case {
    /// A request lives so long: as long as the cookie of its page. Unit: hours.
    pub const PAGE_HOURS: i64 = 30 * 24;
    /// The page of a request that is over is there for so long, to say how it ended. Unit: hours.
    pub const CLOSED_CLAIMANT_PAGE_HOURS: i64 = 7 * 24;
    /// After so long without a notice that a relay accepted, seniors are told; they have as long again to begin the hold.
    pub const NOTICE_WITHIN: SignedDuration = SignedDuration::from_hours(24);
    /// So long a verified case waits for its hold to begin, and a day more.
    const UNSEEN: SignedDuration = SignedDuration::from_hours(48);
    /// After the remedy the person has so long to come back. Unit: hours.
    pub const REMEDIED_HOURS: i64 = 24;

    /// Whom it is about: as they were at the opening, or, once [`Case::with_subject_now`] was told, the stricter of then and
    /// now.
    pub fn subject(&self) -> &Subject {
        self.now.stricter.as_ref().unwrap_or(&self.subject)
    }

    /// The person as they were read for this step. A change that moves the case checks that they still are like that.
    pub fn subject_now(&self) -> Option<&Subject> {
        self.now.subject.as_ref()
    }

    /// How often it was somebody else, or somebody who was told what to say, or proof of a kind that never counts; how many open
    /// incidents concern the person; and what other cases of the last 30 days left behind.
    pub fn risk(&self) -> i64 {
        let CaseRisk { suspect_proof, incidents, earlier_cases } = self.risk_parts();
        suspect_proof.saturating_add(incidents).saturating_add(earlier_cases)
    }

    /// What the risk is made of.
    pub fn risk_parts(&self) -> CaseRisk {
        CaseRisk {
            suspect_proof: self.own_risk(),
            incidents: self.now.incidents,
            earlier_cases: self.now.left_behind,
        }
    }

    /// What its own evidence adds to the risk.
    pub fn own_risk(&self) -> i64 {
        let suspect = self.evidence.iter().filter(|piece| piece.outcome.raises_risk()).count();
        i64::try_from(suspect).unwrap_or(i64::MAX)
    }

    /// First moment at which the desk has to do something, if nobody else moves the case. `None`: it waits for the person, or is
    /// over.
    pub fn needs_desk_from(&self) -> Option<Timestamp> {
        match &self.stage {
            Stage::Remedied { .. } | Stage::Closed { .. } => None,
            Stage::AwaitingNotice { since, reported_at: None, .. } => {
                // Then it is verified anew: see `as_of`.
                let unseen = Self::UNSEEN.saturating_add(SignedDuration::from_hours(Evidence::FRESH_HOURS));
                Some(since.saturating_add(unseen).unwrap_or(Timestamp::MAX))
            }
            Stage::OnHold { until, .. } => Some(*until),
            _ => Some(self.opened_at),
        }
    }

    /// The case, now that it is known how many open incidents concern the person. Each raises the risk.
    #[must_use]
    pub fn with_incidents(mut self, incidents: i64) -> Self {
        self.now.incidents = incidents.max(0);
        self
    }

    /// The case, now that the other cases of the person were looked at: the sum of their [`Case::risk_left_behind`].
    #[must_use]
    pub fn with_left_behind(mut self, risk: i64) -> Self {
        self.now.left_behind = risk.max(0);
        self
    }

    /// The case, now that it is known who was made or changed by whom in the last seven days.
    #[must_use]
    pub fn with_made_by(mut self, made_by: MadeBy) -> Self {
        self.now.made_by = made_by;
        self
    }

    /// The case, now that it is known who reported a contact of the person lost in the last 30 days.
    #[must_use]
    pub fn with_contact_reporters(mut self, reporters: BTreeSet<PersonId>) -> Self {
        self.now.contact_reporters = reporters;
        self
    }

    /// The case, now that it is known who filed or attested each contact of the person. Whoever holds such a number may have put it
    /// there: who rang it counts as one with them. Tell it after [`Case::with_made_by`].
    #[must_use]
    pub fn with_contact_filers<'a>(
        mut self,
        filers: impl IntoIterator<Item = (&'a ContactId, &'a PersonId)>,
    ) -> Self {
        for (contact, filer) in filers {
            let called = self.evidence.iter().filter(|piece| piece.answered_contact() == Some(contact));
            let mut who: Vec<PersonId> = called.map(|piece| piece.attested_by.clone()).collect();
            if let ClaimantPage::Bound { contact: bound, by, .. } = &self.claimant_page
                && bound == contact
            {
                who.push(by.clone());
            }
            for who in who {
                self.now.made_by.insert(who, filer.clone());
            }
        }
        self
    }

    /// Who reported a contact of the person lost: they have a part in every case of that person.
    pub(crate) fn contact_reporters(&self) -> &BTreeSet<PersonId> {
        &self.now.contact_reporters
    }

    /// Everybody whose word stands in it, and the manager: whose makers have to be known before two of them count as two.
    pub fn involved(&self) -> BTreeSet<&PersonId> {
        let bound_by = match &self.claimant_page {
            ClaimantPage::Bound { by, .. } => Some(by),
            ClaimantPage::Unbound => None,
        };
        let attested = self.evidence.iter().map(|piece| &piece.attested_by).chain(bound_by);
        let approved =
            self.stage.approvals().iter().map(|approval| &approval.by).chain(self.stage.wanted_by());
        let named = self.now.contact_reporters.iter().chain(&self.subject().manager);
        attested.chain(approved).chain(named).collect()
    }

    /// The case of an organisation that is younger than seven days: what is verified waits for a day at least.
    #[must_use]
    pub fn in_young_organisation(mut self) -> Self {
        self.now.least_hold_hours = MadeBy::YOUNG_HOLD_HOURS;
        self
    }

    /// Who was made or changed by whom.
    pub(crate) fn made_by(&self) -> &MadeBy {
        &self.now.made_by
    }

    /// How long the owner can object once everybody has said yes. Unit: hours.
    pub fn hold_hours(&self) -> i64 {
        self.hold_hours_under(self.demands)
    }

    /// The same where this is demanded.
    pub(crate) fn hold_hours_under(&self, demands: Demands) -> i64 {
        demands.hold_hours.max(self.now.least_hold_hours)
    }

    /// The case, now that the person was read anew: the stricter of then and now holds. What the policies demand for that one
    /// is asked next: [`crate::policy::Policies::look_again`].
    #[must_use]
    pub fn with_subject_now(mut self, now: Subject) -> Self {
        self.now.stricter = Some(self.subject.stricter(&now));
        self.now.subject = Some(now);
        self
    }

    /// The case, now that the policies were asked again. What they demanded when it was verified holds too. A longer hold counts
    /// from the same beginning; where more people must say yes, it is back at waiting for them. Tell it before [`Case::as_of`].
    #[must_use]
    pub(crate) fn under(mut self, demands: Demands) -> Self {
        self.demands = self.demands.stricter(demands);
        let plan = self.plan().hash();
        self.stage = self.stage.under(self.demands, &plan);
        self
    }

    /// The case as it stands at `now`. One that was verified and then left lying for a day is back at verifying, and its
    /// evidence is stale. One whose remedy was applied, and nobody came back within a day, has lapsed; so has a request whose page has
    /// run out. Every load from the database passes through here, so that no late job lets anybody in.
    #[must_use]
    pub fn as_of(mut self, now: Timestamp) -> Self {
        if let Some(at) = self.lapses_at().filter(|at| now > *at) {
            self.stage = Stage::Closed { outcome: Outcome::Lapsed, at };
            return self;
        }
        let ready_at = match self.stage {
            Stage::Ready { verified_at, .. } if now.duration_since(verified_at) > self.demands.fresh() => {
                self.stage = Stage::Verifying;
                return self;
            }
            Stage::Ready { verified_at, .. } | Stage::AwaitingApproval { verified_at, .. } => verified_at,
            Stage::AwaitingNotice { since, .. } => {
                since.saturating_add(Self::UNSEEN).unwrap_or(Timestamp::MAX)
            }
            Stage::OnHold { until, .. } => until,
            _ => return self,
        };
        if now.duration_since(ready_at) > SignedDuration::from_hours(Evidence::FRESH_HOURS) {
            self.stage = Stage::Verifying;
        }
        self
    }

    /// The last moment at which it is open, if nobody moves it. `None`: it is over, or a senior has to look. What waits for a senior's yes
    /// after its remedy has run out by then: the proof is as old.
    pub fn lapses_at(&self) -> Option<Timestamp> {
        let (from, hours) = match self.stage {
            Stage::Remedied { at, .. } | Stage::Contested { at, by: StopSource::Escalation, .. } => {
                (at, Self::REMEDIED_HOURS)
            }
            Stage::Contested { .. } | Stage::Closed { .. } => return None,
            _ => (self.opened_at, Self::PAGE_HOURS),
        };
        Some(from.checked_add(SignedDuration::from_hours(hours)).unwrap_or(Timestamp::MAX))
    }

    /// First moment at which its page is not there any more: a day at least after the remedy, and a week after the end, so that
    /// the person can read how it ended.
    pub fn claimant_page_expires_at(&self) -> Timestamp {
        let from = |at: Timestamp, hours| {
            at.checked_add(SignedDuration::from_hours(hours)).unwrap_or(Timestamp::MAX)
        };
        let while_open = from(self.opened_at, Self::PAGE_HOURS);
        match self.stage {
            Stage::Remedied { at, .. } => while_open.max(from(at, Self::REMEDIED_HOURS)),
            // Whoever let the time of the page pass by has had all of it.
            Stage::Closed { outcome: Outcome::Lapsed, .. } if self.remedied_at.is_none() => while_open,
            Stage::Contested { at, .. } | Stage::Closed { at, .. } => {
                from(at, Self::CLOSED_CLAIMANT_PAGE_HOURS)
            }
            _ => while_open,
        }
    }

    /// What was known for one step only is no part of the next one's beginning.
    #[cfg(test)]
    pub(super) fn forget_now(&mut self) {
        self.now = Circumstances::default();
    }

    /// A verified case whose proof does not suffice for the person as they are now: it is gathered anew.
    #[must_use]
    pub(crate) fn verify_anew(mut self) -> Self {
        if self.stage.verified_at().is_some() {
            self.stage = Stage::Verifying;
        }
        self
    }
}

impl Stage {
    /// The stage of a case of which this is demanded, which may be more than when it was verified.
    fn under(mut self, demands: Demands, plan: &PlanHash) -> Self {
        if let Self::AwaitingApproval { approvals, .. }
        | Self::Ready { approvals, .. }
        | Self::AwaitingNotice { approvals, .. }
        | Self::OnHold { approvals, .. } = &mut self
        {
            // A release may have changed what a remedy does: a yes to another plan is none to this one.
            approvals.retain(|approval| approval.plan == *plan);
        }
        let is_short = |approvals: &[Approval]| approvals.len() < demands.approvals;
        match self {
            Self::Ready { verified_at, approvals }
            | Self::AwaitingNotice { verified_at, approvals, .. }
            | Self::OnHold { verified_at, approvals, .. }
                if is_short(&approvals) =>
            {
                Self::AwaitingApproval { verified_at, approvals }
            }
            Self::Ready { verified_at, approvals } => {
                Self::after_approval(demands.hold_hours, (verified_at, approvals), verified_at)
            }
            Self::OnHold { verified_at, approvals, began_at, until } => {
                let until = until.max(end_of_hold(began_at, demands.hold_hours));
                Self::OnHold { verified_at, approvals, began_at, until }
            }
            other => other,
        }
    }
}
