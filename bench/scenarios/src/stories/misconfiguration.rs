//! A policy that somebody has just changed keeps out those whom it should not.

use postern_signals::{
    Cause,
    Provider::{self, Entra, Okta},
};

use super::{Kind, kind, outage::organisation_wide};
use crate::{
    act::{Act, Proof, Scene},
    answer::{About, Answer, Person},
    stage::Stage,
    time::{DAY, HOUR, MINUTE},
    windows::reached_by,
    world::{Account, Client, Seat},
};

pub(super) const KINDS: [Kind; 5] = [
    kind("misconfiguration", "policy_blocks_department", policy_blocks_department),
    kind("misconfiguration", "old_protocols_switched_off", old_protocols_switched_off),
    kind("misconfiguration", "device_policy_begins", device_policy_begins),
    kind("misconfiguration", "okta_rule_changed", okta_rule_changed),
    kind("misconfiguration", "application_unassigned", application_unassigned),
];

/// What begins to block, and how.
struct Block {
    provider: Provider,
    /// `None`: the log names none.
    policy: Option<String>,
    act: Act,
    cause: Cause,
    legacy: bool,
}

fn policy_blocks_department(stage: &mut Stage<'_>) -> Answer {
    let policy = Some(named(stage, "Offices only for"));
    misconfigured(
        stage,
        &Block { provider: Entra, policy, act: Act::PolicyBlock, cause: Cause::PolicyBlock, legacy: false },
    )
}

fn old_protocols_switched_off(stage: &mut Stage<'_>) -> Answer {
    let policy = Some(named(stage, "No old protocols for"));
    misconfigured(
        stage,
        &Block { provider: Entra, policy, act: Act::PolicyBlock, cause: Cause::PolicyBlock, legacy: true },
    )
}

fn device_policy_begins(stage: &mut Stage<'_>) -> Answer {
    let policy = Some(named(stage, "Managed devices for"));
    misconfigured(
        stage,
        &Block { provider: Entra, policy, act: Act::DeviceBlock, cause: Cause::DeviceBlock, legacy: false },
    )
}

fn okta_rule_changed(stage: &mut Stage<'_>) -> Answer {
    let policy = Some(named(stage, "Sign-on of"));
    misconfigured(
        stage,
        &Block { provider: Okta, policy, act: Act::PolicyBlock, cause: Cause::PolicyBlock, legacy: false },
    )
}

/// A group was emptied: Entra names no policy then, so the code stands for it.
fn application_unassigned(stage: &mut Stage<'_>) -> Answer {
    misconfigured(
        stage,
        &Block {
            provider: Entra,
            policy: None,
            act: Act::NotAssigned,
            cause: Cause::PolicyBlock,
            legacy: false,
        },
    )
}

fn named(stage: &mut Stage<'_>, what: &str) -> String {
    let department =
        stage.drawn.pick(&["Finance", "Sales", "Field Service", "Research", "Legal", "Logistics"]);
    format!("{what} {department} {}", stage.drawn.between(1, 999))
}

fn misconfigured(stage: &mut Stage<'_>, block: &Block) -> Answer {
    let start = stage.reserved(block.provider, (8, 14), (2 * HOUR, 7 * HOUR));
    let count = if stage.drawn.chance(20) { stage.drawn.below(4) } else { 6 + stage.drawn.below(35) };
    let until = start + 3 * HOUR;
    // Old programs need a history of their own, at home.
    let from = if block.legacy { start - 4 * DAY } else { start - 30 * MINUTE };
    let people = stage.crowd(block.provider, count, (from, until + 2 * HOUR));
    let caller = stage.actor(&[block.provider]);
    if let (Some(policy), true) = (&block.policy, stage.drawn.chance(70)) {
        let changed = start - stage.drawn.between(1, 45) * MINUTE;
        stage.policy_changed(&caller, changed, policy);
    }
    let mut hit = Vec::new();
    for who in people.iter().chain([&caller]) {
        hit.extend(blocked(stage, who, start, block));
    }
    for who in &people {
        // The policy is put right.
        let at = until + stage.drawn.between(0, 100) * MINUTE;
        stage.signs_in(who, at, who.at_work(at));
    }
    stage.leaves(&caller, start);
    answer(block, &hit, &caller)
}

fn answer(block: &Block, hit: &[(i64, String)], caller: &Account) -> Answer {
    let reached = reached_by(hit, HOUR, 5);
    let mut answer = Answer::nothing();
    let policy = block.policy.clone().unwrap_or_else(|| "50105".to_owned());
    answer.as_reached(reached, "policy_misconfiguration", About::Policy(block.provider, policy));
    if reached_by(hit, 10 * MINUTE, 10).perhaps() {
        // Many people and one code: the letter of an outage too.
        answer.may("outage", About::Tenant(block.provider));
    }
    if block.legacy {
        for (_, login) in hit {
            answer.may("legacy_protocol", About::Person(block.provider, login.to_lowercase()));
        }
    }
    answer.person(organisation_wide(Person::locked_out(caller, block.cause), reached));
    answer
}

fn blocked(stage: &mut Stage<'_>, who: &Account, start: i64, block: &Block) -> Vec<(i64, String)> {
    let mut at = start + stage.seconds(0, 2_900);
    let seat = if block.legacy {
        let mail = Seat { client: Client::old_mail(&mut stage.drawn), ..who.at_home(at) };
        for days in 1..4 {
            let before = start - days * DAY + stage.seconds(0, 7_200);
            stage.before(who, before, mail, Act::In(Proof::None));
        }
        mail
    } else {
        stage.own_seat(who, at)
    };
    let mut hit = Vec::new();
    for _ in 0..stage.drawn.between(1, 3) {
        let scene = Scene { policy: block.policy.as_deref(), ..Scene::new(who, at, seat, block.act) };
        stage.tell(&scene);
        hit.push((at, who.login.clone()));
        at += stage.seconds(20, 200);
    }
    hit
}
