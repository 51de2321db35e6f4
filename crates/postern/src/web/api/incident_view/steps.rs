//! What to do about an incident, in this order.

use serde::Serialize;
use utoipa::ToSchema;

use super::IncidentSubject;
use crate::web::finding_view::FindingView;

/// One thing to do.
#[derive(Serialize, ToSchema)]
pub struct IncidentStep {
    /// `reach`, `end_sessions`, `decide_case`, `block_address` or `close`.
    pub kind: &'static str,
    /// What.
    pub label: String,
    /// With what, and why.
    pub detail: String,
    /// The page of the desk where it is done; null where it is done elsewhere.
    pub path: Option<String>,
    /// Whether it is done, or there is nothing to do.
    pub done: bool,
}

impl IncidentStep {
    /// Of an attack; what is no attack has no order.
    pub fn list(finding: &FindingView, subject: Option<&IncidentSubject>, may_close: bool) -> Vec<Self> {
        if !finding.is_incident() || finding.closed.is_some() {
            return Vec::new();
        }
        let mut steps = Vec::new();
        if let Some(subject) = subject {
            let may_end = subject.verbs.iter().any(|verb| verb.word == "end-sessions");
            steps.extend(may_end.then(|| Self::end_sessions(subject)));
            steps.push(Self::reach(subject));
            steps.extend(subject.cases.iter().map(|case| Self {
                kind: "decide_case",
                label: format!("Decide case {}", case.reference()),
                detail: "Whoever attacks may have asked for it. Do not reset: refuse it, or hand it to a senior.".to_owned(),
                path: Some(format!("/desk/cases/{}", case.id())),
                done: false,
            }));
        }
        if finding.about.kind == "address" {
            steps.push(Self {
                kind: "block_address",
                label: format!("Block {}", finding.about.name),
                detail: "At your provider and in your firewall. Postern does not do that for you.".to_owned(),
                path: None,
                done: false,
            });
        }
        if may_close {
            steps.push(Self {
                kind: "close",
                label: "Close it".to_owned(),
                detail: "With what you found. If it goes on, it is open again.".to_owned(),
                path: Some(format!("/desk/incidents/{}#close", finding.id)),
                done: false,
            });
        }
        steps
    }

    fn end_sessions(subject: &IncidentSubject) -> Self {
        let detail = match subject.sessions {
            0 => "Nobody is signed in as them at Postern.".to_owned(),
            1 => "One is live. Whoever it is signs in again with everything.".to_owned(),
            many => format!("{many} are live. Whoever it is signs in again with everything."),
        };
        Self {
            kind: "end_sessions",
            label: format!("End every session of {}", subject.name),
            detail,
            path: Some(format!("/desk/people/{}/end-sessions", subject.id)),
            done: subject.sessions == 0,
        }
    }

    fn reach(subject: &IncidentSubject) -> Self {
        let detail = match subject.numbers.as_deref() {
            None => "On a number that was on file long before.".to_owned(),
            Some([]) => {
                "No number on file is old enough to be rung: reach them in person or through their manager."
                    .to_owned()
            }
            Some(numbers) => format!("Ring {}. Not a number that was added lately.", numbers.join(" or ")),
        };
        Self {
            kind: "reach",
            label: format!("Reach {}, and ask whether it was them", subject.name),
            detail,
            path: Some(format!("/desk/people/{}", subject.id)),
            done: false,
        }
    }
}
