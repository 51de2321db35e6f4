//! A finding as it is kept, and two of them as one.

use postern_signals::finding::{EVIDENCE_LISTED, PEOPLE_NAMED};
use postern_signals::report::printable;
use postern_signals::{Confidence, Finding, RuleSource, Severity, Subject};
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use super::Found;
use crate::actions::ActionError;
use crate::store::findings::{Content, FindingRow};
use crate::store::micros;

/// Longest text of a subject. A log may hold anything as a name.
const LONGEST: usize = 200;

pub(super) fn of(found: &Found, evidence: Vec<Value>) -> Result<Content, ActionError> {
    let Finding { rule, title, source, severity, confidence, subject, .. } = &found.finding;
    let finding = &found.finding;
    let (kind, provider, label) = subject_parts(subject);
    let people: Vec<String> = finding.people.iter().map(|person| bounded(person)).collect();
    let count = i64::try_from(finding.count).unwrap_or(i64::MAX);
    Ok(Content {
        rule: rule.to_string(),
        subject: format!("{kind} {} {label}", provider.unwrap_or("-")),
        subject_kind: kind.to_owned(),
        subject_provider: provider.map(str::to_owned),
        subject_label: label,
        title: title.to_string(),
        source: source_word(*source).to_owned(),
        severity: severity.as_str().to_owned(),
        severity_rank: severity_rank(*severity),
        confidence: confidence.as_str().to_owned(),
        description: printable(&finding.description),
        remediation: finding.remediation.to_string(),
        runbook: finding.runbook.to_string(),
        threshold: finding.threshold.to_string(),
        people: serde_json::to_string(&people)?,
        people_count: i64::try_from(finding.people_count).unwrap_or(i64::MAX),
        since_at: micros(finding.since),
        until_at: micros(finding.until),
        record_count: count,
        evidence: serde_json::to_string(&evidence)?,
    })
}

/// What a row says, word for word: a newer node may have written words that this version does not know.
pub(super) fn of_row(row: &FindingRow) -> Content {
    Content {
        rule: row.rule.clone(),
        subject: row.subject.clone(),
        subject_kind: row.subject_kind.clone(),
        subject_provider: row.subject_provider.clone(),
        subject_label: row.subject_label.clone(),
        title: row.title.clone(),
        source: row.source.clone(),
        severity: row.severity.clone(),
        severity_rank: row.severity_rank,
        confidence: row.confidence.clone(),
        description: row.description.clone(),
        remediation: row.remediation.clone(),
        runbook: row.runbook.clone(),
        threshold: row.threshold.clone(),
        people: row.people.clone(),
        people_count: row.people_count,
        since_at: row.since_at,
        until_at: row.until_at,
        record_count: row.record_count,
        evidence: row.evidence.clone(),
    }
}

/// The known finding and what is said now. It never shrinks, so that the order in which nodes tell does not matter.
pub(super) fn merged(known: &FindingRow, new: &Content) -> Content {
    let known = of_row(known);
    let is_newer = new.until_at >= known.until_at;
    let newer = if is_newer { new } else { &known };
    let evidence = union(&known.evidence, &new.evidence, EVIDENCE_LISTED);
    let listed = i64::try_from(evidence.len()).unwrap_or(0);
    let people = union(&known.people, &new.people, PEOPLE_NAMED);
    let named = i64::try_from(people.len()).unwrap_or(0);
    Content {
        severity: higher(&known.severity, &new.severity, &SEVERITIES),
        severity_rank: new.severity_rank.max(known.severity_rank),
        confidence: higher(&known.confidence, &new.confidence, &CONFIDENCES),
        people: Value::Array(people).to_string(),
        people_count: known.people_count.max(new.people_count).max(named),
        since_at: known.since_at.min(new.since_at),
        until_at: known.until_at.max(new.until_at),
        record_count: known.record_count.max(new.record_count).max(listed),
        evidence: Value::Array(evidence).to_string(),
        ..newer.clone()
    }
}

/// Whether the known finding holds all of this already, with at least so much evidence.
pub(super) fn has_all(known: &FindingRow, bare: &Content, evidence: usize) -> bool {
    let listed = serde_json::from_str::<Vec<Value>>(&known.evidence).map_or(0, |all| all.len());
    listed >= evidence.min(EVIDENCE_LISTED) && merged(known, bare) == of_row(known)
}

fn union(known: &str, new: &str, most: usize) -> Vec<Value> {
    let list = |text: &str| serde_json::from_str::<Vec<Value>>(text).unwrap_or_default();
    let mut all = list(known);
    for value in list(new) {
        if all.len() < most && !all.contains(&value) {
            all.push(value);
        }
    }
    all
}

/// The higher of two words. One that this version does not know is higher than all that it knows.
fn higher(one: &str, other: &str, ranks: &[&str]) -> String {
    let rank = |word: &str| ranks.iter().position(|known| *known == word).unwrap_or(usize::MAX);
    if rank(other) > rank(one) { other } else { one }.to_owned()
}

const SEVERITIES: [&str; 4] = [
    Severity::Notice.as_str(),
    Severity::Warning.as_str(),
    Severity::Incident.as_str(),
    Severity::LikelyBreach.as_str(),
];
const CONFIDENCES: [&str; 3] =
    [Confidence::Low.as_str(), Confidence::Medium.as_str(), Confidence::High.as_str()];

fn severity_rank(severity: Severity) -> i64 {
    match severity {
        Severity::Notice => 0,
        Severity::Warning => 1,
        Severity::Incident => 2,
        Severity::LikelyBreach => 3,
    }
}

fn source_word(source: RuleSource) -> &'static str {
    match source {
        RuleSource::Shipped => "shipped",
        RuleSource::Own => "own",
        RuleSource::Detector => "detector",
    }
}

fn subject_parts(subject: &Subject) -> (&'static str, Option<&'static str>, String) {
    match subject {
        Subject::Person { provider, person } => ("person", Some(provider.as_str()), bounded(person)),
        Subject::Address { ip } => ("address", None, bounded(ip)),
        Subject::Policy { provider, policy } => ("policy", Some(provider.as_str()), bounded(policy)),
        Subject::Tenant { provider } => {
            ("tenant", Some(provider.as_str()), "the whole organisation".to_owned())
        }
        Subject::Group { group } => ("group", None, bounded(group)),
    }
}

/// Safe to show and to index, and still its own: what is cut ends in its hash.
fn bounded(text: &str) -> String {
    let shown = printable(text);
    if shown.chars().count() <= LONGEST {
        return shown;
    }
    let hash = data_encoding::HEXLOWER.encode(&Sha256::digest(text.as_bytes()));
    let head: String = shown.chars().take(LONGEST).collect();
    format!("{head}…{}", hash.get(..12).unwrap_or_default())
}
