//! What a rule or detector found, with everything that backs it.

use std::sync::Arc;

use jiff::Timestamp;
use serde::Serialize;

use crate::record::{Position, Provider};

/// Positions that a finding lists.
pub const EVIDENCE_LISTED: usize = 20;
/// People that a finding names.
pub const PEOPLE_NAMED: usize = 50;

/// Something that deserves attention.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Finding {
    /// The rule or detector, by its stable name: `mfa_fatigue`.
    pub rule: Arc<str>,
    /// Its title.
    pub title: Arc<str>,
    /// Where the rule comes from.
    pub source: RuleSource,
    /// How bad.
    pub severity: Severity,
    /// How sure.
    pub confidence: Confidence,
    /// Who or what it is about.
    pub subject: Subject,
    /// Logins of the people concerned, the first [`PEOPLE_NAMED`].
    pub people: Vec<Arc<str>>,
    /// How many people in all.
    pub people_count: u64,
    /// The first record that counts towards it.
    pub since: Timestamp,
    /// The last.
    pub until: Timestamp,
    /// How many records count.
    pub count: u64,
    /// Where those records are: the first [`EVIDENCE_LISTED`].
    pub evidence: Vec<Position>,
    /// What had to be reached, in plain words: "5 prompts refused within 10 minutes".
    pub threshold: Arc<str>,
    /// What happened, in plain words.
    pub description: String,
    /// What to do now.
    pub remediation: Arc<str>,
    /// The section of the runbook: `agent-runbook.md#mfa-fatigue`.
    pub runbook: Arc<str>,
}

/// Where a rule comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum RuleSource {
    /// A Sigma rule that ships with Postern.
    Shipped,
    /// A Sigma rule of the user's own.
    Own,
    /// A detector in the program, for what Sigma cannot say.
    Detector,
}

/// How bad.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Good to know; nothing is wrong with anybody's account.
    Notice,
    /// Look at it.
    Warning,
    /// Treat it as an attack.
    Incident,
    /// The attack was followed by a success: treat the account as taken over.
    LikelyBreach,
}

impl Severity {
    /// For the tables that people read.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Notice => "notice",
            Self::Warning => "warning",
            Self::Incident => "INCIDENT",
            Self::LikelyBreach => "LIKELY BREACH",
        }
    }

    /// The stable word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Notice => "notice",
            Self::Warning => "warning",
            Self::Incident => "incident",
            Self::LikelyBreach => "likely_breach",
        }
    }
}

/// How sure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Confidence {
    /// Innocent reasons are as likely.
    Low,
    /// More likely than not.
    Medium,
    /// Nearly certain.
    High,
}

impl Confidence {
    /// The stable word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
        }
    }
}

/// Who or what a finding is about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Subject {
    /// One person.
    Person {
        /// Whose log.
        provider: Provider,
        /// Login in lower case.
        person: Arc<str>,
    },
    /// An address that people are attacked from.
    Address {
        /// The address.
        ip: Arc<str>,
    },
    /// An access policy.
    Policy {
        /// Whose policy.
        provider: Provider,
        /// Its name; the code where the log names none.
        policy: Arc<str>,
    },
    /// The whole organisation at one provider.
    Tenant {
        /// The provider.
        provider: Provider,
    },
    /// Whatever else a rule groups by: `asn=64500`.
    Group {
        /// Fields and values.
        group: Arc<str>,
    },
}
