//! Keeps what sign-in records show. The same rule about the same subject, overlapping or within a day, is one finding,
//! whichever node saw it. An incident is on the record, and seniors are told, in the change that keeps it.

mod content;
mod evidence;

use jiff::SignedDuration;
use postern_core::event::payload::IncidentOpened;
use postern_core::event::{Actor, Event};
use postern_core::login;
use postern_core::person::Role;
use postern_signals::{Finding, Subject};

use super::names::DirectoryMatches;
use super::{ActionError, notify_seniors};
use crate::scope::Scope;
use crate::store::findings::{self, Content, FindingRow, INCIDENT, Sameness};
use crate::store::persons::{self, Person};
use crate::store::{Change, StoreError, locks};

pub use evidence::Evidence;

/// What is found again within so long of the last time is the same finding.
const SAME_FINDING: SignedDuration = SignedDuration::from_hours(24);
/// A finding, with the records that back it.
#[derive(Clone, Debug)]
pub struct Found {
    /// As the rules say it.
    pub finding: Finding,
    /// Its records.
    pub evidence: Vec<Evidence>,
}

/// Keeps one finding: new, or grown. Does nothing if nothing is new.
pub async fn record_finding(scope: &Scope, found: &Found) -> Result<(), ActionError> {
    let logins: Vec<&str> = found.finding.people.iter().map(AsRef::as_ref).chain(about(found)).collect();
    let meant = DirectoryMatches::by(scope, logins).await?;
    let found = &with_names(scope, found, &meant);
    // Most of what is told was told before: then no record is looked up.
    let bare = content::of(found, Vec::new())?;
    let known = findings::find_same(&scope.app.db, &scope.tenant.id, &same(&bare)).await?;
    if known.as_ref().is_some_and(|known| content::has_all(known, &bare, found.evidence.len())) {
        return Ok(());
    }
    let new = content::of(found, evidence::named(scope, &found.evidence).await?)?;
    if known.is_some_and(|known| content::merged(&known, &new) == content::of_row(&known)) {
        return Ok(());
    }
    let keys: Vec<String> = found.finding.people.iter().map(|person| login::normalise(person)).collect();
    let seniors = seniors(scope).await?;
    let mut change = scope.begin().await?;
    // Nodes take turns: what the other one has just kept is seen now.
    locks::acquire(&mut change, "findings").await?;
    let kept = keep(&mut change, new).await?;
    findings::add_people(&mut change, &kept.id, &keys).await?;
    let Some(opened) = kept.opened else {
        change.commit_unrecorded("a finding that grew, or that is no incident").await?;
        return Ok(());
    };
    tracing::warn!(
        finding = kept.id,
        rule = kept.content.rule,
        severity = kept.content.severity,
        "an incident was opened"
    );
    let Content { title, severity_rank, until_at, .. } = &kept.content;
    let notified = notify_seniors::OpenedIncidents {
        id: &kept.id,
        title,
        severity_rank: *severity_rank,
        until_at: *until_at,
    };
    notify_seniors::notify_of(scope, &mut change, &notified, &seniors).await?;
    let event = event(&kept, opened, &found.finding.subject, &meant);
    change.commit(&event).await?;
    Ok(())
}

fn about(found: &Found) -> Option<&str> {
    if let Subject::Person { person, .. } = &found.finding.subject { Some(person.as_ref()) } else { None }
}

/// The same, with nobody's name in it that is not in the directory.
fn with_names(scope: &Scope, found: &Found, meant: &DirectoryMatches) -> Found {
    let mut found = found.clone();
    for person in &mut found.finding.people {
        *person = meant.shown(scope, person).into();
    }
    if let Subject::Person { person, .. } = &mut found.finding.subject {
        *person = meant.shown(scope, person).into();
    }
    found
}

fn same(new: &Content) -> Sameness<'_> {
    let reach = i64::try_from(SAME_FINDING.as_micros()).unwrap_or(i64::MAX);
    Sameness {
        rule: &new.rule,
        subject: &new.subject,
        begins_by: new.until_at.saturating_add(reach),
        ends_after: new.since_at.saturating_sub(reach),
    }
}

struct KeptFinding {
    id: String,
    content: Content,
    /// It is an incident now, and was none, or a closed one.
    opened: Option<OpenedFinding>,
}

#[derive(Clone, Copy)]
enum OpenedFinding {
    First,
    Again,
}

async fn keep(change: &mut Change<'_>, new: Content) -> Result<KeptFinding, StoreError> {
    let Some(known) = findings::find_same_for(change, &same(&new)).await? else {
        let id = findings::insert(change, &new).await?;
        let opened = (new.severity_rank >= INCIDENT).then_some(OpenedFinding::First);
        return Ok(KeptFinding { id, content: new, opened });
    };
    let content = content::merged(&known, &new);
    let reopen = known.closed_at.is_some() && has_grown(&known, &content);
    findings::save(change, &known, &content, reopen).await?;
    let opened = match (content.severity_rank >= INCIDENT, known.severity_rank >= INCIDENT) {
        (true, false) => Some(OpenedFinding::First),
        (true, true) if reopen => Some(OpenedFinding::Again),
        _ => None,
    };
    Ok(KeptFinding { id: known.id, content, opened })
}

fn has_grown(known: &FindingRow, content: &Content) -> bool {
    content.until_at > known.until_at
        || content.record_count > known.record_count
        || content.severity_rank > known.severity_rank
}

/// Whom incidents are told to.
pub(super) async fn seniors(scope: &Scope) -> Result<Vec<Person>, StoreError> {
    persons::list_with_roles(&scope.app.db, &scope.tenant.id, &[Role::Senior, Role::Admin]).await
}

fn event(kept: &KeptFinding, opened: OpenedFinding, subject: &Subject, meant: &DirectoryMatches) -> Event {
    let content = &kept.content;
    // A login in a log may be a password in the wrong field: the record names people by id, or not at all.
    let address = if let Subject::Address { ip } = subject { Some(ip.as_ref()) } else { None };
    let incident = IncidentOpened {
        finding: &kept.id,
        rule: &content.rule,
        title: &content.title,
        severity: &content.severity,
        confidence: &content.confidence,
        about: &content.subject_kind,
        provider: content.subject_provider.as_deref(),
        address,
        people: content.people_count,
        again: matches!(opened, OpenedFinding::Again),
    };
    let event = Event::new(Actor::System, incident);
    let mut people = meant.people();
    match (subject, people.next(), people.next()) {
        (Subject::Person { .. }, Some(person), None) => event.person(&person.id),
        _ => event,
    }
}
