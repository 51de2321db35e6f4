//! What the form of a verification offers.

use postern_core::evidence::{EvidenceClass, EvidenceOutcome, Kind};
use serde::Serialize;

/// A kind of proof to choose.
#[derive(Serialize)]
pub struct KindChoice {
    pub word: &'static str,
    pub title: &'static str,
    /// What it counts.
    pub group: &'static str,
}

/// A way in which a verification ended.
#[derive(Serialize)]
pub struct OutcomeChoice {
    pub word: &'static str,
    pub title: &'static str,
}

/// How a verification can end that an agent records: a video in all of these ways, the others in some.
pub fn outcomes() -> Vec<OutcomeChoice> {
    let is_by_agent = |outcome: &EvidenceOutcome| Kind::LiveVideo.outcomes().contains(outcome);
    let by_agent = EvidenceOutcome::ALL.into_iter().filter(is_by_agent);
    by_agent.map(|outcome| OutcomeChoice { word: outcome.as_str(), title: outcome.title() }).collect()
}

/// Kinds of proof that an agent records.
pub fn kinds() -> Vec<KindChoice> {
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
            KindChoice { word: kind.as_str(), title: kind.title(), group }
        })
        .collect()
}
