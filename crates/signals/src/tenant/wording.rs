//! The parts that the findings have in common.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use super::incident::Incident;
use crate::{
    event::Texts,
    finding::{Confidence, Finding, RuleSource, Severity, Subject},
};

/// What the detectors say differently.
pub(super) struct Wording {
    pub(super) rule: &'static str,
    pub(super) title: &'static str,
    pub(super) severity: Severity,
    pub(super) confidence: Confidence,
    pub(super) subject: Subject,
    pub(super) threshold: String,
    pub(super) description: String,
    pub(super) remediation: &'static str,
    pub(super) runbook: &'static str,
}

pub(super) fn finding(incident: &Incident, texts: &Texts, wording: Wording) -> Finding {
    let name = |person| texts.people().name(person).map(|name| Arc::from(name.login));
    Finding {
        rule: wording.rule.into(),
        title: wording.title.into(),
        source: RuleSource::Detector,
        severity: wording.severity,
        confidence: wording.confidence,
        subject: wording.subject,
        people: incident.named().filter_map(name).collect(),
        people_count: incident.people,
        since: timestamp(incident.since),
        until: timestamp(incident.until),
        count: incident.count,
        evidence: incident.evidence().collect(),
        threshold: wording.threshold.into(),
        description: wording.description,
        remediation: wording.remediation.into(),
        runbook: wording.runbook.into(),
    }
}

fn timestamp(micros: i64) -> Timestamp {
    Timestamp::from_microsecond(micros).unwrap_or_default()
}

pub(super) fn time(micros: i64) -> String {
    timestamp(micros).strftime("%Y-%m-%d %H:%M:%SZ").to_string()
}

/// How it ended. `well`: what is true afterwards.
pub(super) fn ending(incident: &Incident, well: &str) -> String {
    match (incident.is_over(), incident.recovered) {
        (false, _) => "It was still going on at the end of the log.".to_owned(),
        (true, Some(at)) => format!("{well} since {}.", time(at)),
        (true, None) => format!("It was last seen at {}.", time(incident.until)),
    }
}

/// `10 minutes`, `1 hour 30 minutes`.
pub(super) fn span(span: SignedDuration) -> String {
    let seconds = span.as_secs();
    let parts = [(seconds / 3600, "hour"), (seconds / 60 % 60, "minute"), (seconds % 60, "second")];
    let part = |(number, unit): &(i64, &str)| match number {
        1 => format!("1 {unit}"),
        _ => format!("{number} {unit}s"),
    };
    let parts: Vec<_> = parts.iter().filter(|(number, _)| *number > 0).map(part).collect();
    parts.join(" ")
}

pub(super) fn per_cent(share: f64) -> String {
    format!("{:.0} %", share * 100.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_as_people_say_them() {
        for (seconds, expected) in
            [(600, "10 minutes"), (3600, "1 hour"), (5461, "1 hour 31 minutes 1 second")]
        {
            assert_eq!(span(SignedDuration::from_secs(seconds)), expected);
        }
        assert_eq!(per_cent(0.2), "20 %");
    }
}
