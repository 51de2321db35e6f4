//! What a misconfiguration is told by, and what is told of it.

use super::{
    super::{
        incident::Incident,
        wording::{self, Wording},
    },
    changes::PolicyChange,
};
use crate::{
    cause::Cause,
    event::{Event, TextId, Texts},
    finding::{Confidence, EVIDENCE_LISTED, Finding, Severity, Subject},
    record::AttemptResult,
    report::printable,
    settings,
};

/// Which policy: its name, else the provider's code, else only what it did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(in crate::tenant) enum AccessPolicy {
    Named(TextId),
    Coded(TextId),
    Nameless(Cause),
}

impl AccessPolicy {
    pub(super) fn that_refused(event: &Event) -> Option<Self> {
        match event.result() {
            AttemptResult::Failure(Cause::PolicyBlock | Cause::DeviceBlock) if event.policy.is_some() => {
                Some(Self::Named(event.policy))
            }
            AttemptResult::Failure(Cause::PolicyBlock | Cause::DeviceBlock) if event.code.is_some() => {
                Some(Self::Coded(event.code))
            }
            AttemptResult::Failure(cause @ (Cause::PolicyBlock | Cause::DeviceBlock)) => {
                Some(Self::Nameless(cause))
            }
            _ => None,
        }
    }

    fn description(self, texts: &Texts) -> String {
        let text = |id| texts.get(id).map_or_else(String::new, |text| printable(&text));
        match self {
            Self::Named(name) => format!("The policy \u{201c}{}\u{201d}", text(name)),
            Self::Coded(code) => format!("A policy that the log does not name (code {})", text(code)),
            Self::Nameless(_) => "A policy that the log does not name".to_owned(),
        }
    }
}

/// What only a misconfiguration has to tell.
#[derive(Debug, Clone)]
pub(in crate::tenant) struct PolicyStory {
    pub(super) policy: AccessPolicy,
    pub(super) change: Option<PolicyChange>,
    /// Of the first people, those who had signed in before.
    pub(super) before: u32,
    pub(super) of: u32,
    /// Most of what it blocks cannot do MFA.
    pub(super) legacy: bool,
}

impl PolicyStory {
    pub(in crate::tenant) fn covers(&self, event: &Event) -> bool {
        AccessPolicy::that_refused(event) == Some(self.policy)
    }

    pub(super) fn is_changed(&self) -> bool {
        self.change.is_some_and(|change| self.policy == AccessPolicy::Named(change.policy))
    }
    pub(in crate::tenant) fn finding(
        &self,
        incident: &Incident,
        limits: &settings::Policy,
        texts: &Texts,
    ) -> Finding {
        let threshold = format!(
            "a policy begins to block at least {} people within {}, {} of whom had signed in before",
            limits.people,
            wording::span(limits.window),
            wording::per_cent(limits.signed_in_before),
        );
        let policy = match self.policy {
            AccessPolicy::Named(text) | AccessPolicy::Coded(text) => texts.get(text).unwrap_or_default(),
            AccessPolicy::Nameless(cause) => cause.as_str().into(),
        };
        let wording = Wording {
            rule: "policy_misconfiguration",
            title: if self.legacy {
                "A policy began to block clients that cannot do MFA"
            } else {
                "A policy began to block people who used to get in"
            },
            severity: Severity::Warning,
            confidence: if self.is_changed() { Confidence::High } else { Confidence::Medium },
            subject: Subject::Policy { provider: incident.provider, policy },
            threshold,
            description: self.description(incident, texts),
            remediation: self.remediation(),
            runbook: "agent-runbook.md#policy-misconfiguration",
        };
        let mut finding = wording::finding(incident, texts, wording);
        if let Some(change) = self.change {
            finding.evidence.insert(0, change.position);
            finding.evidence.truncate(EVIDENCE_LISTED);
        }
        finding
    }
    fn remediation(&self) -> &'static str {
        if self.legacy {
            "Move these people to a client that can do MFA. Do not switch the policy off, and do not touch anybody's MFA."
        } else {
            "Name the policy to its owner, who can correct it or leave these people out. Do not touch anybody's MFA: a \
             reset would not help."
        }
    }

    fn description(&self, incident: &Incident, texts: &Texts) -> String {
        let clients = if self.legacy { ", most of them with a client that cannot do MFA" } else { "" };
        let whom = format!(
            "{} began to block at {}: {} people{clients}. Of the first {}, {} had signed in before.",
            self.policy.description(texts),
            wording::time(incident.since),
            incident.people,
            self.of,
            self.before,
        );
        let change = self.change.map(|change| self.change_description(change, texts));
        let last = wording::time(incident.until);
        let end = if incident.is_over() {
            format!("It blocked nobody after {last}.")
        } else {
            format!("It still did at the end of the log, the last time at {last}.")
        };
        [Some(whom), change, Some(end)].into_iter().flatten().collect::<Vec<_>>().join(" ")
    }

    fn change_description(&self, change: PolicyChange, texts: &Texts) -> String {
        let text = |id: TextId| texts.get(id).map(|text| printable(&text));
        let what = match text(change.policy) {
            _ if self.is_changed() => "It".to_owned(),
            Some(other) => format!("Another policy, \u{201c}{other}\u{201d},"),
            None => "A policy".to_owned(),
        };
        let by = text(change.actor).map_or_else(String::new, |actor| format!(" by {actor}"));
        format!("{what} was changed{by} at {}.", wording::time(change.at))
    }
}
