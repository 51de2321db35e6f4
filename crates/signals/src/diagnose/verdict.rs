//! From what was analysed to the report.

use std::{
    cmp::Reverse,
    collections::{HashMap, HashSet},
};

use jiff::Timestamp;

use super::{DistinctCounts, RecordCounts, people, people::Bearing};
use crate::{
    analysis::{Addresses, AnalysisContext, FindingAggregator, Person},
    event::{PersonKey, octets},
    finding::{Finding, Severity, Subject},
    report::{PersonReport, PersonState, Report, Totals},
    tenant::Tenant,
};

/// What the two halves found.
pub(super) struct AnalysisResult {
    pub(super) persons: Vec<Person>,
    pub(super) addresses: Addresses,
    pub(super) people: FindingAggregator,
    pub(super) company: (FindingAggregator, Tenant),
}

pub(super) fn report(
    context: &AnalysisContext,
    found: AnalysisResult,
    counts: RecordCounts,
    sorted: DistinctCounts,
) -> Report {
    let AnalysisResult { mut persons, addresses, people, company: (company, tenant) } = found;
    persons.retain(Person::has_attempts);
    let wide = tenant.findings(&context.texts);
    let swept_along = swept_along(&persons, &tenant, &wide);
    let mut named = Vec::new();
    for entry in people.into_entries().into_iter().chain(company.into_entries()) {
        let whose = if entry.is_personal() || entry.severity == Severity::LikelyBreach {
            entry.people.iter().copied().take(1).collect()
        } else {
            Vec::new()
        };
        let finding = entry.finding(&context.rules, &context.texts);
        if !is_explained(&finding, &whose, &swept_along) {
            named.push((finding, whose));
        }
    }
    let wide_from = named.len();
    named.extend(wide.into_iter().map(|finding| (finding, Vec::new())));
    let mut named: Vec<_> = named.into_iter().enumerate().collect();
    named.sort_by_cached_key(|(origin, (finding, _))| (*origin < wide_from, rank(finding)));
    let places = places_of(&named, wide_from);
    let named: Vec<_> = named.into_iter().map(|(_, named)| named).collect();
    let mut bearings = bearings(&named);
    let findings: Vec<_> = named.into_iter().map(|(finding, _)| finding).collect();
    let sprayed_from: HashSet<_> = findings.iter().filter_map(sprays).collect();
    let is_hostile = |ip| addresses.is_hostile(ip) || sprayed_from.contains(&ip);
    let mut people = Vec::with_capacity(persons.len());
    for person in persons {
        let mut bearing = bearings.remove(&person.key).unwrap_or_default();
        bearing.organisation_wide = explained_by(&person, &tenant, &places);
        people.push(people::report(&person, &context.texts, is_hostile, bearing, &findings));
    }
    people.sort_by_cached_key(urgency);
    let totals = totals(&people, &counts, &sorted);
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
        malformed_more: counts.malformed_count - counts.malformed.len() as u64,
        malformed: counts.malformed,
        unrecognised: counts.unrecognised,
        stopped: false,
    }
}

/// The people whose last failure the whole organisation's trouble explains, and when that was.
fn swept_along(
    persons: &[Person],
    tenant: &Tenant,
    wide: &[Finding],
) -> HashMap<PersonKey, (Timestamp, Timestamp)> {
    let explained = persons.iter().filter_map(|person| {
        let finding = wide.get(tenant.explains(person.failure.as_deref()?)?)?;
        Some((person.key, (finding.since, finding.until)))
    });
    explained.collect()
}

/// A warning about somebody who only waited, like everybody else, for a provider that failed.
fn is_explained(
    finding: &Finding,
    whose: &[PersonKey],
    swept_along: &HashMap<PersonKey, (Timestamp, Timestamp)>,
) -> bool {
    let [person] = whose else { return false };
    finding.severity <= Severity::Warning
        && swept_along
            .get(person)
            .is_some_and(|(since, until)| *since <= finding.since && finding.until <= *until)
}

/// The address that wrong passwords of many people came from.
fn sprays(finding: &Finding) -> Option<[u8; 16]> {
    const SPRAYS: [&str; 3] = ["password_spray", "credential_stuffing", "spray_success"];
    let is_spray = finding.severity >= Severity::Incident && SPRAYS.contains(&&*finding.rule);
    match &finding.subject {
        Subject::Address { ip } if is_spray => ip.parse().ok().map(octets),
        _ => None,
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

/// After what concerns everybody, the worst first; of equals the newest, then by name.
fn rank(finding: &Finding) -> impl Ord + use<> {
    (
        Reverse(finding.severity),
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
            bearing.severity = bearing.severity.max(Some(finding.severity));
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

fn totals(people: &[PersonReport], counts: &RecordCounts, sorted: &DistinctCounts) -> Totals {
    let count = |is: fn(&PersonReport) -> bool| people.iter().filter(|person| is(person)).count() as u64;
    Totals {
        records: counts.records,
        attempts: sorted.attempts,
        failures: sorted.failures,
        repeated: sorted.repeated,
        unnamed: sorted.unnamed,
        undated: sorted.undated,
        unrecognised: counts.unrecognised_count,
        malformed: counts.malformed_count,
        later: counts.later,
        people: people.len() as u64,
        locked_out: count(PersonReport::is_locked_out),
        attacked: count(|person| person.severity.is_some_and(|severity| severity >= Severity::Incident)),
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
    let attack = person.severity.filter(|severity| *severity >= Severity::Warning);
    (Reverse(attack), state, person.person.clone(), person.provider)
}
