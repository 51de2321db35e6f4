//! What evidence does to a case, by how it ended.

use super::*;

#[test]
fn proof_that_never_counts_is_dropped_and_raises_the_risk_until_the_policy_says_no() {
    let desk = Desk::new();
    let mut case = desk.proven_enough(TierFloor::Standard);
    for offered in 1..=3 {
        let permit = permit(&desk.policies, &case, &desk.ben);
        let (next, recorded) = case.add_evidence(permit, evidence(Kind::ChatClaim, "ben", 5)).unwrap();
        assert_eq!(recorded, EvidenceOutcome::Rejected);
        assert_eq!(next.risk(), offered);
        let proof = next.proof(at(6));
        assert!(!proof.kinds().contains(&Kind::ChatClaim) && proof.kinds().contains(&Kind::CallPlaced));
        case = next;
    }
    let denied = desk.policies.verify(&case, case.proof(at(6))).unwrap_err();
    assert_eq!(denied.policies, ["limits.risk"]);
}

#[test]
fn an_agent_cannot_record_a_vouch() {
    let desk = Desk::new();
    let case = case("c", TierFloor::Standard);
    let permit = permit(&desk.policies, &case, &desk.ben);
    let (case, recorded) = case.add_evidence(permit, evidence(Kind::ManagerVouch, "mona", 1)).unwrap();
    assert_eq!(recorded, EvidenceOutcome::Rejected);
    assert!(case.proof(at(2)).kinds().is_empty());
}

#[test]
fn what_failed_proves_nothing_and_raises_the_risk_if_somebody_was_there() {
    let desk = Desk::new();
    for (outcome, risk) in [
        (EvidenceOutcome::NobodyAnswered, 0),
        (EvidenceOutcome::WrongPerson, 1),
        (EvidenceOutcome::Coached, 1),
    ] {
        let case = case("c", TierFloor::Standard);
        let permit = permit(&desk.policies, &case, &desk.ben);
        let failed = ended(outcome, Kind::CallPlaced, "ben", 1);
        let (case, recorded) = case.add_evidence(permit, failed).unwrap();
        assert_eq!((recorded, case.risk()), (outcome, risk));
        assert!(case.proof(at(2)).kinds().is_empty(), "{outcome:?}");
        let marks: Vec<_> = case.marks().iter().map(|mark| mark.kind).collect();
        let marked = (risk == 1).then_some(CaseMarkKind::ProofFailed(Kind::CallPlaced, outcome));
        assert_eq!(marks, Vec::from_iter(marked));
        // Whoever answered there may not be the only one who is told.
        assert_eq!(case.proving_contacts().count(), usize::from(risk == 1));
    }
}

#[test]
fn a_page_that_was_bound_is_bound_no_more_after_a_call_to_somebody_else() {
    let desk = Desk::new();
    for (outcome, stays) in [
        (EvidenceOutcome::NobodyAnswered, true),
        (EvidenceOutcome::WrongPerson, false),
        (EvidenceOutcome::Coached, false),
    ] {
        let case = desk.proven_enough(TierFloor::Standard);
        let permit = permit(&desk.policies, &case, &desk.ben);
        let (case, _) = case.add_evidence(permit, ended(outcome, Kind::CallPlaced, "ben", 6)).unwrap();
        assert_eq!(matches!(case.claimant_page(), ClaimantPage::Bound { .. }), stays, "{outcome:?}");
        assert_eq!(desk.policies.verify(&case, case.proof(at(7))).is_ok(), stays, "{outcome:?}");
    }
}
