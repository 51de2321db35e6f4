//! What an outage is recognised by, and what is reported of it.

use super::super::{
    incident::{Incident, share},
    sms,
    wording::{self, Wording},
};
use crate::{
    cause::Cause,
    event::{Event, TextId, Texts},
    finding::{Confidence, Finding, Severity, Subject},
    record::AttemptResult,
    report::printable,
    settings,
};

/// Codes of one outage.
const MOST_KEYS: usize = 16;

/// One way to fail: the provider's code, with what we take it to mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(in crate::tenant) struct OutageKey {
    pub(super) code: TextId,
    pub(super) cause: Cause,
}

/// How much it takes to believe that a cause is the provider's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum OutageProof {
    /// Nothing that a person or an attacker does.
    Plain,
    /// Prompts that nobody answers may be an attack's.
    Firm,
    /// Mostly mistakes and attacks.
    Strong,
}

/// `None`: done to the account or by a policy; never an outage.
pub(super) fn proof(cause: Cause) -> Option<OutageProof> {
    match cause {
        Cause::ProviderOutage | Cause::ExternalIdp | Cause::MfaDeliveryFailed | Cause::Unknown => {
            Some(OutageProof::Plain)
        }
        Cause::MfaNoResponse | Cause::MfaRateLimited => Some(OutageProof::Firm),
        // A directory that cannot be reached refuses every password, and a server with a wrong clock every code.
        Cause::BadPassword
        | Cause::MfaDenied
        | Cause::MfaWrongCode
        | Cause::MfaCodeReused
        | Cause::MfaClockDrift => Some(OutageProof::Strong),
        _ => None,
    }
}

/// What only an outage has to report.
#[derive(Debug, Clone)]
pub(in crate::tenant) struct OutageStory {
    pub(super) keys: Vec<OutageKey>,
    /// When it was worst: how many failed, of how many.
    pub(super) failing: u32,
    pub(super) active: u32,
    pub(super) networks: u32,
    /// The success rate that it is compared with.
    pub(super) normal: Option<f64>,
}

impl OutageStory {
    pub(in crate::tenant) fn covers(&self, event: &Event) -> bool {
        failed_with(event).is_some_and(|key| self.has(key))
    }

    /// The same code may carry several causes: Entra's 500121 is "service error" and "did not respond".
    pub(super) fn has(&self, key: OutageKey) -> bool {
        let same_code = |own: &OutageKey| own.code.is_some() && own.code == key.code;
        self.keys.contains(&key)
            || (self.keys.iter().any(same_code)
                && proof(key.cause).is_some_and(|proof| proof <= OutageProof::Firm))
    }

    pub(super) fn is_worse(&self, failing: u32, active: u32) -> bool {
        u64::from(failing) * u64::from(self.active) > u64::from(self.failing) * u64::from(active)
    }
    pub(in crate::tenant) fn has_room(&self) -> bool {
        self.keys.len() < MOST_KEYS
    }

    pub(in crate::tenant) fn finding(
        &self,
        incident: &Incident,
        limits: &settings::Outage,
        texts: &Texts,
    ) -> Finding {
        let threshold = format!(
            "one code for more than {} of the people active within {}, at least {} people on {} networks",
            wording::per_cent(limits.share),
            wording::span(limits.window),
            limits.people,
            limits.networks
        );
        let remediation = "It is the provider: change nothing. Reset nobody; watch the provider's status page, and tell \
                    people to wait.";
        let wording = Wording {
            rule: "outage",
            title: "The provider is failing",
            severity: Severity::Notice,
            confidence: self.confidence(),
            subject: Subject::Tenant { provider: incident.provider },
            threshold,
            description: self.description(incident, texts),
            remediation,
            runbook: "agent-runbook.md#outage",
        };
        wording::finding(incident, texts, wording)
    }
    fn confidence(&self) -> Confidence {
        let cause = self.keys.first().map(|key| key.cause);
        match (self.normal, cause) {
            (None, _) => Confidence::Low,
            (Some(_), Some(Cause::ProviderOutage)) => Confidence::High,
            (Some(_), _) => Confidence::Medium,
        }
    }

    fn description(&self, incident: &Incident, texts: &Texts) -> String {
        let whom = format!(
            "Since {}, {} people could not sign in: {}.",
            wording::time(incident.since),
            incident.people,
            self.codes(texts),
        );
        let worst = wording::per_cent(share(self.failing.into(), self.active.into()));
        let worst = format!(
            "At the worst it was {} of {} active people ({worst}), on up to {} networks at a time.",
            self.failing, self.active, self.networks
        );
        let before = self.normal.map(|normal| format!("Before, {} got in.", wording::per_cent(normal)));
        let after = wording::ending(incident, "Sign-ins work again");
        let remediation = Some("It is the provider: change nothing.".to_owned());
        let sentences = [Some(whom), Some(worst), before, Some(after), remediation];
        sentences.into_iter().flatten().collect::<Vec<_>>().join(" ")
    }

    fn codes(&self, texts: &Texts) -> String {
        let code = |key: &OutageKey| match texts.get(key.code) {
            Some(code) => format!("code {} ({})", printable(&code), key.cause.as_str()),
            None => format!("all with the same cause, {}", key.cause.as_str()),
        };
        let codes: Vec<_> = self.keys.iter().map(code).collect();
        codes.join(", ")
    }
}

pub(super) fn failed_with(event: &Event) -> Option<OutageKey> {
    match event.result() {
        AttemptResult::Failure(cause) if !sms::is_trouble(event) => {
            Some(OutageKey { code: event.code, cause })
        }
        _ => None,
    }
}
