//! One organisation's analysis beside its answers.

use std::collections::{BTreeSet, HashMap};

use postern_signals::Provider;

use super::{Count, KindScore, People, Scores};
use crate::{
    Organisation,
    analysis::{Analysed, Found, Verdict},
    answer::{About, Claim, Person},
    builder::Scenario,
    rules::weight,
    scenarios::kinds,
    time::{HOUR, rfc3339},
};

/// A finding belongs to a scenario if it is about the same and not further away than this.
const NEAR: i64 = 2 * HOUR;

/// Adds what this organisation's diagnosis got right and wrong.
pub fn compare(scores: &mut Scores, organisation: &Organisation, analysed: Analysed) {
    scores.seeds.push(organisation.seed);
    scores.people_days += organisation.people_days;
    scores.lines += analysed.lines;
    scores.kinds.resize(kinds().len(), KindScore::default());
    let scenarios = ScenarioIndex::of(&organisation.scenarios);
    let mut met: Vec<_> =
        organisation.scenarios.iter().map(|scenario| vec![false; scenario.answer.claims.len()]).collect();
    let mut wrong = vec![0_u64; organisation.scenarios.len()];
    for found in &analysed.found {
        let count = scores.rules.entry(found.rule.clone()).or_default();
        let near = scenarios.near(found);
        if mark(&near, found, &mut met) {
            count.right += 1;
            continue;
        }
        count.wrong += 1;
        let scenario = near.first().copied();
        match scenario.and_then(|scenario| wrong.get_mut(scenario.number as usize)) {
            Some(wrong) => *wrong += 1,
            None => *scores.background_wrong.entry(weight(&found.rule)).or_default() += 1,
        }
        let trapped = scenario.is_some_and(|scenario| scenario.answer.traps.contains(&found.rule.as_str()));
        scores.trapped += u64::from(trapped);
        let what = if trapped { "trapped" } else { "false" };
        scores.remarks.push(remark(organisation.seed, what, scenario, &describe_found(found)));
    }
    for ((scenario, met), wrong) in organisation.scenarios.iter().zip(&met).zip(wrong) {
        count_claims(scores, organisation.seed, (scenario, met), wrong);
        ask(scores, organisation.seed, scenario, &analysed.people);
    }
    scores.unread.extend(analysed.unread.into_iter().map(|line| (organisation.seed, line)));
}

/// The scenarios, by what they are about.
struct ScenarioIndex<'a> {
    persons: HashMap<(Provider, &'a str), Vec<&'a Scenario>>,
    logins: HashMap<&'a str, Vec<&'a Scenario>>,
    things: HashMap<About, Vec<&'a Scenario>>,
}

impl<'a> ScenarioIndex<'a> {
    fn of(scenarios: &'a [Scenario]) -> Self {
        let mut all = Self { persons: HashMap::new(), logins: HashMap::new(), things: HashMap::new() };
        for scenario in scenarios {
            for (provider, login) in &scenario.people {
                all.persons.entry((*provider, login.as_str())).or_default().push(scenario);
                all.logins.entry(login.as_str()).or_default().push(scenario);
            }
            for thing in &scenario.things {
                all.things.entry(thing.clone()).or_default().push(scenario);
            }
        }
        all
    }

    /// Scenarios that a finding may belong to, those with the most people in common first.
    fn near(&self, found: &Found) -> Vec<&'a Scenario> {
        let touching: Vec<&Scenario> = match &found.about {
            About::Person(provider, login) => self.persons.get(&(*provider, login.as_str())).cloned(),
            About::Group(people) => Some(
                people
                    .iter()
                    .filter_map(|login| self.logins.get(login.as_str()))
                    .flatten()
                    .copied()
                    .collect(),
            ),
            thing => self.things.get(thing).cloned(),
        }
        .unwrap_or_default();
        let mut counted: HashMap<u32, (usize, &Scenario)> = HashMap::new();
        for scenario in touching {
            let overlaps = scenario.since - NEAR <= found.until && found.since <= scenario.until + NEAR;
            if overlaps {
                counted.entry(scenario.number).or_insert((0, scenario)).0 += 1;
            }
        }
        let mut near: Vec<_> = counted.into_values().collect();
        near.sort_by_key(|(people, scenario)| (std::cmp::Reverse(*people), scenario.number));
        near.into_iter().map(|(_, scenario)| scenario).collect()
    }
}

/// Marks every claim that this finding meets. False: none.
fn mark(near: &[&Scenario], found: &Found, met: &mut [Vec<bool>]) -> bool {
    let mut right = false;
    for scenario in near {
        let Some(met) = met.get_mut(scenario.number as usize) else { continue };
        for (claim, met) in scenario.answer.claims.iter().zip(met) {
            if meets(claim, found) {
                *met = true;
                right = true;
            }
        }
    }
    right
}

/// A rule may group people by whatever it likes, so that a group is known by its people.
fn meets(claim: &Claim, found: &Found) -> bool {
    let people = || found.people.iter().cloned().collect::<BTreeSet<_>>();
    claim.rule == found.rule
        && match (&claim.about, &found.about) {
            (About::Group(claimed), _) => !claimed.is_disjoint(&people()),
            (claimed, about) => claimed == about,
        }
}

fn count_claims(scores: &mut Scores, seed: u64, (scenario, met): (&Scenario, &[bool]), wrong: u64) {
    let claims = || scenario.answer.claims.iter().zip(met).filter(|(claim, _)| claim.must);
    let right = claims().filter(|(_, met)| **met).count() as u64;
    let missed = claims().count() as u64 - right;
    let silent = claims().count() == 0;
    for (claim, _) in claims().filter(|(_, met)| !**met) {
        scores.rules.entry(claim.rule.to_owned()).or_default().missed += 1;
        scores.remarks.push(remark(seed, "missed", Some(scenario), &describe_claim(claim)));
    }
    if let Some(score) = scores.kinds.get_mut(scenario.kind) {
        score.add(&KindScore {
            scenarios: 1,
            silent: u64::from(silent),
            kept_silent: u64::from(silent && wrong == 0),
            count: Count { right, wrong, missed },
            people: People::default(),
        });
    }
}

fn ask(scores: &mut Scores, seed: u64, scenario: &Scenario, verdicts: &HashMap<(Provider, String), Verdict>) {
    for person in &scenario.answer.people {
        let verdict = verdicts.get(&(person.provider, person.login.clone()));
        let asked = analysed(person, verdict);
        if asked.state + asked.cause + asked.reset + asked.rung < 2 + asked.asked_reset + asked.asked_rung {
            scores.remarks.push(remark(seed, "person", Some(scenario), &describe_person(person, verdict)));
        }
        if let Some(score) = scores.kinds.get_mut(scenario.kind) {
            score.people.add(&asked);
        }
    }
}

fn analysed(person: &Person, verdict: Option<&Verdict>) -> People {
    let right = |is: bool| u64::from(verdict.is_some() && is);
    People {
        asked: 1,
        state: right(verdict.is_some_and(|verdict| verdict.state == Some(person.state))),
        cause: right(verdict.is_some_and(|verdict| verdict.cause == person.cause)),
        asked_reset: u64::from(person.reset_helps.is_some()),
        reset: right(
            person.reset_helps.is_some() && verdict.map(|verdict| verdict.reset_helps) == person.reset_helps,
        ),
        asked_rung: u64::from(person.rung.is_some()),
        rung: right(person.rung.is_some() && verdict.map(|verdict| verdict.rung) == person.rung),
    }
}

fn remark(seed: u64, what: &str, scenario: Option<&Scenario>, description: &str) -> String {
    let kind = scenario
        .and_then(|scenario| kinds().get(scenario.kind).map(|kind| kind.name))
        .unwrap_or("background");
    let when =
        scenario.map(|scenario| format!(", {} to {}", rfc3339(scenario.since), rfc3339(scenario.until)));
    format!("seed {seed}: {what}, {kind}{}: {description}", when.unwrap_or_default())
}

fn describe_found(found: &Found) -> String {
    let when = format!("{} to {}", rfc3339(found.since), rfc3339(found.until));
    format!("{} about {} ({when}): {}", found.rule, found.about.as_json(), found.description)
}

fn describe_claim(claim: &Claim) -> String {
    format!("{} about {}", claim.rule, claim.about.as_json())
}

fn describe_person(person: &Person, verdict: Option<&Verdict>) -> String {
    let expected =
        format!("{:?} {:?} {:?} {:?}", person.state, person.cause, person.reset_helps, person.rung);
    let outcome = verdict.map_or_else(
        || "nobody of that name".to_owned(),
        |verdict| {
            format!("{:?} {:?} {:?} {}", verdict.state, verdict.cause, verdict.reset_helps, verdict.rung)
        },
    );
    format!("{} {}: is {expected}, said {outcome}", person.provider.as_str(), person.login)
}
