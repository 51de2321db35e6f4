//! A model check of the sign-in flow: two sign-ins of one person side by side, in every order of steps, while the account
//! gains and loses factors, is suspended and enabled, and passes are issued. An adversary who holds some means of proof and
//! no others shows them wherever they like. What was really shown is kept beside each flow, so that nothing the flow says of
//! itself is believed.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use stateright::{Checker as _, Model, Property};

use super::{AccountStatus, Assurance, Flow, FlowProgress, ShownFactor};
use crate::factor::FactorKind;
use crate::id::PersonId;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
enum MeansOfProof {
    Password,
    /// An account at an identity provider.
    Linked,
    CodeApp,
    /// A passkey that makes sure who holds it.
    Passkey,
    /// A key that does not.
    SecurityKey,
    /// A phone that approves. It stands for a hardware token and a code that goes to a number too: each is a second step that
    /// counts, and no more; `every_step_from_every_state` holds each kind to that.
    Phone,
    /// A code that goes to a mailbox.
    MailedCode,
    BackupCode,
    Pass,
}
use MeansOfProof::{BackupCode, CodeApp, Linked, MailedCode, Pass, Passkey, Password, Phone, SecurityKey};

const ALL: [MeansOfProof; 9] =
    [Password, Linked, CodeApp, Passkey, SecurityKey, Phone, MailedCode, BackupCode, Pass];
const FACTORS: [MeansOfProof; 5] = [CodeApp, Passkey, SecurityKey, Phone, MailedCode];
/// They come and go together here, and nobody holds both: each is tried beside everything else, and the search stays
/// small.
const FROM_ELSEWHERE: [MeansOfProof; 2] = [Phone, MailedCode];

impl MeansOfProof {
    fn shown(self) -> ShownFactor {
        let kind = match self {
            Password => FactorKind::Password,
            Linked => FactorKind::Federated,
            CodeApp => FactorKind::Totp,
            Passkey => return ShownFactor { kind: FactorKind::Webauthn, user_verified: true },
            SecurityKey => FactorKind::Webauthn,
            Phone => FactorKind::Push,
            MailedCode => FactorKind::Email,
            BackupCode => FactorKind::BackupCode,
            Pass => FactorKind::EnrolmentPass,
        };
        kind.into()
    }
}

type ProofSet = BTreeSet<MeansOfProof>;

/// A flow, and what was really shown in it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct WatchedFlow {
    flow: Flow,
    shown: ProofSet,
}

/// A session that was opened, or a factor that was enrolled: by what, and what the account was in that moment.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct GateOpening {
    shown: ProofSet,
    suspended: bool,
    has_factor: bool,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
struct GateWorld {
    /// What of the account works now.
    works: BTreeSet<MeansOfProof>,
    suspended: bool,
    /// Its code app is one that the adversary enrolled.
    app_is_theirs: bool,
    flows: [Option<WatchedFlow>; 2],
    session: Option<(GateOpening, Assurance)>,
    enrolment: Option<GateOpening>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum GateStep {
    Begin {
        flow: usize,
    },
    Show {
        flow: usize,
        means: MeansOfProof,
    },
    Enrol {
        flow: usize,
    },
    /// The owner, or the desk, adds it or takes it away.
    Change(MeansOfProof),
    SuspendOrEnable,
}

/// Whoever holds these.
struct GateAdversary {
    holds: BTreeSet<MeansOfProof>,
}

impl GateWorld {
    fn status(&self) -> AccountStatus {
        let has_factor = FACTORS.iter().any(|factor| self.works.contains(factor));
        AccountStatus { suspended: self.suspended, has_factor }
    }

    fn opened(&self, shown: &ProofSet) -> GateOpening {
        let AccountStatus { suspended, has_factor } = self.status();
        GateOpening { shown: shown.clone(), suspended, has_factor }
    }
}

impl GateAdversary {
    fn answers(&self, world: &GateWorld, means: MeansOfProof) -> bool {
        let is_theirs = means == CodeApp && world.app_is_theirs;
        world.works.contains(&means) && (is_theirs || self.holds.contains(&means))
    }

    fn show(&self, world: &GateWorld, (n, means): (usize, MeansOfProof)) -> Option<GateWorld> {
        let WatchedFlow { flow, mut shown } = world.flows[n].clone()?;
        let progress = flow.show(means.shown(), world.status()).ok()?;
        self.answers(world, means).then_some(())?;
        shown.insert(means);
        match progress {
            FlowProgress::Next(flow) => {
                let mut next = world.clone();
                next.flows[n] = Some(WatchedFlow { flow, shown });
                // A pass is for one use.
                if means == Pass {
                    next.works.remove(&Pass);
                }
                Some(next)
            }
            // What follows a session says nothing new.
            FlowProgress::SignedIn(assurance) => {
                Some(GateWorld { session: Some((world.opened(&shown), assurance)), ..GateWorld::default() })
            }
        }
    }
}

impl Model for GateAdversary {
    type State = GateWorld;
    type Action = GateStep;

    fn init_states(&self) -> Vec<GateWorld> {
        vec![GateWorld { works: [Password, Linked, CodeApp, BackupCode].into(), ..GateWorld::default() }]
    }

    fn actions(&self, world: &GateWorld, steps: &mut Vec<GateStep>) {
        if world.session.is_some() {
            return;
        }
        for flow in 0..world.flows.len() {
            steps.extend([GateStep::Begin { flow }, GateStep::Enrol { flow }]);
            steps.extend(ALL.map(|means| GateStep::Show { flow, means }));
        }
        steps.extend([CodeApp, Passkey, SecurityKey, Phone, Pass].map(GateStep::Change));
        steps.push(GateStep::SuspendOrEnable);
    }

    fn next_state(&self, world: &GateWorld, step: GateStep) -> Option<GateWorld> {
        let mut next = world.clone();
        match step {
            GateStep::Begin { flow } => {
                let begun = Flow::begin(PersonId::new("owner"), world.status());
                next.flows[flow] = Some(WatchedFlow { flow: begun, shown: ProofSet::new() });
            }
            GateStep::Show { flow, means } => return self.show(world, (flow, means)),
            // The flow goes on here, though it ends in the program: even so it leads nowhere else.
            GateStep::Enrol { flow } => {
                let watched = world.flows[flow].as_ref()?;
                watched.flow.expect_enrolment(world.status()).ok()?;
                next.enrolment = Some(world.opened(&watched.shown));
                next.works.insert(CodeApp);
                next.app_is_theirs = true;
            }
            GateStep::Change(means) => {
                let together = if means == Phone { FROM_ELSEWHERE.to_vec() } else { vec![means] };
                for means in together {
                    if !next.works.remove(&means) {
                        next.works.insert(means);
                    }
                }
                next.app_is_theirs &= means != CodeApp;
            }
            GateStep::SuspendOrEnable => next.suspended = !world.suspended,
        }
        Some(next)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        fn session(world: &GateWorld, holds: impl Fn(&GateOpening, &Assurance) -> bool) -> bool {
            world.session.as_ref().is_none_or(|(opened, assurance)| holds(opened, assurance))
        }
        vec![
            Property::always("a session is first and second step, or a passkey", |_, world: &GateWorld| {
                session(world, |opened, _| {
                    let second = [CodeApp, Passkey, SecurityKey, Phone, MailedCode, BackupCode];
                    let has = |means| opened.shown.contains(means);
                    has(&Passkey) || ((has(&Password) || has(&Linked)) && second.iter().any(has))
                })
            }),
            Property::always("only an open account with a factor is opened", |_, world: &GateWorld| {
                session(world, |opened, _| !opened.suspended && opened.has_factor)
            }),
            Property::always("enrolment is first step and pass, and no factor", |_, world: &GateWorld| {
                world.enrolment.as_ref().is_none_or(|opened| {
                    let is_proven = [Password, Linked].map(|first| opened.shown == [first, Pass].into());
                    is_proven.contains(&true) && !opened.has_factor && !opened.suspended
                })
            }),
            Property::always("phishing-resistant is a passkey", |_, world: &GateWorld| {
                session(world, |opened, assurance| {
                    let has_key = opened.shown.contains(&Passkey) || opened.shown.contains(&SecurityKey);
                    assurance.phishing_resistant == has_key
                })
            }),
            Property::always("AAL 2 is two factors, and a mailbox is none", |_, world: &GateWorld| {
                session(world, |opened, assurance| {
                    let counted = opened.shown.iter().filter(|means| **means != MailedCode).count();
                    let is_two = counted > 1 || opened.shown.contains(&Passkey);
                    assurance.aal == if is_two { 2 } else { 1 }
                })
            }),
            Property::always("what was shown is counted, and nothing else", |_, world: &GateWorld| {
                session(world, |opened, assurance| {
                    let counted =
                        assurance.amr.iter().filter(|word| !["user", "mfa"].contains(&word.as_str()));
                    let shown = opened.shown.iter().flat_map(|means| means.shown().kind.amr()).copied();
                    counted.map(String::as_str).collect::<BTreeSet<_>>() == shown.collect()
                })
            }),
            Property::always("what is not held is not counted", |adversary: &Self, world: &GateWorld| {
                // A code app of their own may have been enrolled before.
                let is_theirs = |means: &MeansOfProof| adversary.holds.contains(means) || *means == CodeApp;
                session(world, |opened, _| opened.shown.iter().all(is_theirs))
            }),
            Property::sometimes(SESSION, |_, world: &GateWorld| world.session.is_some()),
            Property::sometimes(ENROLMENT, |_, world: &GateWorld| world.enrolment.is_some()),
        ]
    }
}

const SESSION: &str = "a session";
const ENROLMENT: &str = "an enrolment";

/// What each set of means leads to, and which properties it breaks.
static SEARCHES: LazyLock<Vec<(ProofSet, Vec<&'static str>)>> = LazyLock::new(|| {
    let subset = |bits: usize| ALL.into_iter().enumerate().filter(move |(n, _)| bits >> n & 1 == 1);
    let sets = (0..1 << ALL.len()).map(|bits| subset(bits).map(|(_, means)| means).collect::<ProofSet>());
    let search = |holds: ProofSet| {
        let checker = GateAdversary { holds: holds.clone() }.checker().spawn_bfs().join();
        (holds, checker.discoveries().into_keys().collect())
    };
    let is_searched =
        |holds: &ProofSet| FROM_ELSEWHERE.iter().filter(|means| holds.contains(means)).count() < 2;
    sets.filter(is_searched).map(search).collect()
});

/// The sets that lead there, without those of which a part is enough.
fn smallest_that_reach(what: &str) -> BTreeSet<Vec<MeansOfProof>> {
    let reach: Vec<_> =
        SEARCHES.iter().filter(|(_, found)| found.contains(&what)).map(|(set, _)| set).collect();
    let is_smallest = |set: &&&ProofSet| !reach.iter().any(|other| other.is_subset(set) && other != *set);
    reach.iter().filter(is_smallest).map(|set| set.iter().copied().collect()).collect()
}

#[test]
fn no_order_of_steps_leads_past_a_proof() {
    for (holds, found) in SEARCHES.iter() {
        let broken: Vec<_> = found.iter().filter(|name| ![SESSION, ENROLMENT].contains(name)).collect();
        assert!(broken.is_empty(), "{holds:?}: {broken:?}");
    }
}

/// Exactly these, so that neither a way in nor a dead end is overlooked.
#[test]
fn what_opens_a_session_and_what_an_enrolment() {
    let enough = [
        vec![Password, CodeApp],
        vec![Password, SecurityKey],
        vec![Password, Phone],
        vec![Password, MailedCode],
        vec![Password, BackupCode],
        // Through an enrolment, where the account has no factor left.
        vec![Password, Pass],
        // A linked account stands where the password stands, and nowhere else.
        vec![Linked, CodeApp],
        vec![Linked, SecurityKey],
        vec![Linked, Phone],
        vec![Linked, MailedCode],
        vec![Linked, BackupCode],
        vec![Linked, Pass],
        vec![Passkey],
    ];
    assert_eq!(smallest_that_reach(SESSION), enough.into());
    assert_eq!(smallest_that_reach(ENROLMENT), [vec![Password, Pass], vec![Linked, Pass]].into());
}
