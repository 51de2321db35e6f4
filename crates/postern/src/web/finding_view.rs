//! Findings as the desk's pages and programs see them.

use std::collections::{BTreeSet, HashMap};

use jiff::Timestamp;
use postern_core::login;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::problem::Problem;
use crate::scope::Scope;
use crate::store::findings::FindingRow;
use crate::store::{persons, time};

/// Something that sign-in records show.
#[derive(Clone, Serialize, ToSchema)]
pub struct FindingView {
    /// Its id.
    pub id: String,
    /// The rule or detector, by its stable name: `mfa_fatigue`.
    pub rule: String,
    /// What it is called.
    pub title: String,
    /// `shipped` and `own` for Sigma rules, `detector` for what Sigma cannot say.
    pub source: String,
    /// `notice`, `warning`, `incident` or `likely_breach`.
    pub severity: String,
    /// `low`, `medium` or `high`.
    pub confidence: String,
    /// Who or what it is about.
    pub about: AboutView,
    /// Whom it concerns: the first fifty; in a list of findings the first three.
    pub people: Vec<Concerned>,
    /// How many people in all.
    pub people_count: i64,
    /// The first record that counts towards it.
    #[schema(value_type = String, format = DateTime)]
    pub since: Timestamp,
    /// The last.
    #[schema(value_type = String, format = DateTime)]
    pub until: Timestamp,
    /// How many records count.
    pub records: i64,
    /// The first twenty of them.
    pub evidence: Vec<EvidenceView>,
    /// What had to be reached, in plain words; empty for a detector.
    pub threshold: String,
    /// What happened, in plain words.
    pub description: String,
    /// What to do now.
    pub remediation: String,
    /// The section of the agent's runbook.
    pub runbook: String,
    /// When it was first seen.
    #[schema(value_type = String, format = DateTime)]
    pub first_seen_at: Timestamp,
    /// When it last grew, or was closed.
    #[schema(value_type = String, format = DateTime)]
    pub updated_at: Timestamp,
    /// How it was closed; null while it is open.
    pub closed: Option<Closed>,
    /// Goes up whenever it changes. Send it back to close what you have seen and nothing newer.
    pub version: i64,
}

/// Who or what a finding is about.
#[derive(Clone, Serialize, ToSchema)]
pub struct AboutView {
    /// `person`, `address`, `policy`, `tenant` or `group`.
    pub kind: String,
    /// Whose log, where it is about one provider.
    pub provider: Option<String>,
    /// The login, address, policy …, as the log writes it.
    pub name: String,
}

/// Somebody whom a finding concerns.
#[derive(Clone, Serialize, ToSchema)]
pub struct Concerned {
    /// The login, as the log writes it.
    pub login: String,
    /// Who in the directory that is: by the name they sign in with, or by a mail address on file. Null for nobody.
    pub person: Option<NamedPerson>,
}

/// A person in the directory.
#[derive(Clone, Serialize, ToSchema)]
pub struct NamedPerson {
    /// Their id.
    pub id: String,
    /// Their name.
    pub name: String,
}

/// A record that counts.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
pub struct EvidenceView {
    /// The import's name, of a record that was taken in.
    #[serde(default)]
    pub source: Option<String>,
    /// The import's id.
    #[serde(default)]
    pub import: Option<String>,
    /// The line in it.
    #[serde(default)]
    pub line: Option<u64>,
    /// The id of one of our own sign-ins.
    #[serde(default)]
    pub sign_in: Option<String>,
    /// When it was.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub at: Option<Timestamp>,
}

/// How a finding was closed.
#[derive(Clone, Serialize, ToSchema)]
pub struct Closed {
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// The name of who closed it.
    pub by: String,
    /// Why.
    pub why: String,
}

impl FindingView {
    /// Whether it has to be treated as an attack.
    pub fn is_incident(&self) -> bool {
        // A severity that this version does not know is treated like the worst.
        !["notice", "warning"].contains(&self.severity.as_str())
    }
}

/// Of the people whom a finding in a list concerns.
const NAMED_IN_LISTS: usize = 3;

/// A finding with the names of the people in the directory whom it concerns.
pub async fn full_view(scope: &Scope, row: FindingRow) -> Result<Option<FindingView>, Problem> {
    Ok(views_with(scope, vec![row], usize::MAX).await?.pop())
}

/// Findings as lists show them, with the names of the first people whom each concerns.
pub async fn views(scope: &Scope, rows: Vec<FindingRow>) -> Result<Vec<FindingView>, Problem> {
    views_with(scope, rows, NAMED_IN_LISTS).await
}

async fn views_with(
    scope: &Scope,
    rows: Vec<FindingRow>,
    most_people: usize,
) -> Result<Vec<FindingView>, Problem> {
    let (db, tenant) = (&scope.app.db, &scope.tenant.id);
    let listed: Vec<(FindingRow, Vec<String>)> = rows
        .into_iter()
        .map(|row| {
            let mut logins: Vec<String> = serde_json::from_str(&row.people).unwrap_or_default();
            logins.truncate(most_people);
            (row, logins)
        })
        .collect();
    let keys = listed.iter().flat_map(|(_, logins)| logins).map(|login| login::normalise(login));
    let keys: BTreeSet<String> = keys.filter(|key| !key.is_empty()).collect();
    let keys: Vec<String> = keys.into_iter().collect();
    let mut meant: HashMap<String, NamedPerson> = HashMap::new();
    for some in keys.chunks(200) {
        for (key, person) in persons::list_meant_by(db, tenant, some).await? {
            meant.insert(key, NamedPerson { id: person.id.to_string(), name: person.name });
        }
    }
    let closers = listed.iter().filter_map(|(row, _)| row.closed_by.as_deref()).collect();
    let names = persons::list_names(db, tenant, &closers).await?;
    let concerned = |login: String| {
        let person = meant.get(&login::normalise(&login)).cloned();
        Concerned { login, person }
    };
    let view_of = |(row, logins): (FindingRow, Vec<String>)| {
        view(row, logins.into_iter().map(concerned).collect(), &names)
    };
    Ok(listed.into_iter().map(view_of).collect())
}

fn view(row: FindingRow, people: Vec<Concerned>, names: &HashMap<String, String>) -> FindingView {
    let closed = match (row.closed_at, row.closed_by) {
        (Some(at), Some(by)) => {
            let by = names.get(&by).cloned().unwrap_or(by);
            Some(Closed { at: time(at), by, why: row.closed_why.unwrap_or_default() })
        }
        _ => None,
    };
    FindingView {
        about: AboutView { kind: row.subject_kind, provider: row.subject_provider, name: row.subject_label },
        people,
        people_count: row.people_count,
        since: time(row.since_at),
        until: time(row.until_at),
        records: row.record_count,
        evidence: serde_json::from_str(&row.evidence).unwrap_or_default(),
        first_seen_at: time(row.first_seen_at),
        updated_at: time(row.updated_at),
        closed,
        version: row.version,
        id: row.id,
        rule: row.rule,
        title: row.title,
        source: row.source,
        severity: row.severity,
        confidence: row.confidence,
        threshold: row.threshold,
        description: row.description,
        remediation: row.remediation,
        runbook: row.runbook,
    }
}
