//! What a rule says to Postern beyond Sigma, under the one key `postern`.

use std::sync::Arc;

use super::error::RuleProblem;
use crate::finding::Confidence;

/// The keys of the mapping `postern`.
#[derive(Debug, Clone, Default)]
pub(super) struct Extras {
    pub(super) confidence: Option<Confidence>,
    pub(super) remediation: Option<Arc<str>>,
    pub(super) runbook: Option<Arc<str>>,
    /// What happened; `{count}` stands for the number of records.
    pub(super) message: Option<Arc<str>>,
    /// What a correlation counts: "prompts refused".
    pub(super) counts: Option<Arc<str>>,
    /// Another rule, if this one only tells it in another way.
    pub(super) finding: Option<String>,
    pub(super) building_block: Option<bool>,
}

impl Extras {
    /// Takes a key and its value; a value is a text or yes or no.
    pub(super) fn set(
        &mut self,
        key: &str,
        text: Option<&str>,
        truth: Option<bool>,
    ) -> Result<(), RuleProblem> {
        let wrong = || RuleProblem::Extra(key.to_owned());
        if key == "building_block" {
            self.building_block = Some(truth.ok_or_else(wrong)?);
            return Ok(());
        }
        let text = text.ok_or_else(wrong)?;
        // A text over several lines is one line to us.
        let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
        if line.is_empty() {
            return Err(RuleProblem::Empty(format!("postern: {key}")));
        }
        match key {
            "confidence" => self.confidence = Some(confidence(&line).ok_or_else(wrong)?),
            "remediation" => self.remediation = Some(line.into()),
            "runbook" => self.runbook = Some(line.into()),
            "message" => self.message = Some(line.into()),
            "counts" => self.counts = Some(line.into()),
            "finding" => self.finding = Some(line),
            _ => return Err(wrong()),
        }
        Ok(())
    }
}

fn confidence(word: &str) -> Option<Confidence> {
    [Confidence::Low, Confidence::Medium, Confidence::High].into_iter().find(|it| it.as_str() == word)
}
