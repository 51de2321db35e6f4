//! A policy that somebody has just changed keeps out those whom it should not.

use postern_signals::{
    Cause,
    Provider::{self, Entra, Okta},
};

use super::{ScenarioKind, kind, outage::organisation_wide};
use crate::{
    answer::{About, Answer, Person},
    builder::ScenarioBuilder,
    event::{EventContext, Proof, ScenarioEvent},
    time::{DAY, HOUR, MINUTE},
    windows::reached_by,
    world::{Account, Client, Seat},
};

pub(super) const KINDS: [ScenarioKind; 5] = [
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
    event: ScenarioEvent,
    cause: Cause,
    legacy: bool,
}

fn policy_blocks_department(builder: &mut ScenarioBuilder<'_>) -> Answer {
    let policy = Some(named(builder, "Offices only for"));
    misconfigured(
        builder,
        &Block {
            provider: Entra,
            policy,
            event: ScenarioEvent::PolicyBlock,
            cause: Cause::PolicyBlock,
            legacy: false,
        },
    )
}

fn old_protocols_switched_off(builder: &mut ScenarioBuilder<'_>) -> Answer {
    let policy = Some(named(builder, "No old protocols for"));
    misconfigured(
        builder,
        &Block {
            provider: Entra,
            policy,
            event: ScenarioEvent::PolicyBlock,
            cause: Cause::PolicyBlock,
            legacy: true,
        },
    )
}

fn device_policy_begins(builder: &mut ScenarioBuilder<'_>) -> Answer {
    let policy = Some(named(builder, "Managed devices for"));
    misconfigured(
        builder,
        &Block {
            provider: Entra,
            policy,
            event: ScenarioEvent::DeviceBlock,
            cause: Cause::DeviceBlock,
            legacy: false,
        },
    )
}

fn okta_rule_changed(builder: &mut ScenarioBuilder<'_>) -> Answer {
    let policy = Some(named(builder, "Sign-on of"));
    misconfigured(
        builder,
        &Block {
            provider: Okta,
            policy,
            event: ScenarioEvent::PolicyBlock,
            cause: Cause::PolicyBlock,
            legacy: false,
        },
    )
}

/// A group was emptied: Entra names no policy then, so the code stands for it.
fn application_unassigned(builder: &mut ScenarioBuilder<'_>) -> Answer {
    misconfigured(
        builder,
        &Block {
            provider: Entra,
            policy: None,
            event: ScenarioEvent::NotAssigned,
            cause: Cause::PolicyBlock,
            legacy: false,
        },
    )
}

fn named(builder: &mut ScenarioBuilder<'_>, what: &str) -> String {
    let department =
        builder.random.pick(&["Finance", "Sales", "Field Service", "Research", "Legal", "Logistics"]);
    format!("{what} {department} {}", builder.random.between(1, 999))
}

fn misconfigured(builder: &mut ScenarioBuilder<'_>, block: &Block) -> Answer {
    let start = builder.reserved(block.provider, (8, 14), (2 * HOUR, 7 * HOUR));
    let count =
        if builder.random.chance(20) { builder.random.below(4) } else { 6 + builder.random.below(35) };
    let until = start + 3 * HOUR;
    // Old programs need a history of their own, at home.
    let from = if block.legacy { start - 4 * DAY } else { start - 30 * MINUTE };
    let people = builder.background_accounts(block.provider, count, (from, until + 2 * HOUR));
    let caller = builder.account(&[block.provider]);
    if let (Some(policy), true) = (&block.policy, builder.random.chance(70)) {
        let changed = start - builder.random.between(1, 45) * MINUTE;
        builder.policy_changed(&caller, changed, policy);
    }
    let mut hit = Vec::new();
    for who in people.iter().chain([&caller]) {
        hit.extend(blocked(builder, who, start, block));
    }
    for who in &people {
        // The policy is put right.
        let at = until + builder.random.between(0, 100) * MINUTE;
        builder.signs_in(who, at, who.at_work(at));
    }
    builder.leaves(&caller, start);
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

fn blocked(
    builder: &mut ScenarioBuilder<'_>,
    who: &Account,
    start: i64,
    block: &Block,
) -> Vec<(i64, String)> {
    let mut at = start + builder.seconds(0, 2_900);
    let seat = if block.legacy {
        let mail = Seat { client: Client::old_mail(&mut builder.random), ..who.at_home(at) };
        for days in 1..4 {
            let before = start - days * DAY + builder.seconds(0, 7_200);
            builder.write_earlier_event(who, before, mail, ScenarioEvent::In(Proof::None));
        }
        mail
    } else {
        builder.own_seat(who, at)
    };
    let mut hit = Vec::new();
    for _ in 0..builder.random.between(1, 3) {
        let context =
            EventContext { policy: block.policy.as_deref(), ..EventContext::new(who, at, seat, block.event) };
        builder.write_in_context(&context);
        hit.push((at, who.login.clone()));
        at += builder.seconds(20, 200);
    }
    hit
}
