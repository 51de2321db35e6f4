//! What no text of policies may break: P1 and P5, tried out before the policies count.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::{Policies, PolicyError};
use crate::case::{Case, Proof, Subject};
use crate::evidence::{EvidenceClass, Kind};
use crate::id::{CaseId, PersonId, TenantId};
use crate::person::Role;
use crate::remedy::Remedy;
use crate::tier::{Tier, TierFloor, Tiers};

/// P1 at the door: on no tier may one kind of proof, one person, one channel, or a page that nobody bound be enough.
pub(super) fn refuse_single_proof(policies: &Policies, tiers: &Tiers) -> Result<(), PolicyError> {
    for (tier, case) in imagined_cases(tiers) {
        for escalated in [false, true] {
            let mut nothing = case.proof(Timestamp::UNIX_EPOCH);
            nothing.escalated = escalated;
            for (path, proof) in single_proofs(&nothing) {
                if policies.verify(&case, proof).is_ok() {
                    return Err(PolicyError::OneIsEnough { tier: tier.as_str().to_owned(), path });
                }
            }
        }
    }
    Ok(())
}

/// What somebody can have who has one thing, in words, and as the policies are told of it.
pub(super) fn single_proofs(nothing: &Proof) -> Vec<(String, Proof)> {
    let bound = nothing.clone().with_claimant_page_bound();
    let one_person = |proof: Proof, kind: Kind| proof.with(kind, &PersonId::new("attester"));
    let mut found = vec![(
        "a page that nobody bound, with any other proof,".to_owned(),
        accepted().fold(nothing.clone(), by_one_each),
    )];
    found
        .extend(accepted().map(|kind| (format!("{} alone", kind.as_str()), one_person(bound.clone(), kind))));
    found.push((
        "the word of one person, whatever they say they checked,".to_owned(),
        accepted().fold(bound.clone(), one_person),
    ));
    let channels: BTreeSet<&str> = accepted().map(Kind::channel).collect();
    found.extend(channels.into_iter().map(|channel| {
        let proof = accepted().filter(|kind| kind.channel() == channel).fold(bound.clone(), by_one_each);
        (format!("what comes through one channel ({channel})"), proof)
    }));
    found
}

/// P2 at the door: above the standard tier a call and a vouch are not enough.
pub(super) fn refuse_unseen(policies: &Policies, tiers: &Tiers) -> Result<(), PolicyError> {
    for (tier, case) in imagined_cases(tiers).filter(|(tier, _)| tier.floor() != TierFloor::Standard) {
        for escalated in [false, true] {
            let mut proof = case.proof(Timestamp::UNIX_EPOCH).with_claimant_page_bound();
            proof.escalated = escalated;
            let proof = [Kind::CallPlaced, Kind::ManagerVouch].into_iter().fold(proof, by_one_each);
            if policies.verify(&case, proof).is_ok() {
                return Err(PolicyError::NobodySeen(tier.as_str().to_owned()));
            }
        }
    }
    Ok(())
}

/// P5 at the door: with all the proof there is, somebody on each tier comes back: with a manager and without, and after
/// whatever strangers did in their name.
pub(super) fn refuse_dead_ends(policies: &Policies, tiers: &Tiers) -> Result<(), PolicyError> {
    let after = [(0, false), (1, false), (2, false), (0, true), (1, true), (2, true), (3, true), (9, true)];
    for (tier, case) in imagined_cases(tiers).filter(|(_, case)| case.remedy() == Remedy::FactorReset) {
        for (has_manager, (risk, escalated)) in
            [true, false].into_iter().flat_map(|has| after.map(|after| (has, after)))
        {
            let mut proof = case.proof(Timestamp::UNIX_EPOCH).with_claimant_page_bound();
            (proof.risk, proof.escalated) = (risk, escalated);
            let kinds = accepted().filter(|kind| has_manager || *kind != Kind::ManagerVouch);
            if policies.verify(&case, kinds.fold(proof, by_one_each)).is_err() {
                let manager = if has_manager { "with" } else { "without" };
                let senior = if escalated { ", in a senior's hands" } else { "" };
                let when = format!("(somebody {manager} a manager, at risk {risk}{senior})");
                return Err(PolicyError::DeadEnd { tier: tier.as_str().to_owned(), when });
            }
        }
    }
    Ok(())
}

/// P2 at the door: nothing suffices on an organisation's own tier that would not suffice on the one it stands on, and no less
/// is demanded beside it.
pub(super) fn refuse_below_floor(policies: &Policies, tiers: &Tiers) -> Result<(), PolicyError> {
    for (tier, remedy) in tiers.own().flat_map(|tier| Remedy::ALL.iter().map(move |remedy| (tier, *remedy))) {
        let own = imagined_case(tier).with_remedy(remedy);
        let floor = imagined_case(&tier.floor().into()).with_remedy(remedy);
        for proof in proofs_of_any_kinds(&own) {
            let Ok(permit) = policies.verify(&own, proof.clone()) else { continue };
            let on_floor = policies.verify(&floor, proof);
            if !on_floor.is_ok_and(|on_floor| permit.demands().are_no_less_than(on_floor.demands())) {
                let (tier, floor) = (tier.as_str().to_owned(), tier.floor().as_str());
                return Err(PolicyError::BelowFloor { tier, floor });
            }
        }
    }
    Ok(())
}

/// Every set of accepted kinds, at no risk and at much, in a senior's hands and not.
fn proofs_of_any_kinds(case: &Case) -> Vec<Proof> {
    let bound = case.proof(Timestamp::UNIX_EPOCH).with_claimant_page_bound();
    let mut proofs = Vec::new();
    for (risk, escalated) in [(0, false), (0, true), (3, false), (3, true)] {
        let mut nothing = bound.clone();
        (nothing.risk, nothing.escalated) = (risk, escalated);
        let mut sets = vec![nothing];
        for kind in accepted() {
            let with_kind: Vec<Proof> = sets.iter().map(|proof| by_one_each(proof.clone(), kind)).collect();
            sets.extend(with_kind);
        }
        proofs.extend(sets);
    }
    proofs
}

/// Each kind is the word of somebody else.
fn by_one_each(proof: Proof, kind: Kind) -> Proof {
    proof.with(kind, &PersonId::new(kind.as_str()))
}

fn accepted() -> impl Iterator<Item = Kind> {
    Kind::ALL.into_iter().filter(|kind| kind.class() == EvidenceClass::Accepted)
}

/// One on each tier, for each remedy.
fn imagined_cases(tiers: &Tiers) -> impl Iterator<Item = (&Tier, Case)> {
    let on = |tier| Remedy::ALL.iter().map(move |remedy| (tier, imagined_case(tier).with_remedy(*remedy)));
    tiers.iter().flat_map(on)
}

pub(super) fn imagined_case(tier: &Tier) -> Case {
    let subject = Subject {
        tenant: TenantId::new("t"),
        person: PersonId::new("owner"),
        tier: tier.clone(),
        role: Role::Person,
        manager: Some(PersonId::new("manager")),
        suspended: false,
    };
    Case::open(CaseId::new("imagined"), subject, Timestamp::UNIX_EPOCH)
}
