//! What stops a case after its remedy, and what it leaves open.

use super::*;
use crate::tier::TierFloor;

fn remedied(desk: &Desk) -> Case {
    desk.reset(desk.verify(desk.proven_enough(TierFloor::Standard), at(10)), at(20)).unwrap()
}

/// A yes to what was stopped until a senior looks, while the proof suffices.
fn resume(desk: &Desk, case: &Case, who: &Staff, now: Timestamp) -> Result<Case, CaseError> {
    let permit = desk.policies.authorize(&Request::on_case(who, case)).unwrap();
    let suffices = desk.policies.verify_to_resume(case, now).unwrap();
    case.clone().resume(permit, suffices, yes(who, case), now)
}

/// Refusing it after the remedy is a stop, and no end: a senior has it, and closes it.
#[test]
fn a_refusal_after_the_remedy_stops_the_case_and_a_senior_closes_it() {
    let desk = Desk::new();
    let case = remedied(&desk);
    let stopped = case.clone().refuse(permit(&desk.policies, &case, &desk.ben), refusal("ben", 30)).unwrap();
    assert_eq!(*stopped.stage(), Stage::Contested { at: at(30), after_remedy: true, by: StopSource::Desk });
    assert!(stopped.is_escalated() && stopped.lapses_at().is_none());
    let [mark] = &stopped.marks()[..] else { panic!("{:?}", stopped.marks()) };
    assert_eq!(mark.kind, CaseMarkKind::Contested(StopSource::Desk));
    assert_eq!(
        (mark.by.as_ref(), mark.reason.as_deref()),
        (Some(&desk.ben.id), Some("could not read the phrase"))
    );
    let agent: Result<Permit<crate::policy::Refuse>, _> =
        desk.policies.authorize(&Request::on_case(&desk.ben, &stopped));
    assert_eq!(agent.unwrap_err().policies, ["staff.escalated-to-senior"]);
    let closed =
        stopped.clone().refuse(permit(&desk.policies, &stopped, &desk.sol), refusal("sol", 40)).unwrap();
    assert!(matches!(closed.stage(), Stage::Closed { outcome: Outcome::Refused, .. }));
}

/// A manager who learns late that it was a stranger says so until the case is proven, also where a senior is about to let it go on.
#[test]
fn the_managers_no_stops_it_until_it_is_proven() {
    let desk = Desk::new();
    let case = remedied(&desk);
    for case in [case.clone(), desk.escalate(case.clone(), 25)] {
        let stopped = desk.manager_denies(case, 30).unwrap();
        assert!(matches!(stopped.stage(), Stage::Contested { by: StopSource::Manager, .. }));
        assert_eq!(*stopped.claimant_page(), ClaimantPage::Unbound);
        assert!(!stopped.waits_to_resume() && desk.policies.verify_to_resume(&stopped, at(40)).is_err());
        assert_eq!(stopped.risk(), 1);
        // The owner's word comes on top: the account is suspended then.
        let contested = stopped.contest(at(50)).unwrap();
        assert!(matches!(
            contested.stage(),
            Stage::Contested { by: StopSource::Owner, after_remedy: true, .. }
        ));
    }
    assert!(desk.manager_denies(case.clone().prove(at(30)).unwrap(), 40).is_err());
    // "I can't tell" is no stop.
    let unsure = ended(EvidenceOutcome::Unsure, Kind::ManagerVouch, "mona", 30);
    assert!(case.clone().vouch(permit(&desk.policies, &case, &desk.mona), unsure).is_err());
}

/// What was handed to a senior after its remedy goes on with the yes of a senior who gave no proof in it, to the very plan, within a day.
#[test]
fn a_senior_from_outside_lets_it_go_on_within_a_day() {
    let desk = Desk::new();
    let doubted = desk.escalate(remedied(&desk), 30);
    let day = SignedDuration::from_hours(24);
    assert_eq!(doubted.clone().as_of(at(30) + day), doubted);
    let late = doubted.clone().as_of(at(31) + day);
    assert!(matches!(late.stage(), Stage::Closed { outcome: Outcome::Lapsed, .. }));
    assert!(resume(&desk, &late, &desk.sol, at(31) + day).is_err());
    let other = Approval { by: desk.sol.id.clone(), plan: PlanHash::claimed("what stood there yesterday") };
    let permit_of_sol = desk.policies.authorize(&Request::on_case(&desk.sol, &doubted)).unwrap();
    let suffices = desk.policies.verify_to_resume(&doubted, at(40)).unwrap();
    assert_eq!(doubted.clone().resume(permit_of_sol, suffices, other, at(40)), Err(CaseError::PlanChanged));
    let on = resume(&desk, &doubted, &desk.sol, at(40)).unwrap();
    assert_eq!(*on.stage(), Stage::Remedied { at: at(40), by: desk.sol.id.clone() });
    assert!(on.stop().is_none() && on.marks().is_empty());
    // An agent can't, nor who rang the owner.
    let outside: Result<Permit<crate::policy::Approve>, _> =
        desk.policies.authorize(&Request::on_case(&desk.ben, &doubted));
    assert!(outside.is_err());
    // Where another case of the person went through meanwhile, this one is over.
    assert!(doubted.supersede(at(50)).is_ok());
}

/// Whoever asked for somebody else's look does not give it; a demand that grew is not met by going on; and a yes to this case, of the
/// policies too, moves no other.
#[test]
fn a_senior_from_outside_meets_what_is_demanded_now() {
    let desk = Desk::new();
    let case = remedied(&desk);
    let doubt = permit(&desk.policies, &case, &desk.sol);
    let own = case.clone().escalate(doubt, refusal("sol", 30)).unwrap();
    assert_eq!(resume(&desk, &own, &desk.sol, at(40)), Err(CaseError::OwnDoubt));
    let doubted = desk.escalate(case, 30);
    let mut stricter = doubted.clone();
    stricter.subject.tier = TierFloor::Sensitive.into();
    assert_eq!(resume(&desk, &stricter, &desk.sol, at(40)), Err(CaseError::DemandsMore));
    let mut other = doubted.clone();
    other.id = CaseId::new("other");
    let of_doubted = || desk.policies.authorize(&Request::on_case(&desk.sol, &doubted)).unwrap();
    let of_other = || desk.policies.authorize(&Request::on_case(&desk.sol, &other)).unwrap();
    let [suffices, foreign] =
        [&doubted, &other].map(|case| desk.policies.verify_to_resume(case, at(40)).unwrap());
    let resumed = doubted.clone().resume(of_doubted(), foreign, yes(&desk.sol, &doubted), at(40));
    assert_eq!(resumed, Err(CaseError::ForeignPermit));
    let resumed = doubted.clone().resume(of_other(), suffices, yes(&desk.sol, &doubted), at(40));
    assert_eq!(resumed, Err(CaseError::ForeignPermit));
}

/// Nobody is locked out by a stop (P5): whoever says it, the owner's next case begins with a senior, and goes through with the same
/// proof; where it is the manager who wants to keep the owner out, with a colleague's proof in place of their word.
#[test]
fn after_any_stop_the_owner_gets_back_in_by_a_new_case() {
    let desk = Desk::new();
    let case = remedied(&desk);
    let by_desk = case.clone().refuse(permit(&desk.policies, &case, &desk.ben), refusal("ben", 30)).unwrap();
    let stops = [by_desk, desk.manager_denies(case.clone(), 30).unwrap(), desk.escalate(case.clone(), 30)];
    for tier in TierFloor::ALL {
        for stopped in &stops {
            let left = stopped.risk_left_behind(at(60));
            let mut next = desk.proven_enough(tier).begin_escalated().with_left_behind(left * 3);
            if matches!(stopped.stage(), Stage::Contested { by: StopSource::Manager, .. }) {
                next.evidence.retain(|piece| piece.kind() != Kind::ManagerVouch);
                let add = permit(&desk.policies, &next, &desk.sol);
                next = next.add_evidence(add, evidence(Kind::InPerson, "sol", 5)).unwrap().0;
            }
            let verified = desk.policies.verify(&next, next.proof(at(60)));
            assert!(verified.is_ok(), "{:?} on {}", stopped.stage(), tier.as_str());
        }
    }
}

/// Whoever says yes after their own no may have been talked round: somebody else has to look, whatever the tier.
#[test]
fn a_yes_after_ones_own_no_wants_a_second_yes() {
    let desk = Desk::new();
    let proven = desk.proven_enough(TierFloor::Standard);
    assert_eq!(proven.yes_after_no(), None);
    assert_eq!(desk.verify(proven.clone(), at(10)).stage().as_str(), "ready");
    let rebound = |case: Case| {
        let bind = permit(&desk.policies, &case, &desk.ben);
        case.bind_claimant_page(bind, ContactId::new("office"), desk.ben.id.clone(), at(6)).unwrap()
    };
    // The manager: no, and then yes.
    let denied = rebound(desk.manager_denies(proven.clone(), 5).unwrap());
    let vouch = permit(&desk.policies, &denied, &desk.mona);
    let round = denied.vouch(vouch, evidence(Kind::ManagerVouch, "mona", 7)).unwrap();
    assert_eq!(round.yes_after_no(), Some(YesAfterNo::Manager));
    assert_eq!(desk.verify(round.clone(), at(10)).stage().as_str(), "awaiting_approval");
    assert_eq!(desk.policies.missing(&round, &desk.ben.id, at(10)).then.approvals, 1);
    // The owner: somebody told me what to say, and then she reads the words.
    let add = permit(&desk.policies, &proven, &desk.ben);
    let coached = ended(EvidenceOutcome::Coached, Kind::CallPlaced, "ben", 5);
    let coached = rebound(proven.clone().add_evidence(add, coached).unwrap().0);
    assert_eq!(coached.yes_after_no(), None, "what was said before the no is no yes after it");
    let add = permit(&desk.policies, &coached, &desk.ben);
    let round = coached.add_evidence(add, evidence(Kind::CallPlaced, "ben", 7)).unwrap().0;
    assert_eq!(round.yes_after_no(), Some(YesAfterNo::Owner));
    assert_eq!(desk.verify(round.clone(), at(10)).stage().as_str(), "awaiting_approval");
    // Whoever joins holds another page, and nobody has said anything of that one.
    assert_eq!(round.join().unwrap().yes_after_no(), None);
}
