//! What the adversary can do, and what each step does to the case.

use std::collections::HashMap;
use std::sync::{LazyLock, Mutex};

use super::super::{Approval, Case, ClaimantPage, MadeBy, Refusal, Stage, Subject};
use super::world::{Holding, ModelStep, Opener, Resumed, World};
use crate::evidence::{Evidence, EvidenceDetail, EvidenceOutcome, Kind};
use crate::factor::FactorKind;
use crate::id::{ContactId, PersonId, TenantId};
use crate::person::Role;
use crate::policy::{Policies, Request, Staff};
use crate::reason::Reason;
use crate::remedy::Remedy;
use crate::signin::{AccountStatus, Flow, FlowProgress};
use crate::tier::TierFloor;

/// What a search is about beside the way in: each is a search of its own, because it doubles the states.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum SearchSubject {
    /// The way in alone.
    WayIn,
    /// The tier may be raised on the way.
    RaisedTier,
    /// Somebody at the desk may be talked into another remedy once the case is verified.
    OtherRemedy,
    /// The adversary may join the owner's case on the way.
    Join,
    /// Whoever may stop the case after its remedy does so on the way.
    Stop,
}

pub(super) struct Adversary<'a> {
    pub(super) holds: &'a [Holding],
    pub(super) openers: &'a [Opener],
    pub(super) tier: TierFloor,
    pub(super) about: SearchSubject,
    pub(super) policies: &'a Policies,
}

pub(super) const PROGRAM: &str = "program";
const AGENTS: [&str; 2] = ["agent", "senior"];
/// The admin, and whom they made today.
const MADE: [&str; 3] = ["admin", "made agent", "made senior"];
pub(super) const SENIORS: [&str; 2] = ["senior", "chief"];

impl Adversary<'_> {
    pub(super) fn holds(&self, what: Holding) -> bool {
        self.holds.contains(&what)
    }

    fn bribed(&self, who: &str) -> bool {
        (who == "agent" && self.holds(Holding::Agent))
            || (who == "senior" && self.holds(Holding::Senior))
            || (MADE.contains(&who) && self.holds(Holding::Admin))
            || (who == PROGRAM && self.holds(Holding::Program))
    }

    /// Who can act at the desk. Beside whom an admin made there is an honest senior, who approves and resets whatever the
    /// policy lets through.
    pub(super) fn staff_at_work(&self) -> [&'static str; 3] {
        if self.holds(Holding::Admin) {
            [MADE[1], MADE[2], AGENTS[1]]
        } else if self.holds(Holding::Program) {
            [AGENTS[0], PROGRAM, AGENTS[1]]
        } else {
            [AGENTS[0], AGENTS[1], AGENTS[1]]
        }
    }

    /// Where the tier or a join is the question, one agent is enough to search.
    pub(super) fn proves(&self, by: &str) -> bool {
        matches!(self.about, SearchSubject::WayIn | SearchSubject::OtherRemedy) || by == AGENTS[0]
    }

    fn made_by() -> MadeBy {
        let mut made_by = MadeBy::default();
        for made in &MADE[1..] {
            made_by.insert(PersonId::new(*made), PersonId::new(MADE[0]));
        }
        made_by
    }

    /// The page is bound through the owner's line: by the owner, by whoever answers it, or by an agent who lies.
    pub(super) fn can_bind(&self, world: &World, by: &str) -> bool {
        let answers = self.holds(Holding::PhoneLine) || self.holds(Holding::CoachedOwner);
        world.opened_by == Opener::Owner || answers || self.bribed(by)
    }

    pub(super) fn can_record(&self, world: &World, kind: Kind, by: &str) -> bool {
        let deceived = match kind {
            Kind::CallPlaced => self.holds(Holding::PhoneLine) || self.holds(Holding::CoachedOwner),
            Kind::LiveVideo => self.holds(Holding::Likeness) || self.holds(Holding::CoachedOwner),
            // What anybody can offer: the code from the mailbox, the story.
            _ => true,
        };
        deceived || world.opened_by == Opener::Owner || self.bribed(by)
    }

    /// A manager gives their word only to who reads them the phrase of the page, so an honest one never vouches for
    /// the adversary's case.
    pub(super) fn can_vouch(&self, world: &World) -> bool {
        world.opened_by == Opener::Owner || self.holds(Holding::Manager) || self.holds(Holding::CoachedOwner)
    }

    fn sees_page(&self, world: &World) -> bool {
        world.opened_by == Opener::Adversary || self.holds(Holding::ClaimantPage)
    }

    /// Whether the page shows what the remedy gives, and to the adversary.
    fn sees_what_it_shows(&self, world: &World) -> bool {
        let bound = matches!(world.case.claimant_page(), ClaimantPage::Bound { .. });
        let remedied = matches!(world.case.stage(), Stage::Remedied { .. });
        bound && remedied && self.sees_page(world)
    }

    fn account_status(world: &World) -> AccountStatus {
        AccountStatus { suspended: false, has_factor: world.owner_has_factor || world.adversary_factor }
    }

    fn show(world: &World, flow: Flow, kind: FactorKind) -> Option<FlowProgress> {
        flow.show(kind, Self::account_status(world)).ok()
    }

    pub(super) fn subject(tier: TierFloor) -> Subject {
        Subject {
            tenant: TenantId::new("t"),
            person: PersonId::new("owner"),
            tier: tier.into(),
            role: Role::Person,
            manager: Some(PersonId::new("manager")),
            suspended: false,
        }
    }

    /// The case as a step loads it: with the owner of this moment.
    fn load(&self, world: &World) -> Case {
        let case = world.case.clone().with_made_by(Self::made_by());
        if !world.raised {
            return case;
        }
        let case = case.with_subject_now(Self::subject(TierFloor::Privileged));
        self.policies.look_again(case, Self::now(world))
    }

    /// What the raised tier wants: a second yes, and three days.
    fn is_weak(world: &World) -> bool {
        match world.case.stage() {
            Stage::OnHold { approvals, began_at, .. } if !approvals.is_empty() => {
                Self::now(world).duration_since(*began_at) < jiff::SignedDuration::from_hours(72)
            }
            _ => true,
        }
    }

    fn now(world: &World) -> jiff::Timestamp {
        let hours = 72 * i64::from(world.waited);
        jiff::Timestamp::UNIX_EPOCH + jiff::SignedDuration::from_hours(hours)
    }

    fn staff(who: &str) -> Staff {
        let role = match who {
            "senior" | "chief" | "made senior" | PROGRAM => Role::Senior,
            "admin" => Role::Admin,
            _ => Role::Agent,
        };
        Staff {
            id: PersonId::new(who),
            tenant: TenantId::new("t"),
            role,
            phishing_resistant: true,
            by_token: who == PROGRAM,
        }
    }

    fn manager() -> Staff {
        Staff { role: Role::Person, ..Self::staff("manager") }
    }

    fn evidence(kind: Kind, by: &str) -> Evidence {
        let reference = String::new();
        let detail = match kind {
            Kind::CallPlaced => EvidenceDetail::Call { contact: ContactId::new("office"), reference },
            Kind::ManagerVouch => EvidenceDetail::Vouch { how: reference },
            kind => EvidenceDetail::Reference { kind, reference },
        };
        let (attested_by, outcome) = (PersonId::new(by), EvidenceOutcome::Confirmed);
        Evidence { attested_by, outcome, detail, at: jiff::Timestamp::UNIX_EPOCH }
    }

    pub(super) fn take(&self, world: &World, step: &ModelStep) -> Option<World> {
        let mut next = world.clone();
        match step {
            ModelStep::BindClaimantPage { .. }
            | ModelStep::Record { .. }
            | ModelStep::Vouch
            | ModelStep::Join
            | ModelStep::Propose { .. }
            | ModelStep::Verify
            | ModelStep::Approve { .. }
            | ModelStep::Notice
            | ModelStep::ManagerDenies
            | ModelStep::Refuse { .. }
            | ModelStep::Escalate { .. }
            | ModelStep::WantHold { .. } => {
                return self.with_case_moved(next, world, step);
            }
            ModelStep::Apply { by } => return self.with_plan_applied(next, world, step, by),
            ModelStep::Wait => {
                // Three days once, and until a hold that seniors began is over.
                let holds =
                    matches!(world.case.stage(), Stage::OnHold { until, .. } if Self::now(world) < *until);
                (world.waited == 0 || holds).then_some(())?;
                next.waited += 1;
            }
            ModelStep::RaiseTier => next.raised = true,
            ModelStep::LookAtPage => {
                self.sees_what_it_shows(world).then_some(())?;
                match world.case.remedy() {
                    Remedy::FactorReset => next.has_pass = true,
                    Remedy::FreshBackupCodes => next.has_codes = true,
                }
            }
            ModelStep::EnterPassword => {
                let begun = Flow::begin(PersonId::new("owner"), Self::account_status(world));
                next.flow = Some(Self::show(world, begun, FactorKind::Password)?.going_on().ok()?);
            }
            ModelStep::EnterPass => {
                (world.has_pass && !world.pass_used).then_some(())?;
                let shown = Self::show(world, world.flow.clone()?, FactorKind::EnrolmentPass)?;
                next.flow = Some(shown.going_on().ok()?);
                next.pass_used = true;
            }
            ModelStep::Enrol => {
                world.flow.as_ref()?.expect_enrolment(Self::account_status(world)).ok()?;
                next.adversary_factor = true;
                next.flow = None;
            }
            ModelStep::FinishSignIn => {
                world.adversary_factor.then_some(())?;
                Self::show(world, world.flow.clone()?, FactorKind::Totp)?.signed_in().ok()?;
                next.session = true;
            }
            ModelStep::UseBackupCode => {
                world.has_codes.then_some(())?;
                Self::show(world, world.flow.clone()?, FactorKind::BackupCode)?.signed_in().ok()?;
                next.session = true;
            }
        }
        Some(next)
    }

    fn with_plan_applied(&self, mut next: World, world: &World, step: &ModelStep, by: &str) -> Option<World> {
        next.case = remembered(world, step, || self.apply(world, by))?;
        next.case.forget_now();
        next.weak_reset = world.raised && Self::is_weak(world);
        let is_held = matches!(self.load(world).stage(), Stage::OnHold { .. });
        next.unseen_reset = is_held && !world.noticed && world.wanted != [true, true];
        next.unapproved =
            self.tier == TierFloor::Privileged && !world.approved.contains(&world.case.remedy());
        next.moved_by_program |= by == PROGRAM;
        if world.case.remedy() == Remedy::FactorReset {
            next.owner_has_factor = false;
            next.flow = None;
        }
        Some(next)
    }

    fn with_case_moved(&self, mut next: World, world: &World, step: &ModelStep) -> Option<World> {
        next.case = remembered(world, step, || self.move_case(world, step))?;
        // Evidence in another order is the same evidence: half the states for nothing.
        let (before, since) = next.case.evidence.split_at_mut(next.case.evidence_before_join);
        for pieces in [before, since] {
            pieces.sort_by_key(|e| (e.kind(), e.attested_by.clone()));
        }
        next.case.forget_now();
        match step {
            ModelStep::Notice => next.noticed = true,
            ModelStep::Join => {
                next.opened_by = Opener::Adversary;
                // What was said before was said to another page's plan.
                (next.noticed, next.wanted, next.approved) = (false, [false; 2], Vec::new());
            }
            ModelStep::Approve { by } if world.case.remedied_at().is_some() => {
                let by_them = |id: &PersonId| id.as_str() == *by;
                let doubted = world.case.stop().and_then(|stop| stop.by.as_ref()).is_some_and(by_them);
                let own = doubted || world.case.evidence_for_page().any(|piece| by_them(&piece.attested_by));
                next.resumed = if own { Resumed::ByOwnWord } else { Resumed::BySenior };
                next.moved_by_program |= *by == PROGRAM;
            }
            ModelStep::ManagerDenies | ModelStep::Refuse { .. } | ModelStep::Escalate { .. } => {
                // What the remedy gave ends in the same change.
                (next.has_pass, next.has_codes, next.pass_used) = (false, false, false);
                (next.adversary_factor, next.flow) = (false, None);
            }
            ModelStep::Approve { by } => {
                next.approved.push(world.case.remedy());
                next.approved.sort_unstable();
                next.approved.dedup();
                next.moved_by_program |= *by == PROGRAM;
            }
            ModelStep::BindClaimantPage { by }
            | ModelStep::Record { by, .. }
            | ModelStep::Propose { by, .. } => {
                next.moved_by_program |= *by == PROGRAM;
            }
            ModelStep::WantHold { by } => {
                for (who, wanted) in SENIORS.iter().zip(&mut next.wanted) {
                    *wanted |= who == by;
                }
            }
            _ => {}
        }
        Some(next)
    }

    fn move_case(&self, world: &World, step: &ModelStep) -> Option<Case> {
        let (case, now) = (self.load(world), Self::now(world));
        match step {
            ModelStep::BindClaimantPage { by } => {
                let staff = Self::staff(by);
                let permit = self.policies.authorize(&Request::on_case(&staff, &case)).ok()?;
                case.bind_claimant_page(permit, ContactId::new("office"), staff.id, now).ok()
            }
            ModelStep::Record { kind, by } => {
                let staff = Self::staff(by);
                let permit = self.policies.authorize(&Request::on_case(&staff, &case)).ok()?;
                Some(case.add_evidence(permit, Self::evidence(*kind, by)).ok()?.0)
            }
            ModelStep::Vouch => {
                let permit = self.policies.authorize(&Request::on_case(&Self::manager(), &case)).ok()?;
                case.vouch(permit, Self::evidence(Kind::ManagerVouch, "manager")).ok()
            }
            ModelStep::Propose { by, remedy } => {
                let staff = Self::staff(by);
                let permit = self.policies.authorize(&Request::on_case(&staff, &case)).ok()?;
                case.propose(permit, *remedy).ok()
            }
            ModelStep::Join => case.join().ok(),
            ModelStep::Verify => {
                let permit = self.policies.verify(&case, case.proof(now)).ok()?;
                case.verify(permit, now).ok()
            }
            ModelStep::Approve { by } => {
                let staff = Self::staff(by);
                let permit = self.policies.authorize(&Request::on_case(&staff, &case)).ok()?;
                // An honest senior signs what the page shows.
                let yes = Approval { by: staff.id, plan: case.plan().hash() };
                if case.waits_to_resume() {
                    let suffices = self.policies.verify_to_resume(&case, now).ok()?;
                    return case.resume(permit, suffices, yes, now).ok();
                }
                case.approve(permit, yes, now).ok()
            }
            ModelStep::ManagerDenies | ModelStep::Refuse { .. } | ModelStep::Escalate { .. } => {
                // Before the remedy a no takes back what was verified: that is no stop.
                case.can_be_stopped_after_remedy().then_some(())?;
                self.stop_case(case, step, now)
            }
            ModelStep::Notice => case.start_hold(now).ok(),
            ModelStep::WantHold { by } => {
                let staff = Self::staff(by);
                let permit = self.policies.authorize(&Request::on_case(&staff, &case)).ok()?;
                case.want_hold(permit, staff.id, now).ok()
            }
            _ => None,
        }
    }

    fn stop_case(&self, case: Case, step: &ModelStep, now: jiff::Timestamp) -> Option<Case> {
        let word = |staff: &Staff| {
            Some(Refusal { by: staff.id.clone(), reason: Reason::parse("a stranger").ok()?, at: now })
        };
        match step {
            ModelStep::ManagerDenies => {
                let permit = self.policies.authorize(&Request::on_case(&Self::manager(), &case)).ok()?;
                let yes = Self::evidence(Kind::ManagerVouch, "manager");
                case.vouch(permit, Evidence { outcome: EvidenceOutcome::WrongPerson, ..yes }).ok()
            }
            ModelStep::Refuse { by } => {
                let staff = Self::staff(by);
                let permit = self.policies.authorize(&Request::on_case(&staff, &case)).ok()?;
                case.refuse(permit, word(&staff)?).ok()
            }
            ModelStep::Escalate { by } => {
                let staff = Self::staff(by);
                let permit = self.policies.authorize(&Request::on_case(&staff, &case)).ok()?;
                case.escalate(permit, word(&staff)?).ok()
            }
            _ => None,
        }
    }

    fn apply(&self, world: &World, by: &str) -> Option<Case> {
        let (case, now) = (self.load(world), Self::now(world));
        let staff = Self::staff(by);
        let permit = self.policies.authorize(&Request::on_case(&staff, &case)).ok()?;
        let suffices = self.policies.verify(&case, case.proof(now)).ok()?;
        case.apply(permit, suffices, staff.id, now).ok()
    }
}

impl Adversary<'_> {
    /// The owner's case as an agent hands it to a senior after the reset, and as the senior lets it go on: with the pass seen, and a
    /// factor enrolled, before.
    pub(super) fn stop_and_resume(&self) -> (World, World) {
        use stateright::Model as _;
        let by = AGENTS[0];
        let mut world = self.init_states().pop().unwrap();
        for step in [
            ModelStep::BindClaimantPage { by },
            ModelStep::Record { kind: Kind::CallPlaced, by },
            ModelStep::Vouch,
            ModelStep::Verify,
            ModelStep::Apply { by },
        ] {
            world = self.next_state(&world, step).unwrap();
        }
        (world.has_pass, world.adversary_factor) = (true, true);
        let stopped = self.next_state(&world, ModelStep::Escalate { by }).unwrap();
        let resumed = self.next_state(&stopped, ModelStep::Approve { by: AGENTS[1] }).unwrap();
        (stopped, resumed)
    }
}

type Known = HashMap<(Case, u8, bool, ModelStep), Option<Case>>;

/// What a step does to a case depends on the case, the clock, the tier and the step alone, whoever the adversary is: asking the
/// policies once for all adversaries makes the search ten times as fast.
fn remembered(world: &World, step: &ModelStep, find: impl FnOnce() -> Option<Case>) -> Option<Case> {
    static KNOWN: LazyLock<Mutex<Known>> = LazyLock::new(Mutex::default);
    let question = (world.case.clone(), world.waited, world.raised, step.clone());
    if let Some(known) = KNOWN.lock().unwrap().get(&question) {
        return known.clone();
    }
    let found = find();
    KNOWN.lock().unwrap().insert(question, found.clone());
    found
}
