//! What a rule says of itself.

use std::sync::Arc;

use crate::finding::{Confidence, RuleSource, Severity};

/// A rule that can find something, by its number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RuleId(pub(super) u16);

/// What a rule says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleInfo {
    /// Its stable name.
    pub name: Arc<str>,
    /// Its title.
    pub title: Arc<str>,
    /// Shipped, or the user's own.
    pub source: RuleSource,
    /// How bad it is when it fires.
    pub severity: Severity,
    /// How sure it is.
    pub confidence: Confidence,
    /// What has to be reached, in plain words: "5 or more prompts refused within 10 minutes".
    pub threshold: Arc<str>,
    /// What to do.
    pub remediation: Arc<str>,
    /// The section of the runbook.
    pub runbook: Arc<str>,
    /// What it looks for and why.
    pub description: Arc<str>,
    /// Firings at most this far apart are about the same thing, in microseconds.
    pub within: i64,
    pub(super) message: Arc<str>,
}

impl RuleInfo {
    /// What happened: "7 prompts refused". `count`: of records.
    pub fn message(&self, count: u64) -> String {
        self.message.replace("{count}", &count.to_string())
    }
}
