//! What policies are told about a case.

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Case, ClaimantPage, MadeBy};
use crate::evidence::{Evidence, Kind};
use crate::id::{PersonId, TenantId};
use crate::person::{Role, Tier};

/// The person a case is about, as far as policies care.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Subject {
    /// Their organisation.
    pub tenant: TenantId,
    /// Who.
    pub person: PersonId,
    /// What is at stake.
    pub tier: Tier,
    /// Their own desk role, if any.
    pub role: Role,
    /// Their manager on file.
    pub manager: Option<PersonId>,
    /// Whether the account is suspended: nothing is verified and nothing is reset then.
    pub suspended: bool,
}

impl Subject {
    /// The stricter of this person then and `now`: the higher tier, the higher rank, and a manager only if it is the same
    /// one.
    pub(super) fn stricter(&self, now: &Self) -> Self {
        Self {
            tenant: self.tenant.clone(),
            person: self.person.clone(),
            tier: self.tier.max(now.tier),
            role: if now.role.rank() >= self.role.rank() { now.role } else { self.role },
            manager: self.manager.clone().filter(|manager| now.manager.as_ref() == Some(manager)),
            suspended: now.suspended,
        }
    }
}

/// Evidence that is accepted and fresh, counted the ways policies ask.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Proof {
    /// Whether the page's holder spoke the phrase over a verified channel.
    pub claimant_page_bound: bool,
    /// The kinds at hand.
    pub kinds: BTreeSet<Kind>,
    /// People whose word the evidence is.
    pub witnesses: BTreeSet<PersonId>,
    /// Who of them counts as somebody else.
    made_by: MadeBy,
    /// As [`Case::risk`].
    pub risk: i64,
    /// Whether a senior has the case.
    pub escalated: bool,
}

impl Proof {
    pub(super) fn of(case: &Case, now: Timestamp) -> Self {
        let counts = |e: &&Evidence| e.counts_at(now) && !is_of_a_former_manager(case, e);
        let counting: Vec<&Evidence> = case.evidence.iter().filter(counts).collect();
        Self {
            claimant_page_bound: matches!(case.claimant_page, ClaimantPage::Bound { .. }),
            kinds: counting.iter().map(|e| e.kind).collect(),
            witnesses: counting.iter().map(|e| e.attested_by.clone()).collect(),
            made_by: case.made_by().clone(),
            risk: case.risk(),
            escalated: case.is_escalated(),
        }
    }

    /// How many independent people's word it is: whom one admin made or changed in the last seven days are one with that
    /// admin.
    pub fn independent_witnesses(&self) -> usize {
        self.made_by.independent(&self.witnesses).len()
    }

    /// Through how many different channels the proof came.
    pub fn channels(&self) -> usize {
        self.kinds.iter().map(|k| k.channel()).collect::<BTreeSet<_>>().len()
    }

    /// The same proof with one more piece: what the desk imagines when it asks what is missing.
    #[must_use]
    pub fn with(mut self, kind: Kind, attested_by: &PersonId) -> Self {
        self.kinds.insert(kind);
        self.witnesses.insert(attested_by.clone());
        self
    }

    /// The same proof without its risk: what was verified, and not whether an agent may go on alone.
    #[must_use]
    pub fn without_risk(mut self) -> Self {
        self.risk = 0;
        self
    }

    /// The same proof with the page bound.
    #[must_use]
    pub fn with_claimant_page_bound(mut self) -> Self {
        self.claimant_page_bound = true;
        self
    }
}

/// A vouch is the word of the manager: of somebody who is not the manager any more it counts nothing.
fn is_of_a_former_manager(case: &Case, evidence: &Evidence) -> bool {
    evidence.kind == Kind::ManagerVouch && case.subject().manager.as_ref() != Some(&evidence.attested_by)
}
