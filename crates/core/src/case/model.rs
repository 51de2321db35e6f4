//! A model check of P1 over the real transitions and the real policies: an adversary who holds *one* secret, channel
//! or person does everything that anybody can do, in every order, and must never stand in a session.
//!
//! Two beginnings are searched. In one the case is the adversary's: every step needs what the adversary would need to
//! take it. In the other the case is the owner's honest recovery, which goes all the way while the adversary waits at
//! the side. Sessions, and factors that are enrolled, are always the adversary's: the owner never types in this model.

mod adversary;
mod world;

use stateright::{Checker as _, Model, Property};

use self::adversary::{Adversary, SENIORS, SearchSubject};
use self::world::{Holding, ModelStep, Opener, Resumed, World};
use super::{Case, Stage, StopSource};
use crate::evidence::Kind;
use crate::id::CaseId;
use crate::policy::Policies;
use crate::remedy::Remedy;
use crate::tier::TierFloor;

impl Model for Adversary<'_> {
    type State = World;
    type Action = ModelStep;

    fn init_states(&self) -> Vec<World> {
        let open = |opened_by: Opener, remedy: Remedy| World {
            opened_by,
            case: Case::open(CaseId::new("case"), Self::subject(self.tier), jiff::Timestamp::UNIX_EPOCH)
                .with_remedy(remedy),
            waited: 0,
            noticed: false,
            wanted: [false; 2],
            unseen_reset: false,
            raised: false,
            weak_reset: false,
            approved: Vec::new(),
            unapproved: false,
            moved_by_program: false,
            resumed: Resumed::Never,
            has_pass: false,
            has_codes: false,
            pass_used: false,
            flow: None,
            owner_has_factor: true,
            adversary_factor: false,
            session: false,
        };
        // Where the tier is the question, the heavier remedy is enough.
        let remedies = if self.about == SearchSubject::RaisedTier { &Remedy::ALL[1..] } else { Remedy::ALL };
        self.openers.iter().flat_map(|by| remedies.iter().map(|remedy| open(*by, *remedy))).collect()
    }

    fn actions(&self, world: &World, steps: &mut Vec<ModelStep>) {
        for by in self.staff_at_work() {
            if self.can_bind(world, by) && self.proves(by) {
                steps.push(ModelStep::BindClaimantPage { by });
            }
            // An honest agent approves and resets whatever the policy lets through: the worst case.
            steps.extend([ModelStep::Approve { by }, ModelStep::Apply { by }]);
            if self.about == SearchSubject::OtherRemedy && world.case.stage().verified_at().is_some() {
                steps.extend(Remedy::ALL.iter().map(|remedy| ModelStep::Propose { by, remedy: *remedy }));
            }
            for kind in [Kind::CallPlaced, Kind::LiveVideo, Kind::RecoveryMailCode] {
                let already =
                    world.case.evidence_for_page().any(|e| e.kind() == kind && e.attested_by.as_str() == by);
                if self.can_record(world, kind, by) && self.proves(by) && !already && world.case.risk() < 1 {
                    steps.push(ModelStep::Record { kind, by });
                }
            }
        }
        // Seniors begin every hold that the policies let them begin: the worst case.
        steps.extend(SENIORS.map(|by| ModelStep::WantHold { by }));
        if self.can_vouch(world) && world.case.evidence_for_page().all(|e| e.kind() != Kind::ManagerVouch) {
            steps.push(ModelStep::Vouch);
        }
        if self.about == SearchSubject::Join && world.opened_by == Opener::Owner {
            steps.push(ModelStep::Join);
        }
        if self.about == SearchSubject::Stop
            && matches!(world.case.stage(), Stage::Remedied { .. } | Stage::Contested { .. })
        {
            steps.push(ModelStep::ManagerDenies);
            steps.extend(self.staff_at_work().map(|by| ModelStep::Refuse { by }));
            // Once: what was let go on and stopped again is where it was.
            if world.resumed == Resumed::Never {
                steps.extend(self.staff_at_work().map(|by| ModelStep::Escalate { by }));
            }
        }
        if self.about == SearchSubject::RaisedTier && !world.raised {
            steps.push(ModelStep::RaiseTier);
        }
        if self.holds(Holding::Password) {
            steps.push(ModelStep::EnterPassword);
        }
        steps.extend([ModelStep::Verify, ModelStep::Notice, ModelStep::Wait]);
        if self.about != SearchSubject::RaisedTier {
            steps.extend([
                ModelStep::LookAtPage,
                ModelStep::EnterPass,
                ModelStep::Enrol,
                ModelStep::FinishSignIn,
                ModelStep::UseBackupCode,
            ]);
        }
    }

    fn next_state(&self, world: &World, step: ModelStep) -> Option<World> {
        // Once broken is broken: what follows a found session says nothing new.
        if world.session {
            return None;
        }
        // Where the tier is the question, the search ends with the reset.
        if self.about == SearchSubject::RaisedTier && matches!(world.case.stage(), Stage::Remedied { .. }) {
            return None;
        }
        self.take(world, &step).filter(|next| next != world)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        if self.about == SearchSubject::RaisedTier {
            return vec![
                Property::always("the tier of the moment", |_, world: &World| !world.weak_reset),
                Property::sometimes("a reset on the raised tier", |_, world: &World| {
                    world.raised && matches!(world.case.stage(), Stage::Remedied { .. })
                }),
            ];
        }
        vec![
            Property::always("P1: one is never enough", |_, world: &World| !world.session),
            Property::always("P1: no enrolment either", |_, world: &World| !world.adversary_factor),
            Property::always("P3: no hold runs unseen", |_, world: &World| !world.unseen_reset),
            Property::always("a yes to the very plan", |_, world: &World| !world.unapproved),
            Property::always("a program moves no case", |_, world: &World| !world.moved_by_program),
            Property::always("what was stopped goes on by another's word", |_, world: &World| {
                world.resumed != Resumed::ByOwnWord
            }),
            Property::always("nothing works of what was stopped", |_, world: &World| {
                let is_stopped = !matches!(world.case.stage(), Stage::Remedied { .. });
                !(is_stopped && (world.has_pass || world.has_codes || world.adversary_factor))
            }),
        ]
    }
}

fn check(holds: &[Holding], openers: &[Opener], tier: TierFloor) -> Vec<&'static str> {
    // The checker wants what it searches to live for ever; a test may leak a kilobyte.
    let policies: &'static Policies = Box::leak(Box::new(Policies::shipped().unwrap()));
    let (holds, openers) = (holds.to_vec().leak(), openers.to_vec().leak());
    let checker = Adversary { holds, openers, tier, about: SearchSubject::WayIn, policies }
        .checker()
        .spawn_bfs()
        .join();
    assert!(checker.unique_state_count() > 1, "the model does nothing");
    checker.discoveries().into_keys().collect()
}

const BOTH: [Opener; 2] = [Opener::Owner, Opener::Adversary];

#[test]
fn one_holding_never_leads_in() {
    for tier in TierFloor::ALL {
        for holding in Holding::ALL {
            // What an admin made does not need the owner's case; with both the search takes minutes.
            let openers = if holding == Holding::Admin { &BOTH[1..] } else { &BOTH[..] };
            let broken = check(&[holding], openers, tier);
            assert!(broken.is_empty(), "{holding:?} alone, tier {}: {broken:?}", tier.as_str());
        }
    }
}

/// Stronger than P1 asks, because the password is what leaks first. (With the owner's own page in hand *and* the
/// password, during the owner's own recovery, the adversary is the owner for all that a machine can see.)
#[test]
fn one_holding_and_the_password_does_not_lead_in_through_a_case_of_their_own() {
    for tier in TierFloor::ALL {
        // Whom the owner trusts with everything is told apart by nothing: see the test below.
        for holding in Holding::ALL.into_iter().filter(|holding| *holding != Holding::CoachedOwner) {
            let broken = check(&[Holding::Password, holding], &[Opener::Adversary], tier);
            assert!(broken.is_empty(), "{holding:?} and the password, tier {}: {broken:?}", tier.as_str());
        }
    }
}

/// The model finds a way in where there is one: without this, a model that does nothing would pass.
#[test]
fn the_model_finds_the_way_in_when_enough_is_held() {
    let enough = [Holding::Password, Holding::PhoneLine, Holding::Manager];
    let broken = check(&enough, &[Opener::Adversary], TierFloor::Standard);
    assert!(broken.contains(&"P1: one is never enough"), "{broken:?}");
}

/// With the password, an owner who says what she is told to the desk *and* to her manager is, for all that these policies can
/// see, the owner who asks. What stops this one is outside of them: the notice, and the question whose page it is.
#[test]
fn a_coached_owner_leads_in_with_the_password_and_never_without() {
    let broken =
        check(&[Holding::Password, Holding::CoachedOwner], &[Opener::Adversary], TierFloor::Standard);
    assert!(broken.contains(&"P1: one is never enough"), "{broken:?}");
    for tier in TierFloor::ALL {
        assert!(check(&[Holding::CoachedOwner], &[Opener::Adversary], tier).is_empty(), "{}", tier.as_str());
    }
}

/// Somebody at the desk is talked into another remedy after the yes was given: it wants a yes of its own.
#[test]
fn a_yes_to_one_remedy_carries_out_no_other() {
    let policies: &'static Policies = Box::leak(Box::new(Policies::shipped().unwrap()));
    let tier = TierFloor::Privileged;
    let model = Adversary {
        holds: &[],
        openers: &[Opener::Owner],
        tier,
        about: SearchSubject::OtherRemedy,
        policies,
    };
    let checker = model.checker().spawn_bfs().join();
    let found: Vec<_> = checker.discoveries().into_keys().collect();
    assert!(found.is_empty(), "{found:?}");
}

/// Somebody overhears the reference of the owner's case, and joins it when the owner has proven half of what is wanted, or all of it:
/// nothing of that is theirs.
#[test]
fn whoever_joins_the_owners_case_has_nothing_of_what_was_proven() {
    let policies: &'static Policies = Box::leak(Box::new(Policies::shipped().unwrap()));
    let model = Adversary {
        // With the manager's word for the owner's page they would be in.
        holds: &[Holding::Password, Holding::PhoneLine],
        openers: &[Opener::Owner],
        tier: TierFloor::Standard,
        about: SearchSubject::Join,
        policies,
    };
    let checker = model.checker().spawn_bfs().join();
    let found: Vec<_> = checker.discoveries().into_keys().collect();
    assert!(found.is_empty(), "{found:?}");
}

/// The owner's own recovery, with every step in every order, while an admin raises the tier in between: whatever was
/// verified before, no reset goes through with less than the new tier wants.
#[test]
fn a_tier_that_is_raised_binds_every_reset_after_it() {
    let policies: &'static Policies = Box::leak(Box::new(Policies::shipped().unwrap()));
    for tier in [TierFloor::Standard, TierFloor::Sensitive] {
        let model = Adversary {
            holds: &[],
            openers: &[Opener::Owner],
            tier,
            about: SearchSubject::RaisedTier,
            policies,
        };
        let checker = model.checker().spawn_bfs().join();
        let found: Vec<_> = checker.discoveries().into_keys().collect();
        assert_eq!(found, ["a reset on the raised tier"], "tier {}", tier.as_str());
    }
}

/// After the remedy everybody who may stop the case does, at any moment: an honest one who learnt of it, or whoever the adversary holds.
/// Nothing of what was given works then, and a stop leads nobody in, also where a senior lets the case go on.
#[test]
fn whoever_stops_a_case_after_its_remedy_gets_nothing_by_it() {
    for holding in
        [Holding::Agent, Holding::Senior, Holding::Manager, Holding::ClaimantPage, Holding::Program]
    {
        let broken = check_stops(&[holding], &BOTH);
        assert!(broken.is_empty(), "{holding:?}: {broken:?}");
    }
    let broken = check_stops(&[Holding::Password, Holding::Manager], &BOTH[1..]);
    assert!(broken.is_empty(), "{broken:?}");
}

/// The search does stop cases, and lets them go on: who holds enough is let in by a senior's yes, and by nothing less.
#[test]
fn the_search_reaches_a_stop_and_a_yes_after_it() {
    let broken = check_stops(&[Holding::Password, Holding::PhoneLine, Holding::Manager], &BOTH[1..]);
    assert!(broken.contains(&"P1: one is never enough"), "{broken:?}");
    let desk = Adversary {
        holds: &[],
        openers: &[Opener::Owner],
        tier: TierFloor::Standard,
        about: SearchSubject::Stop,
        policies: Box::leak(Box::new(Policies::shipped().unwrap())),
    };
    let (stopped, resumed) = desk.stop_and_resume();
    assert!(matches!(stopped.case.stage(), Stage::Contested { by: StopSource::Escalation, .. }));
    assert!(!stopped.has_pass && !stopped.adversary_factor, "{stopped:?}");
    assert_eq!(resumed.resumed, Resumed::BySenior);
    assert!(matches!(resumed.case.stage(), Stage::Remedied { .. }));
}

fn check_stops(holds: &[Holding], openers: &[Opener]) -> Vec<&'static str> {
    let policies: &'static Policies = Box::leak(Box::new(Policies::shipped().unwrap()));
    let (holds, openers) = (holds.to_vec().leak(), openers.to_vec().leak());
    let tier = TierFloor::Standard;
    let model = Adversary { holds, openers, tier, about: SearchSubject::Stop, policies };
    model.checker().spawn_bfs().join().discoveries().into_keys().collect()
}
