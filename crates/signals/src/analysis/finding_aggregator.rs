//! Aggregates findings: what belongs together becomes one.

use std::{collections::HashMap, sync::Arc};

use jiff::Timestamp;

use super::detector::{Detected, Detector};
use crate::{
    event::{Event, PersonKey, Texts},
    finding::{Confidence, EVIDENCE_LISTED, Finding, PEOPLE_NAMED, RuleSource, Severity, Subject},
    record::Position,
    rules::{Fired, RuleId, Rules},
};

/// What a detector finds again within a day of the last time is the same finding.
const SAME_FINDING: i64 = 24 * 3_600_000_000;

/// Whose finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum FoundBy {
    Rule(RuleId),
    Detector(Detector),
}

/// What it is about.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum About {
    Person(PersonKey),
    Group(Vec<(String, String)>),
}

/// One finding in the making.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    by: FoundBy,
    about: About,
    pub(crate) severity: Severity,
    confidence: Confidence,
    since: i64,
    until: i64,
    count: u64,
    evidence: Vec<Position>,
    description: String,
    pub(crate) people: Vec<PersonKey>,
    people_count: u64,
}

/// Findings so far.
#[derive(Debug, Default)]
pub(crate) struct FindingAggregator {
    entries: Vec<Entry>,
    open: HashMap<(FoundBy, About), usize>,
    /// Entries new or grown since last asked.
    touched: Vec<usize>,
}

impl FindingAggregator {
    pub(super) fn add_detected(&mut self, person: PersonKey, found: Detected) {
        let entry = Entry {
            by: FoundBy::Detector(found.detector),
            about: About::Person(person),
            severity: found.severity,
            confidence: found.confidence,
            since: found.since,
            until: found.until,
            count: found.count,
            evidence: found.evidence,
            description: found.description,
            people: vec![person],
            people_count: 1,
        };
        self.add(entry, SAME_FINDING);
    }

    /// `people`: whom it concerns; of more, `people_count` tells.
    pub(super) fn add_fired(&mut self, rules: &Rules, fired: Fired, people: &[PersonKey], event: &Event) {
        let info = rules.info(fired.rule);
        let about = match fired.group.as_slice() {
            [] => About::Person(event.person),
            _ if fired.is_by("person") => About::Person(event.person),
            _ => About::Group(fired.group),
        };
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a count")]
        let count = (fired.value.max(0.0) as u64).max(fired.evidence.len() as u64);
        let entry = Entry {
            by: FoundBy::Rule(fired.rule),
            about,
            severity: info.severity,
            confidence: info.confidence,
            since: fired.since.as_microsecond(),
            until: fired.until.as_microsecond(),
            count,
            evidence: fired.evidence,
            description: String::new(),
            people: people.iter().copied().filter(|person| person.is_somebody()).take(PEOPLE_NAMED).collect(),
            people_count: people.len() as u64,
        };
        self.add(entry, info.within);
    }

    fn add(&mut self, entry: Entry, gap: i64) {
        let key = (entry.by, entry.about.clone());
        let open = self.open.get(&key).copied();
        let index = match open.and_then(|index| Some((index, self.entries.get_mut(index)?))) {
            Some((index, known)) if entry.since <= known.until.saturating_add(gap) => {
                known.grow(entry);
                index
            }
            _ => {
                self.entries.push(entry);
                self.entries.len() - 1
            }
        };
        self.open.insert(key, index);
        self.touched.push(index);
    }

    /// The entries that are new or have grown since the last call.
    pub(crate) fn touched(&mut self) -> Vec<&Entry> {
        let mut touched = std::mem::take(&mut self.touched);
        touched.sort_unstable();
        touched.dedup();
        touched.into_iter().filter_map(|index| self.entries.get(index)).collect()
    }

    /// All of them, as people read them.
    pub(crate) fn into_entries(self) -> Vec<Entry> {
        self.entries
    }
}

impl Entry {
    fn grow(&mut self, more: Self) {
        for position in more.evidence {
            if !self.evidence.contains(&position) {
                self.count += u64::from(self.evidence.len() >= EVIDENCE_LISTED);
                self.evidence.push(position);
            }
        }
        self.evidence.truncate(EVIDENCE_LISTED + 1);
        self.count = self.count.max(more.count).max(self.evidence.len() as u64);
        self.since = self.since.min(more.since);
        self.until = self.until.max(more.until);
        self.severity = self.severity.max(more.severity);
        self.confidence = self.confidence.max(more.confidence);
        if !more.description.is_empty() {
            self.description = more.description;
        }
        for person in more.people {
            if self.people.len() < PEOPLE_NAMED && !self.people.contains(&person) {
                self.people.push(person);
            }
        }
        self.people_count = self.people_count.max(more.people_count).max(self.people.len() as u64);
    }

    /// Is it about this one person, rather than about an address or the organisation?
    pub(crate) fn is_personal(&self) -> bool {
        matches!(self.about, About::Person(_))
    }

    /// As people read it.
    pub(crate) fn finding(&self, rules: &Rules, texts: &Texts) -> Finding {
        let time = |micros: i64| Timestamp::from_microsecond(micros).unwrap_or_default();
        let login = |key: &PersonKey| texts.people().name(*key).map(|name| Arc::from(name.login));
        let mut evidence = self.evidence.clone();
        evidence.sort_unstable_by_key(|position| (position.file, position.line));
        evidence.truncate(EVIDENCE_LISTED);
        let rule_texts = RuleTexts::of(self, rules);
        Finding {
            rule: rule_texts.rule,
            title: rule_texts.title,
            source: rule_texts.source,
            severity: self.severity,
            confidence: self.confidence,
            subject: self.subject(texts),
            people: self.people.iter().filter_map(login).collect(),
            people_count: self.people_count,
            since: time(self.since),
            until: time(self.until),
            count: self.count,
            evidence,
            threshold: rule_texts.threshold,
            description: rule_texts.description,
            remediation: rule_texts.remediation,
            runbook: rule_texts.runbook,
        }
    }

    fn subject(&self, texts: &Texts) -> Subject {
        match &self.about {
            About::Person(key) => match texts.people().name(*key) {
                Some(name) => Subject::Person { provider: name.provider, person: name.login.into() },
                None => Subject::Group { group: "nobody the log names".into() },
            },
            About::Group(group) => match group.as_slice() {
                [(field, ip)] if field == "ip" => Subject::Address { ip: ip.as_str().into() },
                [(field, provider)] if field == "provider" => match provider_of(provider) {
                    Some(provider) => Subject::Tenant { provider },
                    None => Subject::Group { group: group_label(group) },
                },
                _ => Subject::Group { group: group_label(group) },
            },
        }
    }
}

fn provider_of(word: &str) -> Option<crate::record::Provider> {
    crate::record::Provider::ALL.into_iter().find(|provider| provider.as_str() == word)
}

fn group_label(group: &[(String, String)]) -> Arc<str> {
    let pairs: Vec<_> = group.iter().map(|(field, value)| format!("{field}={value}")).collect();
    pairs.join(", ").into()
}

/// What the rule or detector says of itself.
struct RuleTexts {
    rule: Arc<str>,
    title: Arc<str>,
    source: RuleSource,
    threshold: Arc<str>,
    description: String,
    remediation: Arc<str>,
    runbook: Arc<str>,
}

impl RuleTexts {
    fn of(entry: &Entry, rules: &Rules) -> Self {
        match entry.by {
            FoundBy::Rule(rule) => {
                let info = rules.info(rule);
                Self {
                    rule: info.name.clone(),
                    title: info.title.clone(),
                    source: info.source,
                    threshold: info.threshold.clone(),
                    description: info.message(entry.count),
                    remediation: info.remediation.clone(),
                    runbook: info.runbook.clone(),
                }
            }
            FoundBy::Detector(detector) => Self {
                rule: detector.name().into(),
                title: detector.title().into(),
                source: RuleSource::Detector,
                threshold: "".into(),
                description: entry.description.clone(),
                remediation: detector.remediation().into(),
                runbook: detector.runbook().into(),
            },
        }
    }
}
