//! The generator repeats itself, and its answers make sense.

use std::collections::BTreeSet;

use postern_scenarios::{
    Organisation, RecordedScenarios, Scores,
    analysis::{Analysed, Found},
    answer::About,
    rules::{DETECTORS, RULES, weight},
    scenarios::kinds,
    score::compare,
};

const PEOPLE: usize = 120;

fn small(seed: u64) -> Organisation {
    Organisation::with_people(seed, PEOPLE, 1)
}

#[test]
fn the_same_seed_gives_the_same_log_and_answers() {
    let (once, again, other) = (small(4_711), small(4_711), small(4_712));
    let bytes = |organisation: &Organisation| -> Vec<Vec<u8>> {
        organisation.files.iter().map(|file| file.bytes.clone()).collect()
    };
    let answers = |organisation: &Organisation| -> Vec<_> {
        organisation
            .scenarios
            .iter()
            .map(|scenario| (scenario.answer.clone(), scenario.since, scenario.until))
            .collect()
    };
    assert!(bytes(&once) == bytes(&again));
    assert!(answers(&once) == answers(&again));
    assert!(bytes(&once) != bytes(&other));
    assert!(answers(&once) != answers(&other));
    assert_eq!(once.unsupported_events, [""; 0]);
}

#[test]
fn kinds_have_names_of_their_own() {
    let names: BTreeSet<_> = kinds().iter().map(|kind| kind.name).collect();
    assert_eq!(names.len(), kinds().len());
    assert!(names.len() >= 55, "{}", names.len());
}

#[test]
fn the_rules_are_those_that_are_shipped() {
    let shipped = postern_signals::rules::Rules::shipped();
    let mut names: BTreeSet<_> = shipped.infos().iter().map(|info| info.name.as_ref()).collect();
    names.extend(DETECTORS);
    let known: BTreeSet<_> = RULES.iter().map(|(name, _)| *name).collect();
    assert_eq!(names, known);
    for info in shipped.infos() {
        let severity = format!("{:?}", info.severity);
        assert_eq!(weight(&info.name).map(|weight| format!("{weight:?}")), Some(severity), "{}", info.name);
    }
}

/// Over these seeds every rule is asked for at least once, no scenario contradicts itself, and every vendor's log can
/// describe what its scenarios write.
#[test]
fn answers_name_rules_that_exist_and_every_rule_is_asked_for() {
    let mut asked = BTreeSet::new();
    for seed in 0..16 {
        let recorded = RecordedScenarios::of(seed, 300, 1);
        assert_eq!(recorded.unsupported_events(), [""; 0], "seed {seed}");
        for scenario in &recorded.scenarios {
            let kind = kinds()[scenario.kind].name;
            for claim in &scenario.answer.claims {
                assert!(weight(claim.rule).is_some(), "{kind}: {}", claim.rule);
                assert!(
                    !scenario.answer.traps.contains(&claim.rule),
                    "{kind}: both must and must not {}",
                    claim.rule
                );
                if claim.must {
                    asked.insert(claim.rule);
                }
            }
            for trap in &scenario.answer.traps {
                assert!(weight(trap).is_some(), "{kind}: {trap}");
            }
        }
    }
    let all: BTreeSet<_> = RULES.iter().map(|(name, _)| *name).collect();
    assert_eq!(all.difference(&asked).collect::<Vec<_>>(), [&""; 0]);
}

/// Scenarios with a threshold are drawn on both sides of it.
#[test]
fn some_scenarios_of_a_kind_must_be_found_and_some_must_not() {
    let both = [
        "push_bombing",
        "push_bombing_slow",
        "push_bombing_then_success",
        "brute_force_one_address",
        "brute_force_many_addresses",
        "code_guessing",
        "spray_one_address",
        "spray_many_addresses",
        "stuffing_with_unknown_people",
        "lockout_of_many",
        "locked_by_stranger",
        "stale_password_on_phone",
        "impossible_travel",
        "outage_of_service",
        "policy_blocks_department",
        "sms_trouble",
    ];
    let mut outcomes = BTreeSet::new();
    for seed in 100..118 {
        for scenario in &RecordedScenarios::of(seed, 400, 1).scenarios {
            let must = scenario.answer.claims.iter().any(|claim| claim.must);
            outcomes.insert((kinds()[scenario.kind].name, must));
        }
    }
    for kind in both {
        assert!(outcomes.contains(&(kind, true)), "{kind} is never to be found");
        assert!(outcomes.contains(&(kind, false)), "{kind} is always to be found");
    }
}

/// A diagnosis that says exactly what the answers ask for.
fn perfect(organisation: &Organisation) -> Vec<Found> {
    let claims = organisation.scenarios.iter().flat_map(|scenario| {
        scenario.answer.claims.iter().filter(|claim| claim.must).map(move |claim| (scenario, claim))
    });
    let found = claims.map(|(scenario, claim)| {
        let people = match &claim.about {
            About::Group(people) => people.iter().cloned().collect(),
            _ => Vec::new(),
        };
        Found {
            rule: claim.rule.to_owned(),
            about: claim.about.clone(),
            people,
            since: scenario.since,
            until: scenario.until,
            description: String::new(),
        }
    });
    found.collect()
}

fn scored(organisation: &Organisation, found: Vec<Found>) -> Scores {
    let mut scores = Scores::default();
    compare(&mut scores, organisation, Analysed { found, ..Analysed::default() });
    scores
}

#[test]
fn saying_what_is_true_scores_full_and_saying_nothing_scores_none() {
    let organisation = small(7);
    let all = scored(&organisation, perfect(&organisation)).total().count;
    assert_eq!((all.precision(), all.recall()), (Some(1.0), Some(1.0)));
    let silent = scored(&organisation, Vec::new()).total();
    assert_eq!((silent.count.precision(), silent.count.recall()), (None, Some(0.0)));
    assert_eq!(silent.kept_silent, silent.silent);
}

#[test]
fn a_finding_too_many_counts_where_it_belongs() {
    let organisation = small(7);
    let index = kinds().iter().position(|kind| kind.name == "own_push_denied").unwrap();
    let scenario = organisation.scenarios.iter().find(|scenario| scenario.kind == index).unwrap();
    let (provider, login) = scenario.people.first().unwrap().clone();
    let mut found = perfect(&organisation);
    let near = Found {
        rule: "mfa_fatigue_success".to_owned(),
        about: About::Person(provider, login.clone()),
        people: vec![login],
        since: scenario.since,
        until: scenario.until,
        description: String::new(),
    };
    let elsewhere =
        Found { about: About::Person(provider, "nobody@corp.example".to_owned()), ..near.clone() };
    found.extend([near, elsewhere]);
    let scores = scored(&organisation, found);
    assert_eq!(scores.kinds[index].count.wrong, 1);
    assert_eq!(scores.kinds[index].kept_silent, 0);
    assert_eq!((scores.trapped, scores.wrong_of(weight("mfa_fatigue_success"))), (1, 1));
    assert_eq!(scores.rules["mfa_fatigue_success"].wrong, 2);
}
