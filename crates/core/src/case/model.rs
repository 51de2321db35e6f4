//! A model check of P1 over the real transitions and the real policies: an adversary who holds *one* secret, channel
//! or person does everything that anybody can do, in every order, and must never stand in a session.
//!
//! Two beginnings are searched. In one the case is the adversary's: every step needs what the adversary would need to
//! take it. In the other the case is the owner's honest recovery, which goes all the way while the adversary waits at
//! the side. Sessions, and factors that are enrolled, are always the adversary's: the owner never types in this model.

mod adversary;
mod world;

use stateright::{Checker as _, Model, Property};

use self::adversary::{Adversary, SENIORS};
use self::world::{Holding, ModelStep, Opener, World};
use super::{Case, Stage};
use crate::evidence::Kind;
use crate::id::CaseId;
use crate::person::Tier;
use crate::policy::Policies;

impl Model for Adversary<'_> {
    type State = World;
    type Action = ModelStep;

    fn init_states(&self) -> Vec<World> {
        let open = |opened_by: &Opener| World {
            opened_by: *opened_by,
            case: Case::open(CaseId::new("case"), Self::subject(self.tier), jiff::Timestamp::UNIX_EPOCH),
            waited: 0,
            noticed: false,
            wanted: [false; 2],
            unseen_reset: false,
            raised: false,
            weak_reset: false,
            has_pass: false,
            pass_used: false,
            flow: None,
            owner_has_factor: true,
            adversary_factor: false,
            session: false,
        };
        self.openers.iter().map(open).collect()
    }

    fn actions(&self, world: &World, steps: &mut Vec<ModelStep>) {
        for by in self.staff_at_work() {
            if self.can_bind(world, by) && self.proves(by) {
                steps.push(ModelStep::BindClaimantPage { by });
            }
            // An honest agent approves and resets whatever the policy lets through: the worst case.
            steps.extend([ModelStep::Approve { by }, ModelStep::Reset { by }]);
            for kind in [Kind::CallPlaced, Kind::LiveVideo, Kind::RecoveryMailCode] {
                let already =
                    world.case.evidence().iter().any(|e| e.kind == kind && e.attested_by.as_str() == by);
                if self.can_record(world, kind, by) && self.proves(by) && !already && world.case.risk() < 1 {
                    steps.push(ModelStep::Record { kind, by });
                }
            }
        }
        // Seniors begin every hold that the policies let them begin: the worst case.
        steps.extend(SENIORS.map(|by| ModelStep::WantHold { by }));
        if self.can_vouch(world) && world.case.evidence().iter().all(|e| e.kind != Kind::ManagerVouch) {
            steps.push(ModelStep::Vouch);
        }
        if self.raises && !world.raised {
            steps.push(ModelStep::RaiseTier);
        }
        if self.holds(Holding::Password) {
            steps.push(ModelStep::EnterPassword);
        }
        steps.extend([ModelStep::Verify, ModelStep::Notice, ModelStep::Wait]);
        if !self.raises {
            steps.extend([
                ModelStep::ShowPass,
                ModelStep::EnterPass,
                ModelStep::Enrol,
                ModelStep::FinishSignIn,
            ]);
        }
    }

    fn next_state(&self, world: &World, step: ModelStep) -> Option<World> {
        // Once broken is broken: what follows a found session says nothing new.
        if world.session {
            return None;
        }
        // Where the tier is the question, the search ends with the reset.
        if self.raises && matches!(world.case.stage(), Stage::Remedied { .. }) {
            return None;
        }
        self.take(world, &step).filter(|next| next != world)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        if self.raises {
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
        ]
    }
}

fn check(holds: &[Holding], openers: &[Opener], tier: Tier) -> Vec<&'static str> {
    // The checker wants what it searches to live for ever; a test may leak a kilobyte.
    let policies: &'static Policies = Box::leak(Box::new(Policies::shipped().unwrap()));
    let (holds, openers) = (holds.to_vec().leak(), openers.to_vec().leak());
    let checker = Adversary { holds, openers, tier, raises: false, policies }.checker().spawn_bfs().join();
    assert!(checker.unique_state_count() > 1, "the model does nothing");
    checker.discoveries().into_keys().collect()
}

const BOTH: [Opener; 2] = [Opener::Owner, Opener::Adversary];

#[test]
fn one_holding_never_leads_in() {
    for tier in Tier::ALL {
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
    for tier in Tier::ALL {
        for holding in Holding::ALL {
            let broken = check(&[Holding::Password, holding], &[Opener::Adversary], tier);
            assert!(broken.is_empty(), "{holding:?} and the password, tier {}: {broken:?}", tier.as_str());
        }
    }
}

/// The model finds a way in where there is one: without this, a model that does nothing would pass.
#[test]
fn the_model_finds_the_way_in_when_enough_is_held() {
    let enough = [Holding::Password, Holding::PhoneLine, Holding::Manager];
    let broken = check(&enough, &[Opener::Adversary], Tier::Standard);
    assert!(broken.contains(&"P1: one is never enough"), "{broken:?}");
}

/// The owner's own recovery, with every step in every order, while an admin raises the tier in between: whatever was
/// verified before, no reset goes through with less than the new tier wants.
#[test]
fn a_tier_that_is_raised_binds_every_reset_after_it() {
    let policies: &'static Policies = Box::leak(Box::new(Policies::shipped().unwrap()));
    for tier in [Tier::Standard, Tier::Sensitive] {
        let model = Adversary { holds: &[], openers: &[Opener::Owner], tier, raises: true, policies };
        let checker = model.checker().spawn_bfs().join();
        let found: Vec<_> = checker.discoveries().into_keys().collect();
        assert_eq!(found, ["a reset on the raised tier"], "tier {}", tier.as_str());
    }
}
