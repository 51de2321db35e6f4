//! What raises the risk of a case, and what one leaves behind for the next.

use super::*;

#[test]
fn open_incidents_raise_the_risk_until_they_are_closed_and_are_no_part_of_the_case() {
    let desk = Desk::new();
    let proven = desk.proven_enough(TierFloor::Standard);
    let suffices = |case: &Case| desk.policies.verify(case, case.proof(at(10))).is_ok();
    let kept = serde_json::to_string(&proven).unwrap();
    for incidents in 0..=2 {
        let case = proven.clone().with_incidents(incidents);
        assert_eq!(case.risk(), incidents);
        assert!(suffices(&case));
    }
    let attacked = proven.clone().with_incidents(3);
    assert!(!suffices(&attacked), "three incidents, and the agent goes on alone");
    assert_eq!(serde_json::to_string(&attacked).unwrap(), kept);
    assert!(suffices(&attacked.with_incidents(0)));
}

#[test]
fn a_refusal_counts_for_thirty_days_to_the_second() {
    let desk = Desk::new();
    let opened = case("c", TierFloor::Standard);
    let (opened, _) = opened
        .clone()
        .add_evidence(permit(&desk.policies, &opened, &desk.ben), evidence(Kind::Urgency, "ben", 5))
        .unwrap();
    let refuse = permit(&desk.policies, &opened, &desk.ben);
    let refused = opened.refuse(refuse, refusal("ben", 10)).unwrap();
    let month = SignedDuration::from_hours(24 * 30);
    let second = SignedDuration::from_secs(1);
    assert_eq!(refused.risk_left_behind(at(5) + month), 2, "the refusal, and the hurry");
    assert_eq!(refused.risk_left_behind(at(10) + month - second), 1);
    assert_eq!(refused.risk_left_behind(at(10) + month), 1);
    assert_eq!(refused.risk_left_behind(at(10) + month + second), 0);
    let marks = refused.marks();
    let kinds: Vec<_> = marks.iter().map(|mark| mark.kind).collect();
    assert_eq!(kinds, [CaseMarkKind::ProofRejected(Kind::Urgency), CaseMarkKind::Refused]);
    assert_eq!(marks[1].by, Some(PersonId::new("ben")));
    assert_eq!(marks[1].reason.as_deref(), Some("could not read the phrase"));
}

#[test]
fn a_contest_counts_once_and_a_withdrawal_never() {
    let desk = Desk::new();
    let contested = case("c", TierFloor::Standard).contest(at(10)).unwrap();
    assert_eq!(contested.risk_left_behind(at(20)), 1);
    let refuse = permit(&desk.policies, &contested, &desk.sol);
    let over = contested.refuse(refuse, refusal("sol", 15)).unwrap();
    assert_eq!((over.risk_left_behind(at(20)), over.marks().len()), (1, 2), "one attack, both shown");
    let withdrawn = case("c", TierFloor::Standard).withdraw(at(10)).unwrap();
    assert_eq!((withdrawn.risk_left_behind(at(20)), withdrawn.marks().len()), (0, 1));
    let other = case("d", TierFloor::Standard).with_left_behind(over.risk_left_behind(at(20)));
    assert_eq!(other.risk(), 1);
    assert_eq!(
        serde_json::to_string(&other).unwrap(),
        serde_json::to_string(&case("d", TierFloor::Standard)).unwrap()
    );
}
