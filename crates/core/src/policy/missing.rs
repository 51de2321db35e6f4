//! What the policy still wants, found by asking it about every way to go on.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::{Demands, Policies};
use crate::case::{Case, Proof};
use crate::evidence::{EvidenceClass, Kind};
use crate::id::PersonId;

/// What would open the lock.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Missing {
    /// Whether the claimant page must still be bound.
    pub claimant_page: bool,
    /// Kinds that every way needs.
    pub all_of: Vec<Kind>,
    /// Of these, one more; empty when `all_of` suffices.
    pub one_of: Vec<Kind>,
    /// Whether one of them must be recorded by another staff member than the one who asks.
    pub by_colleague: bool,
    /// What forbids it whatever is added, in the policy's words.
    pub forbidden: Option<String>,
    /// What follows once the evidence suffices: other people's yes, and how long the owner can object.
    pub then: Demands,
}

impl Missing {
    /// Whether the evidence suffices.
    pub fn is_nothing(&self) -> bool {
        *self == Self { then: self.then, ..Self::default() }
    }
}

impl Policies {
    /// What this case still wants. `agent` is the one who would record what agents record.
    pub fn missing(&self, case: &Case, agent: &PersonId, now: Timestamp) -> Missing {
        let proof = case.proof(now);
        let suffices = |proof: Proof| self.verify(case, proof).is_ok();
        let then = |proof: Proof| {
            let demands = self.verify(case, proof).map_or(Demands::default(), |permit| permit.demands());
            Demands { hold_hours: case.hold_hours_under(demands), ..demands }
        };
        if suffices(proof.clone()) {
            return Missing { then: then(proof), ..Missing::default() };
        }
        let claimant_page = !proof.claimant_page_bound;
        let bound = proof.with_claimant_page_bound();
        let alone = [agent.clone()];
        let with_colleague = [agent.clone(), PersonId::new("a colleague")];
        let one_each: Vec<PersonId> =
            Kind::ALL.into_iter().map(|kind| PersonId::new(kind.as_str())).collect();
        for recorders in [&alone[..], &with_colleague[..], &one_each[..]] {
            let ways = smallest_ways(case, recorders, &bound, &suffices);
            if let Some(way) = ways.first() {
                let then = then(imagine(case, recorders, &bound, way));
                return Missing { then, ..summarise(&ways, claimant_page, recorders.len() > 1) };
            }
        }
        let denied = self.verify(case, bound).err().filter(|denied| !denied.messages.is_empty());
        let nothing = || "No proof that can be given at the desk suffices for this person.".to_owned();
        let message = denied.map_or_else(nothing, |denied| denied.message());
        Missing { claimant_page, forbidden: Some(message), ..Missing::default() }
    }
}

fn summarise(ways: &[BTreeSet<Kind>], claimant_page: bool, by_colleague: bool) -> Missing {
    let any: BTreeSet<Kind> = ways.iter().flatten().copied().collect();
    let all_of: BTreeSet<Kind> =
        any.iter().copied().filter(|kind| ways.iter().all(|way| way.contains(kind))).collect();
    let one_of = any.difference(&all_of).copied().collect();
    let all_of = all_of.into_iter().collect();
    Missing { claimant_page, all_of, one_of, by_colleague, ..Missing::default() }
}

/// Every smallest set of further kinds that would suffice.
fn smallest_ways(
    case: &Case,
    recorders: &[PersonId],
    proof: &Proof,
    suffices: &impl Fn(Proof) -> bool,
) -> Vec<BTreeSet<Kind>> {
    for size in 0..=candidates(case).len() {
        let ways: Vec<_> = subsets(&candidates(case), size)
            .into_iter()
            .filter(|kinds| suffices(imagine(case, recorders, proof, kinds)))
            .collect();
        if !ways.is_empty() {
            return ways;
        }
    }
    Vec::new()
}

fn candidates(case: &Case) -> Vec<Kind> {
    let has_manager = case.subject().manager.is_some();
    Kind::ALL
        .into_iter()
        .filter(|kind| {
            kind.class() == EvidenceClass::Accepted && (*kind != Kind::ManagerVouch || has_manager)
        })
        .collect()
}

/// The proof with `kinds` added: the manager's vouch by the manager, the rest by the recorders in turn.
fn imagine(case: &Case, recorders: &[PersonId], proof: &Proof, kinds: &BTreeSet<Kind>) -> Proof {
    let mut in_turn = recorders.iter().cycle();
    kinds.iter().fold(proof.clone(), |proof, kind| {
        let manager = case.subject().manager.as_ref().filter(|_| *kind == Kind::ManagerVouch);
        match manager.or_else(|| in_turn.next()) {
            Some(attested_by) => proof.with(*kind, attested_by),
            None => proof,
        }
    })
}

fn subsets(kinds: &[Kind], size: usize) -> Vec<BTreeSet<Kind>> {
    let mut found = vec![BTreeSet::new()];
    for _ in 0..size {
        let grown: BTreeSet<BTreeSet<Kind>> = found
            .iter()
            .flat_map(|set| kinds.iter().filter(|k| !set.contains(*k)).map(|k| with_one_more(set, *k)))
            .collect();
        found = grown.into_iter().collect();
    }
    found
}

fn with_one_more(set: &BTreeSet<Kind>, kind: Kind) -> BTreeSet<Kind> {
    let mut grown = set.clone();
    grown.insert(kind);
    grown
}
