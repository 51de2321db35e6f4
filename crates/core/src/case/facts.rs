//! What policies are told about a case.

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Case, Page};
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
}

/// Evidence that is accepted and fresh, counted the ways policies ask.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Proof {
    /// Whether the page's holder spoke the phrase over a verified channel.
    pub page_bound: bool,
    /// The kinds at hand.
    pub kinds: BTreeSet<Kind>,
    /// People whose word the evidence is.
    pub witnesses: BTreeSet<PersonId>,
    /// How often proof that never counts was offered, and how many open incidents concern the person.
    pub risk: i64,
    /// Whether a senior has the case.
    pub escalated: bool,
}

impl Proof {
    pub(super) fn of(case: &Case, now: Timestamp) -> Self {
        let counting: Vec<&Evidence> = case.evidence.iter().filter(|e| e.counts_at(now)).collect();
        Self {
            page_bound: matches!(case.page, Page::Bound { .. }),
            kinds: counting.iter().map(|e| e.kind).collect(),
            witnesses: counting.iter().map(|e| e.witness.clone()).collect(),
            risk: case.risk(),
            escalated: case.is_escalated(),
        }
    }

    /// Through how many different channels the proof came.
    pub fn channels(&self) -> usize {
        self.kinds.iter().map(|k| k.channel()).collect::<BTreeSet<_>>().len()
    }

    /// The same proof with one more piece: what the desk imagines when it asks what is missing.
    #[must_use]
    pub fn with(mut self, kind: Kind, witness: &PersonId) -> Self {
        self.kinds.insert(kind);
        self.witnesses.insert(witness.clone());
        self
    }

    /// The same proof with the page bound.
    #[must_use]
    pub fn with_page_bound(mut self) -> Self {
        self.page_bound = true;
        self
    }
}
