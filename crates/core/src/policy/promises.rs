//! What no text of policies may break: P1 and P5, tried out before the policies count.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::{Policies, PolicyError};
use crate::case::{Case, Proof, Subject};
use crate::evidence::{EvidenceClass, Kind};
use crate::id::{CaseId, PersonId, TenantId};
use crate::person::{Role, Tier};
use crate::remedy::Remedy;

/// P1 at the door: on no tier may one kind of proof, one person, one channel, or a page that nobody bound be enough.
pub(super) fn refuse_single_proof(policies: &Policies) -> Result<(), PolicyError> {
    for (tier, case) in imagined_cases() {
        for escalated in [false, true] {
            let mut nothing = case.proof(Timestamp::UNIX_EPOCH);
            nothing.escalated = escalated;
            for (path, proof) in single_proofs(&nothing) {
                if policies.verify(&case, proof).is_ok() {
                    return Err(PolicyError::OneIsEnough { tier: tier.as_str(), path });
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
    let one_each = |proof: Proof, kind: Kind| proof.with(kind, &PersonId::new(kind.as_str()));
    let mut found = vec![(
        "a page that nobody bound, with any other proof,".to_owned(),
        accepted().fold(nothing.clone(), one_each),
    )];
    found
        .extend(accepted().map(|kind| (format!("{} alone", kind.as_str()), one_person(bound.clone(), kind))));
    found.push((
        "the word of one person, whatever they say they checked,".to_owned(),
        accepted().fold(bound.clone(), one_person),
    ));
    let channels: BTreeSet<&str> = accepted().map(Kind::channel).collect();
    found.extend(channels.into_iter().map(|channel| {
        let proof = accepted().filter(|kind| kind.channel() == channel).fold(bound.clone(), one_each);
        (format!("what comes through one channel ({channel})"), proof)
    }));
    found
}

/// P5 at the door: with all the proof there is, somebody on each tier comes back.
pub(super) fn refuse_dead_ends(policies: &Policies) -> Result<(), PolicyError> {
    for (tier, case) in imagined_cases().filter(|(_, case)| case.remedy() == Remedy::FactorReset) {
        let all = accepted()
            .fold(case.proof(Timestamp::UNIX_EPOCH).with_claimant_page_bound(), |proof, kind| {
                proof.with(kind, &PersonId::new(kind.as_str()))
            });
        if policies.verify(&case, all).is_err() {
            return Err(PolicyError::DeadEnd(tier.as_str()));
        }
    }
    Ok(())
}

fn accepted() -> impl Iterator<Item = Kind> {
    Kind::ALL.into_iter().filter(|kind| kind.class() == EvidenceClass::Accepted)
}

/// One on each tier, for each remedy.
fn imagined_cases() -> impl Iterator<Item = (Tier, Case)> {
    let on =
        |tier: Tier| Remedy::ALL.iter().map(move |remedy| (tier, imagined_case(tier).with_remedy(*remedy)));
    Tier::ALL.into_iter().flat_map(on)
}

pub(super) fn imagined_case(tier: Tier) -> Case {
    let subject = Subject {
        tenant: TenantId::new("t"),
        person: PersonId::new("owner"),
        tier,
        role: Role::Person,
        manager: Some(PersonId::new("manager")),
        suspended: false,
    };
    Case::open(CaseId::new("imagined"), subject, Timestamp::UNIX_EPOCH)
}
