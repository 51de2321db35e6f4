//! What policies are told about a case.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::{Case, ClaimantPage, MadeBy};
use crate::evidence::{Evidence, Kind};
use crate::id::{PersonId, TenantId};
use crate::person::Role;
use crate::tier::Tier;

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
            tier: self.tier.clone().max(now.tier.clone()),
            role: if now.role.rank() >= self.role.rank() { now.role } else { self.role },
            manager: self.manager.clone().filter(|manager| now.manager.as_ref() == Some(manager)),
            suspended: now.suspended,
        }
    }
}

/// One piece of proof that counts.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct ProofPiece {
    kind: Kind,
    attested_by: PersonId,
    age: SignedDuration,
}

/// Evidence that is accepted and fresh, counted the ways policies ask.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Proof {
    /// Whether the page's holder spoke the phrase over a verified channel.
    pub claimant_page_bound: bool,
    pieces: Vec<ProofPiece>,
    /// Who of those whose word it is counts as somebody else.
    made_by: MadeBy,
    /// As [`Case::risk`].
    pub risk: i64,
    /// Whether a senior has the case.
    pub escalated: bool,
}

impl Proof {
    pub(super) fn of(case: &Case, now: Timestamp) -> Self {
        let counts = |e: &&Evidence| case.counts_at(e, now);
        let piece = |e: &Evidence| ProofPiece {
            kind: e.kind(),
            attested_by: e.attested_by.clone(),
            age: now.duration_since(e.at),
        };
        Self {
            claimant_page_bound: matches!(case.claimant_page, ClaimantPage::Bound { .. }),
            pieces: case.evidence_for_page().filter(counts).map(piece).collect(),
            made_by: case.made_by().clone(),
            risk: case.risk(),
            escalated: case.is_escalated(),
        }
    }

    /// The kinds at hand.
    pub fn kinds(&self) -> BTreeSet<Kind> {
        self.pieces.iter().map(|piece| piece.kind).collect()
    }

    /// How many independent people's word it is: whom one admin made or changed in the last seven days are one with that
    /// admin.
    pub fn attesting_people(&self) -> usize {
        self.made_by.independent(self.pieces.iter().map(|piece| &piece.attested_by)).len()
    }

    /// Through how many different channels the proof came.
    pub fn channels(&self) -> usize {
        self.kinds().into_iter().map(Kind::channel).collect::<BTreeSet<_>>().len()
    }

    /// The same proof without what is older.
    #[must_use]
    pub fn within(mut self, age: SignedDuration) -> Self {
        self.pieces.retain(|piece| piece.age <= age);
        self
    }

    /// The same proof with one more piece: what the desk imagines when it asks what is missing.
    #[must_use]
    pub fn with(mut self, kind: Kind, attested_by: &PersonId) -> Self {
        self.pieces.push(ProofPiece { kind, attested_by: attested_by.clone(), age: SignedDuration::ZERO });
        self
    }

    /// The same proof, so much later.
    #[cfg(test)]
    pub(crate) fn aged(mut self, by: SignedDuration) -> Self {
        for piece in &mut self.pieces {
            piece.age += by;
        }
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

impl Case {
    /// Whether this piece of its evidence counts: now while it is gathered, and as of the moment it sufficed from then on.
    pub fn counts(&self, piece: &Evidence, now: Timestamp) -> bool {
        // By place, and not by time: two may have been recorded in the same moment as somebody joined.
        let is_for_page = self.evidence_for_page().any(|known| std::ptr::eq(known, piece));
        is_for_page && self.counts_at(piece, self.stage.verified_at().or(self.remedied_at).unwrap_or(now))
    }

    fn counts_at(&self, piece: &Evidence, at: Timestamp) -> bool {
        piece.counts_at(at) && (piece.kind() != Kind::ManagerVouch || self.is_standing_word(piece))
    }

    /// Whether this is a word of whoever is the person's manager now, yes or no.
    pub fn is_managers_word(&self, piece: &Evidence) -> bool {
        piece.kind() == Kind::ManagerVouch && self.subject().manager.as_ref() == Some(&piece.attested_by)
    }

    /// What the manager said last, about whoever holds the page now.
    pub fn last_word_of_manager(&self) -> Option<&Evidence> {
        self.evidence_for_page().filter(|piece| self.is_managers_word(piece)).last()
    }

    /// A vouch is the word of the manager: of somebody who is not the manager any more it counts nothing, nor once they have said
    /// that it is not the person, or that they can't tell.
    fn is_standing_word(&self, piece: &Evidence) -> bool {
        self.is_managers_word(piece) && self.last_word_of_manager().is_some_and(Evidence::is_confirmed)
    }
}
