//! Asking the Sigma engine.

use std::{borrow::Cow, collections::HashMap, fmt::Write, sync::Arc};

use rsigma_eval::{
    CorrelationBody, CorrelationConfig, CorrelationEngine, CorrelationEventMode, DetectionBody,
    EvaluationResult, Event, EventValue, ProcessResultExt, ResultBody, RuleHeader, TimestampFallback,
};
use rsigma_parser::CorrelationRule;
use serde_json::Value;

use super::{
    event_window::{SECOND, WindowEntry, seconds},
    kept::Backing,
};
use crate::{event::unpacked_position, finding::EVIDENCE_LISTED, record::Position};

/// Groups that the engine may keep. What is noted before it is asked leaves nothing behind.
const MOST_GROUPS: usize = 10_000;
/// Groups after which what is over is cleared away.
const FEW_GROUPS: usize = 256;

/// The engine, and what it takes to ask it.
pub(in super::super) struct SigmaAdapter {
    engine: CorrelationEngine,
    nothing: Arc<HashMap<String, Value>>,
    tidy_at: usize,
}

/// What the engine says when a correlation fires.
#[derive(Debug, Clone)]
pub(super) struct EngineAnswer {
    pub(super) value: f64,
    pub(super) evidence: Vec<Position>,
    /// The first record, in microseconds.
    pub(super) since: i64,
}

impl EngineAnswer {
    /// Adds the evidence of what it builds on.
    pub(super) fn build_on(&mut self, below: &Backing) {
        if below.evidence.is_empty() {
            return;
        }
        self.since = self.since.min(below.since);
        let own = std::mem::replace(&mut self.evidence, below.evidence.clone());
        let new: Vec<_> = own.into_iter().filter(|position| !self.evidence.contains(position)).collect();
        self.evidence.extend(new);
        self.evidence.drain(..self.evidence.len().saturating_sub(EVIDENCE_LISTED));
    }

    /// For what builds on this.
    pub(super) fn backing(&self, until: i64) -> Backing {
        let mut backing = Backing::default();
        backing.add(&Backing { evidence: self.evidence.clone(), since: self.since, until });
        backing
    }
}

impl SigmaAdapter {
    pub(super) fn new(questions: &[CorrelationRule]) -> Self {
        let mut engine = CorrelationEngine::new(CorrelationConfig {
            timestamp_fields: Vec::new(),
            timestamp_fallback: TimestampFallback::Skip,
            max_state_entries: MOST_GROUPS,
            emit_detections: false,
            correlation_event_mode: CorrelationEventMode::Refs,
            max_correlation_events: EVIDENCE_LISTED,
            ..CorrelationConfig::default()
        });
        for question in questions {
            // The plan is made of questions that the engine takes.
            let taken = engine.add_correlation(question);
            debug_assert!(taken.is_ok(), "{taken:?}");
        }
        Self { engine, nothing: Arc::default(), tidy_at: FEW_GROUPS }
    }

    /// Would the engine take this question? Err: why not.
    pub(in super::super) fn check(question: &CorrelationRule) -> Result<(), String> {
        let mut engine = CorrelationEngine::default();
        engine.add_correlation(question).map_err(|error| error.to_string())
    }

    /// Gives the engine a record of a group, under the label of the rule that it matched.
    pub(super) fn observe(&mut self, label: &str, group: u64, entry: &WindowEntry) -> Option<EngineAnswer> {
        let record = EngineRecord::new(group, entry);
        let results =
            self.engine.process_with_detections(&record, vec![self.detection(label)], seconds(entry.at));
        let answer = results.correlations().find_map(|result| result.as_correlation()).map(answer_of);
        if self.engine.state_count() >= self.tidy_at {
            self.engine.evict_expired(seconds(entry.at));
            self.tidy_at = (self.engine.state_count() * 2).clamp(FEW_GROUPS, MOST_GROUPS);
        }
        answer
    }

    fn detection(&self, label: &str) -> EvaluationResult {
        EvaluationResult {
            header: RuleHeader {
                rule_title: String::new(),
                rule_id: Some(label.to_owned()),
                level: None,
                tags: Vec::new(),
                custom_attributes: Arc::clone(&self.nothing),
                enrichments: None,
            },
            body: ResultBody::Detection(DetectionBody {
                matched_selections: Vec::new(),
                matched_fields: Vec::new(),
                event: None,
            }),
        }
    }
}

fn answer_of(body: &CorrelationBody) -> EngineAnswer {
    let refs = body.event_refs.as_deref().unwrap_or_default();
    let position = |id: &str| {
        let (file, line) = id.split_once(':')?;
        Some(Position { file: file.parse().ok()?, line: line.parse().ok()? })
    };
    EngineAnswer {
        value: body.aggregated_value,
        evidence: refs.iter().filter_map(|one| position(one.id.as_deref()?)).collect(),
        since: refs.iter().map(|one| one.timestamp).min().unwrap_or(i64::MAX).saturating_mul(SECOND),
    }
}

/// A record as the engine sees it: a group, a value, a position.
struct EngineRecord {
    group: String,
    value: String,
    position: Position,
}

impl EngineRecord {
    fn new(group: u64, entry: &WindowEntry) -> Self {
        let hex = |number: u64| {
            let mut hex = String::with_capacity(16);
            // Writing to a string cannot fail.
            let _ = write!(hex, "{number:x}");
            hex
        };
        Self { group: hex(group), value: hex(entry.value), position: unpacked_position(entry.position) }
    }
}

impl Event for EngineRecord {
    fn get_field(&self, path: &str) -> Option<EventValue<'_>> {
        match path {
            "group" => Some(EventValue::Str(Cow::Borrowed(&self.group))),
            "value" => Some(EventValue::Str(Cow::Borrowed(&self.value))),
            _ => None,
        }
    }

    fn any_string_value(&self, _: &dyn Fn(&str) -> bool) -> bool {
        false
    }

    fn all_string_values(&self) -> Vec<Cow<'_, str>> {
        Vec::new()
    }

    fn to_json(&self) -> Value {
        let Position { file, line } = self.position;
        let id = ("id".to_owned(), Value::String(format!("{file}:{line}")));
        Value::Object([id].into_iter().collect())
    }
}
