//! What time and the directory make of a case.

use std::collections::BTreeSet;

use super::*;
use crate::policy::{Approve, Demands};
use crate::tier::Tiers;

/// The case as a step loads it: with its person as they are now, and what the policies demand for that one.
fn now_like(case: &Case, change: impl FnOnce(&mut Subject)) -> Case {
    let mut subject = case.subject.clone();
    change(&mut subject);
    Policies::shipped().unwrap().look_again(case.clone().with_subject_now(subject), at(15))
}

#[test]
fn the_stricter_of_then_and_now_holds() {
    let opened = case("c", TierFloor::Sensitive);
    let lowered = now_like(&opened, |now| now.tier = TierFloor::Standard.into());
    assert_eq!(lowered.subject().tier, TierFloor::Sensitive.into());
    assert_eq!(
        now_like(&opened, |now| now.tier = TierFloor::Privileged.into()).subject().tier,
        TierFloor::Privileged.into()
    );
    let mut senior = opened.clone();
    senior.subject.role = Role::Senior;
    assert_eq!(now_like(&senior, |now| now.role = Role::Person).subject().role, Role::Senior);
    assert_eq!(now_like(&opened, |now| now.role = Role::Admin).subject().role, Role::Admin);
    assert_eq!(now_like(&opened, |now| now.manager = Some(PersonId::new("nick"))).subject().manager, None);
    assert_eq!(now_like(&opened, |_| {}).subject().manager, Some(PersonId::new("mona")));
    let kept = serde_json::to_string(&lowered).unwrap();
    assert_eq!(kept, serde_json::to_string(&opened).unwrap(), "what was read for one step is not kept");
}

#[test]
fn a_tier_that_is_raised_holds_from_the_next_step_on() {
    let desk = Desk::new();
    let raise = |case: &Case, floor: TierFloor| now_like(case, |now| now.tier = floor.into());
    let ready = desk.verify(desk.proven_enough(TierFloor::Standard), at(10));
    let day = SignedDuration::from_hours(24);
    let held = raise(&ready, TierFloor::Sensitive);
    assert!(matches!(held.stage(), Stage::AwaitingNotice { since, .. } if *since == at(10)));
    // The notice of the verification went out before the tier was raised: the hold counts from there.
    let held = held.start_hold(at(12)).unwrap();
    assert!(
        matches!(held.stage(), Stage::OnHold { began_at, until, .. } if *began_at == at(12) && *until == at(12) + day)
    );
    assert!(matches!(desk.reset(held, at(20)), Err(CaseError::OnHold { .. })));
    assert_eq!(
        raise(&ready, TierFloor::Privileged).stage(),
        &Stage::AwaitingApproval { verified_at: at(10), approvals: Vec::new() }
    );
    let waiting = desk.verify(desk.proven_enough(TierFloor::Sensitive), at(10));
    assert_eq!(
        raise(&waiting, TierFloor::Privileged).stage(),
        &Stage::AwaitingApproval { verified_at: at(10), approvals: Vec::new() }
    );
    let held = waiting.start_hold(at(12)).unwrap();
    assert_eq!(
        raise(&held, TierFloor::Privileged).stage(),
        &Stage::AwaitingApproval { verified_at: at(10), approvals: Vec::new() }
    );
    // Verified and approved under the higher tier: what was begun goes on.
    let verified =
        desk.verify(raise(&desk.proven_enough(TierFloor::Sensitive), TierFloor::Privileged), at(10));
    assert_eq!(verified.stage().as_str(), "awaiting_approval");
    let yes_permit = permit(&desk.policies, &verified, &desk.sol);
    let approval = yes(&desk.sol, &verified);
    let approved = verified.approve(yes_permit, approval, at(20)).unwrap();
    let held = approved.start_hold(at(30)).unwrap();
    assert!(matches!(held.stage(), Stage::OnHold { until, .. } if *until == at(30) + day * 3));
}

#[test]
fn two_seniors_outside_the_case_begin_a_hold_that_nobody_was_told_of_and_it_is_doubled() {
    let desk = Desk::new();
    let (sol, ada) = (staff("sol", Role::Senior), staff("ada", Role::Admin));
    let waiting = desk.verify(desk.proven_enough(TierFloor::Sensitive), at(10));
    let day = Case::NOTICE_WITHIN;
    let second = SignedDuration::from_secs(1);
    let want = |case: Case, who: &Staff, now| {
        let permit = permit(&desk.policies, &case, who);
        case.want_hold(permit, who.id.clone(), now)
    };
    let early = want(waiting.clone(), &sol, at(10) + day - second);
    assert_eq!(early, Err(CaseError::NoticeMayCome { from: at(10) + day }));
    assert!(waiting.clone().report_unreached(at(10) + day - second).is_err());
    let reported = waiting.clone().report_unreached(at(10) + day).unwrap();
    assert!(reported.clone().report_unreached(at(11) + day).is_err(), "told once");
    let wanted = want(reported, &sol, at(20) + day).unwrap();
    assert_eq!(wanted.stage().as_str(), "awaiting_notice");
    let ask = |who: &Staff, case: &Case| desk.policies.authorize::<StartHold>(&Request::on_case(who, case));
    assert_eq!(ask(&sol, &wanted).unwrap_err().policies, ["staff.hold-by-outsiders"], "one senior, twice");
    let held = want(wanted, &ada, at(30) + day).unwrap();
    assert!(matches!(held.stage(), Stage::OnHold { until, .. } if *until == at(30) + day + day * 2));
    // Neither an agent, nor who bound the page or gave evidence.
    assert!(ask(&desk.ben, &waiting).is_err());
    let mut attester = desk.ben.clone();
    attester.role = Role::Senior;
    assert_eq!(ask(&attester, &waiting).unwrap_err().policies, ["staff.hold-by-outsiders"]);
    // Nor who approved it.
    let awaiting = desk.verify(desk.proven_enough(TierFloor::Privileged), at(10));
    let approved = awaiting
        .clone()
        .approve(permit(&desk.policies, &awaiting, &sol), yes(&sol, &awaiting), at(20))
        .unwrap();
    assert_eq!(ask(&sol, &approved).unwrap_err().policies, ["staff.hold-by-outsiders"]);
}

#[test]
fn a_case_that_waits_three_days_for_its_hold_must_be_verified_anew() {
    let desk = Desk::new();
    let waiting = desk.verify(desk.proven_enough(TierFloor::Sensitive), at(10));
    let days = SignedDuration::from_hours(72);
    assert_eq!(waiting.clone().as_of(at(10) + days).stage().as_str(), "awaiting_notice");
    assert_eq!(waiting.as_of(at(11) + days).stage(), &Stage::Verifying);
}

#[test]
fn the_desk_is_needed_from_the_moment_on_at_which_nobody_else_moves_the_case() {
    let needed = |stage: &str| {
        let all = Desk::new().all_stages().into_iter();
        all.filter(|case| case.stage().as_str() == stage)
            .map(|case| (case.needs_desk_from(), case))
            .next()
            .unwrap()
    };
    for stage in ["verifying", "awaiting_approval", "ready", "contested"] {
        let (from, case) = needed(stage);
        assert_eq!(from, Some(case.opened_at()), "{stage}");
    }
    for stage in ["remedied", "closed"] {
        assert_eq!(needed(stage).0, None, "{stage}");
    }
    let (from, on_hold) = needed("on_hold");
    assert!(matches!(on_hold.stage(), Stage::OnHold { until, .. } if Some(*until) == from));
    // Then it is gathered anew; or seniors are told that nobody was reached.
    let (from, noticing) = needed("awaiting_notice");
    let from = from.unwrap();
    assert_eq!(noticing.clone().as_of(from).stage().as_str(), "awaiting_notice");
    assert_eq!(noticing.clone().as_of(from + SignedDuration::from_secs(1)).stage(), &Stage::Verifying);
    let reported = noticing.report_unreached(at(10) + Case::NOTICE_WITHIN).unwrap();
    assert_eq!(reported.needs_desk_from(), Some(reported.opened_at()));
}

#[test]
fn whoever_refused_handled_it_and_else_whoever_was_heard_last() {
    let desk = Desk::new();
    let new = case("c", TierFloor::Standard);
    assert_eq!(new.handled_by(), None);
    let add = permit(&desk.policies, &new, &desk.ben);
    let (seen, _) = new.add_evidence(add, evidence(Kind::CallPlaced, "ben", 1)).unwrap();
    assert_eq!(seen.handled_by().unwrap().as_str(), "ben");
    let refuse = permit(&desk.policies, &seen, &desk.ben);
    assert_eq!(seen.refuse(refuse, refusal("sol", 2)).unwrap().handled_by().unwrap().as_str(), "sol");
}

#[test]
fn a_number_that_proved_something_is_no_number_to_tell() {
    let desk = Desk::new();
    let proven = desk.proven_enough(TierFloor::Sensitive);
    let used: Vec<&ContactId> = proven.proving_contacts().collect();
    assert_eq!(used, [&ContactId::new("office"), &ContactId::new("office")]);
}

#[test]
fn a_hold_that_grows_counts_from_the_same_beginning() {
    let desk = Desk::new();
    let held = desk.verify(desk.proven_enough(TierFloor::Sensitive), at(10));
    let mut approved = held.clone();
    approved.stage = Stage::OnHold {
        verified_at: at(10),
        approvals: vec![yes(&desk.sol, &held)],
        began_at: at(10),
        until: at(10) + SignedDuration::from_hours(24),
    };
    let longer = now_like(&approved, |now| now.tier = TierFloor::Privileged.into());
    let until = at(10) + SignedDuration::from_hours(72);
    assert!(matches!(longer.stage(), Stage::OnHold { until: found, .. } if *found == until));
    let second = SignedDuration::from_secs(1);
    assert_eq!(desk.reset(longer.clone(), until - second), Err(CaseError::OnHold { until }));
    assert!(desk.reset(longer, until).is_ok());
}

#[test]
fn a_verified_case_whose_proof_does_not_suffice_for_the_tier_of_today_gathers_it_anew() {
    let desk = Desk::new();
    let case = case("c", TierFloor::Standard);
    let bind: Permit<BindClaimantPage> = permit(&desk.policies, &case, &desk.ben);
    let case = case.bind_claimant_page(bind, ContactId::new("office"), desk.ben.id.clone(), at(1)).unwrap();
    let add: Permit<RecordEvidence> = permit(&desk.policies, &case, &desk.ben);
    let (case, _) = case.add_evidence(add, evidence(Kind::CallPlaced, "ben", 2)).unwrap();
    let word = permit(&desk.policies, &case, &desk.mona);
    let ready = desk.verify(case.vouch(word, evidence(Kind::ManagerVouch, "mona", 3)).unwrap(), at(10));
    let look = |case: Case| desk.policies.look_again(case, at(20)).stage().as_str();
    assert_eq!(look(now_like(&ready, |_| {})), "ready");
    assert_eq!(look(now_like(&ready, |now| now.tier = TierFloor::Sensitive.into())), "verifying");
    // The word of somebody who is not the manager any more counts nothing.
    assert_eq!(look(now_like(&ready, |now| now.manager = Some(PersonId::new("nick")))), "verifying");
    assert_eq!(look(now_like(&ready, |now| now.manager = None)), "verifying");
}

#[test]
fn a_suspended_account_is_neither_verified_nor_reset() {
    let desk = Desk::new();
    let proven = now_like(&desk.proven_enough(TierFloor::Standard), |now| now.suspended = true);
    let denied = desk.policies.verify(&proven, proven.proof(at(10))).unwrap_err();
    assert_eq!(denied.policies, ["limits.suspended"]);
    assert!(
        desk.policies
            .missing(&proven, &desk.ben.id, at(10))
            .forbidden
            .unwrap()
            .contains("postern person recover")
    );
    let ready = desk.verify(desk.proven_enough(TierFloor::Standard), at(10));
    let ready = now_like(&ready, |now| now.suspended = true);
    let denied = desk.policies.authorize::<ApplyRemedy>(&Request::on_case(&desk.ben, &ready)).unwrap_err();
    assert_eq!(denied.policies, ["staff.suspended-account"]);
}

#[test]
fn what_was_reset_lapses_when_nobody_came_for_a_day() {
    let desk = Desk::new();
    let remedied = desk.reset(desk.verify(desk.proven_enough(TierFloor::Standard), at(10)), at(20)).unwrap();
    let day = SignedDuration::from_hours(24);
    assert_eq!(remedied.clone().as_of(at(20) + day).stage().as_str(), "remedied");
    let lapsed = remedied.as_of(at(21) + day);
    assert_eq!(lapsed.stage(), &Stage::Closed { outcome: Outcome::Lapsed, at: at(20) + day });
    assert_eq!(lapsed.clone().prove(at(22) + day).unwrap_err(), CaseError::OutOfOrder { stage: "closed" });
    // Whoever asked for the reset may not have been the owner, who reads the notice two days later.
    assert!(matches!(
        lapsed.contest(at(30) + day).unwrap().stage(),
        Stage::Contested { after_remedy: true, .. }
    ));
}

#[test]
fn a_request_lapses_with_its_page() {
    let desk = Desk::new();
    let month = SignedDuration::from_hours(Case::PAGE_HOURS);
    for case in desk.all_stages() {
        let lapses = ["verifying", "awaiting_approval", "awaiting_notice", "on_hold", "ready"]
            .contains(&case.stage().as_str());
        assert_eq!(case.lapses_at() == Some(at(0) + month), lapses, "{:?}", case.stage());
        let late = case.clone().as_of(at(1) + month);
        assert_eq!(
            matches!(late.stage(), Stage::Closed { outcome: Outcome::Lapsed, .. }),
            // What a senior did not decide on has run out too.
            lapses || ["remedied", "doubted"].contains(&super::name(&case))
        );
    }
    let lapsed = desk.proven_enough(TierFloor::Standard).as_of(at(1) + month);
    assert!(lapsed.contest(at(2) + month).is_err(), "nothing was changed, so there is nothing to stop");
}

#[test]
fn who_reported_a_contact_lost_is_no_outsider() {
    let desk = Desk::new();
    let sol = staff("sol", Role::Senior);
    let reporters = BTreeSet::from([sol.id.clone()]);
    let waiting = desk
        .verify(desk.proven_enough(TierFloor::Sensitive), at(10))
        .with_contact_reporters(reporters.clone());
    let refused = desk.policies.authorize::<StartHold>(&Request::on_case(&sol, &waiting)).unwrap_err();
    assert_eq!(refused.policies, ["staff.hold-by-outsiders"]);
    let waiting =
        desk.verify(desk.proven_enough(TierFloor::Privileged), at(10)).with_contact_reporters(reporters);
    let refused = desk.policies.authorize::<Approve>(&Request::on_case(&sol, &waiting)).unwrap_err();
    assert_eq!(refused.policies, ["staff.second-person"]);
}

/// A policy that counts the risk of now demands more than when the case was verified: nothing is applied past that.
#[test]
fn what_is_demanded_when_the_remedy_is_applied_holds_too() {
    const RISKY: &str = r#"@id("risky") @hold("72h") @approvals("0") @fresh("24h")
        permit (principal is Postern::Desk, action == Postern::Action::"Verify", resource is Postern::Case)
        when { context.risk >= 1 && context.claimant_page_bound && context.attesting_people >= 2 && context.channels >= 2 };"#;
    let mut desk = Desk::new();
    desk.policies =
        Policies::with_recovery(&format!("{}{RISKY}", Policies::RECOVERY), &Tiers::default()).unwrap();
    let ready = desk.verify(desk.proven_enough(TierFloor::Standard), at(10));
    assert!(matches!(desk.reset(ready.clone(), at(20)).unwrap().stage(), Stage::Remedied { .. }));
    let attacked = ready.with_incidents(1);
    assert!(matches!(desk.reset(attacked, at(20)), Err(CaseError::OutOfOrder { .. })));
}

/// A release that changes what a remedy does leaves nobody stranded: who said yes to another plan is asked anew.
#[test]
fn a_yes_to_another_plan_is_asked_for_anew() {
    let desk = Desk::new();
    let awaiting = desk.verify(desk.proven_enough(TierFloor::Privileged), at(10));
    let approve = permit(&desk.policies, &awaiting, &desk.sol);
    let mut held = awaiting.clone().approve(approve, yes(&desk.sol, &awaiting), at(20)).unwrap();
    assert!(matches!(desk.policies.look_again(held.clone(), at(30)).stage(), Stage::AwaitingNotice { .. }));
    if let Stage::AwaitingNotice { approvals, .. } = &mut held.stage {
        approvals[0].plan = PlanHash::claimed("what the last release did");
    }
    let again = desk.policies.look_again(held, at(30));
    assert!(matches!(again.stage(), Stage::AwaitingApproval { approvals, .. } if approvals.is_empty()));
    let approve = permit(&desk.policies, &again, &desk.sol);
    assert!(again.clone().approve(approve, yes(&desk.sol, &again), at(40)).is_ok());
}

#[test]
fn a_short_fresh_holds_until_the_remedy_is_applied() {
    let desk = Desk::new();
    let demands = Demands { fresh_minutes: 60, ..Demands::default() };
    let ready = desk.verify(desk.proven_enough(TierFloor::Standard), at(10)).under(demands);
    let hour = SignedDuration::from_hours(1);
    assert!(matches!(ready.clone().as_of(at(10) + hour).stage(), Stage::Ready { .. }));
    assert_eq!(ready.as_of(at(11) + hour).stage(), &Stage::Verifying);
}
