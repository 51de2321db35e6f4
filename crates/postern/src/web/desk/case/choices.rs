//! What the form of a verification offers.

use postern_core::evidence::{EvidenceClass, EvidenceOutcome, Kind};
use serde_json::{Value, json};

/// How a verification can end that an agent records: a video in all of these ways, the others in some.
pub(super) fn outcomes() -> Vec<Value> {
    let is_by_agent = |outcome: &EvidenceOutcome| Kind::LiveVideo.outcomes().contains(outcome);
    let by_agent = EvidenceOutcome::ALL.into_iter().filter(is_by_agent);
    by_agent.map(|outcome| json!({ "word": outcome.as_str(), "title": outcome.title() })).collect()
}

/// Kinds of proof that an agent records.
pub(super) fn kinds() -> Vec<Value> {
    Kind::ALL
        .into_iter()
        // A call has a form of its own.
        .filter(|kind| kind.recorded_by_agent() && *kind != Kind::CallPlaced)
        .map(|kind| {
            let group = match kind.class() {
                EvidenceClass::Accepted => "Accepted",
                EvidenceClass::Supporting => "Supports, never enough",
                EvidenceClass::Never => "Never accepted: recorded, and raises the risk",
            };
            json!({ "word": kind.as_str(), "title": kind.title(), "group": group })
        })
        .collect()
}
