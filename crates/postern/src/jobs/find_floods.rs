//! Floods of requests: very many in one person's name, or for very many names from one address or network. Each is an
//! incident, found anew with each opening.

use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use postern_core::id::PersonId;
use postern_core::login;
use postern_signals::finding::PEOPLE_NAMED;
use postern_signals::{Confidence, Finding, Provider, RuleSource, Severity, Subject};

use crate::actions::ActionError;
use crate::actions::record_finding::{Found, record_finding};
use crate::scope::Scope;
use crate::store::cases::openings::{self, Opening};
use crate::store::findings::RECOVERY_FLOOD;
use crate::store::{persons, time};

/// More than so many within [`WITHIN`] are a flood.
const MOST: usize = 10;
const WITHIN: SignedDuration = SignedDuration::from_hours(24);
/// So many openings are looked at; more are a flood by any count.
const LOOKED_AT: i64 = 20_000;

/// Looks at the openings of the last day. Each opening wakes it.
pub async fn find_floods(scope: &Scope) -> Result<Option<Timestamp>, ActionError> {
    let since = scope.now.saturating_sub(WITHIN).unwrap_or(Timestamp::MIN);
    let all = openings::list_since(&scope.app.db, &scope.tenant.id, since, LOOKED_AT).await?;
    for (person, named) in by_person(&all) {
        let person = persons::load(&scope.app.db, &scope.tenant.id, &person).await?;
        record_finding(scope, &found(subject_person(&person.login), &named)).await?;
    }
    for (place, named) in by_place(&all) {
        record_finding(scope, &found(Subject::Address { ip: place.into() }, &named)).await?;
    }
    Ok(None)
}

fn subject_person(login: &str) -> Subject {
    Subject::Person { provider: Provider::Postern, person: login::normalise(login).into() }
}

/// People in whose name there were too many.
fn by_person(all: &[Opening]) -> Vec<(PersonId, Vec<&Opening>)> {
    let mut people: BTreeMap<&str, Vec<&Opening>> = BTreeMap::new();
    for opening in all {
        if let Some(person) = &opening.person_id {
            people.entry(person).or_default().push(opening);
        }
    }
    people.into_iter().filter(|(_, of)| of.len() > MOST).map(|(id, of)| (PersonId::new(id), of)).collect()
}

/// Addresses, and networks of several addresses, from which too many names were asked for.
fn by_place(all: &[Opening]) -> Vec<(String, Vec<&Opening>)> {
    let mut places: BTreeMap<String, Vec<&Opening>> = BTreeMap::new();
    for opening in all {
        for place in places_of(&opening.ip) {
            places.entry(place).or_default().push(opening);
        }
    }
    let too_many = places.into_iter().filter(|(_, from)| names(from).len() > MOST);
    // A network is named where more than one address of it took part.
    too_many.filter(|(place, from)| !place.contains('/') || addresses(from) > 1).collect()
}

/// The sender (an IPv6 network of /64 is one), and the network around it: /24 and /48.
fn places_of(ip: &str) -> Vec<String> {
    match ip.parse::<IpAddr>() {
        Ok(IpAddr::V4(ip)) => {
            let network = Ipv4Addr::from_bits(ip.to_bits() & 0xffff_ff00);
            vec![ip.to_string(), format!("{network}/24")]
        }
        Ok(IpAddr::V6(ip)) => {
            let masked = |bits: u32| Ipv6Addr::from_bits(ip.to_bits() & (u128::MAX << (128 - bits)));
            vec![format!("{}/64", masked(64)), format!("{}/48", masked(48))]
        }
        Err(_) => Vec::new(),
    }
}

fn names(openings: &[&Opening]) -> BTreeSet<String> {
    openings.iter().map(|opening| login::normalise(&opening.claimed_login)).collect()
}

fn addresses(openings: &[&Opening]) -> usize {
    openings.iter().map(|opening| opening.ip.as_str()).collect::<BTreeSet<_>>().len()
}

fn found(subject: Subject, openings: &[&Opening]) -> Found {
    let is_person = matches!(subject, Subject::Person { .. });
    let people = names(openings);
    let at =
        |opening: Option<&&Opening>| opening.map_or(Timestamp::UNIX_EPOCH, |opening| time(opening.opened_at));
    let (title, description) = if is_person {
        let description = format!(
            "{} requests to recover this account were opened within a day, from {} addresses.",
            openings.len(),
            addresses(openings)
        );
        ("Flood of recovery requests in one name", description)
    } else {
        let description =
            format!("{} requests for {} names came from here within a day.", openings.len(), people.len());
        ("Flood of recovery requests from one place", description)
    };
    let finding = Finding {
        rule: RECOVERY_FLOOD.into(),
        title: title.into(),
        source: RuleSource::Detector,
        severity: Severity::Incident,
        confidence: Confidence::High,
        subject,
        people_count: u64::try_from(people.len()).unwrap_or(u64::MAX),
        people: people.into_iter().take(PEOPLE_NAMED).map(Arc::from).collect(),
        since: at(openings.first()),
        until: at(openings.last()),
        count: u64::try_from(openings.len()).unwrap_or(u64::MAX),
        evidence: Vec::new(),
        threshold: "more than 10 requests within 24 hours: in one name, or for as many names from one address or network".into(),
        description,
        remediation: "Take none of them up on somebody's word. Reach the owner on a number on file and ask which request is theirs; \
               refuse the others. Block the address in the proxy."
            .into(),
        runbook: "agent-runbook.md#flood-of-recovery-requests".into(),
    };
    Found { finding, evidence: Vec::new() }
}
