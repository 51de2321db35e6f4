//! From what was judged to the report.

use std::{cmp::Reverse, collections::HashMap};

use jiff::Timestamp;

use super::{SortedTally, Tally, people, people::Bearing};
use crate::{
    event::PersonKey,
    finding::{Finding, Grade},
    judge::{Addresses, Book, Given, Person},
    report::{PersonReport, PersonState, Report, Totals},
    tenant::Tenant,
};

/// What the two halves found.
pub(super) struct Found {
    pub(super) persons: Vec<Person>,
    pub(super) addresses: Addresses,
    pub(super) people: Book,
    pub(super) company: (Book, Tenant),
}

pub(super) fn report(given: &Given, found: Found, tally: Tally, sorted: SortedTally) -> Report {
    let Found { persons, addresses, people, company: (company, tenant) } = found;
    let mut named = Vec::new();
    for entry in people.into_entries().into_iter().chain(company.into_entries()) {
        let whose = if entry.is_personal() || entry.grade == Grade::LikelyBreach {
            entry.people.iter().copied().take(1).collect()
        } else {
            Vec::new()
        };
        named.push((entry.finding(&given.rules, &given.texts), whose));
    }
    let wide_from = named.len();
    named.extend(tenant.findings(&given.texts).into_iter().map(|finding| (finding, Vec::new())));
    let mut named: Vec<_> = named.into_iter().enumerate().collect();
    named.sort_by_cached_key(|(_, (finding, _))| rank(finding));
    let places = places_of(&named, wide_from);
    let named: Vec<_> = named.into_iter().map(|(_, named)| named).collect();
    let mut bearings = bearings(&named);
    let findings: Vec<_> = named.into_iter().map(|(finding, _)| finding).collect();
    let mut people = Vec::with_capacity(persons.len());
    for person in persons {
        let mut bearing = bearings.remove(&person.key).unwrap_or_default();
        bearing.organisation_wide = explained_by(&person, &tenant, &places);
        people.push(people::report(&person, &given.texts, &addresses, bearing, &findings));
    }
    people.sort_by_cached_key(urgency);
    let totals = totals(&people, &tally, &sorted);
    let time = |micros: i64| Timestamp::from_microsecond(micros).unwrap_or_default();
    Report {
        files: Vec::new(),
        span: sorted.span.map(|(first, last)| (time(first), time(last))),
        people,
        findings,
        causes: sorted.causes,
        chart: tenant.chart(),
        week: sorted.week,
        totals,
        damaged_more: tally.damaged_count - tally.damaged.len() as u64,
        damaged: tally.damaged,
        foreign: tally.foreign,
        stopped: false,
    }
}

/// Where the findings from `from` on went when they were sorted.
fn places_of<T>(sorted: &[(usize, T)], from: usize) -> Vec<usize> {
    let mut places: Vec<_> = sorted
        .iter()
        .enumerate()
        .filter_map(|(place, (origin, _))| Some((origin.checked_sub(from)?, place)))
        .collect();
    places.sort_unstable();
    places.into_iter().map(|(_, place)| place).collect()
}

/// The worst first; of equals the newest, then by name.
fn rank(finding: &Finding) -> impl Ord + use<> {
    (
        Reverse(finding.grade),
        Reverse(finding.confidence),
        Reverse(finding.until),
        finding.rule.clone(),
        finding.subject.clone(),
    )
}

fn bearings(named: &[(Finding, Vec<PersonKey>)]) -> HashMap<PersonKey, Bearing> {
    let mut bearings: HashMap<PersonKey, Bearing> = HashMap::new();
    for (index, (finding, whose)) in named.iter().enumerate() {
        for person in whose {
            let bearing = bearings.entry(*person).or_default();
            bearing.findings.push(index);
            bearing.grade = bearing.grade.max(Some(finding.grade));
        }
    }
    bearings
}

/// The place among `findings` of what explains the person's last failure for the whole organisation. `places`: where
/// the tenant's own findings went.
fn explained_by(person: &Person, tenant: &Tenant, places: &[usize]) -> Option<usize> {
    let failure = person.failure.as_deref()?;
    places.get(tenant.explains(failure)?).copied()
}

fn totals(people: &[PersonReport], tally: &Tally, sorted: &SortedTally) -> Totals {
    let count = |is: fn(&PersonReport) -> bool| people.iter().filter(|person| is(person)).count() as u64;
    Totals {
        records: tally.records,
        attempts: sorted.attempts,
        failures: sorted.failures,
        repeated: sorted.repeated,
        unnamed: sorted.unnamed,
        undated: sorted.undated,
        foreign: tally.foreign_count,
        damaged: tally.damaged_count,
        later: tally.later,
        people: people.len() as u64,
        locked_out: count(PersonReport::is_locked_out),
        attacked: count(|person| person.grade.is_some_and(|grade| grade >= Grade::Incident)),
    }
}

/// Sort key: the worst first, then by name.
fn urgency(person: &PersonReport) -> impl Ord + use<> {
    let state = match person.state {
        PersonState::LockedOut { .. } => 0,
        PersonState::Unfinished { .. } => 1,
        PersonState::Unknown => 2,
        PersonState::NotLockedOut => 3,
    };
    // A notice about somebody who is well must not come before those who are locked out.
    let attack = person.grade.filter(|grade| *grade >= Grade::Warning);
    (Reverse(attack), state, person.person.clone(), person.provider)
}
