//! Every stage against every transition, and the edges of the waits.

use jiff::{SignedDuration, Timestamp};

use super::{Case, CaseError, CaseMarkKind, Outcome, Page, Recorded, Refusal, Stage, Subject};
use crate::evidence::{Evidence, Kind};
use crate::id::{CaseId, ContactId, PersonId, TenantId};
use crate::person::{Role, Tier};
use crate::policy::{
    Action, BindPage, ForceReset, Permit, Policies, RecordEvidence, Request, Staff, StartHold,
};
use crate::reason::Reason;

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(1_800_000_000 + seconds).unwrap()
}

fn case(id: &str, tier: Tier) -> Case {
    let subject = Subject {
        tenant: TenantId::new("t"),
        person: PersonId::new("ana"),
        tier,
        role: Role::Person,
        manager: Some(PersonId::new("mona")),
        suspended: false,
    };
    Case::open(CaseId::new(id), subject, at(0))
}

fn staff(id: &str, role: Role) -> Staff {
    Staff {
        id: PersonId::new(id),
        tenant: TenantId::new("t"),
        role,
        phishing_resistant: true,
        by_token: false,
    }
}

fn permit<A: Action>(policies: &Policies, case: &Case, who: &Staff) -> Permit<A> {
    policies.authorize(&Request::on_case(who, case)).unwrap()
}

fn evidence(kind: Kind, witness: &str, seconds: i64) -> Evidence {
    let contact = (kind == Kind::CallPlaced).then(|| ContactId::new("office"));
    Evidence { kind, witness: PersonId::new(witness), contact, reference: "HD-1".into(), at: at(seconds) }
}

fn refusal(by: &str, seconds: i64) -> Refusal {
    let reason = Reason::parse("could not read the phrase").unwrap();
    Refusal { by: PersonId::new(by), reason, at: at(seconds) }
}

struct Desk {
    policies: Policies,
    ben: Staff,
    sol: Staff,
    mona: Staff,
}

impl Desk {
    fn new() -> Self {
        Self {
            policies: Policies::shipped().unwrap(),
            ben: staff("ben", Role::Agent),
            sol: staff("sol", Role::Senior),
            mona: staff("mona", Role::Person),
        }
    }

    /// A case with as much proof as any tier wants.
    fn proven_enough(&self, tier: Tier) -> Case {
        let case = case("c", tier);
        let case = case
            .clone()
            .bind_page(
                permit(&self.policies, &case, &self.ben),
                ContactId::new("office"),
                self.ben.id.clone(),
                at(1),
            )
            .unwrap();
        let (case, _) = case
            .clone()
            .add_evidence(permit(&self.policies, &case, &self.ben), evidence(Kind::CallPlaced, "ben", 2))
            .unwrap();
        let (case, _) = case
            .clone()
            .add_evidence(permit(&self.policies, &case, &self.ben), evidence(Kind::LiveVideo, "ben", 3))
            .unwrap();
        let vouch = permit(&self.policies, &case, &self.mona);
        case.vouch(vouch, evidence(Kind::ManagerVouch, "mona", 4)).unwrap()
    }

    fn verify(&self, case: Case, now: Timestamp) -> Case {
        let permit = self.policies.authorize(&Request::verify(&case, case.proof(now))).unwrap();
        case.verify(permit, now).unwrap()
    }

    fn reset(&self, case: Case, now: Timestamp) -> Result<Case, CaseError> {
        let suffices = self.policies.authorize(&Request::verify(&case, case.proof(now))).unwrap();
        let permit = permit(&self.policies, &case, &self.ben);
        case.force_reset(permit, suffices, self.ben.id.clone(), now)
    }

    /// One case in every stage.
    fn all_stages(&self) -> Vec<Case> {
        let verifying = self.proven_enough(Tier::Standard);
        let ready = self.verify(verifying.clone(), at(10));
        let noticing = self.verify(self.proven_enough(Tier::Sensitive), at(10));
        let on_hold = noticing.clone().start_hold(at(12)).unwrap();
        let awaiting = self.verify(self.proven_enough(Tier::Privileged), at(10));
        let remedied = self.reset(ready.clone(), at(20)).unwrap();
        let contested = remedied.clone().contest(at(30)).unwrap();
        let closed = remedied.clone().prove(at(30)).unwrap();
        vec![verifying, awaiting, noticing, on_hold, ready, remedied, contested, closed]
    }
}

#[test]
fn every_stage_against_every_transition() {
    let desk = Desk::new();
    let now = at(40);
    for case in desk.all_stages() {
        let stage = case.stage().as_str();
        let moved = |ok: bool, expected: &[&str], name: &str| {
            assert_eq!(ok, expected.contains(&stage), "{name} from {stage}");
        };
        let senior = &desk.sol;
        let bind = permit(&desk.policies, &case, senior);
        let add = permit(&desk.policies, &case, senior);
        let refuse = permit(&desk.policies, &case, senior);
        let approve = permit(&desk.policies, &case, senior);
        let reset = permit(&desk.policies, &case, senior);
        let verify = |c: &Case| desk.policies.authorize(&Request::verify(c, c.proof(now))).unwrap();
        let c = || case.clone();
        moved(
            c().bind_page(bind, ContactId::new("x"), senior.id.clone(), now).is_ok(),
            &["verifying"],
            "bind_page",
        );
        moved(
            c().add_evidence(add, evidence(Kind::InPerson, "sol", 40)).is_ok(),
            &["verifying"],
            "add_evidence",
        );
        moved(c().verify(verify(&case), now).is_ok(), &["verifying"], "verify");
        moved(c().approve(approve, senior.id.clone(), now).is_ok(), &["awaiting_approval"], "approve");
        moved(
            c().force_reset(reset, verify(&case), senior.id.clone(), now).is_ok(),
            &["ready"],
            "force_reset",
        );
        moved(c().start_hold(now).is_ok(), &["awaiting_notice"], "start_hold");
        let day = at(40) + Case::NOTICE_WITHIN;
        moved(c().report_unreached(day).is_ok(), &["awaiting_notice"], "report_unreached");
        if let Ok(start) = desk.policies.authorize(&Request::on_case(senior, &case)) {
            moved(c().want_hold(start, senior.id.clone(), day).is_ok(), &["awaiting_notice"], "want_hold");
        }
        moved(c().prove(now).is_ok(), &["remedied"], "prove");
        let before_remedy = ["verifying", "awaiting_approval", "awaiting_notice", "on_hold", "ready"];
        moved(c().withdraw(now).is_ok(), &before_remedy, "withdraw");
        let open = ["verifying", "awaiting_approval", "awaiting_notice", "on_hold", "ready", "contested"];
        moved(c().refuse(refuse, refusal("sol", 40)).is_ok(), &open, "refuse");
        let not_contested =
            ["verifying", "awaiting_approval", "awaiting_notice", "on_hold", "ready", "remedied"];
        moved(c().supersede(now).is_ok(), &not_contested, "supersede");
        // A proven case can still be contested: the owner may read the notice the next morning.
        let contestable =
            ["verifying", "awaiting_approval", "awaiting_notice", "on_hold", "ready", "remedied", "closed"];
        moved(c().contest(now).is_ok(), &contestable, "contest");
    }
}

#[test]
fn a_hold_ends_at_its_second_and_not_before() {
    let desk = Desk::new();
    let waiting = desk.verify(desk.proven_enough(Tier::Sensitive), at(10));
    assert_eq!(waiting.stage().as_str(), "awaiting_notice");
    assert!(matches!(desk.reset(waiting.clone(), at(20)), Err(CaseError::OutOfOrder { .. })));
    // It begins when a relay took the notice, and not when the proof sufficed.
    let held = waiting.start_hold(at(50)).unwrap();
    let Stage::OnHold { until, .. } = *held.stage() else { panic!("{:?}", held.stage()) };
    assert_eq!(until, at(50) + SignedDuration::from_hours(24));
    let second = SignedDuration::from_secs(1);
    assert_eq!(desk.reset(held.clone(), until - second), Err(CaseError::OnHold { until }));
    assert!(desk.reset(held, until).is_ok());
}

#[test]
fn a_verified_case_left_lying_for_a_day_must_be_verified_anew() {
    let desk = Desk::new();
    let ready = desk.verify(desk.proven_enough(Tier::Standard), at(10));
    let day = SignedDuration::from_hours(24);
    assert_eq!(ready.clone().as_of(at(10) + day).stage().as_str(), "ready");
    let late = ready.as_of(at(11) + day);
    assert_eq!(late.stage(), &Stage::Verifying);
    assert!(desk.policies.authorize(&Request::verify(&late, late.proof(at(11) + day))).is_err());
}

#[test]
fn proof_that_never_counts_is_dropped_and_raises_the_risk_until_the_policy_says_no() {
    let desk = Desk::new();
    let mut case = desk.proven_enough(Tier::Standard);
    for offered in 1..=3 {
        let permit = permit(&desk.policies, &case, &desk.ben);
        let (next, recorded) = case.add_evidence(permit, evidence(Kind::ChatClaim, "ben", 5)).unwrap();
        assert_eq!(recorded, Recorded::Rejected);
        assert_eq!(next.risk(), offered);
        assert!(next.evidence().iter().all(|e| e.kind != Kind::ChatClaim));
        case = next;
    }
    let denied = desk.policies.authorize(&Request::verify(&case, case.proof(at(6)))).unwrap_err();
    assert_eq!(denied.policies, ["recovery.risk"]);
}

#[test]
fn an_agent_cannot_record_a_vouch() {
    let desk = Desk::new();
    let case = case("c", Tier::Standard);
    let permit = permit(&desk.policies, &case, &desk.ben);
    let (case, recorded) = case.add_evidence(permit, evidence(Kind::ManagerVouch, "mona", 1)).unwrap();
    assert_eq!(recorded, Recorded::Rejected);
    assert!(case.evidence().is_empty());
}

#[test]
fn a_permit_for_one_case_does_not_move_another() {
    let desk = Desk::new();
    let (one, other) = (case("one", Tier::Standard), case("other", Tier::Standard));
    let foreign = permit(&desk.policies, &one, &desk.ben);
    assert_eq!(other.refuse(foreign, refusal("ben", 1)), Err(CaseError::ForeignPermit));
}

#[test]
fn what_is_missing_shrinks_as_proof_comes_in() {
    let desk = Desk::new();
    let missing = |case: &Case| desk.policies.missing(case, &desk.ben.id, at(5));
    let empty = case("c", Tier::Standard);
    let all = missing(&empty);
    assert!(all.page);
    assert_eq!(all.all_of, [Kind::ManagerVouch]);
    assert!(all.one_of.contains(&Kind::CallPlaced));
    let bind = permit(&desk.policies, &empty, &desk.ben);
    let bound = empty.bind_page(bind, ContactId::new("office"), desk.ben.id.clone(), at(1)).unwrap();
    assert!(matches!(bound.page(), Page::Bound { .. }));
    assert!(!missing(&bound).page);
    let add = permit(&desk.policies, &bound, &desk.ben);
    let (called, _) = bound.add_evidence(add, evidence(Kind::CallPlaced, "ben", 2)).unwrap();
    let one = missing(&called);
    assert_eq!((one.all_of, one.one_of), (vec![Kind::ManagerVouch], vec![]));
    assert!(missing(&desk.proven_enough(Tier::Standard)).is_nothing());
}

#[test]
fn without_a_manager_a_colleague_is_asked_for() {
    let desk = Desk::new();
    let mut alone = case("c", Tier::Standard);
    alone.subject.manager = None;
    let missing = desk.policies.missing(&alone, &desk.ben.id, at(1));
    assert!(missing.by_colleague && missing.forbidden.is_none(), "{missing:?}");
}

#[test]
fn staff_rules_refuse_with_their_names() {
    let desk = Desk::new();
    let ask = |who: &Staff, case: &Case| {
        desk.policies
            .authorize::<crate::policy::ForceReset>(&Request::on_case(who, case))
            .unwrap_err()
            .policies
    };
    let standard = case("c", Tier::Standard);
    assert_eq!(ask(&staff("ana", Role::Agent), &standard), ["staff.never-oneself"]);
    let mut agent_target = standard.clone();
    agent_target.subject.role = Role::Agent;
    assert_eq!(ask(&desk.ben, &agent_target), ["staff.never-equal-or-higher"]);
    let mut elsewhere = desk.ben.clone();
    elsewhere.tenant = TenantId::new("other");
    assert_eq!(ask(&elsewhere, &standard), ["staff.own-tenant"]);
    let mut with_password = desk.ben.clone();
    with_password.phishing_resistant = false;
    assert_eq!(ask(&with_password, &standard), ["staff.passkey-only"]);
    assert!(ask(&staff("mona", Role::Person), &standard).contains(&"staff.never-equal-or-higher".to_owned()));
    let mut program = desk.ben.clone();
    program.by_token = true;
    assert_eq!(ask(&program, &standard), ["staff.no-token-proves-or-resets"]);
    let mut token = staff("mona", Role::Person);
    token.by_token = true;
    let vouch = desk.policies.authorize::<crate::policy::Vouch>(&Request::on_case(&token, &standard));
    assert_eq!(vouch.unwrap_err().policies, ["staff.no-token-gives-its-word"]);
    let escalated = standard.clone().escalate(permit(&desk.policies, &standard, &desk.ben)).unwrap();
    assert_eq!(ask(&desk.ben, &escalated), ["staff.escalated-to-senior"]);
}

#[test]
fn one_person_is_never_both_sources() {
    let desk = Desk::new();
    let manager_and_agent = staff("mona", Role::Agent);
    let case = case("c", Tier::Standard);
    let add = permit(&desk.policies, &case, &manager_and_agent);
    let (case, _) = case.add_evidence(add, evidence(Kind::CallPlaced, "mona", 1)).unwrap();
    let denied = desk
        .policies
        .authorize::<crate::policy::Vouch>(&Request::on_case(&manager_and_agent, &case))
        .unwrap_err();
    assert_eq!(denied.policies, ["vouch.not-the-agent"]);
}

#[test]
fn a_stored_case_reads_back() {
    for case in Desk::new().all_stages() {
        let text = serde_json::to_string(&case).unwrap();
        assert_eq!(serde_json::from_str::<Case>(&text).unwrap(), case);
    }
    assert_eq!(Outcome::Proven.as_str(), "proven");
}

#[test]
fn open_incidents_raise_the_risk_until_they_are_closed_and_are_no_part_of_the_case() {
    let desk = Desk::new();
    let proven = desk.proven_enough(Tier::Standard);
    let suffices = |case: &Case| desk.policies.authorize(&Request::verify(case, case.proof(at(10)))).is_ok();
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

fn now_like(case: &Case, change: impl FnOnce(&mut Subject)) -> Case {
    let mut subject = case.subject.clone();
    change(&mut subject);
    case.clone().with_subject_now(subject)
}

#[test]
fn the_stricter_of_then_and_now_holds() {
    let opened = case("c", Tier::Sensitive);
    let lowered = now_like(&opened, |now| now.tier = Tier::Standard);
    assert_eq!(lowered.subject().tier, Tier::Sensitive);
    assert_eq!(now_like(&opened, |now| now.tier = Tier::Privileged).subject().tier, Tier::Privileged);
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
    let raise = |case: &Case, tier| now_like(case, |now| now.tier = tier);
    let ready = desk.verify(desk.proven_enough(Tier::Standard), at(10));
    let day = SignedDuration::from_hours(24);
    let held = raise(&ready, Tier::Sensitive);
    assert!(matches!(held.stage(), Stage::AwaitingNotice { since, .. } if *since == at(10)));
    // The notice of the verification went out before the tier was raised: the hold counts from there.
    let held = held.start_hold(at(12)).unwrap();
    assert!(
        matches!(held.stage(), Stage::OnHold { began_at, until, .. } if *began_at == at(12) && *until == at(12) + day)
    );
    assert!(matches!(desk.reset(held, at(20)), Err(CaseError::OnHold { .. })));
    assert_eq!(raise(&ready, Tier::Privileged).stage(), &Stage::AwaitingApproval { verified_at: at(10) });
    let waiting = desk.verify(desk.proven_enough(Tier::Sensitive), at(10));
    assert_eq!(raise(&waiting, Tier::Privileged).stage(), &Stage::AwaitingApproval { verified_at: at(10) });
    let held = waiting.start_hold(at(12)).unwrap();
    assert_eq!(raise(&held, Tier::Privileged).stage(), &Stage::AwaitingApproval { verified_at: at(10) });
    // Verified and approved under the higher tier: what was begun goes on.
    let verified = desk.verify(raise(&desk.proven_enough(Tier::Sensitive), Tier::Privileged), at(10));
    assert_eq!(verified.stage().as_str(), "awaiting_approval");
    let yes = permit(&desk.policies, &verified, &desk.sol);
    let approved = verified.approve(yes, desk.sol.id.clone(), at(20)).unwrap();
    let held = approved.start_hold(at(30)).unwrap();
    assert!(matches!(held.stage(), Stage::OnHold { until, .. } if *until == at(30) + day * 3));
}

#[test]
fn two_seniors_outside_the_case_begin_a_hold_that_nobody_was_told_of_and_it_is_doubled() {
    let desk = Desk::new();
    let (sol, ada) = (staff("sol", Role::Senior), staff("ada", Role::Admin));
    let waiting = desk.verify(desk.proven_enough(Tier::Sensitive), at(10));
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
    let mut witness = desk.ben.clone();
    witness.role = Role::Senior;
    assert_eq!(ask(&witness, &waiting).unwrap_err().policies, ["staff.hold-by-outsiders"]);
    // Nor who approved it.
    let awaiting = desk.verify(desk.proven_enough(Tier::Privileged), at(10));
    let approved =
        awaiting.clone().approve(permit(&desk.policies, &awaiting, &sol), sol.id.clone(), at(20)).unwrap();
    assert_eq!(ask(&sol, &approved).unwrap_err().policies, ["staff.hold-by-outsiders"]);
}

#[test]
fn a_case_that_waits_three_days_for_its_hold_must_be_verified_anew() {
    let desk = Desk::new();
    let waiting = desk.verify(desk.proven_enough(Tier::Sensitive), at(10));
    let days = SignedDuration::from_hours(72);
    assert_eq!(waiting.clone().as_of(at(10) + days).stage().as_str(), "awaiting_notice");
    assert_eq!(waiting.as_of(at(11) + days).stage(), &Stage::Verifying);
}

#[test]
fn a_number_that_proved_something_is_no_number_to_tell() {
    let desk = Desk::new();
    let proven = desk.proven_enough(Tier::Sensitive);
    let used: Vec<&ContactId> = proven.proving_contacts().collect();
    assert_eq!(used, [&ContactId::new("office"), &ContactId::new("office")]);
}

#[test]
fn a_hold_that_grows_counts_from_the_same_beginning() {
    let desk = Desk::new();
    let held = desk.verify(desk.proven_enough(Tier::Sensitive), at(10));
    let mut approved = held.clone();
    approved.stage = Stage::OnHold {
        verified_at: at(10),
        approved_by: Some(desk.sol.id.clone()),
        began_at: at(10),
        until: at(10) + SignedDuration::from_hours(24),
    };
    let longer = now_like(&approved, |now| now.tier = Tier::Privileged);
    let until = at(10) + SignedDuration::from_hours(72);
    assert!(matches!(longer.stage(), Stage::OnHold { until: found, .. } if *found == until));
    let second = SignedDuration::from_secs(1);
    assert_eq!(desk.reset(longer.clone(), until - second), Err(CaseError::OnHold { until }));
    assert!(desk.reset(longer, until).is_ok());
}

#[test]
fn a_verified_case_whose_proof_does_not_suffice_for_the_tier_of_today_gathers_it_anew() {
    let desk = Desk::new();
    let case = case("c", Tier::Standard);
    let bind: Permit<BindPage> = permit(&desk.policies, &case, &desk.ben);
    let case = case.bind_page(bind, ContactId::new("office"), desk.ben.id.clone(), at(1)).unwrap();
    let add: Permit<RecordEvidence> = permit(&desk.policies, &case, &desk.ben);
    let (case, _) = case.add_evidence(add, evidence(Kind::CallPlaced, "ben", 2)).unwrap();
    let word = permit(&desk.policies, &case, &desk.mona);
    let ready = desk.verify(case.vouch(word, evidence(Kind::ManagerVouch, "mona", 3)).unwrap(), at(10));
    let look = |case: Case| desk.policies.look_again(case, at(20)).stage().as_str();
    assert_eq!(look(now_like(&ready, |_| {})), "ready");
    assert_eq!(look(now_like(&ready, |now| now.tier = Tier::Sensitive)), "verifying");
    // The word of somebody who is not the manager any more counts nothing.
    assert_eq!(look(now_like(&ready, |now| now.manager = Some(PersonId::new("nick")))), "verifying");
    assert_eq!(look(now_like(&ready, |now| now.manager = None)), "verifying");
}

#[test]
fn a_suspended_account_is_neither_verified_nor_reset() {
    let desk = Desk::new();
    let proven = now_like(&desk.proven_enough(Tier::Standard), |now| now.suspended = true);
    let denied = desk.policies.authorize(&Request::verify(&proven, proven.proof(at(10)))).unwrap_err();
    assert_eq!(denied.policies, ["recovery.suspended"]);
    assert!(
        desk.policies
            .missing(&proven, &desk.ben.id, at(10))
            .forbidden
            .unwrap()
            .contains("postern person recover")
    );
    let ready = desk.verify(desk.proven_enough(Tier::Standard), at(10));
    let ready = now_like(&ready, |now| now.suspended = true);
    let denied = desk.policies.authorize::<ForceReset>(&Request::on_case(&desk.ben, &ready)).unwrap_err();
    assert_eq!(denied.policies, ["staff.suspended-account"]);
}

#[test]
fn what_was_reset_lapses_when_nobody_came_for_a_day() {
    let desk = Desk::new();
    let remedied = desk.reset(desk.verify(desk.proven_enough(Tier::Standard), at(10)), at(20)).unwrap();
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
            lapses || case.stage().as_str() == "remedied"
        );
    }
    let lapsed = desk.proven_enough(Tier::Standard).as_of(at(1) + month);
    assert!(lapsed.contest(at(2) + month).is_err(), "nothing was changed, so there is nothing to stop");
}

#[test]
fn a_refusal_counts_for_thirty_days_to_the_second() {
    let desk = Desk::new();
    let opened = case("c", Tier::Standard);
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
    let contested = case("c", Tier::Standard).contest(at(10)).unwrap();
    assert_eq!(contested.risk_left_behind(at(20)), 1);
    let refuse = permit(&desk.policies, &contested, &desk.sol);
    let over = contested.refuse(refuse, refusal("sol", 15)).unwrap();
    assert_eq!((over.risk_left_behind(at(20)), over.marks().len()), (1, 2), "one attack, both shown");
    let withdrawn = case("c", Tier::Standard).withdraw(at(10)).unwrap();
    assert_eq!((withdrawn.risk_left_behind(at(20)), withdrawn.marks().len()), (0, 1));
    let other = case("d", Tier::Standard).with_left_behind(over.risk_left_behind(at(20)));
    assert_eq!(other.risk(), 1);
    assert_eq!(
        serde_json::to_string(&other).unwrap(),
        serde_json::to_string(&case("d", Tier::Standard)).unwrap()
    );
}
