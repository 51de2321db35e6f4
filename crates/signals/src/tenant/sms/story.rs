//! What trouble with messages is told by, and what is told of it.

use super::super::{
    incident::Incident,
    wording::{self, Wording},
};
use crate::{
    cause::Cause,
    event::{Event, Texts},
    finding::{Confidence, Finding, Severity, Subject},
    record::{AttemptResult, Method},
    settings,
};

/// The two lines that messages come by, and all that does not come by them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum SmsLine {
    Sms,
    Voice,
    Other,
}

pub(super) fn line(event: &Event) -> SmsLine {
    match event.method() {
        Method::Sms => SmsLine::Sms,
        Method::Voice => SmsLine::Voice,
        _ => SmsLine::Other,
    }
}

pub(super) fn did_not_arrive(cause: Cause) -> bool {
    matches!(cause, Cause::MfaDeliveryFailed | Cause::MfaRateLimited | Cause::MfaNoResponse)
}

/// Did a message or call not arrive?
pub(in crate::tenant) fn is_trouble(event: &Event) -> bool {
    line(event) != SmsLine::Other
        && matches!(event.result(), AttemptResult::Failure(cause) if did_not_arrive(cause))
}

/// What could be the provider's fault. Wrong passwords and the like say nothing about whether a method works.
pub(super) fn is_failing(cause: Cause) -> bool {
    did_not_arrive(cause) || matches!(cause, Cause::ProviderOutage | Cause::ExternalIdp | Cause::Unknown)
}

/// What only this kind has to tell.
#[derive(Debug, Clone)]
pub(in crate::tenant) struct SmsStory {
    pub(super) line: SmsLine,
    /// Success rates of the line.
    pub(super) normal: f64,
    pub(super) now: f64,
    /// Somebody got in meanwhile with something else.
    pub(super) others_work: bool,
    /// The provider says itself that it could not, or would not, deliver.
    pub(super) is_reported: bool,
}

impl SmsStory {
    pub(in crate::tenant) fn covers(&self, event: &Event) -> bool {
        is_trouble(event) && line(event) == self.line
    }
    pub(in crate::tenant) fn finding(
        &self,
        incident: &Incident,
        limits: &settings::Sms,
        texts: &Texts,
    ) -> Finding {
        let threshold = format!(
            "at least {} people within {} whose {} did not arrive, and at most {} of the usual success rate",
            limits.people,
            wording::span(limits.window),
            self.messages(),
            wording::per_cent(limits.rate_left),
        );
        let wording = Wording {
            rule: "sms_trouble",
            title: match self.line {
                SmsLine::Voice => "Calls do not arrive",
                _ => "Text messages do not arrive",
            },
            severity: Severity::Notice,
            confidence: if self.is_reported { Confidence::High } else { Confidence::Medium },
            subject: Subject::Tenant { provider: incident.provider },
            threshold,
            description: self.description(incident),
            remediation: "Change nothing on the accounts. Let people use another factor, and ask the provider about its \
                   messages and calls.",
            runbook: "agent-runbook.md#sms-trouble",
        };
        wording::finding(incident, texts, wording)
    }
    fn messages(&self) -> &'static str {
        if self.line == SmsLine::Voice { "calls" } else { "text messages" }
    }

    fn description(&self, incident: &Incident) -> String {
        format!(
            "Since {}, the {} of {} people did not arrive: {} of those who waited for one got in, {} before. {} {}",
            wording::time(incident.since),
            self.messages(),
            incident.people,
            wording::per_cent(self.now),
            wording::per_cent(self.normal),
            if self.others_work {
                "Other methods work."
            } else {
                "Nobody got in with another method meanwhile."
            },
            wording::ending(incident, "They arrive again"),
        )
    }
}
