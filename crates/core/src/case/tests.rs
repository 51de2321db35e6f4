//! Every stage against every transition, and the edges of the waits.

mod evidence;
mod marks;
mod now;
mod stop;

use jiff::{SignedDuration, Timestamp};

use super::{
    Approval, Case, CaseError, CaseMarkKind, ClaimantPage, Outcome, Refusal, Stage, StopSource, Subject,
    YesAfterNo,
};
use crate::evidence::{Evidence, EvidenceDetail, EvidenceOutcome, Kind};
use crate::id::{CaseId, ContactId, PersonId, TenantId};
use crate::person::Role;
use crate::policy::{
    Action, ApplyRemedy, BindClaimantPage, Permit, Policies, RecordEvidence, Request, Staff, StartHold,
};
use crate::reason::Reason;
use crate::remedy::{PlanHash, Remedy};
use crate::tier::TierFloor;

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(1_800_000_000 + seconds).unwrap()
}

fn case(id: &str, tier: TierFloor) -> Case {
    let subject = Subject {
        tenant: TenantId::new("t"),
        person: PersonId::new("ana"),
        tier: tier.into(),
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

fn evidence(kind: Kind, attested_by: &str, seconds: i64) -> Evidence {
    ended(EvidenceOutcome::Confirmed, kind, attested_by, seconds)
}

fn ended(outcome: EvidenceOutcome, kind: Kind, attested_by: &str, seconds: i64) -> Evidence {
    let reference = "HD-1".to_owned();
    let detail = match kind {
        Kind::CallPlaced => EvidenceDetail::Call { contact: ContactId::new("office"), reference },
        Kind::ManagerVouch => EvidenceDetail::Vouch { how: reference },
        kind => EvidenceDetail::Reference { kind, reference },
    };
    Evidence { attested_by: PersonId::new(attested_by), outcome, detail, at: at(seconds) }
}

fn refusal(by: &str, seconds: i64) -> Refusal {
    let reason = Reason::parse("could not read the phrase").unwrap();
    Refusal { by: PersonId::new(by), reason, at: at(seconds) }
}

/// A yes to what the case would do now.
fn yes(by: &Staff, case: &Case) -> Approval {
    Approval { by: by.id.clone(), plan: case.plan().hash() }
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
    fn proven_enough(&self, tier: TierFloor) -> Case {
        let case = case("c", tier);
        let case = case
            .clone()
            .bind_claimant_page(
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
        let permit = self.policies.verify(&case, case.proof(now)).unwrap();
        case.verify(permit, now).unwrap()
    }

    fn reset(&self, case: Case, now: Timestamp) -> Result<Case, CaseError> {
        let suffices = self.policies.verify(&case, case.proof(now)).unwrap();
        let permit = permit(&self.policies, &case, &self.ben);
        case.apply(permit, suffices, self.ben.id.clone(), now)
    }

    /// One case in every stage.
    fn all_stages(&self) -> Vec<Case> {
        let verifying = self.proven_enough(TierFloor::Standard);
        let ready = self.verify(verifying.clone(), at(10));
        let noticing = self.verify(self.proven_enough(TierFloor::Sensitive), at(10));
        let on_hold = noticing.clone().start_hold(at(12)).unwrap();
        let awaiting = self.verify(self.proven_enough(TierFloor::Privileged), at(10));
        let remedied = self.reset(ready.clone(), at(20)).unwrap();
        let contested = remedied.clone().contest(at(30)).unwrap();
        let doubted = self.escalate(remedied.clone(), 30);
        let closed = remedied.clone().prove(at(30)).unwrap();
        vec![verifying, awaiting, noticing, on_hold, ready, remedied, contested, doubted, closed]
    }

    fn escalate(&self, case: Case, seconds: i64) -> Case {
        let permit = permit(&self.policies, &case, &self.ben);
        case.escalate(permit, refusal("ben", seconds)).unwrap()
    }

    fn manager_denies(&self, case: Case, seconds: i64) -> Result<Case, CaseError> {
        let permit = permit(&self.policies, &case, &self.mona);
        case.vouch(permit, ended(EvidenceOutcome::WrongPerson, Kind::ManagerVouch, "mona", seconds))
    }
}

/// What ends or stops a case, and from where.
fn stops(desk: &Desk, case: &Case, moved: &dyn Fn(bool, &[&str], &str)) {
    let now = at(40);
    let c = || case.clone();
    let before_its_remedy = ["verifying", "awaiting_approval", "awaiting_notice", "on_hold", "ready"];
    let and = |more: &[&'static str]| [&before_its_remedy[..], more].concat();
    let refuse = permit(&desk.policies, case, &desk.sol);
    moved(
        c().refuse(refuse, refusal("sol", 40)).is_ok(),
        &and(&["remedied", "contested", "doubted"]),
        "refuse",
    );
    moved(desk.manager_denies(c(), 40).is_ok(), &and(&["remedied", "doubted"]), "vouch no");
    let escalate = permit(&desk.policies, case, &desk.sol);
    moved(c().escalate(escalate, refusal("sol", 40)).is_ok(), &and(&["remedied"]), "escalate");
    moved(c().supersede(now).is_ok(), &and(&["remedied", "doubted"]), "supersede");
    // A proven case can still be contested: the owner may read the notice the next morning.
    moved(c().contest(now).is_ok(), &and(&["remedied", "doubted", "closed"]), "contest");
}

/// Its stage; what was handed to a senior after the remedy goes another way than what the owner stopped.
fn name(case: &Case) -> &'static str {
    match case.stage() {
        Stage::Contested { by: StopSource::Escalation, .. } => "doubted",
        stage => stage.as_str(),
    }
}

#[test]
fn every_stage_against_every_transition() {
    let desk = Desk::new();
    let now = at(40);
    for case in desk.all_stages() {
        let stage = name(&case);
        let moved = |ok: bool, expected: &[&str], name: &str| {
            assert_eq!(ok, expected.contains(&stage), "{name} from {stage}");
        };
        let senior = &desk.sol;
        let bind = permit(&desk.policies, &case, senior);
        let add = permit(&desk.policies, &case, senior);
        let approve = permit(&desk.policies, &case, senior);
        let reset = permit(&desk.policies, &case, senior);
        let before_its_remedy = ["verifying", "awaiting_approval", "awaiting_notice", "on_hold", "ready"];
        moved(case.clone().join().is_ok(), &before_its_remedy, "join");
        let verify = |c: &Case| desk.policies.verify(c, c.proof(now)).unwrap();
        let c = || case.clone();
        moved(
            c().bind_claimant_page(bind, ContactId::new("x"), senior.id.clone(), now).is_ok(),
            &["verifying"],
            "bind_claimant_page",
        );
        moved(
            c().add_evidence(add, evidence(Kind::InPerson, "sol", 40)).is_ok(),
            &["verifying"],
            "add_evidence",
        );
        moved(c().verify(verify(&case), now).is_ok(), &["verifying"], "verify");
        moved(c().approve(approve, yes(senior, &case), now).is_ok(), &["awaiting_approval"], "approve");
        if let Ok(look) = desk.policies.authorize(&Request::on_case(senior, &case)) {
            let suffices = desk.policies.verify_to_resume(&case, now).unwrap();
            moved(c().resume(look, suffices, yes(senior, &case), now).is_ok(), &["doubted"], "resume");
        }
        let propose = permit(&desk.policies, &case, senior);
        let before = ["verifying", "awaiting_approval", "awaiting_notice", "on_hold", "ready"];
        moved(c().propose(propose, Remedy::FreshBackupCodes).is_ok(), &before, "propose");
        moved(c().apply(reset, verify(&case), senior.id.clone(), now).is_ok(), &["ready"], "apply");
        moved(c().start_hold(now).is_ok(), &["awaiting_notice"], "start_hold");
        moved(c().postpone_hold(at(0), now).is_ok(), &["on_hold"], "postpone_hold");
        let day = at(40) + Case::NOTICE_WITHIN;
        moved(c().report_unreached(day).is_ok(), &["awaiting_notice"], "report_unreached");
        if let Ok(start) = desk.policies.authorize(&Request::on_case(senior, &case)) {
            moved(c().want_hold(start, senior.id.clone(), day).is_ok(), &["awaiting_notice"], "want_hold");
        }
        moved(c().prove(now).is_ok(), &["remedied"], "prove");
        let before_remedy = ["verifying", "awaiting_approval", "awaiting_notice", "on_hold", "ready"];
        moved(c().withdraw(now).is_ok(), &before_remedy, "withdraw");
        stops(&desk, &case, &moved);
    }
}

#[test]
fn a_hold_ends_at_its_second_and_not_before() {
    let desk = Desk::new();
    let waiting = desk.verify(desk.proven_enough(TierFloor::Sensitive), at(10));
    assert_eq!(waiting.stage().as_str(), "awaiting_notice");
    assert!(matches!(desk.reset(waiting.clone(), at(20)), Err(CaseError::OutOfOrder { .. })));
    // It begins when a relay took the notice, and not when the proof sufficed.
    let held = waiting.start_hold(at(50)).unwrap();
    let Stage::OnHold { until, .. } = *held.stage() else { panic!("{:?}", held.stage()) };
    assert_eq!(until, at(50) + SignedDuration::from_hours(24));
    let second = SignedDuration::from_secs(1);
    assert_eq!(desk.reset(held.clone(), until - second), Err(CaseError::OnHold { until }));
    // As long as nobody could object it lasts longer; if it was over by then, it stays over.
    let longer = held.clone().postpone_hold(until - second, until + second * 3).unwrap();
    assert_eq!(desk.reset(longer, until + second * 3), Err(CaseError::OnHold { until: until + second * 4 }));
    assert_eq!(held.clone().postpone_hold(until, until + second * 3).unwrap(), held);
    assert!(desk.reset(held, until).is_ok());
}

#[test]
fn a_verified_case_left_lying_for_a_day_must_be_verified_anew() {
    let desk = Desk::new();
    let ready = desk.verify(desk.proven_enough(TierFloor::Standard), at(10));
    let day = SignedDuration::from_hours(24);
    assert_eq!(ready.clone().as_of(at(10) + day).stage().as_str(), "ready");
    let late = ready.as_of(at(11) + day);
    assert_eq!(late.stage(), &Stage::Verifying);
    assert!(desk.policies.verify(&late, late.proof(at(11) + day)).is_err());
}

#[test]
fn a_permit_for_one_case_does_not_move_another() {
    let desk = Desk::new();
    let (one, other) = (case("one", TierFloor::Standard), case("other", TierFloor::Standard));
    let foreign = permit(&desk.policies, &one, &desk.ben);
    assert_eq!(other.refuse(foreign, refusal("ben", 1)), Err(CaseError::ForeignPermit));
}

#[test]
fn what_is_missing_shrinks_as_proof_comes_in() {
    let desk = Desk::new();
    let missing = |case: &Case| desk.policies.missing(case, &desk.ben.id, at(5));
    let empty = case("c", TierFloor::Standard);
    let all = missing(&empty);
    assert!(all.claimant_page);
    assert_eq!(all.all_of, [Kind::ManagerVouch]);
    assert!(all.one_of.contains(&Kind::CallPlaced));
    let bind = permit(&desk.policies, &empty, &desk.ben);
    let bound = empty.bind_claimant_page(bind, ContactId::new("office"), desk.ben.id.clone(), at(1)).unwrap();
    assert!(matches!(bound.claimant_page(), ClaimantPage::Bound { .. }));
    assert!(!missing(&bound).claimant_page);
    let add = permit(&desk.policies, &bound, &desk.ben);
    let (called, _) = bound.add_evidence(add, evidence(Kind::CallPlaced, "ben", 2)).unwrap();
    let one = missing(&called);
    assert_eq!((one.all_of, one.one_of), (vec![Kind::ManagerVouch], vec![]));
    assert!(missing(&desk.proven_enough(TierFloor::Standard)).is_nothing());
}

#[test]
fn without_a_manager_a_colleague_is_asked_for() {
    let desk = Desk::new();
    let mut alone = case("c", TierFloor::Standard);
    alone.subject.manager = None;
    let missing = desk.policies.missing(&alone, &desk.ben.id, at(1));
    assert!(missing.by_colleague && missing.forbidden.is_none(), "{missing:?}");
}

#[test]
fn staff_rules_refuse_with_their_names() {
    let desk = Desk::new();
    let ask = |who: &Staff, case: &Case| {
        desk.policies
            .authorize::<crate::policy::ApplyRemedy>(&Request::on_case(who, case))
            .unwrap_err()
            .policies
    };
    let standard = case("c", TierFloor::Standard);
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
    let escalated = desk.escalate(standard.clone(), 1);
    assert_eq!(ask(&desk.ben, &escalated), ["staff.escalated-to-senior"]);
}

#[test]
fn one_person_is_never_both_sources() {
    let desk = Desk::new();
    let manager_and_agent = staff("mona", Role::Agent);
    let case = case("c", TierFloor::Standard);
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
        let evidence = serde_json::to_string(case.evidence()).unwrap();
        let kept: Case = serde_json::from_str(&text).unwrap();
        assert!(kept.evidence().is_empty(), "evidence is kept in rows of its own");
        assert_eq!(kept.with_evidence(serde_json::from_str(&evidence).unwrap()), case);
    }
    assert_eq!(Outcome::Proven.as_str(), "proven");
}

#[test]
fn a_yes_is_to_one_plan() {
    let desk = Desk::new();
    let awaiting = desk.verify(desk.proven_enough(TierFloor::Privileged), at(10));
    let approve = |case: &Case, approval| {
        case.clone().approve(permit(&desk.policies, case, &desk.sol), approval, at(20))
    };
    let other = Approval { by: desk.sol.id.clone(), plan: PlanHash::claimed("what stood there yesterday") };
    assert_eq!(approve(&awaiting, other), Err(CaseError::PlanChanged));
    let approved = approve(&awaiting, yes(&desk.sol, &awaiting)).unwrap();
    // Something else is proposed after the yes: proof and yes begin anew.
    let propose = permit(&desk.policies, &approved, &desk.ben);
    let codes = approved.clone().propose(propose, Remedy::FreshBackupCodes).unwrap();
    assert_eq!((codes.stage(), codes.evidence().len()), (&Stage::Verifying, 3));
    let codes = desk.verify(codes, at(30));
    assert_eq!(approve(&codes, yes(&desk.sol, &approved)), Err(CaseError::PlanChanged));
    assert!(approve(&codes, yes(&desk.sol, &codes)).is_ok());
    // The same again changes nothing.
    let propose = permit(&desk.policies, &approved, &desk.ben);
    assert_eq!(approved.clone().propose(propose, Remedy::FactorReset).unwrap(), approved);
    // Whatever has been written into the row: nothing is carried out with a yes to another plan.
    let mut held = approved.start_hold(at(40)).unwrap();
    held.remedy = Remedy::FreshBackupCodes;
    assert_eq!(desk.reset(held, at(41) + SignedDuration::from_hours(72)), Err(CaseError::PlanChanged));
}
